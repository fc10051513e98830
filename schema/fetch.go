package schema

import (
	"context"
	"io"
)

// Fetcher is a Source that can pull what it reads from where it is kept. A
// source without it reads only what is handed in.
type Fetcher interface {
	Source

	// Fetch pulls everything about the person into the box. It is one try of
	// one job and runs again after every Later, every other error and every
	// crash; what it must remember from one try to the next it notes in the
	// box, before and after each act that must not be done twice. It may run
	// at most once at a time for one box, but must not count on that: a worker
	// that was cut off can come back late.
	//
	// The error is the job's fate: nil is done, Later(d) asks to be called
	// again and is not a try, Never(err) gives up, anything else is tried
	// again with back-off. No error text holds a value of the person.
	Fetch(ctx context.Context, who Subject, box Box) error
}

// Box is where one fetch puts what it pulled: a sealed place of one source of
// one request. Names and contents are personal data; the box seals both. Its
// methods may be called from several goroutines.
type Box interface {
	// Put stores the bytes of r under the name, as received. It is all or
	// nothing: a Put that fails, or is cut off, leaves no blob. A blob that is
	// there already is replaced. When it returns nil the blob is durable, and
	// its size and hash were checked against what was read.
	Put(ctx context.Context, name string, r io.Reader) (Blob, error)

	// Blobs lists what is stored, in the order of the names.
	Blobs(ctx context.Context) ([]Blob, error)

	// Open reads a blob from its first byte. The reader fails at its end, with
	// CodeTampered, where the bytes are not those that were put.
	Open(ctx context.Context, name string) (io.ReadCloser, error)

	// Order tells the orders of this source for this request apart: it is the
	// same each time that a job comes back, and another where somebody asked
	// for the source once more. What had ended for an earlier order begins anew.
	Order() int

	// Bookmark returns what was noted last, nil where nothing was.
	Bookmark(ctx context.Context) ([]byte, error)

	// Note replaces the bookmark, which may hold personal data: the box seals it
	// too. When it returns nil the note is durable.
	Note(ctx context.Context, bookmark []byte) error

	// Tell says how the search in one place ended, for the person and the
	// privacy officer; telling of a place again replaces what was told.
	Tell(ctx context.Context, r Result) error
}

// Blob is one stored file.
type Blob struct {
	Name   string // slash-separated, as the source named it; never log it
	Size   int64  // bytes
	SHA256 string // hex, of the plain bytes
}

// Found says how the search of one place ended. "Searched, nothing found" is
// never the same as "not searched". The codes are part of the public output.
type Found string

// The endings.
const (
	FoundData    Found = "found"        // there was data, and it is here
	FoundNothing Found = "empty"        // searched, and there was nothing
	FoundPart    Found = "part"         // some of it is here, some could not be had
	FoundFailed  Found = "failed"       // the search failed
	FoundExpired Found = "expired"      // it took longer than it may, or the data was gone by then
	FoundUnasked Found = "not-searched" // not searched
)

// Result is how the search in one place of a source ended.
type Result struct {
	// Place is the place in the source's own public terms, a product or an
	// agent's folder, or empty for the source as a whole. Never personal.
	Place string
	Found Found
	// Code is why, where there is a reason; its sentence is in the catalog.
	Code  Code
	Files int
	Bytes int64
}
