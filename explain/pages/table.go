package pages

import "strings"

// cells cuts a row of a table; an escaped bar does not part cells.
func cells(s string) []string {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(s, "|")
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			out = append(out, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	if rest := strings.TrimSpace(s[min(start, len(s)):]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// ruler tells whether a row is the line under the header.
func ruler(cells []string) bool {
	for _, c := range cells {
		if strings.Trim(c, "-: ") != "" {
			return false
		}
	}
	return true
}

// fieldHeader tells whether a cell is the heading over names of fields.
func fieldHeader(cell string) bool {
	switch strings.ToLower(strings.Trim(plain(cell), "* ?")) {
	case "field", "fields", "field name", "property", "properties", "property name", "parameter", "parameters", "attribute", "name of field",
		"data field", "data fields", "data field name", "data point", "column", "column name":
		return true
	}
	return false
}

// nameHeader tells whether a cell is the heading over names of anything; of
// fields, where a table follows the name of an event.
func nameHeader(cell string) bool { return named(cell, "name") || named(cell, "key") }

// eventHeader tells whether a cell is the heading over names of events.
func eventHeader(cell string) bool {
	switch strings.ToLower(strings.Trim(plain(cell), "* ?")) {
	case "event", "events", "event name", "event names", "name of event":
		return true
	}
	return false
}
