package explain

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// view is a text as a person reads it, whatever it was packed in: %40 and \u0040
// and &#64; are an @, a doubled backslash is one, and the empty bytes of UTF-16
// are gone. Each byte knows which bytes of the original it stands for, so that
// what is found in the view can be replaced in the original.
type view struct {
	text string
	// at[i] is where in the original the byte i of the text begins; one more at
	// the end. Nil where the view is the original.
	at []int32
}

// maxUnpacked is how often a text is unpacked again: JSON in JSON in a web
// address is three.
const maxUnpacked = 6

// viewOf unpacks v.
func viewOf(v string) view {
	w := view{text: v}
	if !strings.ContainsAny(v, "%\\&\x00") {
		return w
	}
	for range maxUnpacked {
		next, changed := w.unpack()
		if !changed {
			break
		}
		w = next
	}
	return w
}

// original is the span of the original that a span of the view stands for.
func (w view) original(s span) span {
	if w.at == nil {
		return s
	}
	return span{int(w.at[s.from]), int(w.at[s.to])}
}

func (w view) unpack() (view, bool) {
	v := w.text
	if !strings.ContainsAny(v, "%\\&\x00") {
		return w, false
	}
	b := make([]byte, 0, len(v))
	at := make([]int32, 0, len(v)+1)
	place := func(i int) int32 {
		if w.at == nil {
			return int32(i)
		}
		return w.at[i]
	}
	changed := false
	for i := 0; i < len(v); {
		r, n := packed(v[i:])
		if n == 0 {
			b, at = append(b, v[i]), append(at, place(i))
			i++
			continue
		}
		changed = true
		if r >= 0 {
			was := len(b)
			if r < 0x100 && v[i] == '%' { // a byte of UTF-8
				b = append(b, byte(r))
			} else {
				b = utf8.AppendRune(b, r)
			}
			for range len(b) - was {
				at = append(at, place(i))
			}
		}
		i += n
	}
	return view{string(b), append(at, place(len(v)))}, changed
}

// packed reads one packed character at the start of v and returns how many bytes
// it took, 0 where there is none. A rune of -1 stands for nothing at all.
func packed(v string) (rune, int) {
	switch v[0] {
	case 0:
		return -1, 1
	case '%':
		if len(v) >= 3 && isHex(v[1]) && isHex(v[2]) {
			n, _ := strconv.ParseUint(v[1:3], 16, 8)
			if n == 0 {
				return -1, 3
			}
			return rune(n), 3
		}
	case '\\':
		switch {
		case len(v) >= 6 && v[1] == 'u' && allHex(v[2:6]):
			n, _ := strconv.ParseUint(v[2:6], 16, 16)
			if len(v) >= 12 && v[6] == '\\' && v[7] == 'u' && allHex(v[8:12]) {
				low, _ := strconv.ParseUint(v[8:12], 16, 16)
				if r := utf16.DecodeRune(rune(n), rune(low)); r != utf8.RuneError {
					return r, 12
				}
			}
			return rune(n), 6
		case len(v) >= 4 && v[1] == 'x' && allHex(v[2:4]):
			n, _ := strconv.ParseUint(v[2:4], 16, 8)
			return rune(n), 4
		case len(v) >= 2 && (v[1] == '\\' || v[1] == '/' || v[1] == '"'):
			return rune(v[1]), 2
		}
	case '&':
		end := strings.IndexByte(v[:min(len(v), 10)], ';')
		if end < 2 {
			return 0, 0
		}
		switch name := v[1:end]; name {
		case "amp":
			return '&', end + 1
		case "quot":
			return '"', end + 1
		case "commat":
			return '@', end + 1
		case "period":
			return '.', end + 1
		default:
			if name[0] != '#' {
				return 0, 0
			}
			digits, base := name[1:], 10
			if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
				digits, base = hex, 16
			}
			n, err := strconv.ParseUint(digits, base, 32)
			if err == nil && n > 0 && n <= utf8.MaxRune {
				return rune(n), end + 1
			}
		}
	}
	return 0, 0
}

func allHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isHex(s[i]) {
			return false
		}
	}
	return true
}

// minBase64 is the least number of characters in which an address fits.
const minBase64 = 12

// findBase64 finds a word in base64 that holds readable text, and returns that
// text. The word stays whole: a part of it cannot be replaced.
func findBase64(v string, from int) (s span, text string, ok bool) {
	for s, ok = longWord(v, from); ok; s, ok = longWord(v, s.to) {
		word := s.of(v)
		for s.to < len(v) && v[s.to] == '=' {
			s.to++
		}
		if text, ok := readable(word); ok {
			return s, text, true
		}
	}
	return span{}, "", false
}

// longWord finds a word of minBase64 characters of base64 or more. It looks from
// behind, so that a shorter word is passed over at once.
func longWord(v string, from int) (span, bool) {
	for i := from; i+minBase64 <= len(v); {
		start := i
		i += minBase64
		for i > start && isBase64(v[i-1]) {
			i--
		}
		if i > start {
			continue
		}
		end := start + minBase64
		for end < len(v) && isBase64(v[end]) {
			end++
		}
		return span{start, end}, true
	}
	return span{}, false
}

func isBase64(c byte) bool {
	return c|0x20-'a' < 26 || isDigit(c) || c == '+' || c == '/' || c == '-' || c == '_'
}

// readable decodes a word in base64, of either alphabet, to text. Most words are
// no base64, which the first bytes show.
func readable(word string) (string, bool) {
	code := base64.RawStdEncoding
	if strings.IndexByte(word, '-') >= 0 || strings.IndexByte(word, '_') >= 0 {
		code = base64.RawURLEncoding
	}
	if len(word)%4 == 1 {
		return "", false
	}
	const many = 64 // characters to decode at once, four to three bytes
	var room [many / 4 * 3]byte
	for rest, n := word, minBase64; rest != ""; n = many {
		part := rest[:min(len(rest), n)]
		rest = rest[len(part):]
		if n, err := code.Decode(room[:], []byte(part)); err != nil || !plainText(room[:n]) {
			return "", false
		}
	}
	b, err := code.DecodeString(word)
	if err != nil {
		return "", false
	}
	if bytes.IndexByte(b, 0) >= 0 {
		return string(b), true // UTF-16
	}
	// A long name decodes to bytes as well ("ItemCountAccountCompleted"). What is no
	// letter in UTF-8 is none here, or an @ among such bytes would be an address.
	return strings.ToValidUTF8(string(b), " "), true
}

// plainText reports whether b can be text, in UTF-8 or UTF-16.
func plainText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0 || c == 0x7f {
			return false
		}
	}
	return true
}
