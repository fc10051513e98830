package bundle

import (
	"bytes"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"inzage/schema"
)

// A row writes the XML of worksheet rows by appending to one buffer. Each
// place where the row's number belongs holds a zero byte, and two zero bytes
// where a new row begins: bytes that XML text can never hold. numbered fills
// them in.
//
// A row also measures how high it must be to show its wrapped texts: not every
// program finds that out when it opens a file.
type row struct {
	buf   []byte
	col   byte
	cols  []column // of the list, for the widths
	room  int      // where the height of the row goes, once it is known
	lines int
}

// begin starts a row.
func (r *row) begin() {
	r.col, r.lines = 'A', 1
	r.buf = append(r.buf, "<row r=\"\x00\x00\""...)
	r.room = len(r.buf)
	r.buf = append(r.buf, `         >`...) // as long as ` ht="150"`; XML allows the spaces
}

func (r *row) end() {
	if r.lines > 1 {
		ht := strconv.AppendInt(append(make([]byte, 0, 16), ` ht="`...), int64(rowHeight(r.lines)), 10)
		copy(r.buf[r.room:], append(ht, '"'))
	}
	r.buf = append(r.buf, "</row>"...)
}

// measure takes note of the text of the cell that was opened last.
func (r *row) measure(s string) {
	if i := int(r.col-'A') - 1; i < len(r.cols) {
		r.lines = max(r.lines, lines(s, r.cols[i].width))
	}
}

// cell opens the next cell of the row. No list has more than 26 columns.
func (r *row) cell(style int) {
	r.buf = append(r.buf, `<c r="`...)
	r.buf = append(r.buf, r.col, 0, '"', ' ', 's', '=', '"')
	r.buf = strconv.AppendInt(r.buf, int64(style), 10)
	r.buf = append(r.buf, '"')
	r.col++
}

// blank is a cell without a value.
func (r *row) blank(style int) {
	r.cell(style)
	r.buf = append(r.buf, "/>"...)
}

// text is a cell with its own text, made visible. It is never a formula,
// whatever the first character is. The caller has split what is too long.
func (r *row) text(style int, s string) {
	if s == "" {
		r.blank(style)
		return
	}
	r.cell(style)
	r.measure(s)
	r.buf = append(r.buf, ` t="inlineStr"><is><t`...)
	if s[0] <= ' ' || s[len(s)-1] <= ' ' {
		r.buf = append(r.buf, ` xml:space="preserve"`...)
	}
	r.buf = append(r.buf, '>')
	r.buf = appendXML(r.buf, s)
	r.buf = append(r.buf, "</t></is></c>"...)
}

// shared is a cell whose text s stands in the table of shared strings.
func (r *row) shared(style, index int, s string) {
	r.cell(style)
	r.measure(s)
	r.buf = append(r.buf, ` t="s"><v>`...)
	r.buf = strconv.AppendInt(r.buf, int64(index), 10)
	r.buf = append(r.buf, "</v></c>"...)
}

// integer is a numeric cell. Excel keeps 15 digits, so only counts and
// positions belong here, never an identifier.
func (r *row) integer(style int, n int64) {
	r.cell(style)
	r.buf = append(r.buf, "><v>"...)
	r.buf = strconv.AppendInt(r.buf, n, 10)
	r.buf = append(r.buf, "</v></c>"...)
}

// moment is a date cell with the wall clock of the zone. It reports false, and
// writes nothing, where Excel has no date for the time.
func (r *row) moment(style int, t time.Time, zone *time.Location) bool {
	start := len(r.buf)
	r.cell(style)
	r.buf = append(r.buf, "><v>"...)
	var ok bool
	if r.buf, ok = appendSerial(r.buf, t, zone); !ok {
		r.buf = r.buf[:start]
		r.col--
		return false
	}
	r.buf = append(r.buf, "</v></c>"...)
	return true
}

// appendSerial appends a time as Excel counts it: days since 30 December 1899
// on the clock of the zone, to the millisecond. Before March 1900 Excel counts
// a day that never was, and after 9999 it has no dates.
func appendSerial(b []byte, t time.Time, zone *time.Location) ([]byte, bool) {
	const day = int64(24 * time.Hour / time.Millisecond)
	local := t.In(zone)
	if y := local.Year(); t.IsZero() || y < 1900 || y > 9999 {
		return b, false
	}
	_, offset := local.Zone()
	ms := t.UnixMilli() + int64(offset)*1000 + 25569*day
	if ms < 61*day {
		return b, false
	}
	b = strconv.AppendInt(b, ms/day, 10)
	if frac := ms % day * 10_000_000_000 / day; frac != 0 {
		var room [20]byte
		digits := strconv.AppendInt(room[:0], frac, 10)
		b = append(b, '.')
		for range 10 - len(digits) {
			b = append(b, '0')
		}
		b = append(b, bytes.TrimRight(digits, "0")...)
	}
	return b, true
}

