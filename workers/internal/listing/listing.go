// Package listing reads files that are lists of records, as services and portals
// hand them out: JSON in pages, in lists or one after another, or a table. The
// sources that receive such files say what is theirs and what the fields mean.
package listing

import (
	"bytes"
	"io"
	"iter"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
	"inzage/workers/internal/table"
)

// Form is how a file is arranged.
type Form struct {
	Code  string // of schema.Format; empty where the file is none of the source's
	Comma byte   // what parts the cells of a table; 0 for JSON
}

// Recognise judges by the beginning of a file. Columns gives the code of a table
// with that header, keys that of JSON with an object of those keys among the
// first; either gives "" for what is not the source's.
func Recognise(head []byte, columns func(h table.Header) string, keys func(keys []string) string) Form {
	decoded, _ := jsonstream.Decode(bytes.NewReader(head), nil)
	text, err := io.ReadAll(decoded)
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return Form{}
	}
	if start := bytes.TrimLeft(text, " \t\r\n,"); len(start) == 0 || start[0] != '{' && start[0] != '[' {
		code := ""
		comma, ok := table.Recognise(string(text), func(h table.Header, _ *table.Reader) bool {
			code = columns(h)
			return code != ""
		})
		if ok {
			return Form{code, comma}
		}
	}
	const objects = 8
	for p, err := range jsonstream.SplitPages(bytes.NewReader(text), len(text), nil) {
		if err != nil || p.Ordinal > objects {
			break
		}
		if code := keys(jsonstream.TopKeys(p.Raw)); code != "" {
			return Form{Code: code}
		}
	}
	return Form{}
}

// Reader reads the files of one source.
type Reader struct {
	Source string
	// Open names the column whose cells hold a record as JSON, if there is one.
	// The fields of that record get paths under the name of the column.
	Open string
	// Under is put before the paths of records in JSON, as in "AuditData".
	Under string
	// Timeless tells that the records are of no moment, so that one without a time
	// lacks nothing.
	Timeless bool
	// Complete fills in what the fields say about the record as a whole; rec can
	// be read.
	Complete func(rec *schema.Record)
}

// Records reads a file of that form, see schema.Source. A cell that should hold a
// record and cannot be read, because a program cut it off, is a field like any
// other, and counted; the rest of its row can be read.
//
// Errors have the code of the file's own reader, or CodeUnknownFormat for a form
// without code.
func (r *Reader) Records(form Form, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		in := &reading{
			Reader: r, file: f, tally: t, flat: jsonstream.Flattener{Tally: t}, yield: yield,
			paths: make(map[string]string),
		}
		if err := in.all(form); err != nil {
			yield(schema.Record{}, err)
		}
	}
}

// reading is the state of one file being read.
type reading struct {
	*Reader

	file  schema.File
	tally *schema.Tally
	flat  jsonstream.Flattener
	yield func(schema.Record, error) bool

	count  int64             // records so far
	shift  int64             // from an offset in the text to one in the file, or -1: there is none
	fields int               // of the last record, for the room of the next
	paths  map[string]string // of fields of records in JSON, and what they become
}

// all hands over every record. It returns nil where the caller wants no more.
func (r *reading) all(form Form) error {
	if form.Code == "" {
		return schema.Fail(schema.CodeUnknownFormat, "read list", nil)
	}
	in, err := r.file.Open()
	if err != nil {
		return schema.FailRead("open list", err)
	}
	defer in.Close()
	text, encoding := jsonstream.Decode(in, r.tally)
	switch {
	case encoding != jsonstream.UTF8:
		r.shift = -1
	case bytes.HasPrefix(r.file.Head, []byte("\xef\xbb\xbf")):
		r.shift = 3
	}
	if form.Comma != 0 {
		return r.table(text, form.Comma)
	}
	for p, err := range jsonstream.SplitPages(text, 0, r.tally) {
		if err != nil {
			return schema.FailRead("read list", err)
		}
		if !r.piece(p) {
			return nil
		}
	}
	return nil
}

// piece hands over a record of JSON text.
func (r *reading) piece(p jsonstream.Piece) bool {
	rec := r.record(p.Offset)
	r.flat.Read(&rec, p)
	rec.From = r.origin(p.Offset)
	r.under(r.Under, rec.Fields)
	return r.emit(rec)
}

// table hands over the rows of a table.
func (r *reading) table(text io.Reader, comma byte) error {
	t := table.NewReader(text, comma)
	h, err := table.ReadHeader(t, r.tally)
	if err != nil {
		return schema.FailRead("read header", err)
	}
	at := -1
	if r.Open != "" {
		at = h.Column(r.Open)
	}
	for {
		row, err := h.Next(t, r.tally)
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
			return nil
		}
		if err != nil {
			return schema.FailRead("read table", err)
		}
		if !r.row(row, h, at) {
			return nil
		}
	}
}

// row hands over a row: its cells under the names of their columns, and what is
// in the cell of the record.
func (r *reading) row(row table.Row, h table.Header, at int) bool {
	rec := r.record(row.Offset)
	if rec.Unreadable = row.Code; row.Code != "" {
		rec.Raw, rec.Cut = jsonstream.Piece{Raw: row.Raw, Size: row.Size, Code: row.Code}.Text()
		return r.emit(rec)
	}
	for i, c := range row.Cells {
		value := table.Text(c, r.tally)
		if i == at && strings.HasPrefix(strings.TrimLeft(value, " \t\r\n"), "{") {
			from := len(rec.Fields)
			var code schema.Code
			if rec.Fields, code = r.flat.FlattenString(rec.Fields, value); code == "" {
				r.under(r.Open, rec.Fields[from:])
				continue
			}
			r.tally.Repair(schema.RepairBrokenCell, 1)
		}
		rec.Fields = append(rec.Fields, schema.Field{Path: h.Name(i), Value: schema.NewPersonal(value)})
	}
	return r.emit(rec)
}

// under puts a name before the paths of fields.
func (r *reading) under(name string, fields []schema.Field) {
	if name == "" {
		return
	}
	const enough = 10_000 // paths of all records there are
	for i := range fields {
		f := &fields[i]
		path, ok := r.paths[f.Path]
		if !ok {
			path = name + "." + f.Path
			if len(r.paths) < enough {
				r.paths[f.Path] = path
			}
		}
		f.Path = path
	}
}

// record starts the next record.
func (r *reading) record(offset int64) schema.Record {
	r.count++
	return schema.Record{
		Source: r.Source, From: r.origin(offset),
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
		if r.Complete(&rec); rec.At.IsZero() && !r.Timeless {
			r.tally.Repair(schema.RepairNoTime, 1)
		}
	}
	if len(rec.Fields) == 0 {
		rec.Fields = nil
	}
	return r.yield(rec, nil)
}
