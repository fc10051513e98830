package explain

import (
	"slices"
	"strings"
)

// fold makes names comparable. Microsoft spells one name in many ways: capitals
// vary, "_" and "." are exchanged between lists, viewer and export, and array
// positions do not belong to the name.
func fold(name string) string {
	b := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c == '_':
			b = append(b, '.')
		case c == '[':
			b = append(b, '[')
			for i+1 < len(name) && name[i+1] >= '0' && name[i+1] <= '9' {
				i++
			}
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// canonical is the folded path without the wrappers that only say in which part
// of an envelope the field stands.
func canonical(path string) string {
	p := fold(path)
	for {
		rest, ok := strings.CutPrefix(p, "properties.")
		if !ok {
			rest, ok = strings.CutPrefix(p, "data.")
		}
		if !ok || rest == "" {
			return p
		}
		p = rest
	}
}

// candidates calls yield with the names under which a field is looked up, most
// specific first, until yield returns true. A single generic word such as "id"
// or "name" is not looked up without the part before it: "Application.Name" and
// "User.Name" have nothing in common.
func candidates(path string, yield func(name string) bool) bool {
	full := fold(path)
	if yield(full) {
		return true
	}
	short := canonical(path)
	if short != full && yield(short) {
		return true
	}
	if rest, ok := strings.CutPrefix(short, "ext."); ok && yield(rest) {
		return true
	}
	last := strings.LastIndexByte(short, '.')
	if last < 0 {
		return false
	}
	if prev := strings.LastIndexByte(short[:last], '.'); prev >= 0 && yield(short[prev+1:]) {
		return true
	}
	words := slices.DeleteFunc(splitName(lastPart(path)), isNumber)
	return len(words) > 1 && yield(short[last+1:])
}

// lastPart returns the last part of a path, in the spelling of the source.
func lastPart(path string) string {
	for strings.HasSuffix(path, "]") {
		i := strings.LastIndexByte(path, '[')
		if i < 0 {
			break
		}
		path = path[:i]
	}
	return path[strings.LastIndexAny(path, "._")+1:]
}

// namedPart returns the words of a path's last part that has any, without the
// numbers behind it: one of a numbered row of fields is about the same as the
// next ("RuleID_9", "Tag4"). Where small words stand in a row, or all is in
// capitals, "_" is a space and not the end of a part ("WAM_redirect_uri").
func namedPart(path string) []string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	parts := strings.Split(last, "_")
	from := len(parts)
	for from > 0 && parts[from-1] == strings.ToLower(parts[from-1]) {
		from--
	}
	if last == strings.ToUpper(last) {
		from = 0
	}
	if words := splitName(strings.Join(parts[from:], "_")); len(words) > 0 && !isNumber(words[len(words)-1]) && !strings.HasSuffix(path, "]") {
		return words
	}
	return numberless(path)
}

// numberless is the same where "_" ends a part.
func numberless(path string) []string {
	for end := len(path); end > 0; {
		words := splitName(lastPart(path[:end]))
		for n := len(words); n > 0; n-- {
			if !isNumber(words[n-1]) {
				return words[:n]
			}
		}
		end = strings.LastIndexAny(path[:end], "._")
	}
	return splitName(lastPart(path))
}

// allWords returns the words of all parts of a path, without the wrappers that
// only say where in an envelope it stands and without numbers.
func allWords(path string) []string {
	for _, wrapper := range []string{"properties.", "data."} {
		if len(path) > len(wrapper) && fold(path[:len(wrapper)]) == wrapper {
			path = path[len(wrapper):]
		}
	}
	return slices.DeleteFunc(splitName(path), isNumber)
}

// withoutToken strips the "Aria.<32 hex digits>." that the device puts before
// the names of events that reach it through another pipeline.
func withoutToken(event string) string {
	const prefix = "Aria."
	if len(event) < len(prefix)+33 || !strings.EqualFold(event[:len(prefix)], prefix) || event[len(prefix)+32] != '.' {
		return event
	}
	for _, c := range []byte(event[len(prefix) : len(prefix)+32]) {
		if !isHex(c) {
			return event
		}
	}
	return event[len(prefix)+33:]
}

func isHex(c byte) bool {
	return isDigit(c) || c|0x20-'a' < 6
}

func isDigit(c byte) bool { return c-'0' < 10 }

// splitName cuts a name into its words: at dots, underscores and other marks,
// where a capital follows a small letter ("SaveFile"), before the last capital
// of an abbreviation ("HTTPStatus" → HTTP, Status), and around digits.
func splitName(name string) []string {
	var words []string
	start := 0
	flush := func(end int) {
		if end > start {
			words = append(words, name[start:end])
		}
	}
	kind := func(c byte) int {
		switch {
		case c >= 'A' && c <= 'Z':
			return 1
		case c >= 'a' && c <= 'z' || c >= 0x80:
			return 2
		case isDigit(c):
			return 3
		}
		return 0
	}
	for i := 0; i < len(name); i++ {
		k := kind(name[i])
		if k == 0 {
			flush(i)
			start = i + 1
			continue
		}
		if i == start {
			continue
		}
		switch p := kind(name[i-1]); {
		case k == 1 && p == 2, k == 3 && p != 3, p == 3 && k != 3:
			flush(i)
			start = i
		case k == 2 && p == 1 && i-1 > start:
			flush(i - 1)
			start = i - 1
		}
	}
	flush(len(name))
	return words
}
