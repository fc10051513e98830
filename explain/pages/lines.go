package pages

import (
	"strings"
	"time"
	"unicode/utf8"
)

// kind is what a line of markdown is.
type kind uint8

const (
	blank kind = iota
	heading
	bullet
	row   // of a table
	quote // > [!NOTE] …
	code
	prose
)

// line is one line, its marks taken off.
type line struct {
	kind  kind
	level int    // of a heading; the indent of anything else, in columns
	text  string // without invisible characters, still with inline marks
	no    int    // counted from 1
}

// document is a page in lines.
type document struct {
	front map[string]string // front matter, keys in lower case
	lines []line
}

// split cuts a page into lines, within bounds.
func split(p *Page, text string) *document {
	d := &document{front: map[string]string{}}
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\uFFFD"), "\uFEFF")
	text = comments(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
	matter, fenced := strings.HasPrefix(text, "---\n"), false
	no := 0
	for raw := range strings.Lines(text) {
		if no++; len(d.lines) > maxLines {
			break
		}
		raw = strings.TrimRight(raw, "\n")
		if len(raw) > maxLine {
			raw = strings.ToValidUTF8(raw[:maxLine], "")
			p.Odd[OddCutLine]++
		}
		s, control := visible(raw)
		if control {
			p.Odd[OddControl]++
		}
		switch {
		case matter && no > 1 && strings.TrimSpace(s) == "---":
			matter = false
		case matter:
			if key, value, ok := strings.Cut(s, ":"); ok && !strings.HasPrefix(key, " ") {
				d.front[strings.ToLower(key)] = strings.Trim(strings.TrimSpace(value), `"'`)
			}
		case strings.HasPrefix(strings.TrimSpace(s), "```"):
			fenced = !fenced
		case fenced:
			d.lines = append(d.lines, line{kind: code, text: s, no: no})
		default:
			d.add(classify(s, no))
			if strings.Contains(s, "<table") {
				p.Odd[OddHTML]++
			}
		}
	}
	return d
}

// comments takes HTML comments out; the lines they stood on stay.
func comments(s string) string {
	at := strings.Index(s, "<!--")
	if at < 0 {
		return s
	}
	var b strings.Builder
	for at >= 0 {
		end := strings.Index(s[at:], "-->")
		if end < 0 {
			break
		}
		end += at + len("-->")
		b.WriteString(s[:at])
		b.WriteString(strings.Repeat("\n", strings.Count(s[at:end], "\n")))
		s = s[end:]
		at = strings.Index(s, "<!--")
	}
	b.WriteString(s)
	return b.String()
}

// add takes a line in. Two things are only told by the line below: a heading
// with a rule under it, and the header of a table without bars at its margin.
func (d *document) add(l line) {
	last := len(d.lines) - 1
	above := line{}
	if last >= 0 {
		above = d.lines[last]
	}
	switch {
	case l.kind == prose && above.kind == prose && strings.Contains(above.text, "|") && strings.Contains(l.text, "|") && ruler(cells(l.text)):
		d.lines[last].kind, l.kind = row, row
	case l.kind == prose && above.kind == row && strings.Contains(l.text, "|"):
		l.kind = row
	case l.kind == prose && rule(l.text):
		alone := above.kind == prose && (last == 0 || d.lines[last-1].kind == blank || d.lines[last-1].kind == heading)
		if alone && eventNames(above.text) != nil && l.text[0] != '*' && l.text[0] != '_' {
			d.lines[last].kind, d.lines[last].level = heading, 2
		}
		l = line{no: l.no}
	}
	d.lines = append(d.lines, l)
}

// rule tells whether a line draws a line across the page.
func rule(s string) bool {
	return len(s) >= 3 && strings.IndexByte("-=*_", s[0]) >= 0 && strings.Trim(s, s[:1]) == ""
}

// classify tells what a line is and takes its marks off.
func classify(s string, no int) line {
	t := strings.TrimLeft(s, " ")
	l := line{kind: prose, level: len(s) - len(t), text: strings.TrimSpace(t), no: no}
	switch {
	case t == "":
		l.kind = blank
	case t[0] == '#':
		rest := strings.TrimLeft(t, "#")
		if n := len(t) - len(rest); n <= 6 {
			l.kind, l.level, l.text = heading, n, strings.TrimSpace(strings.TrimRight(strings.TrimSpace(rest), "#"))
		}
	case t[0] == '>':
		l.kind, l.text = quote, strings.TrimSpace(strings.TrimLeft(t, "> "))
	case t[0] == '|':
		l.kind = row
	default:
		for _, mark := range []string{"-", "*", "+", "•", "·"} {
			rest, ok := strings.CutPrefix(t, mark)
			// A dash directly before bold is a bullet too; a star is bold.
			if ok && (strings.HasPrefix(rest, " ") || mark != "*" && strings.HasPrefix(rest, "**")) {
				l.kind, l.text = bullet, strings.TrimSpace(rest)
				break
			}
		}
		// A number before bold is a bullet; before anything else it numbers prose.
		if rest := strings.TrimLeft(t, "0123456789"); len(rest) < len(t) && (strings.HasPrefix(rest, ". **") || strings.HasPrefix(rest, ") **")) {
			l.kind, l.text = bullet, rest[2:]
		}
	}
	return l
}

// visible makes every kind of space a plain one, a tab two (four at the start),
// and takes out what cannot be seen: zero-width and control characters, marks
// that turn the direction of writing. It tells whether it met the latter two.
func visible(s string) (text string, control bool) {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return s, false
	}
	var b strings.Builder
	b.Grow(len(s))
	start := true
	for _, r := range s {
		switch {
		case r == '\t' && start:
			b.WriteString("    ")
			continue
		case r == '\t':
			b.WriteString("  ")
		case r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
			b.WriteByte(' ')
			continue
		case r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF, r == 0xAD:
		case r < 0x20, r >= 0x7F && r < 0xA0, r >= 0x200E && r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			control = true
		default:
			b.WriteRune(r)
		}
		start = start && r == ' '
	}
	return b.String(), control
}

func (d *document) title() string {
	for _, l := range d.lines {
		if l.kind == heading && l.level == 1 {
			return bounded(plain(l.text), maxName)
		}
	}
	return bounded(d.front["title"], maxName)
}

// date is the day that the page gives itself, as "2006-01-02".
func (d *document) date() string {
	value := d.front["ms.date"]
	if value == "" {
		value = d.front["date"]
	}
	for _, layout := range []string{"1/2/2006", "2006-01-02", "January 2, 2006"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// bounded cuts a text to at most n bytes, between characters.
func bounded(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
