// Package table reads delimited text as it really arrives: with line ends inside
// cells, quotes in the wrong place, rows too long for memory, and the lines that
// Excel and PowerShell add. All sources that receive tables read them through it.
package table

import (
	"bytes"
	"io"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// Limit is the size of the largest row that is read, in bytes.
const Limit = 16 << 20

// Row is one row of a table. Cells and Raw are valid until the next row.
type Row struct {
	Cells  [][]byte
	Offset int64  // of its first byte in the text
	Size   int64  // in bytes, line end included
	Raw    []byte // its text; only the beginning where it is over the limit
	// Code is why the row cannot be read; then it has no cells:
	//   - CodeSyntax: a quote in the wrong place;
	//   - CodeTruncated: the text ends inside a quoted cell;
	//   - CodeTooLarge: it is longer than the limit.
	Code schema.Code
}

// Reader reads rows of delimited text as RFC 4180 has them, and line ends inside
// quotes as they are, in one pass and in the memory of one row. encoding/csv is
// not used because it changes line ends inside cells, does not tell where a row
// stood, and lets a missing quote take the rest of the file with it.
//
// A broken row ends where the next one visibly begins: at the next line that
// begins with a quote and a character of a cell where rows are quoted (inside a
// well-formed cell such a quote would be doubled), else at the next line.
// Rows are taken to be quoted where this one and the last good one begin so.
type Reader struct {
	r     io.Reader
	comma byte
	limit int

	buf   []byte
	a, b  int // the unread part of buf
	base  int64
	err   error // what ended r, io.EOF included
	again int   // bytes read a second time, see resume
	// quoted tells that the last good row began with a quote, known that there
	// was one.
	quoted, known bool

	cells   [][]byte
	scratch []byte
}

// NewReader reads the table in r, of UTF-8 text, whose cells are parted by comma.
func NewReader(r io.Reader, comma byte) *Reader {
	return &Reader{r: r, comma: comma, limit: Limit, buf: make([]byte, 64<<10)}
}

// Next returns the next row that is not blank. It ends with io.EOF, or with the
// error of the underlying reader after the rows before it.
func (t *Reader) Next() (Row, error) {
	for {
		d := t.buf[t.a:t.b]
		end, bad, state := t.scan(d)
		switch state {
		case whole:
			r := Row{Cells: t.cells, Raw: d[:end], Offset: t.base + int64(t.a), Size: int64(end)}
			t.a += end
			if len(r.Cells) == 1 && len(bytes.TrimRight(r.Raw, "\r\n")) == 0 {
				continue
			}
			t.quoted, t.known = d[0] == '"', true
			return r, nil
		case atEnd:
			return Row{}, t.err
		case more:
			if len(d) <= t.limit {
				t.fill()
				continue
			}
			return t.skip(len(d), schema.CodeTooLarge), nil
		case stray, open:
		}
		next, found := t.resume(d, bad)
		switch {
		case !found && t.err == nil && len(d) <= t.limit:
			t.fill() // the next row may be in sight after the next read
			continue
		case !found && t.err == nil:
			return t.skip(len(d), schema.CodeTooLarge), nil
		}
		r := Row{Raw: d[:next], Offset: t.base + int64(t.a), Size: int64(next), Code: schema.CodeSyntax}
		if state == open && next == len(d) {
			r.Code = schema.CodeTruncated
		}
		t.a += next
		return r, nil
	}
}

// fill reads on until the buffer is full, a larger one when nothing in it can
// go, so that a long row is scanned a few times, not once per read.
func (t *Reader) fill() {
	if t.a > 0 {
		copy(t.buf, t.buf[t.a:t.b])
		t.base += int64(t.a)
		t.b -= t.a
		t.a = 0
	} else if t.b == len(t.buf) {
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	for idle := 0; t.b < len(t.buf) && t.err == nil; {
		n, err := t.r.Read(t.buf[t.b:])
		t.b += n
		t.err = err
		if n > 0 {
			idle = 0
		} else if idle++; idle == 100 && err == nil {
			t.err = io.ErrNoProgress
		}
	}
}

// state is what scan found.
type state uint8

const (
	whole state = iota // a row
	more               // the beginning of one
	atEnd              // nothing, and there will be nothing
	stray              // a quote in the wrong place
	open               // a quote that the text does not close
)

// scan reads one row from d into t.cells. It returns where the row ends, or
// where it cannot go on.
func (t *Reader) scan(d []byte) (end, bad int, s state) {
	last := t.err != nil
	if len(d) == 0 {
		if last {
			return 0, 0, atEnd
		}
		return 0, 0, more
	}
	t.cells, t.scratch = t.cells[:0], t.scratch[:0]
	i := 0
	for {
		var cell []byte
		if i < len(d) && d[i] == '"' {
			closing, doubled := closeQuote(d, i+1, last)
			if closing < 0 {
				if last {
					return 0, len(d), open
				}
				return 0, 0, more
			}
			cell = d[i+1 : closing]
			if doubled {
				cell = t.squeeze(cell)
			}
			i = closing + 1
		} else {
			from := i
			for i < len(d) && d[i] != t.comma && d[i] != '\n' {
				i++
			}
			if i == len(d) && !last {
				return 0, 0, more
			}
			cell = d[from:i]
			if n := len(cell); n > 0 && cell[n-1] == '\r' && (i == len(d) || d[i] == '\n') {
				cell = cell[:n-1]
			}
		}
		t.cells = append(t.cells, cell)
		if i < len(d) && d[i] == '\r' && (i+1 < len(d) && d[i+1] == '\n' || i+1 == len(d) && last) {
			i++
		}
		switch {
		case i == len(d) && last:
			return i, 0, whole
		case i == len(d), d[i] == '\r' && i+1 == len(d):
			return 0, 0, more
		case d[i] == t.comma:
			i++
		case d[i] == '\n':
			return i + 1, 0, whole
		default:
			return 0, i, stray
		}
	}
}

// closeQuote returns the index of the quote that closes the cell whose content
// begins at d[i], less than 0 where it is not in sight.
func closeQuote(d []byte, i int, last bool) (closing int, doubled bool) {
	for {
		k := bytes.IndexByte(d[i:], '"')
		if k < 0 {
			return -1, doubled
		}
		i += k
		if i+1 == len(d) {
			if last {
				return i, doubled
			}
			return -1, doubled
		}
		if d[i+1] != '"' {
			return i, doubled
		}
		doubled = true
		i += 2
	}
}

// squeeze turns doubled quotes into single ones, beside the buffer, because the
// row's own text may still be wanted.
func (t *Reader) squeeze(cell []byte) []byte {
	from := len(t.scratch)
	for {
		k := bytes.IndexByte(cell, '"')
		if k < 0 {
			break
		}
		t.scratch = append(t.scratch, cell[:k+1]...)
		cell = cell[k+2:]
	}
	t.scratch = append(t.scratch, cell...)
	return t.scratch[from:len(t.scratch):len(t.scratch)]
}

// resume finds where the row after the broken one in d begins; scanning stopped
// at bad. With the text at its end, that is the end at the latest.
func (t *Reader) resume(d []byte, bad int) (next int, found bool) {
	if t.allQuoted(d[0]) {
		next, found = t.nextQuotedRow(d, max(bad-1, 1))
	} else {
		// The quote that is wrong stands on the first line as a rule, so the
		// lines after it are read again as rows of their own. But not for ever:
		// text made for it could have each line scan all lines behind it.
		from := 0
		if t.again > 4*t.limit {
			from = min(bad, len(d)-1)
		}
		if k := bytes.IndexByte(d[from:], '\n'); k >= 0 {
			next, found = from+k+1, true
			t.again += max(bad-next, 0)
		}
	}
	if !found {
		return len(d), t.err != nil
	}
	return next, true
}

// allQuoted reports whether the rows here are quoted throughout; first is the
// first byte of the present one.
func (t *Reader) allQuoted(first byte) bool {
	return first == '"' && (t.quoted || !t.known)
}

// nextQuotedRow finds the first quote from d[i] on that begins a line and is
// followed by text, or by the end of an empty cell.
func (t *Reader) nextQuotedRow(d []byte, i int) (int, bool) {
	for {
		k := bytes.Index(d[i-1:], []byte("\n\""))
		if k < 0 || i+k+lookAhead > len(d) {
			return 0, false
		}
		i += k
		switch d[i+1] {
		case '"':
			if d[i+2] == t.comma {
				return i, true
			}
		case ',', ';', '\t', '\r', '\n':
		default:
			return i, true
		}
		i++
	}
}

// lookAhead is how many bytes from a quote on tell whether it begins a row.
const lookAhead = 3

// skip passes a row that is over the limit, of which n bytes are in the buffer,
// and keeps its beginning.
func (t *Reader) skip(n int, code schema.Code) Row {
	r := Row{Offset: t.base + int64(t.a), Code: code}
	head := bytes.Clone(t.buf[t.a : t.a+min(n, jsonstream.Keep)])
	quoted := t.allQuoted(t.buf[t.a])
	for from := n; ; from = lookAhead {
		d := t.buf[t.a:t.b]
		next, found := 0, false
		if from = min(from, len(d)); quoted {
			next, found = t.nextQuotedRow(d, max(from-lookAhead, 1))
		} else if k := bytes.IndexByte(d[from:], '\n'); k >= 0 {
			next, found = from+k+1, true
		}
		if !found && t.err != nil {
			next, found = len(d), true
		}
		if found {
			t.a += next
			r.Size = t.base + int64(t.a) - r.Offset
			r.Raw = head
			return r
		}
		t.a = max(t.b-lookAhead, t.a) // a row may begin there, and the next bytes tell
		t.fill()
	}
}
