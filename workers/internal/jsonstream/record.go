package jsonstream

import "inzage/schema"

// record is the state of the scan for the end of one record.
type record struct {
	from   int64  // offset of its first byte
	depth  int    // open brackets
	kinds  uint64 // the innermost 64 of them, the last in bit 0; 1 is an object
	first  bool   // no string yet since the last opening brace
	quoted bool   // inside a string
	quote  int64  // offset of the quote that opened the last string
	bare   int    // length of a number or literal, which is known beforehand
	over   bool   // longer than the limit: its bytes are no longer kept
	head   []byte // the beginning of such a record
}

// lookBack is how far restart looks back from a quote, and fits from where it is
// asked, in bytes.
const lookBack = 256

// begin sets the record up to begin at offset from.
func (r *record) begin(from int64) {
	*r = record{from: from, head: r.head[:0]}
}

// cut reads the record that begins at pos to its end and leaves pos there.
func (s *splitter) cut() Piece {
	code := schema.Code("")
	if s.bare > 0 {
		s.pos += s.bare // peeked at, so in the window
	} else {
		code = s.scan()
	}
	s.ordinal++
	s.prose, s.comma = false, afterValue
	p := Piece{Offset: s.from, Size: s.at(s.pos) - s.from, Ordinal: s.ordinal, Code: code}
	switch {
	case s.over:
		p.Raw, p.Code = s.head, schema.CodeTooLarge
	case p.Size > int64(s.limit):
		p.Raw, p.Code = s.buf[s.index(s.from):][:min(Keep, s.limit)], schema.CodeTooLarge
	default:
		p.Raw = s.buf[s.index(s.from):s.pos]
	}
	return p
}

// scan moves pos behind the record and reports how it ended.
func (s *splitter) scan() schema.Code {
	for {
		if code, ended := s.step(); ended {
			return code
		}
		if s.fill(s.hold()) {
			continue
		}
		if s.pos < s.end { // a byte that waited for its successor
			if code, ended := s.step(); ended {
				return code
			}
		}
		s.pos = s.end
		return schema.CodeTruncated
	}
}

// hold is the first byte that must stay in the window. A record that turned out
// to be too large is let go, but for its head and for what restart and fits may
// look at. It may still be cut up to lookBack bytes before pos, hence the margin:
// one that is let go is too large wherever it is cut.
func (s *splitter) hold() int {
	if i := s.index(s.from); !s.over && s.pos-i > s.limit+lookBack {
		s.over = true
		s.head = append(s.head, s.buf[i:i+min(Keep, s.limit)]...)
	}
	if s.over {
		return max(s.pos-2*lookBack, 0)
	}
	return s.index(s.from)
}

// step scans the window from pos on until the record ends, or else to the end
// of the window. It stops short of a byte that cannot be judged without the
// next one.
func (s *splitter) step() (code schema.Code, ended bool) {
	b, i := s.buf[:s.end], s.pos
	depth, kinds, first := s.depth, s.kinds, s.first
	for i < len(b) {
		if s.quoted {
			i = skipText(b, i)
			if i == len(b) {
				break
			}
			if b[i] == '\\' {
				if i+1 == len(b) {
					break
				}
				i += 2
				continue
			}
			if isBrace(b, i-1) {
				if i+1 == len(b) && s.err == nil {
					break
				}
				if cut, ok := s.restart(b, i, kinds); ok {
					s.pos = cut
					return schema.CodeSyntax, true
				}
			}
			s.quoted = false
			i++
			if depth == 0 {
				s.pos = i
				return "", true
			}
			continue
		}
		switch c := b[i]; c {
		case '"':
			if first && depth > 1 {
				if cut, ok := s.restart(b, i, kinds); ok {
					s.pos = cut
					return schema.CodeSyntax, true
				}
			}
			s.quoted, s.quote, first = true, s.at(i), false
		case '{':
			depth, kinds, first = depth+1, kinds<<1|1, true
		case '[':
			if s.fits(b, i) {
				depth, kinds = depth+1, kinds<<1
			}
		case '}', ']':
			if c == ']' && depth == 1 && kinds&1 == 1 {
				break // a slip: no square bracket ends an object
			}
			depth, kinds = depth-1, kinds>>1
			if depth == 0 {
				s.pos = i + 1
				return "", true
			}
		default:
			for c <= ' ' && i+1 < len(b) && b[i+1] <= ' ' {
				i++ // the white space of a layout, which can be half of a file
			}
		}
		i++
	}
	s.pos, s.depth, s.kinds, s.first = i, depth, kinds, first
	return "", false
}

