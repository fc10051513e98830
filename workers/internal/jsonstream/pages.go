package jsonstream

import (
	"bytes"
	"io"
	"iter"

	"inzage/schema"
)

// SplitPages is Split for text that may hold its records in pages, the way in
// which OData services, Microsoft Graph among them, hand out a list: an object
// with the records in "value" and notes on the page beside it, whose names begin
// with "@odata." ("@odata.nextLink"). Such a page is seen through like an array;
// its notes are no record and no free text. Any other object is a record.
//
// A page that ends before its closing brace is counted as RepairTruncated.
func SplitPages(r io.Reader, limit int, t *schema.Tally) iter.Seq2[Piece, error] {
	s := newSplitter(r, limit, readSize, t)
	s.paged = true
	return s.pieces
}

// pageSize bounds what may stand before and behind the records of a page, in
// bytes. The longest note is the address of the next page, with a token of a few
// kilobytes in it.
const pageSize = 32 << 10

// openPage passes the beginning of a page, up to its first record, and reports
// whether there is one at pos.
func (s *splitter) openPage() bool {
	if !s.paged || s.page > 0 || s.prose {
		return false
	}
	n := pageStart(s.peek(pageSize))
	if n == 0 {
		return false
	}
	s.pos += n
	s.arrays++
	s.page, s.fresh, s.comma = s.arrays, false, atStart
	return true
}

// closePage passes what stands behind the records of a page, where the array
// that was just closed was one.
func (s *splitter) closePage() {
	if s.page == 0 || s.arrays >= s.page {
		return
	}
	s.page = 0
	b := s.peek(pageSize)
	n, whole := pageEnd(b)
	switch {
	case whole:
		s.pos += n
	case len(b) < pageSize && n == len(b) && s.failure() == nil:
		s.pos += n
		if s.arrays == 0 {
			s.tally.Repair(schema.RepairTruncated, 1)
		}
	}
}

// pageStart returns the index behind the bracket that opens the records of the
// page that b begins with, or 0.
func pageStart(b []byte) int {
	i := skipBlank(b, 1)
	for {
		key, next := member(b, i)
		switch {
		case next == len(b):
			return 0
		case string(key) == "value" && b[next] == '[':
			if after := skipBlank(b, next+1); after < len(b) && b[after] != '{' && b[after] != ']' {
				return 0 // a list of something else
			}
			return next + 1
		case !bytes.HasPrefix(key, []byte("@odata.")):
			return 0
		}
		if i = skipBlank(b, scalarEnd(b, next)); i == len(b) || b[i] != ',' {
			return 0
		}
		i = skipBlank(b, i+1)
	}
}

// pageEnd returns the index behind the brace that closes a page, of which b is
// what follows the records. Where it is not whole, the index is how far b could
// be the end of a page.
func pageEnd(b []byte) (n int, whole bool) {
	i := skipBlank(b, 0)
	for i < len(b) && b[i] == ',' {
		key, next := member(b, skipBlank(b, i+1))
		if next < len(b) && !bytes.HasPrefix(key, []byte("@odata.")) {
			return i, false
		}
		i = skipBlank(b, scalarEnd(b, next))
	}
	if i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	return i, false
}

// member reads the key at b[i] and returns it with the index of its value, or
// len(b) where there is none in sight.
func member(b []byte, i int) (key []byte, value int) {
	if i >= len(b) || b[i] != '"' {
		return nil, len(b)
	}
	end := closingQuote(b, i+1)
	if end < 0 {
		return nil, len(b)
	}
	key = b[i+1 : end]
	if i = skipBlank(b, end+1); i == len(b) || b[i] != ':' {
		return key, len(b)
	}
	return key, skipBlank(b, i+1)
}

// scalarEnd returns the index behind the string, number or literal at b[i]: i
// itself where there is none, len(b) where its end is not in sight.
func scalarEnd(b []byte, i int) int {
	if i < len(b) && b[i] == '"' {
		if end := closingQuote(b, i+1); end >= 0 {
			return end + 1
		}
		return len(b)
	}
	for i < len(b) && (b[i] == '-' || b[i] == '+' || b[i] == '.' || '0' <= b[i] && b[i] <= '9' || 'a' <= b[i]|0x20 && b[i]|0x20 <= 'z') {
		i++
	}
	return i
}

func skipBlank(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return min(i, len(b))
}
