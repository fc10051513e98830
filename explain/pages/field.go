package pages

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fieldsOf reads the fields of one item: mostly one, two where a line break was
// lost. It returns none for an item that is not a field.
func fieldsOf(item string, no int) []Field {
	text := inline(item)
	var found []Field
	for text != "" {
		f, rest, ok := fieldAt(text)
		if !ok {
			break
		}
		f.Line = no
		next := nextField(rest)
		f.describe(rest[:next])
		found = append(found, f)
		text = rest[next:]
	}
	return found
}

// fieldAt reads the name at the beginning of an item, up to its description.
// Where bold ends need not be where the name ends: it may close early
// ("**New**_State"), late (with the dash, the type or the description inside)
// or open nowhere ("platform** - …").
func fieldAt(item string) (f Field, rest string, ok bool) {
	opened := strings.HasPrefix(item, "**")
	head, rest, closed := strings.Cut(strings.TrimLeft(item, "*"), "**")
	if !closed && !opened {
		return f, item, false
	}
	if !opened && !eventName(strings.TrimSpace(head)) {
		return f, item, false
	}
	head, rest = joinEarly(head, rest)
	head, inner := insideBold(head)
	head, f.Type, rest = glued(head, inner, rest)
	f.setName(head)
	return f, rest, believable(f.Name)
}

// joinEarly adds what of the name follows a bold that was closed too early.
func joinEarly(head, rest string) (string, string) {
	for head != "" && len(head) <= maxName && inName(head[len(head)-1]) {
		tail := strings.TrimPrefix(rest, "**")
		n := 0
		for n < len(tail) && inName(tail[n]) {
			n++
		}
		after := strings.TrimLeft(tail[n:], "* ")
		switch {
		case n == 0:
			return head, rest
		case tail[0] == '_', tail[0] == '.' && n > 1, tail[0] == '.' && strings.HasPrefix(tail[1:], "**") && len(tail) > 3 && inName(tail[3]):
		case startsSeparator(after) && !strings.HasPrefix(rest, "**"):
		case strings.HasPrefix(rest, "**") && (head[len(head)-1] == '_' || head[len(head)-1] == '.'):
		default:
			return head, rest
		}
		head, rest = head+tail[:n], tail[n:]
		if inside, after, ok := strings.Cut(strings.TrimPrefix(rest, "**"), "**"); strings.HasPrefix(rest, "**") && ok && (head[len(head)-1] == '_' || head[len(head)-1] == '.') {
			head, rest = head+inside, after
		}
	}
	return head, rest
}

// insideBold parts a name from a description that stands inside the bold too.
func insideBold(head string) (name, inner string) {
	head = strings.TrimSpace(head)
	for _, sep := range []string{" – ", " - ", " — "} {
		if name, inner, ok := strings.Cut(head, sep); ok && strings.Trim(inner, " -–—:=") != "" {
			return name, strings.TrimRight(inner, " -–—")
		}
	}
	return strings.TrimRight(head, " -–—:="), ""
}

// glued takes a type off a name: "X:long", "X: string", "X (int32)", "X
// System.String", and, after the bold, "X**:**integer** - ".
func glued(head, inner, rest string) (name, typ, after string) {
	name, after = head, rest
	if before, behind, ok := strings.Cut(head, ":"); ok && !strings.HasPrefix(behind, ":") && !strings.Contains(head, "::") {
		if t, ok := typeName(behind); ok {
			return before, t, inner + rest
		}
		if strings.Contains(strings.TrimSpace(behind), " ") {
			name, inner = before, behind+" "+inner
		}
	}
	if at := strings.LastIndexByte(name, ' '); at > 0 {
		if t, ok := typeName(name[at:]); ok && (strings.Contains(name[at:], "(") || strings.Contains(name[at:], ".")) {
			name, typ = strings.TrimSpace(name[:at]), t
		}
	}
	if typed, ok := strings.CutPrefix(strings.TrimSpace(rest), ":"); ok && typ == "" {
		word, behind := firstWord(strings.TrimLeft(typed, "* "))
		if t, ok := typeName(word); ok && (startsSeparator(strings.TrimLeft(behind, "* ")) || strings.HasSuffix(word, "**")) {
			typ, after = t, behind
		}
	}
	return name, typ, inner + after
}

