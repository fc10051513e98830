package table

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"inzage/schema"
)

// Header is the first row of a table: the names of its columns.
type Header []string

// errNoHeader: the first row of a table cannot be read.
var errNoHeader = errors.New("table without a readable header")

// ReadHeader reads what comes before the first row of data: the line in which
// PowerShell names a type and the one that tells Excel the delimiter, which are
// counted, and the header.
func ReadHeader(t *Reader, tally *schema.Tally) (Header, error) {
	for {
		r, err := t.Next()
		if err != nil {
			return nil, err
		}
		switch {
		case r.IsTypeLine():
			tally.Repair(schema.RepairTypeLine, 1)
			continue
		case strings.HasPrefix(string(r.Raw), "sep=") && r.Size <= int64(len("sep=;\r\n")):
			tally.Repair(schema.RepairFreeText, 1)
			continue
		case r.Code != "":
			return nil, errNoHeader
		}
		h := make(Header, 0, len(r.Cells))
		for i, c := range r.Cells {
			if rest, marked := bytes.CutPrefix(c, []byte("\ufeff")); marked && i == 0 { // a second mark: the first is taken by Decode
				tally.Repair(schema.RepairByteOrderMark, 1)
				c = bytes.Trim(rest, `"`)
			}
			h = append(h, strings.TrimSpace(string(c)))
		}
		return h, nil
	}
}

// Column is the index of the column of that name, capitals aside, or -1.
func (h Header) Column(name string) int {
	return slices.IndexFunc(h, func(n string) bool { return strings.EqualFold(n, name) })
}

// Name is the name of the column of a cell, or its position from 1 where the
// column has none: "column[12]".
func (h Header) Name(i int) string {
	if i >= len(h) || h[i] == "" {
		return fmt.Sprintf("column[%d]", i+1)
	}
	return h[i]
}

// Repeated reports whether a row is the header once more, as where two tables
// were put into one file.
func (h Header) Repeated(r Row) bool {
	return len(r.Cells) == len(h) &&
		slices.EqualFunc(r.Cells, h, func(c []byte, n string) bool { return string(bytes.TrimSpace(c)) == n })
}

// Next returns the next row of data. It passes, and counts, the header where it
// is repeated and further lines that name a type, and counts rows that are longer
// or shorter than the header. It ends as Reader.Next does.
func (h Header) Next(t *Reader, tally *schema.Tally) (Row, error) {
	for {
		r, err := t.Next()
		switch {
		case err != nil:
			return r, err
		case h.Repeated(r):
			tally.Repair(schema.RepairFreeText, 1)
		case r.IsTypeLine():
			tally.Repair(schema.RepairTypeLine, 1)
		default:
			switch n := len(r.Cells); {
			case r.Code != "":
			case n < len(h):
				tally.Repair(schema.RepairShortRow, 1)
			case n > len(h):
				tally.Repair(schema.RepairLongRow, 1)
			}
			return r, nil
		}
	}
}

// IsTypeLine recognises the line in which PowerShell 5 names the type of what
// it exports.
func (r Row) IsTypeLine() bool { return bytes.HasPrefix(r.Raw, []byte("#TYPE ")) }

// Text returns a cell as text; bytes that are none are shown as \xff, as in
// JSON, and counted.
func Text(cell []byte, tally *schema.Tally) string {
	if utf8.Valid(cell) {
		return string(cell)
	}
	var b strings.Builder
	for len(cell) > 0 {
		c, size := utf8.DecodeRune(cell)
		if c == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, cell[0])
			tally.Repair(schema.RepairInvalidUTF8, 1)
		} else {
			b.Write(cell[:size])
		}
		cell = cell[size:]
	}
	return b.String()
}

// Recognise finds the delimiter with which the beginning of a text is a table
// that fits says is the one looked for: that of the standard, of Excel in
// countries where the comma is in numbers, or of text copied from a sheet.
func Recognise(head string, fits func(h Header, rows *Reader) bool) (comma byte, ok bool) {
	for _, comma := range []byte{',', ';', '\t'} {
		t := NewReader(strings.NewReader(head), comma)
		if h, err := ReadHeader(t, nil); err == nil && len(h) > 1 && fits(h, t) {
			return comma, true
		}
	}
	return 0, false
}
