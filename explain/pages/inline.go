package pages

import (
	"html"
	"strings"
)

// plain takes the inline marks off a text: links leave their words, tags,
// escapes, bold and code marks go.
func plain(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(inline(s), "**", ""))
}

// inline does what plain does but leaves the marks of bold.
func inline(s string) string {
	if !strings.ContainsAny(s, "<[`\\&") {
		return s
	}
	s = links(tags(s))
	if strings.Contains(s, "&") {
		s, _ = visible(html.UnescapeString(s))
	}
	s = strings.ReplaceAll(s, "`", "")
	return unescape(s)
}

// tags takes HTML tags and comments out; a "<" that opens none stays.
func tags(s string) string {
	at := strings.IndexByte(s, '<')
	if at < 0 {
		return s
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(s[:at])
		s = s[at:]
		end := strings.IndexByte(s[:min(len(s), maxTag)], '>')
		if end < 0 && len(s) <= maxTag {
			break
		}
		if end > 1 && opensTag(s[1]) {
			if strings.HasPrefix(s, "<br") {
				b.WriteByte(' ')
			}
			s = s[end+1:]
		} else {
			b.WriteByte('<')
			s = s[1:]
		}
		at = strings.IndexByte(s, '<')
	}
	b.WriteString(s)
	return b.String()
}

// maxTag is the longest tag that is recognised, so that a line of nothing but
// "<" is not searched to its end for each.
const maxTag = 2 << 10

func opensTag(c byte) bool { return c == '/' || c == '!' || letter(c) }

// links leaves the words of [words](address), and of an image nothing.
func links(s string) string {
	mid := strings.Index(s, "](")
	if mid < 0 {
		return s
	}
	var b strings.Builder
	for mid >= 0 {
		open, end := strings.LastIndexByte(s[:mid], '['), strings.IndexByte(s[mid:], ')')
		if end < 0 {
			break
		}
		end += mid
		switch {
		case open < 0:
			b.WriteString(s[:end+1])
		case open > 0 && s[open-1] == '!':
			b.WriteString(s[:open-1])
		default:
			b.WriteString(s[:open])
			b.WriteString(s[open+1 : mid])
		}
		s = s[end+1:]
		mid = strings.Index(s, "](")
	}
	b.WriteString(s)
	return b.String()
}

// unescape takes the backslash off an escaped mark. A backslash before a letter
// stands: it belongs to a path.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("_*[](){}<>#+-.!|`\\~\"'", s[i+1]) >= 0 {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// inName tells whether a character can stand in the middle of a name.
func inName(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '.' }