// isBrace reports whether the last byte of b[:i+1] that is no white space is an
// opening brace. It is the cheap question before restart.
func isBrace(b []byte, i int) bool {
	for low := max(i-lookBack, 0); i >= low; i-- {
		if !isSpace(b[i]) {
			return b[i] == '{'
		}
	}
	return false
}

// restart decides whether the quote at b[q] opens the first key of a new record
// although this one has not ended: because a quote is missing, so that strings
// and what is between them changed places, or because a bracket is. Then cut is
// where this record ends.
//
// The brace before the quote must be one that cannot stand in this record: it
// is inside a string, or no colon is before it where a key is due. And it must
// look like a record: it follows a closing brace or a stray quote, with or
// without a comma, or it begins a line that is indented no further than the one
// on which this record began, so that an object inside a broken record, which a
// pretty-printed file puts further to the right, is not taken for a record.
//
// In valid JSON there is no such brace, so what is valid is never cut in two.
func (s *splitter) restart(b []byte, q int, kinds uint64) (cut int, ok bool) {
	low := max(s.index(s.from)+1, q-lookBack, 0)
	if s.quoted {
		low = max(low, s.index(s.quote)+1)
		if q+1 == len(b) || endsString(b[q+1]) {
			return 0, false
		}
	}
	brace := skipBack(b, low, q-1)
	if brace < low || b[brace] != '{' {
		return 0, false
	}
	before := skipBack(b, low, brace-1)
	if before < low && !s.quoted {
		return 0, false
	}
	indent, newLine := lineIndent(b, low, brace)
	fits := newLine && indent <= s.indent
	switch {
	case s.quoted && !newLine:
		end := before
		if end >= low && b[end] == ',' {
			end = skipBack(b, low, end-1)
		}
		if quote := s.index(s.quote); end < low && low == quote+1 {
			fits = !s.fits(b, quote)
		} else {
			fits = end >= low && b[end] == '}'
		}
	case s.quoted:
	case kinds>>1&1 == 1: // the brace stands in an object
		fits = b[before] != ':' && (fits || !newLine)
	default: // in an array, or too deep inside to tell
		fits = fits && b[before] != '[' && b[before] != ',' && b[before] != ':'
	}
	if !fits {
		return 0, false
	}
	cut = brace
	for cut > low && (isSpace(b[cut-1]) || b[cut-1] == ',') {
		cut--
	}
	return cut, true
}

// fits reports whether the string or array that begins at b[i] may do so after
// what stands before it. A bracket that may not is a slip, and opens nothing.
func (s *splitter) fits(b []byte, i int) bool {
	low := max(s.index(s.from), i-lookBack, 0)
	before := skipBack(b, low, i-1)
	if before < low {
		return true // the beginning of the record, or too far away
	}
	switch b[before] {
	case ':', ',', '[', '{':
		return true
	}
	return false
}

// endsString reports whether c follows the closing quote of a string rather
// than the opening quote of a key.
func endsString(c byte) bool {
	return c == ',' || c == ':' || c == '}' || c == ']' || isSpace(c)
}

// skipBack is the index of the last byte of b[low:i+1] that is no white space,
// or less than low.
func skipBack(b []byte, low, i int) int {
	for i >= low && isSpace(b[i]) {
		i--
	}
	return i
}

// lineIndent reports whether nothing but closing brackets, commas and white
// space stands before b[i] on its line, and how far that line is indented.
func lineIndent(b []byte, low, i int) (indent int, ok bool) {
	for j := i - 1; j >= low; j-- {
		switch b[j] {
		case '\n':
			for k := j + 1; k < i && (b[k] == ' ' || b[k] == '\t'); k++ {
				indent++
			}
			return indent, true
		case ' ', '\t', '\r', ',', '}', ']', '[':
		default:
			return 0, false
		}
	}
	return 0, false
}