// appendXML appends s as XML text: hidden characters visible, markup escaped,
// and a literal _xHHHH_ protected, since Excel would read it as a character.
func appendXML(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c-' ' < 0x7f-' ' && c != '&' && c != '<' && c != '>' && c != '_' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			var esc string
			switch {
			case c == '&':
				esc = "&amp;"
			case c == '<':
				esc = "&lt;"
			case c == '>':
				esc = "&gt;"
			case c == '\r':
				esc = "&#xD;" // a bare one would be read as a line feed
			case c == '_' && coded(s[i:]):
				esc = "_x005F_"
			case (c < ' ' && c != '\t' && c != '\n') || c == 0x7f:
				b = append(b, s[start:i]...)
				b = appendByteEscape(b, c)
				i++
				start = i
				continue
			default:
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, esc...)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		bad := r == utf8.RuneError && n == 1
		if bad || hidden(r) {
			b = append(b, s[start:i]...)
			if bad {
				b = appendByteEscape(b, c)
			} else {
				b = appendRuneEscape(b, r)
			}
			start = i + n
		}
		i += n
	}
	return append(b, s[start:]...)
}

// coded reports whether s starts with _xHHHH_.
func coded(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for _, c := range []byte(s[2:6]) {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// sheetRows writes rows into a sheet.
type sheetRows struct {
	row
	*workbook
	out  io.Writer
	next int // number of the last row written
	xml  []byte
}

// add writes the cells as a row, or as several where a text is longer than a
// cell can hold: then each row repeats the short cells, and the long text
// stands in marked parts, directly below each other.
func (s *sheetRows) add(cells []cell) error {
	parts := 1
	var split [][]string
	for i := range cells {
		if fits(cells[i].text) {
			continue
		}
		if p := pieces(visible(cells[i].text)); p != nil {
			if split == nil {
				split = make([][]string, len(cells))
			}
			split[i] = p
			parts = max(parts, len(p))
		}
	}
	for k := range parts {
		s.begin()
		for i := range cells {
			c := cells[i]
			if split != nil && split[i] != nil {
				c.kind, c.text = cellText, ""
				if k < len(split[i]) {
					c.text = s.word("part", "part", strconv.Itoa(k+1), "parts", strconv.Itoa(len(split[i]))) + " " + split[i][k]
				}
			}
			s.put(&c)
		}
		s.end()
	}
	if len(s.buf) < 32<<10 {
		return nil
	}
	return s.flush()
}

// put writes one cell.
func (s *sheetRows) put(c *cell) {
	switch c.kind {
	case cellNumber:
		s.integer(styleNumber, c.n)
	case cellMoment, cellDay:
		if style := styleDate; !s.moment(style, c.at, s.head.Zone) {
			s.sharing.show(&s.row, s.timeText(c.at))
		}
	case cellRight:
		s.text(styleRight, c.text)
	case cellStrong:
		s.text(styleStrong, c.text)
	case cellTerm:
		s.sharing.show(&s.row, c.text)
	case cellText, cellLink, cellPercent:
		s.text(styleText, c.text)
	}
}

// flush writes the rows in the buffer, with their numbers.
func (s *sheetRows) flush() error {
	s.xml, s.next = numbered(s.xml[:0], s.buf, s.next)
	s.buf = s.buf[:0]
	if _, err := s.out.Write(s.xml); err != nil {
		return schema.Fail(schema.CodeIO, "write sheet", err)
	}
	return nil
}

// numbered appends rows to dst with the row numbers filled in: the first row gets
// last+1. It returns the number of the last row.
func numbered(dst, rows []byte, last int) ([]byte, int) {
	digits := make([]byte, 0, 20)
	digits = strconv.AppendInt(digits, int64(last), 10)
	for {
		i := bytes.IndexByte(rows, 0)
		if i < 0 {
			return append(dst, rows...), last
		}
		dst = append(dst, rows[:i]...)
		rows = rows[i+1:]
		if len(rows) > 0 && rows[0] == 0 {
			last++
			digits = strconv.AppendInt(digits[:0], int64(last), 10)
			rows = rows[1:]
		}
		dst = append(dst, digits...)
	}
}
