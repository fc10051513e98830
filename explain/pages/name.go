package pages

import "strings"

// eventNames reads the names in a heading: one, or several with commas between
// them, each perhaps with a remark in brackets behind it. It returns nil for a
// heading that is a sentence or a title.
func eventNames(text string) []Name {
	text = strings.TrimSpace(strings.Trim(plain(text), "*"))
	if text == "" || len(text) > 4*maxName {
		return nil
	}
	var names []Name
	for part := range strings.SplitSeq(text, ",") {
		name, on := strings.TrimSpace(part), ""
		if at := strings.LastIndex(name, " ("); at > 0 && strings.HasSuffix(name, ")") {
			name, on = strings.TrimSpace(name[:at]), name[at+2:len(name)-1]
		}
		name = strings.Trim(name, `"'`)
		if !eventName(name) {
			return nil
		}
		names = append(names, Name{Name: name, On: on})
	}
	return names
}

// eventName tells whether a text can be the name of an event: one word of
// letters, digits and marks. A space is a slip, and only believed in a name
// with dots before it ("Office.Area.Client Fetch.Done").
func eventName(s string) bool {
	if len(s) < 2 || len(s) > maxName || !strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case inName(c), c == '-', c == ':', c == '[', c == ']', c == '\\', c == '/', c == '(', c == ')':
		case c == ' ':
			if strings.Count(s[:i], ".") < 2 || strings.Count(s, " ") > 2 {
				return false
			}
		default:
			return false
		}
	}
	return inName(s[0])
}

// telling tells whether a name can hardly be an ordinary word of a heading: it
// has marks inside, or a capital after a small letter.
func telling(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		switch c := s[i]; {
		case c == '.' || c == '_' || c == ':':
			if s[i+1] != ' ' {
				return true
			}
		case c >= 'A' && c <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z':
			return true
		}
	}
	return false
}

func allTelling(names []Name) bool {
	for _, n := range names {
		if !telling(n.Name) {
			return false
		}
	}
	return len(names) > 0
}

// section tells whether a single word is one that pages use for their own
// parts, so that it is not taken for an event.
func section(s string) bool {
	switch strings.ToLower(s) {
	case "events", "overview", "revisions", "notes", "note", "feedback", "appendix", "summary", "introduction", "prerequisites", "examples", "example", "see-also":
		return true
	}
	return false
}

// common tells whether a heading is over fields that many events share.
func common(text string) bool {
	t := " " + strings.ToLower(strings.Trim(plain(text), "* ")) + " "
	return strings.Contains(t, " common ") || strings.Contains(t, "data contract") || strings.Contains(t, "with all events")
}

// everywhere tells whether a heading says that its fields are in every event.
func everywhere(text string) bool {
	low := strings.ToLower(text)
	return strings.Contains(low, "common for all") || strings.Contains(low, "common to all") || strings.Contains(low, "common data extensions")
}

// typeName tells whether a word is the name of a data type, and gives it
// without marks.
func typeName(s string) (string, bool) {
	s = strings.Trim(s, " *:-–—.,()")
	t := strings.TrimPrefix(strings.ToLower(s), "system.")
	if len(t) > 0 && digit(t[len(t)-1]) {
		t = strings.TrimPrefix(strings.TrimRight(t, "0123456789"), "u")
	}
	switch t {
	case "long", "ulong", "int", "uint", "integer", "short", "byte", "bool", "boolean", "double", "float", "decimal", "number", "numeric",
		"string", "char", "text", "binary", "blob", "time", "date", "datetime", "timestamp", "timespan", "guid", "uuid",
		"enum", "enumeration", "array", "list", "object", "json", "bitmask", "flag", "hresult", "filetime", "unicodestring", "ansistring":
		return s, true
	}
	return "", false
}
