package dataviewer

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// column is the prefix of the fields that are cells.
const column = "column."

// table reads a table of events.
func (r *reading) table(text io.Reader, l layout, encoding string) error {
	watch := &asciiWatch{r: text}
	t := newTable(watch, l.comma)
	h, err := readHeader(t, r.tally)
	if err != nil {
		return coded("read header", err)
	}
	paths := make([]string, len(h.names))
	for i, name := range h.names {
		paths[i] = cellPath(name, i)
	}
	damaged := false
	for {
		row, err := t.next()
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
			break
		}
		if err != nil {
			return coded("read table", err)
		}
		if h.repeated(row) {
			r.tally.Repair(schema.RepairFreeText, 1) // two dumps in one file
			continue
		}
		if isTypeLine(row) {
			r.tally.Repair(schema.RepairTypeLine, 1)
			continue
		}
		rec := r.record(row.offset)
		out := r.cells(&rec, row, h, l.payload, paths)
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

// cells turns a row into fields: those of the payload, then the other cells.
func (r *reading) cells(rec *schema.Record, row row, h header, payload int, paths []string) outside {
	whole := jsonstream.Piece{Raw: row.raw, Size: row.size}
	if row.code != "" {
		unreadable(rec, row.code, whole)
		return outside{}
	}
	switch n := len(row.cells); {
	case n < len(h.names):
		r.tally.Repair(schema.RepairShortRow, 1)
	case n > len(h.names):
		r.tally.Repair(schema.RepairLongRow, 1)
	}
	var out outside
	opened := false
	if payload < len(row.cells) {
		if cell := string(row.cells[payload]); isJSON(cell) {
			var code schema.Code
			if rec.Fields, code = r.flat.FlattenString(rec.Fields, cell); code != "" {
				unreadable(rec, code, whole)
			}
			opened = true
		}
	}
	for i, c := range row.cells {
		if i == payload && opened {
			continue
		}
		value, bad := visible(c)
		r.tally.Repair(schema.RepairInvalidUTF8, bad)
		switch i {
		case h.name:
			out.name = value
		case h.stamp:
			out.stamp = value
		case h.sid:
			out.sid = value
		}
		if rec.Unreadable == "" {
			if i >= len(paths) {
				paths = append(paths, cellPath("", i)) // beyond the header
			}
			rec.Fields = append(rec.Fields, schema.Field{Path: paths[i], Value: schema.NewPersonal(value)})
		}
	}
	return out
}

// cellPath names a cell by its column, or by its position from 1 where the
// column has no name.
func cellPath(name string, i int) string {
	if name == "" {
		return fmt.Sprintf("column[%d]", i+1)
	}
	return column + name
}

// repeated reports whether a row is the header once more.
func (h header) repeated(r row) bool {
	return len(r.cells) == len(h.names) &&
		slices.EqualFunc(r.cells, h.names, func(c []byte, n string) bool { return string(bytes.TrimSpace(c)) == n })
}

// isTypeLine recognises the line in which PowerShell 5 names the type of what
// it exports.
func isTypeLine(r row) bool { return bytes.HasPrefix(r.raw, []byte("#TYPE ")) }

// visible returns a cell as text; bytes that are none are shown as \xff, as in
// JSON.
func visible(cell []byte) (text string, bad int64) {
	if utf8.Valid(cell) {
		return string(cell), 0
	}
	var b strings.Builder
	for len(cell) > 0 {
		c, size := utf8.DecodeRune(cell)
		if c == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, cell[0])
			bad++
		} else {
			b.Write(cell[:size])
		}
		cell = cell[size:]
	}
	return b.String(), bad
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
