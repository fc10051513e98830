package auditlog

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
	"inzage/workers/internal/table"
)

// Source reads the audit log. It keeps no state and is safe for concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (*Source) Name() string { return name }

const (
	name = "auditlog"
	data = "AuditData" // the column, and the beginning of the paths, of the record proper
)

// Match implements schema.Source.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	l := recognise(f.Head)
	return schema.Format{Code: l.format}, l.format != ""
}

// Records implements schema.Source.
//
// Whose a record is, the record tells; see owner. Errors have the code of the
// file's own reader, or CodeUnknownFormat for a file that Match does not accept.
func (*Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		r := &reading{
			who: person{who}, file: f, tally: t, flat: jsonstream.Flattener{Tally: t}, yield: yield,
			paths: make(map[string]string),
		}
		if err := r.all(recognise(f.Head)); err != nil {
			yield(schema.Record{}, err)
		}
	}
}

// reading is the state of one file being read.
type reading struct {
	who   person
	file  schema.File
	tally *schema.Tally
	flat  jsonstream.Flattener
	yield func(schema.Record, error) bool

	count  int64             // records so far
	shift  int64             // from an offset in the text to one in the file, or -1: there is none
	fields int               // of the last record, for the room of the next
	paths  map[string]string // of fields of the record proper, and what they become
}

// all hands over every record. It returns nil where the caller wants no more.
func (r *reading) all(l layout) error {
	if l.format == "" {
		return schema.Fail(schema.CodeUnknownFormat, "read audit log", nil)
	}
	in, err := r.file.Open()
	if err != nil {
		return coded("open audit log", err)
	}
	defer in.Close()
	text, encoding := jsonstream.Decode(in, r.tally)
	switch {
	case encoding != jsonstream.UTF8:
		r.shift = -1
	case bytes.HasPrefix(r.file.Head, []byte("\xef\xbb\xbf")):
		r.shift = 3
	}
	if l.format == formatTable {
		return r.table(text, l.comma)
	}
	for p, err := range jsonstream.SplitPages(text, 0, r.tally) {
		if err != nil {
			return coded("read audit log", err)
		}
		if !r.piece(p, l.format == formatEvents) {
			return nil
		}
	}
	return nil
}

// piece hands over a record of JSON text; bare tells that it is what stands in
// AuditData elsewhere.
func (r *reading) piece(p jsonstream.Piece, bare bool) bool {
	rec := r.record(p.Offset)
	r.flat.Read(&rec, p)
	rec.From = r.origin(p.Offset)
	if bare {
		r.inside(rec.Fields)
	}
	return r.emit(rec)
}

// table hands over the rows of a table.
func (r *reading) table(text io.Reader, comma byte) error {
	t := table.NewReader(text, comma)
	h, err := table.ReadHeader(t, r.tally)
	if err != nil {
		return coded("read header", err)
	}
	at := h.Column(data)
	for {
		row, err := h.Next(t, r.tally)
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
			return nil
		}
		if err != nil {
			return coded("read table", err)
		}
		if !r.row(row, h, at) {
			return nil
		}
	}
}

// row hands over a row: the other cells under the names of their columns, and
// what is in the cell of the record.
func (r *reading) row(row table.Row, h table.Header, at int) bool {
	rec := r.record(row.Offset)
	whole := jsonstream.Piece{Raw: row.Raw, Size: row.Size, Code: row.Code}
	rec.Unreadable = row.Code
	for i, c := range row.Cells {
		value := table.Text(c, r.tally)
		if i != at || !isObject(value) {
			rec.Fields = append(rec.Fields, schema.Field{Path: cellPath(h, i), Value: schema.NewPersonal(value)})
			continue
		}
		from := len(rec.Fields)
		rec.Fields, rec.Unreadable = r.flat.FlattenString(rec.Fields, value)
		r.inside(rec.Fields[from:])
	}
	if rec.Unreadable != "" {
		if !r.who.named(string(row.Raw)) { // else by the other cells
			rec.Owner = r.who.owner(rec.Fields)
		}
		rec.Fields = nil
		rec.Raw, rec.Cut = whole.Text()
	}
	return r.emit(rec)
}

// inside puts the fields of the record proper under the name that they have in
// all forms.
func (r *reading) inside(fields []schema.Field) {
	const enough = 10_000 // paths of all records there are
	for i := range fields {
		f := &fields[i]
		path, ok := r.paths[f.Path]
		if !ok {
			path = data + "." + f.Path
			if len(r.paths) < enough {
				r.paths[f.Path] = path
			}
		}
		f.Path = path
	}
}

// cellPath names a cell by its column, or by its position from 1 where the
// column has no name.
func cellPath(h table.Header, i int) string {
	if i >= len(h) || h[i] == "" {
		return fmt.Sprintf("column[%d]", i+1)
	}
	return h[i]
}

// isObject reports whether a cell holds a JSON object.
func isObject(cell string) bool { return strings.HasPrefix(strings.TrimLeft(cell, " \t\r\n"), "{") }

// record starts the next record.
func (r *reading) record(offset int64) schema.Record {
	r.count++
	return schema.Record{
		Source: name, From: r.origin(offset),
		Fields: make([]schema.Field, 0, r.fields+4),
	}
}

func (r *reading) origin(offset int64) schema.Origin {
	if r.shift < 0 {
		offset = -1
	} else {
		offset += r.shift
	}
	return schema.Origin{File: r.file.Name, Record: r.count, Offset: offset}
}

// emit completes a record and hands it over.
func (r *reading) emit(rec schema.Record) bool {
	r.fields = len(rec.Fields)
	if rec.Unreadable == "" {
		r.complete(&rec)
	}
	if len(rec.Fields) == 0 {
		rec.Fields = nil
	}
	return r.yield(rec, nil)
}

// coded gives an error its code: that of the file's own reader where it has
// one. The cause stays reachable, not printed.
func coded(op string, err error) error {
	code := schema.CodeOf(err)
	if code == schema.CodeInternal {
		code = schema.CodeIO
	}
	return schema.Fail(code, op, err)
}
