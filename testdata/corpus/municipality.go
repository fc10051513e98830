package corpus

import (
	"math/rand/v2"
	"strings"
)

// Employee is somebody whom the directory of the invented municipality knows.
type Employee struct {
	Name     string
	UPN      string
	Mail     string
	Former   []string // earlier addresses, still the person's own
	ObjectID string
	TenantID string
	PUID     uint64
	SID      string
	Guest    bool // invited from another organisation
	Disabled bool // may not sign in
	Deleted  bool // in the directory's bin
}

// Municipality lists the people that the directory knows. The first is the
// subject of the demo case. The others are there for what is special about them:
// a name that changed, a number for a name, two of one name, a guest, somebody
// who may not sign in and somebody who has left.
func Municipality(seed uint64) []Employee {
	subject, colleague := cast(rand.New(rand.NewPCG(seed, demoStream)))
	const at = "@waterlandaanzee.example"
	sanne, bram := subject.employee(), colleague.employee()
	sanne.Former = []string{"s.dewit" + at}
	list := []Employee{sanne, bram}
	r := rand.New(rand.NewPCG(seed, 0x6E17E5))
	add := func(name, upn string) *Employee {
		object := newGUID(r)
		list = append(list, Employee{
			Name: name, UPN: upn + at, Mail: upn + at, ObjectID: object.String(), TenantID: sanne.TenantID,
			PUID: 0x1003_2000_0000_0000 | r.Uint64()>>20 | 1, SID: object.sid(),
		})
		return &list[len(list)-1]
	}
	add("Fatima el Amrani", "fatima.elamrani").Former = []string{"fatima.bakker" + at}
	add("Lotte Smit", "u104417").Mail = "lotte.smit" + at
	guest := add("Joris Veenstra", "joris.veenstra_bureaudelta.example#EXT#")
	guest.Guest, guest.Mail = true, "joris.veenstra@bureaudelta.example"
	gone := add("Willem Postma", "willem.postma")
	// The directory puts the object id before the name of who was deleted, so
	// that the name is free again.
	gone.Deleted, gone.UPN = true, strings.ReplaceAll(gone.ObjectID, "-", "")+gone.UPN
	add("Kees Brouwer", "kees.brouwer").Disabled = true
	add("Jan de Boer", "jan.deboer")
	add("Jan de Boer", "jan.deboer2")
	return list
}

func (p person) employee() Employee {
	return Employee{
		Name: p.name, UPN: p.upn, Mail: p.upn, ObjectID: p.object.String(), TenantID: p.tenant.String(),
		PUID: p.puid, SID: p.sid,
	}
}

// Export makes what the agents write for an employee, RequestInfo.json left
// out. The names are those of a container: see Demo. The subject of the demo
// case gets the files of the demo; others did part of the same.
func Export(seed uint64, e Employee) []File {
	var files []File
	if subject, _ := cast(rand.New(rand.NewPCG(seed, demoStream))); subject.object.String() == e.ObjectID {
		for _, f := range Demo(seed) {
			if name, ok := strings.CutPrefix(f.Name, "input/export/"); ok {
				files = append(files, File{name, f.Data})
			}
		}
	} else {
		r := rand.New(rand.NewPCG(seed, e.PUID))
		var script []step
		for _, s := range steps(r) {
			if r.IntN(3) > 0 {
				script = append(script, s)
			}
		}
		files = export(r, person{}, script)
	}
	kept := files[:0]
	for _, f := range files {
		if f.Name != "RequestInfo.json" {
			kept = append(kept, f)
		}
	}
	return kept
}
