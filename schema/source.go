package schema

import (
	"io"
	"io/fs"
	"iter"
)

// Source is one place where records of a person come from: the admin export,
// the Diagnostic Data Viewer, … Each lives in a folder of its own under
// workers/ and knows this package and its own SDK only.
type Source interface {
	// Name is the source's short name in outputs: "graphexport".
	Name() string

	// Match tells whether this source reads the file, and as what, judging by
	// content (File.Head), never by file name. The name may only decode what
	// the content leaves open, such as the product folder.
	Match(f File) (Format, bool)

	// Records reads a file that Match accepted, in one pass and in constant
	// memory. A record that cannot be read is yielded with Unreadable set and
	// reading goes on; an error ends the sequence and means that the run must
	// stop or that the rest of the file is lost (see the error's Code). It
	// stops when the caller stops, and gives the same records every time.
	Records(who Subject, f File, t *Tally) iter.Seq2[Record, error]
}

// Format is how a file was recognised. The codes are part of the public output.
type Format struct {
	// Code names the format: "admin-export", "viewer-csv", …
	Code string
	// Refused is set where the format is known but cannot or may not be
	// explained; the code picks the sentence that says why.
	Refused Code
	// Support marks a file that belongs to an export but holds no events of
	// its own (RequestInfo.json, agentMap.json).
	Support bool
	// Owned marks a file of an export that names its person in a support file:
	// without one, it cannot be checked whose the records are.
	Owned bool
}

// HeadSize is how many bytes of a file Match can see.
const HeadSize = 64 << 10

// File is one file of what was received, wherever it stands: on disk, or inside
// an archive. Names come from outside: never use one as a path, never log one.
type File struct {
	// Name is the slash-separated path inside the input, see Origin.File.
	Name string
	// Size in bytes, decompressed; -1 where unknown.
	Size int64
	// Head holds the first HeadSize bytes at most.
	Head []byte
	// Open starts reading at the first byte. The reader enforces the input
	// limits and fails with CodeLimit where one is passed.
	Open func() (io.ReadCloser, error)
	// Beside opens the lookup of a file in the same folder, such as the -wal
	// file of a database.
	Beside func(base string) (File, bool)
	// Mode is the file's mode where it stands on disk.
	Mode fs.FileMode
}
