package explain

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// plain reads the plain part of YAML, which is nearly all that the catalog is
// written in, ten times as fast as the library: the time of a start is the
// time that the catalog takes to read. It knows block maps and lists, maps and
// lists on one line, and strings, yes or no and whole numbers, quoted or not.
//
// It never says what is wrong. Whatever it does not know, or finds no place for
// in the shape, it leaves to the library, which reads that file from its
// beginning and is the judge of it. What it does read, it reads as the library
// does: a test and a fuzz target hold the two beside each other.
type plain struct {
	text   string // what has not been read, from the beginning of a line
	indent int    // of the first line of text, which is never empty or a comment
	keys   map[reflect.Type]map[string]int
}

// readPlain reads data into the struct, list or map that into points to, and
// tells whether it could; if not, into may be half filled.
func readPlain(data []byte, into any) bool {
	if !utf8.Valid(data) {
		return false
	}
	p := &plain{text: string(data), keys: make(map[reflect.Type]map[string]int)}
	for _, r := range p.text {
		// Tabs, other ends of a line and marks of byte order are the library's.
		if r < ' ' && r != '\n' || r >= 0x7f && r <= 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffe {
			return false
		}
	}
	p.skip()
	return p.text != "" && p.indent == 0 && p.block(0, reflect.ValueOf(into).Elem()) && p.text == ""
}

// skip goes to the next line that holds something.
func (p *plain) skip() {
	for p.text != "" {
		rest := strings.TrimLeft(p.text, " ")
		p.indent = len(p.text) - len(rest)
		if rest != "" && rest[0] != '\n' && rest[0] != '#' {
			return
		}
		_, p.text, _ = strings.Cut(p.text, "\n")
	}
	p.indent = -1
}

// block reads the map or list whose lines begin at this indent.
func (p *plain) block(indent int, into reflect.Value) bool {
	switch into.Kind() {
	case reflect.Slice:
		return p.list(indent, into)
	case reflect.Struct, reflect.Map:
		return p.entries(indent, into)
	default:
		return false
	}
}

func (p *plain) list(indent int, into reflect.Value) bool {
	one := reflect.New(into.Type().Elem()).Elem()
	for p.indent == indent && strings.HasPrefix(p.text[indent:], "- ") {
		one.SetZero()
		after := strings.TrimLeft(p.text[indent+1:], " ")
		inner := len(p.text) - len(after) // of a map whose first key stands behind the dash
		if after == "" || after[0] == '\n' || after[0] == '#' {
			return false
		}
		if k := one.Kind(); after[0] != '{' && (k == reflect.Struct || k == reflect.Map) {
			p.indent = inner // the dash stands for spaces
			if !p.entries(inner, one) {
				return false
			}
		} else if !p.line(after, indent, one) {
			return false
		}
		into.Set(reflect.Append(into, one))
	}
	return p.indent < indent
}

// entries reads the keys that begin at this indent and what belongs to them.
func (p *plain) entries(indent int, into reflect.Value) bool {
	seen := make(map[string]bool)
	for p.indent == indent {
		key, after, ok := cutKey(p.text[indent:])
		if !ok || seen[key] || indent == 0 && strings.HasPrefix(key, "...") {
			return false
		}
		seen[key] = true
		at, ok := p.under(key, into)
		if !ok {
			return false
		}
		if after != "" && after[0] != '\n' && after[0] != '#' {
			ok = p.line(after, indent, at)
		} else {
			_, p.text, _ = strings.Cut(after, "\n")
			p.skip()
			below := p.indent > indent || p.indent == indent && at.Kind() == reflect.Slice
			ok = below && p.block(p.indent, at)
		}
		if !ok {
			return false
		}
		put(key, into, at)
	}
	return p.indent < indent
}

// under is where the value of a key goes: a field of the struct, or a new value
// for the map, which put puts there.
func (p *plain) under(key string, into reflect.Value) (reflect.Value, bool) {
	t := into.Type()
	if t.Kind() == reflect.Map {
		if into.IsNil() {
			into.Set(reflect.MakeMap(t))
		}
		return reflect.New(t.Elem()).Elem(), true
	}
	if p.keys[t] == nil {
		p.keys[t] = make(map[string]int)
		for i := range t.NumField() {
			p.keys[t][t.Field(i).Tag.Get("yaml")] = i
		}
	}
	i, ok := p.keys[t][key]
	if !ok {
		return reflect.Value{}, false
	}
	return into.Field(i), true
}

func put(key string, into, value reflect.Value) {
	if into.Kind() == reflect.Map {
		into.SetMapIndex(reflect.ValueOf(key), value)
	}
}

// line reads a value that stands on the line of its key or dash, and goes on to
// the next line, which may not continue it.
func (p *plain) line(s string, indent int, into reflect.Value) bool {
	rest, ok := p.value(s, false, into)
	if !ok {
		return false
	}
	rest, ok = toEnd(rest)
	if !ok {
		return false
	}
	p.text = rest
	p.skip()
	return p.indent <= indent
}

// toEnd goes over what may follow a value, to the next line.
func toEnd(s string) (string, bool) {
	after := strings.TrimLeft(s, " ")
	end, next, _ := strings.Cut(after, "\n")
	return next, end == "" || end[0] == '#' && len(after) < len(s)
}

