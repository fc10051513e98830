package dataviewer

import (
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
	"inzage/workers/internal/table"
)

// column is the prefix of the fields that are cells.
const column = "column."

// table reads a table of events.
func (r *reading) table(text io.Reader, l layout, encoding string) error {
	watch := &asciiWatch{r: text}
	t := table.NewReader(watch, l.comma)
	h, err := table.ReadHeader(t, r.tally)
	if err != nil {
		return coded("read header", err)
	}
	c := columns{paths: make([]string, len(h)), payload: l.payload, name: h.Column("Name"), stamp: h.Column("Timestamp"), sid: h.Column("SID")}
	for i := range h {
		c.paths[i] = cellPath(h, i)
	}
	damaged := false
	for {
		row, err := h.Next(t, r.tally)
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
			break
		}
		if err != nil {
			return coded("read table", err)
		}
		rec := r.record(row.Offset)
		out := r.cells(&rec, row, &c)
		r.complete(&rec, out)
		damaged = damaged || !watch.high && slices.ContainsFunc(rec.Fields, lostLetter)
		if err := r.emit(rec); err != nil {
			return err
		}
	}
	if damaged && !watch.high && encoding == jsonstream.UTF8 {
		r.tally.Repair(schema.RepairDamagedASCII, 1)
	}
	return nil
}

// columns tells what the columns of a table hold, by index; -1 where there is no
// such column.
type columns struct {
	paths                     []string // of the fields
	payload, name, stamp, sid int
}

// cells turns a row into fields: those of the payload, then the other cells.
func (r *reading) cells(rec *schema.Record, row table.Row, in *columns) outside {
	whole := jsonstream.Piece{Raw: row.Raw, Size: row.Size}
	if row.Code != "" {
		unreadable(rec, row.Code, whole)
		return outside{}
	}
	var out outside
	opened := false
	if in.payload < len(row.Cells) {
		if cell := string(row.Cells[in.payload]); isJSON(cell) {
			var code schema.Code
			if rec.Fields, code = r.flat.FlattenString(rec.Fields, cell); code != "" {
				unreadable(rec, code, whole)
			}
			opened = true
		}
	}
	for i, c := range row.Cells {
		if i == in.payload && opened {
			continue
		}
		value := table.Text(c, r.tally)
		switch i {
		case in.name:
			out.name = value
		case in.stamp:
			out.stamp = value
		case in.sid:
			out.sid = value
		}
		if rec.Unreadable == "" {
			if i >= len(in.paths) {
				in.paths = append(in.paths, cellPath(nil, i)) // beyond the header
			}
			rec.Fields = append(rec.Fields, schema.Field{Path: in.paths[i], Value: schema.NewPersonal(value)})
		}
	}
	return out
}

// cellPath names a cell by its column, apart from the fields of the payload, or
// by its position where the column has no name.
func cellPath(h table.Header, i int) string {
	if i < len(h) && h[i] != "" {
		return column + h[i]
	}
	return h.Name(i)
}

// asciiWatch notes whether a text has anything but ASCII.
type asciiWatch struct {
	r    io.Reader
	high bool
}

// Read implements io.Reader.
func (w *asciiWatch) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	for i := 0; i < n && !w.high; i++ {
		w.high = p[i] >= utf8.RuneSelf
	}
	return n, err
}

// lostLetter reports whether a value has a question mark where a letter was, as
// in "Ren?e". It must stand between lower-case letters in a text that is no web
// address and no query, so that it errs on the side of silence: the repair
// tells a person that the file was damaged before it came to us.
func lostLetter(f schema.Field) bool {
	v := f.Value.Reveal()
	if f.Kind != schema.String || strings.ContainsAny(v, "=&/*") {
		return false
	}
	for i := 1; i+1 < len(v); i++ {
		if v[i] == '?' && unicode.IsLetter(rune(v[i-1])) && unicode.IsLower(rune(v[i+1])) {
			return true
		}
	}
	return false
}
