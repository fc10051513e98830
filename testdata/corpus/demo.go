package corpus

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// File is one file of a case.
type File struct {
	// Name is slash-separated and relative to the folder of the case.
	Name string
	Data []byte
}

// demoStream sets the choices of the demo case apart from others of its seed.
const demoStream = 0x1A2A6E

// Demo makes the demo case, sorted by name: person.yaml, and under input/ what
// was received — an admin export in a container and one export of the
// Diagnostic Data Viewer. Every kind of outcome occurs in it: records that can
// be explained, repairs, a colleague's records, records that cannot be read, a
// file of no known kind.
func Demo(seed uint64) []File {
	r := rand.New(rand.NewPCG(seed, demoStream))
	subject, colleague := cast(r)
	files := []File{
		{"person.yaml", subject.file()},
		{"input/viewer.csv", viewer(r, subject, colleague)},
	}
	for _, f := range export(r, subject, steps(r)) {
		files = append(files, File{"input/export/" + f.Name, f.Data})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}