// setName cleans a name and keeps what stood in it beside the name.
func (f *Field) setName(s string) {
	s = strings.Trim(strings.TrimSpace(s), "\"'“”`")
	if before, after, ok := strings.Cut(s, "_ "); ok { // "Data_ Size", "Data_ Data_Size"
		s = before + "_" + strings.TrimPrefix(strings.TrimSpace(after), before+"_")
	}
	s = strings.ReplaceAll(s, " _", "_")
	if before, wire, ok := strings.Cut(s, " ("); ok && strings.HasSuffix(wire, ")") {
		wire = strings.TrimSpace(strings.TrimSuffix(wire, ")"))
		if !strings.Contains(wire, " ") && telling(wire) {
			s, f.Label = wire, before
		}
	}
	if before, after, ok := strings.Cut(s, "> "); ok && eventName(before) && !strings.ContainsAny(after, "<>") {
		s = before
	}
	for _, mark := range []string{",", "/"} {
		if parts := strings.Split(s, mark); len(parts) > 1 && allNames(parts) {
			s, f.Also = strings.TrimSpace(parts[0]), parts[1:]
			for i := range f.Also {
				f.Also[i] = strings.TrimSpace(f.Also[i])
			}
		}
	}
	// A name with marks inside is one word; a small word after it is prose.
	if before, after, ok := strings.Cut(s, " "); ok && strings.Contains(before, "_") && after != "" && unicode.IsLower(firstRune(after)) {
		s = before
	}
	f.Name = strings.TrimRight(strings.TrimSpace(s), `"'`)
}

func allNames(parts []string) bool {
	for _, p := range parts {
		if p = strings.TrimSpace(p); p == "" || strings.ContainsAny(p, " ") || !letter(p[0]) {
			return false
		}
	}
	return true
}

// believable tells whether a text can be the name of a field.
func believable(s string) bool {
	if s == "" || len(s) > maxName || strings.Count(s, " ") > 4 || strings.ContainsAny(s, "?!;{}|") {
		return false
	}
	return !strings.Contains(strings.ToLower(s), "hva activity") && strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// nextField finds where, in the description of one field, the next begins: in
// bold, and with a dash at its end or behind it.
func nextField(s string) int {
	for from := 0; ; {
		at := strings.Index(s[from:], "**")
		if at < 0 {
			return len(s)
		}
		at += from
		inside, after, ok := strings.Cut(s[at+2:], "**")
		if !ok {
			return len(s)
		}
		name := strings.TrimRight(inside, " -–—:")
		if dashed := name != inside || startsSeparator(strings.TrimLeft(after, " ")); dashed && telling(name) && eventName(name) {
			return at
		}
		from = at + 4 + len(inside)
	}
}

// describe takes the separator and the notes off a description.
func (f *Field) describe(s string) {
	s = strings.ReplaceAll(s, "**", "")
	s = strings.Trim(s, " -–—:=\u00a0")
	if word, rest := firstWord(s); f.Type == "" {
		if t, ok := typeName(word); ok {
			behind := strings.TrimLeft(rest, " ")
			if strings.HasSuffix(word, ":") || startsSeparator(behind) {
				f.Type, s = t, strings.TrimLeft(behind, " -–—:")
			}
		}
	}
	n := notes(&s)
	f.Old, f.Removed = append(f.Old, n.old...), f.Removed || n.removed
	if strings.Trim(s, ".") != "" {
		f.Text = bounded(s, maxText)
	}
}

// add appends a line that continues the description.
func (f *Field) add(s string) {
	n := notes(&s)
	f.Old, f.Removed = append(f.Old, n.old...), f.Removed || n.removed
	if len(f.Text)+len(s) < maxText {
		f.Text = strings.TrimSpace(f.Text + " " + s)
	}
}

func firstWord(s string) (word, rest string) {
	if at := strings.IndexByte(s, ' '); at >= 0 {
		return s[:at], s[at:]
	}
	return s, ""
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

func startsSeparator(s string) bool {
	switch firstRune(s) {
	case '-', '–', '—', ':', '=':
		return true
	}
	return false
}
