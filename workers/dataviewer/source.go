package dataviewer

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"
	"time"
	_ "time/tzdata" // Europe/Amsterdam, also on machines without zone files

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// Source reads Diagnostic Data Viewer dumps. It is safe for concurrent use.
type Source struct {
	// Temp is the folder for the private copy that a database is read from
	// (a folder of mode 0700, removed when the sequence ends); empty stands for
	// the system's.
	Temp string
}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (s *Source) Name() string { return "dataviewer" }

// Match implements schema.Source.
func (s *Source) Match(f schema.File) (schema.Format, bool) {
	switch {
	case isDatabase(f.Head):
		return schema.Format{Code: formatDatabase}, holdsEvents(f)
	case isSidecar(f):
		return schema.Format{Code: formatSidecar, Support: true}, true
	}
	text, _ := jsonstream.Decode(bytes.NewReader(f.Head), nil)
	head, err := io.ReadAll(text)
	if err != nil {
		return schema.Format{}, false
	}
	l := recognise(string(head))
	format := schema.Format{Code: l.format}
	if l.format == formatList {
		format.Refused = schema.CodeFormatList
	}
	return format, l.format != ""
}

// Records implements schema.Source.
//
// Whose a record is, is told by the identifiers in it; see identity.Identity. Where the
// subject names neither SIDs nor local ids, nothing can be told apart and all
// records are the subject's; how many people there are shows in the number of
// distinct values of the fields "db.sid" and "ext.user.localId", which are kept
// like any other.
//
// Besides the codes of the file's own reader an error has CodeDamagedDatabase
// (after the records that could be read), CodeFormatList or CodeUnknownFormat
// (for a file that Match does not accept).
func (s *Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		in, err := f.Open()
		if err != nil {
			yield(schema.Record{}, coded("open dump", err))
			return
		}
		defer in.Close() //nolint:errcheck // only read from
		head, all := peek(in)
		r := &reading{who: who, file: f, tally: t, flat: jsonstream.Flattener{Tally: t}, yield: yield}
		err = r.zones()
		switch {
		case err != nil:
		case isDatabase(head):
			err = r.database(s.Temp, all)
		default:
			err = r.text(head, all)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(schema.Record{}, err)
		}
	}
}

// errStopped: the caller wants no more records.
var errStopped = errors.New("stopped by the caller")

// coded gives an error its code.
func coded(op string, err error) error {
	if err == nil || errors.Is(err, errStopped) {
		return err
	}
	return schema.FailRead(op, err)
}

// reading is the state of one file being read.
type reading struct {
	who   schema.Subject
	file  schema.File
	tally *schema.Tally
	flat  jsonstream.Flattener
	zone  *time.Location
	yield func(schema.Record, error) bool

	count  int64 // records so far
	shift  int64 // from an offset in the text to one in the file, or -1: there is none
	fields int   // of the last record, for the size of the next
}

// zones loads the time zone of times that have none. A dump is made on a device
// of a Dutch organisation, and says nowhere where that device was.
func (r *reading) zones() (err error) {
	r.zone, err = time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		return schema.Fail(schema.CodeInternal, "load time zone", err)
	}
	return nil
}

// text reads a file that is no database.
func (r *reading) text(head []byte, all io.Reader) error {
	decoded, encoding := jsonstream.Decode(all, r.tally)
	switch {
	case encoding != jsonstream.UTF8:
		r.shift = -1
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		r.shift = 3
	}
	start, text := peek(decoded)
	switch l := recognise(string(start)); l.format {
	case formatCSV:
		return r.table(text, l, encoding)
	case formatCmdlet:
		return r.events(text, true)
	case formatEvents:
		return r.events(text, false)
	case formatList:
		return schema.Fail(schema.CodeFormatList, "read dump", nil)
	}
	return schema.Fail(schema.CodeUnknownFormat, "read dump", nil)
}

// record starts the next record.
func (r *reading) record(offset int64) schema.Record {
	r.count++
	if offset >= 0 && r.shift >= 0 {
		offset += r.shift
	} else {
		offset = -1
	}
	return schema.Record{
		Source: "dataviewer",
		From:   schema.Origin{File: r.file.Name, Record: r.count, Offset: offset},
		Fields: make([]schema.Field, 0, r.fields+r.fields/8+8),
	}
}

// unreadable makes rec one that cannot be read, with its text.
func unreadable(rec *schema.Record, code schema.Code, p jsonstream.Piece) {
	rec.Unreadable, rec.Fields = code, nil
	rec.Raw, rec.Cut = p.Text()
}

// emit hands a record over.
func (r *reading) emit(rec schema.Record) error {
	r.fields = len(rec.Fields)
	if len(rec.Fields) == 0 {
		rec.Fields = nil
	}
	if !r.yield(rec, nil) {
		return errStopped
	}
	return nil
}

// isJSON reports whether a cell holds JSON rather than text.
func isJSON(cell string) bool {
	cell = strings.TrimLeft(cell, " \t\r\n")
	return strings.HasPrefix(cell, "{") || strings.HasPrefix(cell, "[")
}