// value reads a value within a line, and returns what follows it.
func (p *plain) value(s string, inFlow bool, into reflect.Value) (rest string, ok bool) {
	switch k := into.Kind(); {
	case s == "":
		return "", false
	case s[0] == '{' && (k == reflect.Struct || k == reflect.Map):
		return p.flow(s[1:], '}', into)
	case s[0] == '[' && k == reflect.Slice:
		return p.flow(s[1:], ']', into)
	}
	quoted := s[0] == '"' || s[0] == '\''
	word, rest, ok := cutScalar(s, inFlow)
	if !ok {
		return "", false
	}
	switch {
	case into.Kind() == reflect.String:
		into.SetString(word)
	case into.Kind() == reflect.Bool && !quoted && (word == "true" || word == "false"):
		into.SetBool(word == "true")
	case into.Kind() == reflect.Int && !quoted && word[0] != '0':
		n, err := strconv.ParseUint(word, 10, 31)
		if err != nil {
			return "", false
		}
		into.SetInt(int64(n))
	default:
		return "", false
	}
	return rest, true
}

// flow reads {a: b, c: d} or [a, b] behind its opening bracket.
func (p *plain) flow(s string, closing byte, into reflect.Value) (rest string, ok bool) {
	seen := make(map[string]bool)
	if closing == ']' && into.IsNil() {
		into.Set(reflect.MakeSlice(into.Type(), 0, 4))
	}
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s[1:], " ") {
		if s[0] == closing && len(seen) == 0 && (closing == '}' || into.Len() == 0) {
			return s[1:], true
		}
		if closing == ']' {
			one := reflect.New(into.Type().Elem()).Elem()
			if s, ok = p.value(s, true, one); !ok {
				return "", false
			}
			into.Set(reflect.Append(into, one))
		} else {
			key, after, ok := cutScalar(s, true)
			if !ok || seen[key] || key == "<<" || !strings.HasPrefix(after, ": ") {
				return "", false
			}
			seen[key] = true
			at, ok := p.under(key, into)
			if !ok {
				return "", false
			}
			if s, ok = p.value(strings.TrimLeft(after[2:], " "), true, at); !ok {
				return "", false
			}
			put(key, into, at)
		}
		s = strings.TrimLeft(s, " ")
		if s == "" || s[0] != closing && s[0] != ',' {
			return "", false
		}
		if s[0] == closing {
			return s[1:], true
		}
	}
	return "", false
}

// cutKey cuts a key of a block and its colon from the beginning of a line.
func cutKey(s string) (key, after string, ok bool) {
	if s[0] == '"' || s[0] == '\'' {
		key, after, ok = cutScalar(s, false)
	} else {
		end := strings.IndexByte(s, '\n')
		if end < 0 {
			end = len(s)
		}
		at := 0
		for at < end && (s[at] != ':' || at+1 < end && s[at+1] != ' ') {
			at++
		}
		key, after, ok = s[:at], s[at:], at < end && isPlain(s[:at], false)
	}
	if !ok || key == "<<" || len(key) > 500 || !strings.HasPrefix(after, ":") {
		return "", "", false
	}
	if after = after[1:]; after != "" && after[0] != '\n' && after[0] != ' ' {
		return "", "", false
	}
	return key, strings.TrimLeft(after, " "), true
}

// cutScalar cuts a quoted or plain scalar from s, and returns what follows it on
// the line.
func cutScalar(s string, inFlow bool) (word, rest string, ok bool) {
	switch s[0] {
	case '"':
		return cutDouble(s)
	case '\'':
		return cutSingle(s)
	}
	end := 0
	for end < len(s) && s[end] != '\n' {
		c := s[end]
		next := byte('\n')
		if end+1 < len(s) {
			next = s[end+1]
		}
		if inFlow && strings.IndexByte(",[]{}", c) >= 0 || c == ' ' && next == '#' || c == ':' && (next == ' ' || next == '\n') {
			break
		}
		end++
	}
	word = strings.TrimRight(s[:end], " ")
	return word, s[len(word):], isPlain(word, inFlow)
}

// isPlain tells whether a word without quotes is surely a string, number or
// yes or no: it begins like one, and is no other sort of nothing.
func isPlain(word string, inFlow bool) bool {
	if word == "" || word[len(word)-1] == ' ' || word[len(word)-1] == ':' || strings.Contains(word, " #") {
		return false
	}
	if inFlow && strings.Contains(word, "?") {
		return false
	}
	switch word {
	case "null", "Null", "NULL":
		return false
	}
	c := word[0]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '/' || c == '(' || c >= utf8.RuneSelf
}

func cutDouble(s string) (word, rest string, ok bool) {
	escaped := false
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			word, rest = s[1:i], s[i+1:]
			if escaped {
				word = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(word)
			}
			return word, rest, true
		case '\n':
			return "", "", false
		case '\\':
			i++
			escaped = true
			if i == len(s) || strings.IndexByte(`\"n`, s[i]) < 0 {
				return "", "", false
			}
		}
	}
	return "", "", false
}

func cutSingle(s string) (word, rest string, ok bool) {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			return "", "", false
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == '\'':
			return strings.ReplaceAll(s[1:i], "''", "'"), s[i+1:], true
		}
	}
	return "", "", false
}
