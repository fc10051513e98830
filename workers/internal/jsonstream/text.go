package jsonstream

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"inzage/schema"
)

// str reads the string whose opening quote is at text[i] and returns it without
// quotes and escapes, and the index behind it, less than 0 where it is broken.
// A string without escapes and invalid bytes is a part of text, not a copy.
func (f *Flattener) str(i int) (v string, end int) {
	s := f.text
	from := i + 1
	for j := from; ; {
		if j = skipPlain(s, j); j == len(s) {
			return "", f.fail(schema.CodeSyntax)
		}
		switch c := s[j]; {
		case c == '"':
			return s[from:j], j + 1
		case c == '\\':
			return f.unescape(from, j)
		case c < ' ':
			if f.level > 0 {
				return "", f.fail(schema.CodeSyntax)
			}
			f.counts.inText.control++
			j++
		default:
			_, n := utf8.DecodeRuneInString(s[j:])
			if n == 1 {
				return f.unescape(from, j)
			}
			j += n
		}
	}
}

// unescape goes on with str where text[from:i] is the string so far and what is
// at i must be replaced.
func (f *Flattener) unescape(from, i int) (v string, end int) {
	b, end := f.appendRest(append(f.loose[:0], f.text[from:i]...), i)
	if end >= 0 {
		v = f.arena.saveBytes(b)
	}
	if cap(b) <= maxLoose {
		f.loose = b
	}
	return v, end
}

// maxLoose is the size, in bytes, up to which the buffer of a string is kept
// for the next one.
const maxLoose = 1 << 20

// appendRest appends the text of the string from text[j] up to its closing
// quote, and returns the index behind that.
func (f *Flattener) appendRest(b []byte, j int) ([]byte, int) {
	s := f.text
	for {
		k := skipPlain(s, j)
		b = append(b, s[j:k]...)
		if j = k; j == len(s) {
			return b, f.fail(schema.CodeSyntax)
		}
		switch c := s[j]; {
		case c == '"':
			return b, j + 1
		case c == '\\':
			var n int
			if b, n = f.escape(b, s[j:]); n == 0 {
				return b, f.fail(schema.CodeSyntax)
			}
			j += n
		case c < ' ':
			if f.level > 0 {
				return b, f.fail(schema.CodeSyntax)
			}
			f.counts.inText.control++
			b = append(b, c)
			j++
		default:
			_, n := utf8.DecodeRuneInString(s[j:])
			if n == 1 {
				f.counts.inText.invalid++
				b = appendByte(b, c)
			} else {
				b = append(b, s[j:j+n]...)
			}
			j += n
		}
	}
}

// escape appends what the escape sequence at the beginning of s stands for, and
// returns the length of the sequence, 0 where there is no such one.
func (f *Flattener) escape(b []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return b, 0
	}
	switch c := s[1]; c {
	case '"', '\\', '/':
		return append(b, c), 2
	case 'b':
		return append(b, '\b'), 2
	case 'f':
		return append(b, '\f'), 2
	case 'n':
		return append(b, '\n'), 2
	case 'r':
		return append(b, '\r'), 2
	case 't':
		return append(b, '\t'), 2
	}
	r, ok := unit(s)
	switch {
	case !ok:
		return b, 0
	case !utf16.IsSurrogate(r):
		return utf8.AppendRune(b, r), 6
	}
	if low, ok := unit(s[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return utf8.AppendRune(b, pair), 12
		}
	}
	f.counts.inText.surrogate++
	return append(b, s[:6]...), 6
}

// unit reads the sequence \uXXXX at the beginning of s.
func unit(s string) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for i := 2; i < 6; i++ {
		switch c := s[i]; {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20-'a' < 6:
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// appendByte shows a byte that is no text as \xff.
func appendByte(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'x', hex[c>>4], hex[c&15])
}

// Eight bytes are looked at as one number. A byte of zero is found by
// subtracting one from each: it borrows into its high bit. A borrow also reaches
// the next byte, so only the lowest find counts (Warren, Hacker's Delight, 6-1).
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// skipPlain returns the index of the first byte of s from i on that is a quote,
// a backslash, a control character or not ASCII, or len(s).
func skipPlain(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		t := s[i : i+8]
		x := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		quote, slash := x^ones*'"', x^ones*'\\'
		hit := (x | (x-ones*' ')&^x | (quote-ones)&^quote | (slash-ones)&^slash) & highs
		if hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

// skipText returns the index of the first quote or backslash in b from i on, or
// len(b).
func skipText(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, slash := x^ones*'"', x^ones*'\\'
		if hit := ((quote-ones)&^quote | (slash-ones)&^slash) & highs; hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
	}
	for ; i < len(b); i++ {
		if b[i] == '"' || b[i] == '\\' {
			return i
		}
	}
	return len(b)
}
