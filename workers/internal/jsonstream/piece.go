package jsonstream

import (
	"unicode/utf8"

	"inzage/schema"
)

const (
	// DefaultLimit is how long a record may be, in bytes, unless Split is told
	// otherwise.
	DefaultLimit = 16 << 20
	// Keep is how much of the text of an unreadable record is kept, in bytes.
	// The rest stays in the raw file.
	Keep = 64 << 10
)

// Piece is one top-level record as Split cut it out: an object, or an element
// of a top-level array that is no object (a string, number, literal, or array
// of such). Flattener gives the fields of either.
type Piece struct {
	// Raw is the record's text, valid until the next step of the sequence. It
	// is all of the record but where Code is CodeTooLarge.
	Raw []byte
	// Offset is the position of the first byte in the stream that Split read,
	// Size the number of bytes there. Where Decode converted the stream these
	// count the converted bytes.
	Offset, Size int64
	// Ordinal counts the pieces from 1.
	Ordinal int64
	// Code says why the record could not be cut out whole, or is empty:
	//   - CodeTruncated: the stream ends inside the record;
	//   - CodeTooLarge: it is longer than the limit; Raw is its beginning;
	//   - CodeSyntax: the next record begins before this one has ended.
	// A piece without a code need not be valid JSON.
	Code schema.Code
}

// Text returns a copy of the beginning of the record, Keep bytes at most and
// not cut inside a character, and how many bytes of the record follow it.
func (p Piece) Text() (text schema.Personal, cut int64) {
	raw := p.Raw[:min(len(p.Raw), Keep)]
	if int64(len(raw)) < p.Size {
		raw = wholeRunes(raw)
	}
	return schema.NewPersonal(string(raw)), p.Size - int64(len(raw))
}

// wholeRunes returns b without the part of a character at its end.
func wholeRunes(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}
