package jsonstream

import (
	"bytes"
	"io"
	"iter"

	"inzage/schema"
)

// Split cuts a stream of JSON text into its top-level records, in one pass, in
// linear time, and in the memory of one record of at most limit bytes
// (DefaultLimit when limit is 0 or less).
//
// It takes what comes, in any mixture: arrays of objects, single objects, one
// object a line, objects with commas or nothing between them, with text around
// and between them. Arrays at the top are seen through however deep they are
// nested, as long as they hold objects; an element that is no object is a piece
// of its own. Between pieces there is nothing but white space, commas, square
// brackets, byte order marks and free text, and it is counted in t (which may
// be nil):
//
//   - RepairFreeText, once for each gap that holds any, a closing bracket that
//     nothing opened included;
//   - RepairExtraComma and RepairTrailingComma;
//   - RepairTruncated, once, when an array is still open at the end;
//   - RepairByteOrderMark.
//
// Free text in a line hides quotes, numbers and brackets, but not the beginning
// of an object ({" or {}). Values outside of any array are free text.
//
// A record that is broken ends where the next one visibly begins; see
// (*splitter).restart for what counts as visible.
//
// The sequence can be ranged over once. It ends after an error, which carries
// the code of the reader's own schema.Error, else CodeIO; the record that was
// being read is yielded before it with CodeTruncated.
func Split(r io.Reader, limit int, t *schema.Tally) iter.Seq2[Piece, error] {
	return newSplitter(r, limit, readSize, t).pieces
}

// readSize is the size of the first buffer, in bytes: large enough that the
// rest of a record that is moved to its front is small beside it.
const readSize = 128 << 10

// splitter is the state of one Split.
type splitter struct {
	window
	record
	limit   int
	tally   *schema.Tally
	ordinal int64

	arrays int64 // open arrays around the present position
	paged  bool  // there may be pages, see SplitPages
	page   int64 // how many arrays are open inside the present page, its own included; 0: there is none
	comma  comma
	prose  bool // inside free text, until the line or the element ends
	told   bool // free text in this gap was counted

	// indent is how far the line was indented on which the last record began,
	// or, with fresh set, the white space so far on a line that has nothing else.
	indent int
	fresh  bool
}

// comma is what stands before the present position.
type comma uint8

const (
	atStart comma = iota // of the file or of an array
	afterValue
	afterComma
)

func newSplitter(r io.Reader, limit, size int, t *schema.Tally) *splitter {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return &splitter{
		window: window{r: r, buf: make([]byte, size), most: max(limit, tokenSize) + 2*lookBack},
		limit:  limit,
		tally:  t,
		fresh:  true,
	}
}

// pieces is the sequence that Split returns.
func (s *splitter) pieces(yield func(Piece, error) bool) {
	for s.gap() {
		if !yield(s.cut(), nil) {
			return
		}
	}
	if err := s.failure(); err != nil {
		yield(Piece{}, err)
	}
}

// gap passes what stands between two records and reports whether there is a
// next one. If so, the record is set up to begin at pos.
func (s *splitter) gap() bool {
	s.told = false
	for {
		if s.pos == s.end && !s.fill(s.pos) {
			s.finish()
			return false
		}
		switch c := s.buf[s.pos]; c {
		case ' ', '\t', '\r':
			if s.fresh && c != '\r' {
				s.indent++
			}
			s.pos++
		case '\n':
			s.prose, s.fresh, s.indent = false, true, 0
			s.pos++
		case ',':
			s.passComma()
			s.pos++
		case ']':
			s.closeArray()
			s.pos++
			s.closePage()
		case '[', '{', '"':
			if c == '{' && s.openPage() {
				continue
			}
			if s.opens(c) {
				s.fresh = false
				return true
			}
		default:
			if s.begins() {
				s.fresh = false
				return true
			}
		}
	}
}

// finish counts what is missing at the end of the stream.
func (s *splitter) finish() {
	if s.failure() != nil {
		return
	}
	if s.comma == afterComma {
		s.tally.Repair(schema.RepairTrailingComma, 1)
	}
	if s.arrays > 0 {
		s.tally.Repair(schema.RepairTruncated, 1)
	}
}

