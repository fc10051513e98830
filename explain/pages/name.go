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
	text, remark := bareHeading(text)
	if several := betweenNames(text); several != text && allTelling(namesBetween(several)) {
		text = several
	}
	names := namesBetween(text)
	switch {
	case names != nil && names[0].On == "":
		names[0].On = remark
	case remark != "" && names == nil:
		return nil
	}
	return names
}

// bareHeading takes off a heading what stands around a name: its number, the
// word "event", an anchor, a colon, and a remark behind a dash.
func bareHeading(text string) (name, remark string) {
	if at := strings.LastIndex(text, " {#"); at > 0 && strings.HasSuffix(text, "}") {
		text = text[:at]
	}
	if number, rest, ok := strings.Cut(text, " "); ok && strings.Trim(number, "0123456789.)") == "" {
		text = rest
	}
	for _, label := range []string{"event:", "event name:"} {
		if len(text) > len(label) && strings.EqualFold(text[:len(label)], label) {
			text = strings.TrimSpace(text[len(label):])
		}
	}
	text = strings.TrimRight(text, " :")
	if before, ok := strings.CutSuffix(text, " event"); ok && telling(before) && eventName(before) {
		text = before
	}
	for _, dash := range []string{" - ", " – ", " — "} {
		if before, after, ok := strings.Cut(text, dash); ok && telling(before) && eventName(before) {
			return before, bounded(strings.TrimSpace(after), maxName)
		}
	}
	return text, ""
}

// betweenNames puts a comma for what else can stand between two names.
func betweenNames(text string) string {
	return strings.NewReplacer(";", ",", " and ", ",", " or ", ",", " / ", ",", " & ", ",").Replace(text)
}

func namesBetween(text string) []Name {
	var names []Name
	for part := range strings.SplitSeq(text, ",") {
		name, on := strings.TrimSpace(part), ""
		if at := strings.LastIndex(name, " ("); at > 0 && strings.HasSuffix(name, ")") {
			name, on = strings.TrimSpace(name[:at]), name[at+2:len(name)-1]
		}
		name = strings.Trim(name, `"'`)
		if joined := strings.NewReplacer(". ", ".", " .", ".").Replace(name); strings.Count(joined, ".") > 1 {
			name = joined
		}
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
