package har

import (
	"bufio"
	"bytes"
	"io"
	"iter"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// Source reads captures. It keeps no state and is safe for concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

const (
	name   = "har"
	format = "har" // the code of schema.Format

	// space is the namespace of what this package says itself.
	space = "Network capture"
	// The names of those records.
	eventAbout   = "capture.about"
	eventRequest = "capture.request"

	// maxEntry is how long one request may be with all that came back, in bytes:
	// captures hold whole pages and films.
	maxEntry = 64 << 20
)

// Name implements schema.Source.
func (*Source) Name() string { return name }

// Match implements schema.Source.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	if is, locked := archived(f.Head); is {
		if locked {
			return schema.Format{Code: formatSAZ, Refused: schema.CodeEncryptedMember}, true
		}
		return schema.Format{Code: formatSAZ}, true
	}
	if isFlows(f.Head) {
		return schema.Format{Code: formatFlows}, true
	}
	text, _ := jsonstream.Decode(bytes.NewReader(f.Head), nil)
	head, err := io.ReadAll(text)
	if err != nil || !isCapture(head) {
		return schema.Format{}, false
	}
	return schema.Format{Code: format}, true
}

// Records implements schema.Source.
//
// Whose an event is, is told by the identifiers in it; see identity.Identity.
// Errors have the code of the file's own reader, or CodeUnknownFormat for a file
// that Match does not accept. A request that cannot be read has no Raw: nobody
// knows what is in it. Its size is in Cut.
func (*Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		r := &reading{
			who: who, file: f, tally: t, yield: yield,
			outer: jsonstream.Flattener{Tally: t, Closed: true}, inner: jsonstream.Flattener{Tally: t},
		}
		if err := r.all(); err != nil {
			yield(schema.Record{}, err)
		}
	}
}

// reading is the state of one file being read.
type reading struct {
	who   schema.Subject
	file  schema.File
	tally *schema.Tally
	outer jsonstream.Flattener // of requests, whose bodies stay closed
	inner jsonstream.Flattener // of events
	yield func(schema.Record, error) bool

	count int64 // records so far
	shift int64 // from an offset in the list of requests to one in the file, or -1: there is none
}

// all hands over every record. It returns nil where the caller wants no more.
func (r *reading) all() error {
	is, ok := New().Match(r.file)
	switch {
	case !ok:
		return schema.Fail(schema.CodeUnknownFormat, "read capture", nil)
	case is.Refused != "":
		return schema.Fail(is.Refused, "read capture", nil)
	case is.Code == formatSAZ:
		return r.archive()
	case is.Code == formatFlows:
		return r.flows()
	}
	in, err := r.file.Open()
	if err != nil {
		return schema.FailRead("open capture", err)
	}
	defer in.Close()
	text, encoding := jsonstream.Decode(in, r.tally)
	s := seeker{in: bufio.NewReaderSize(text, 64<<10)}
	found, err := s.seek()
	if err != nil {
		return schema.FailRead("read capture", err)
	}
	switch {
	case encoding != jsonstream.UTF8:
		r.shift = -1
	case bytes.HasPrefix(r.file.Head, []byte("\xef\xbb\xbf")):
		r.shift = s.passed + 3 - 1
	default:
		r.shift = s.passed - 1
	}
	if !r.about(s.head, found) || !found {
		return nil
	}
	return r.entries(io.MultiReader(bytes.NewReader([]byte("[")), s.in))
}

// entries hands over the requests, and the objects behind their list: some
// programs name themselves there. Bare values behind it, such as the version of
// the form, are passed, and are no fault of the file.
func (r *reading) entries(list io.Reader) error {
	tally, told := new(schema.Tally), new(schema.Tally)
	defer func() { r.tally.Repair(schema.RepairTruncated, tally.Repairs[schema.RepairTruncated]) }()
	for p, err := range jsonstream.Split(list, maxEntry, tally) {
		if err != nil {
			return schema.FailRead("read capture", err)
		}
		more, isEntry := r.piece(p)
		if !more {
			return nil
		}
		if !isEntry {
			continue
		}
		for kind, n := range tally.Repairs {
			if kind != schema.RepairTruncated {
				r.tally.Repair(kind, n-told.Repairs[kind])
				told.Repair(kind, n-told.Repairs[kind])
			}
		}
	}
	return nil
}

// piece hands over one object of the list, and what it carries. It reports
// whether the caller wants more, and whether the object was a request.
func (r *reading) piece(p jsonstream.Piece) (more, isEntry bool) {
	fields, code := []schema.Field(nil), p.Code
	if code == "" {
		fields, code = r.outer.Flatten(nil, p.Raw)
	}
	if code != "" {
		return r.broken(p, code), true
	}
	x, ok := r.entry(fields)
	if !ok {
		return r.note(fields, p.Offset), false
	}
	return r.request(x, p.Offset), true
}

// broken hands over a request that cannot be read: nothing of it is shown, for
// it can hold a password as well as an event.
func (r *reading) broken(p jsonstream.Piece, code schema.Code) bool {
	rec := r.record(p.Offset)
	rec.Unreadable, rec.Cut = code, p.Size
	return r.yield(rec, nil)
}

// record starts the next record.
func (r *reading) record(offset int64) schema.Record {
	r.count++
	if r.shift < 0 || offset < 0 {
		offset = -1
	} else {
		offset += r.shift
	}
	return schema.Record{Source: name, From: schema.Origin{File: r.file.Name, Record: r.count, Offset: offset}}
}