func (s *splitter) passComma() {
	if s.prose && s.arrays == 0 {
		return // a comma in a sentence
	}
	if s.comma != afterValue {
		s.tally.Repair(schema.RepairExtraComma, 1)
	}
	s.prose, s.fresh, s.comma = false, false, afterComma
}

func (s *splitter) closeArray() {
	if s.prose && s.arrays == 0 {
		return // a bracket in a sentence
	}
	if s.comma == afterComma {
		s.tally.Repair(schema.RepairTrailingComma, 1)
	}
	if s.arrays > 0 {
		s.arrays--
	} else {
		s.tellText()
	}
	s.prose, s.fresh, s.comma = false, false, afterValue
}

// opens decides what the bracket or quote at pos is. It reports true where a
// record begins there; else it has passed it.
func (s *splitter) opens(c byte) bool {
	next := s.after()
	inArray := s.arrays > 0 && !s.prose
	switch {
	case c == '{' && (!s.prose || next == '"' || next == '}'):
		s.begin(s.at(s.pos))
		return true
	case c == '"' && inArray:
		s.begin(s.at(s.pos))
		return true
	case c == '[' && inArray && next != '{' && next != '[' && next != 0:
		s.begin(s.at(s.pos)) // an array that holds no objects is one value
		return true
	case c == '[' && (next == '{' || !s.prose && startsValue(next)):
		s.arrays++
		s.fresh, s.prose, s.comma = false, false, atStart
	default:
		s.passText()
	}
	s.pos++
	return false
}

// after is the first byte behind the one at pos that is not white space, or 0
// where the stream ends or the white space is longer than a layout would have.
func (s *splitter) after() byte {
	for _, c := range s.peek(spaceSize)[1:] {
		if !isSpace(c) {
			return c
		}
	}
	return 0
}

// spaceSize bounds how far after looks, in bytes.
const spaceSize = 128

// startsValue reports whether c may follow the bracket that opens an array; 0
// stands for the end of the stream and for long white space.
func startsValue(c byte) bool {
	switch c {
	case '{', '[', ']', '"', '-', ',', 't', 'f', 'n', 0:
		return true
	}
	return '0' <= c && c <= '9'
}

// begins decides what the byte at pos is, which is no bracket, quote or comma.
// It reports true for a number or literal inside an array; else it has passed
// free text or a byte order mark.
func (s *splitter) begins() bool {
	if !s.prose && s.buf[s.pos] == bom[0] && string(s.peek(len(bom))) == bom {
		s.tally.Repair(schema.RepairByteOrderMark, 1)
		s.pos += len(bom)
		return false
	}
	if s.arrays > 0 && !s.prose {
		token := s.peek(tokenSize)
		if i := bytes.IndexAny(token, " \t\r\n,[]{}\""); i >= 0 {
			token = token[:i]
		} else if len(token) == tokenSize {
			token = nil
		}
		if isScalar(string(token)) {
			s.begin(s.at(s.pos))
			s.bare = len(token)
			return true
		}
	}
	s.passText()
	s.pos++
	for s.prose && s.pos < s.end && isProse(s.buf[s.pos]) {
		s.pos++
	}
	return false
}

// bom is the byte order mark in UTF-8.
const bom = "\xef\xbb\xbf"

// tokenSize bounds numbers that stand alone in an array, in bytes; what is
// longer is free text.
const tokenSize = 4 << 10

// isScalar reports whether token is a JSON number or literal.
func isScalar(token string) bool {
	switch token {
	case "true", "false", "null":
		return true
	}
	return token != "" && number(token, 0) == len(token)
}

// isProse reports whether c has no meaning in free text.
func isProse(c byte) bool {
	switch c {
	case '\n', ',', '[', ']', '{':
		return false
	}
	return true
}

// passText notes that free text stands at pos. It counts as a value for the
// commas around it.
func (s *splitter) passText() {
	s.tellText()
	if s.buf[s.pos] != '}' { // a brace too many is no sentence
		s.prose = true
	}
	s.fresh, s.comma = false, afterValue
}

func (s *splitter) tellText() {
	if !s.told {
		s.told = true
		s.tally.Repair(schema.RepairFreeText, 1)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
