package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"inzage/schema"
	"inzage/workers"
)

// A list of requests is CSV with a line of names first, or a JSON array of
// objects, with the same names.
func columns() []string {
	return []string{"name", "addresses", "object_id", "received", "channel", "identity", "language"}
}

// How much a list may hold: in bytes, and in requests.
const (
	maxList  = 1 << 20
	maxLines = 500
)

// readList reads a list. Each line that holds something is one applicant, in the
// order of the list, what is wrong with it included. The result is a key
// desk.intake.list.<key> instead where the list as a whole cannot be read, and
// what it is about: nothing is taken of such a list.
func readList(text []byte, today schema.Date) (list []applicant, wrong, about string) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		return nil, "encoding", ""
	}
	if first := bytes.TrimSpace(text); len(first) > 0 && (first[0] == '[' || first[0] == '{') {
		list, wrong = readJSON(text)
	} else {
		list, wrong, about = readCSV(text)
	}
	switch {
	case wrong != "":
		return nil, wrong, about
	case len(list) == 0:
		return nil, "empty", ""
	case len(list) > maxLines:
		return nil, "many", ""
	}
	for i := range list {
		a := &list[i]
		if len(a.Flaws) > 0 { // there is nothing to read in it
			continue
		}
		a.Channel, a.Identity = strings.ToLower(a.Channel), strings.ToLower(a.Identity)
		if a.Lang = strings.ToLower(a.Lang); a.Lang == "" {
			a.Lang = string(schema.Dutch)
		}
		a.check(today)
	}
	twins(list)
	return list, "", ""
}

// twins tells of each line which earlier one is about the same person. A line
// with a mistake stands in nobody's way: it is not filed.
func twins(list []applicant) {
	first := make(map[string]int) // the line of each address and object id, in small letters
	for i := range list {
		if len(list[i].Flaws) > 0 {
			continue
		}
		who := list[i].subject()
		for _, p := range append(who.UPNs, who.ObjectID) {
			key := strings.ToLower(p.Reveal())
			switch line, ok := first[key]; {
			case key == "":
			case !ok:
				first[key] = list[i].Line
			case list[i].Twin == 0 || line < list[i].Twin:
				list[i].Twin = line
			}
		}
	}
}

// set puts a value where its name says, whatever its capitals, and reports whether
// there is such a name.
func (a *applicant) set(column, value string) bool {
	value = strings.TrimSpace(value)
	switch strings.ToLower(column) {
	case "name":
		a.Name = schema.NewPersonal(value)
	case "addresses":
		a.Addresses = schema.NewPersonal(value)
	case "object_id":
		a.ObjectID = schema.NewPersonal(value)
	case "received":
		a.Received = value
	case "channel":
		a.Channel = value
	case "identity":
		a.Identity = value
	case "language":
		a.Lang = value
	default:
		return false
	}
	return true
}

// readCSV reads comma-separated values (RFC 4180), as a spreadsheet saves them:
// the separator is the one of the first line.
func readCSV(text []byte) (list []applicant, wrong, about string) {
	head, _, _ := bytes.Cut(text, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = separator(head), -1, true
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, "empty", ""
	}
	if err != nil {
		return nil, "head", ""
	}
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !slices.Contains(columns(), names[i]):
			return nil, "column", short(name)
		case slices.Contains(names[:i], names[i]):
			return nil, "twice", names[i]
		}
	}
	for _, name := range []string{"addresses", "received", "channel"} {
		if !slices.Contains(names, name) {
			return nil, "missing", name
		}
	}
	for len(list) <= maxLines {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var a applicant
		if err == nil {
			a.Line, _ = r.FieldPos(0)
		}
		broken, unquoted := errors.AsType[*csv.ParseError](err)
		switch {
		case unquoted && broken.Line > broken.StartLine: // the lines up to there are gone with it
			a.Line, a.Flaws = broken.StartLine, []workers.Flaw{{What: "quotes-open"}}
		case unquoted:
			a.Line, a.Flaws = broken.StartLine, []workers.Flaw{{What: "quotes"}}
		case err != nil:
			return nil, "head", ""
		case strings.TrimSpace(strings.Join(values, "")) == "":
			continue
		case len(values) != len(names):
			a.Flaws = []workers.Flaw{{What: "columns"}}
		default:
			for i, v := range values {
				a.set(names[i], v)
			}
		}
		list = append(list, a)
	}
	return list, "", ""
}

// separator is what stands most often between the names: comma, semicolon as a
// Dutch spreadsheet writes, or tab.
func separator(head []byte) rune {
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(head, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// short is a name as far as it fits on a page.
func short(name string) string {
	if runes := []rune(name); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return name
}

// readJSON reads an array of objects. Addresses may be a text or a list.
func readJSON(text []byte) (list []applicant, wrong string) {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return nil, "json"
	}
	for i, item := range items[:min(len(items), maxLines+1)] {
		a := applicant{Line: i + 1}
		if what := a.readObject(item); what != "" {
			a.Flaws = []workers.Flaw{{What: what}}
		}
		list = append(list, a)
	}
	return list, ""
}

// readObject reads an object of valid JSON, and says what is wrong with it. It
// reads name by name: a map would keep the last of two and not tell.
func (a *applicant) readObject(item json.RawMessage) (wrong string) {
	in := json.NewDecoder(bytes.NewReader(item))
	if begin, err := in.Token(); err != nil || begin != json.Delim('{') {
		return "object-needed"
	}
	var names []string
	for in.More() {
		token, err := in.Token()
		name, _ := token.(string)
		var value any
		if err != nil || in.Decode(&value) != nil {
			return "value" // a number too large for any program, for one
		}
		text, ok := plain(value)
		switch {
		case !ok:
			return "value"
		case !a.set(name, text):
			return "unknown-name"
		case slices.Contains(names, strings.ToLower(name)):
			return "name-twice"
		}
		names = append(names, strings.ToLower(name))
	}
	return ""
}

// plain is a value that is a text, or a list of texts, which are then apart by
// spaces.
func plain(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case nil:
		return "", true
	case []any:
		var all []string
		for _, one := range v {
			s, ok := one.(string)
			if !ok {
				return "", false
			}
			all = append(all, s)
		}
		return strings.Join(all, " "), true
	default:
		return "", false
	}
}
