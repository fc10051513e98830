package bundle

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// visible returns s as a cell can show it: control characters and bytes that
// are no text become an escape that a reader can see (\x01, \u202e). Tabs and
// line breaks stay. The exact text stands in records.jsonl.
//
// Characters that turn the direction of text are made visible too: they can
// make a file name look like another one.
func visible(s string) string {
	i := clean(s)
	if i == len(s) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	b = append(b, s[:i]...)
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = appendByteEscape(b, s[i])
		case hidden(r):
			b = appendRuneEscape(b, r)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

// clean is the length of the part of s, from the start, that needs no escape.
func clean(s string) int {
	for i := 0; i < len(s); {
		if i+8 <= len(s) && bare(s[i:i+8]) {
			i += 8
			continue
		}
		c := s[i]
		if c < utf8.RuneSelf {
			if (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && n == 1) || hidden(r) {
			return i
		}
		i += n
	}
	return len(s)
}

// hidden reports whether a rune is not allowed in XML 1.0, is a control
// character, or turns the direction of the text after it.
func hidden(r rune) bool {
	switch {
	case r < ' ':
		return r != '\t' && r != '\n' && r != '\r'
	case r < 0x7f:
		return false
	case r < 0xa0:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r == 0xfffe, r == 0xffff:
		return true
	}
	return false
}

func appendByteEscape(b []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'x', digits[c>>4], digits[c&15])
}

func appendRuneEscape(b []byte, r rune) []byte {
	if r < 0x80 {
		return appendByteEscape(b, byte(r))
	}
	h := strconv.FormatInt(int64(r), 16)
	b = append(b, `\u`...)
	b = append(b, "0000"[:4-len(h)]...)
	return append(b, h...)
}

const (
	// cellUnits is how many UTF-16 units an Excel cell can hold; what is
	// longer would be cut without a word.
	cellUnits = 32767
	// cellBreaks is how many line breaks Excel accepts in a cell.
	cellBreaks = 253
	// markRoom is kept free in each part for the words "(part 1 of 3) ".
	markRoom = 67
)

// pieces splits a visible text into parts that fit a cell, never inside a
// character. Most texts fit: then the result is nil.
func pieces(s string) []string {
	if len(s) <= cellUnits && strings.Count(s, "\n") <= cellBreaks {
		return nil // a UTF-16 unit takes at least one byte of UTF-8
	}
	if units(s) <= cellUnits && strings.Count(s, "\n") <= cellBreaks {
		return nil
	}
	var out []string
	start, width, breaks := 0, 0, 0
	for i, r := range s {
		u := 1
		if r > 0xffff {
			u = 2
		}
		if width+u > cellUnits-markRoom || breaks == cellBreaks {
			out = append(out, s[start:i])
			start, width, breaks = i, 0, 0
		}
		width += u
		if r == '\n' {
			breaks++
		}
	}
	return append(out, s[start:])
}

// fits reports, fast, that a text fits a cell however many of its bytes must be
// shown as an escape. Most do; pieces looks closer at the others.
func fits(s string) bool {
	return len(s) <= cellBreaks || len(s) <= cellUnits/6 && strings.Count(s, "\n") <= cellBreaks
}

// units is the length of s in UTF-16 units, as Excel counts.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// shorten keeps the first limit characters of an example; the caller says that
// there is more.
func shorten(s string, limit int) (short string, cut bool) {
	if len(s) <= limit {
		return s, false
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i], true
		}
		n++
	}
	return s, false
}

const (
	lineHeight = 15 // points, of the default font
	maxLines   = 10 // higher rows fill the screen; the text is all there
)

// rowHeight is the height in points of a row with so many lines.
func rowHeight(lines int) int { return lineHeight * min(lines, maxLines) }

// lines estimates how many lines a text takes in a column, wrapped at spaces,
// behind hyphens and slashes, and inside what is longer than the column. A little
// too many reads better than too few: fonts differ.
func lines(s string, width float64) int {
	room := int(width*1.05) - 1 // letters are narrower than the digits that widths count
	if len(s) <= room && strings.IndexByte(s, '\n') < 0 {
		return 1
	}
	n, used, word := 1, 0, 0 // word: length of the word that is being read
	for _, r := range s {
		switch r {
		case '\n':
			if n, used, word = n+1, 0, 0; n == maxLines {
				return n
			}
			continue
		case ' ':
			used, word = used+1, 0
			continue
		}
		used++
		word++
		if used > room {
			n++
			if word > room {
				word = 1
			}
			used = word
		}
		if r == '-' || r == '/' {
			word = 0 // a line may end behind it, as in the path of a file
		}
		if n == maxLines {
			return n
		}
	}
	return n
}
