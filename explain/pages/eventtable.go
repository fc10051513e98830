package pages

import (
	"slices"
	"strings"
)

// eventTable is a table with one event in each row.
type eventTable struct {
	begun        bool
	name, fields int // columns; -1 for none
}

// row reads a row, if the table is one of events. It tells whether it is.
func (t *eventTable) row(r *headings, l line) bool {
	c := cells(l.text)
	if !t.begun {
		t.begun, t.name, t.fields = true, slices.IndexFunc(c, eventHeader), slices.IndexFunc(c, fieldHeader)
		return t.name >= 0
	}
	if t.name < 0 || ruler(c) {
		return t.name >= 0
	}
	if t.name >= len(c) || len(r.listed) >= maxEvents {
		return true
	}
	names := eventNames(c[t.name])
	if names == nil {
		r.p.Odd[OddNotName]++
		return true
	}
	e := Event{Names: names, Line: l.no}
	for i := len(r.path) - 1; i >= 2 && e.Category == ""; i-- {
		e.Category = r.path[i]
	}
	for i, cell := range c {
		switch {
		case i == t.name:
		case i == t.fields:
			e.Fields = fieldsInCell(cell, l.no)
		case len(e.Text)+len(cell) < maxText:
			e.Text = strings.TrimSpace(e.Text + " " + plain(cell))
		}
	}
	n := notes(&e.Text)
	e.Old, e.Replaces, e.Removed = n.old, n.replaces, n.removed
	r.listed = append(r.listed, e)
	return true
}

// fieldsInCell reads the names of fields in one cell, with commas or line
// breaks between them.
func fieldsInCell(cell string, no int) []Field {
	var fields []Field
	for name := range strings.FieldsFuncSeq(plain(strings.ReplaceAll(cell, "<br", ",<br")), func(r rune) bool { return r == ',' || r == ';' }) {
		f := Field{Line: no}
		if f.setName(name); believable(f.Name) && !strings.Contains(f.Name, " ") {
			fields = append(fields, f)
		}
	}
	return fields
}

// addListed takes in the events of tables that have no heading of their own: an
// index of the page names its events too.
func (r *headings) addListed() {
	seen := make(map[string]bool, len(r.p.Events))
	for i := range r.p.Events {
		for _, n := range r.p.Events[i].Names {
			seen[squeeze(n.Name)] = true
		}
	}
	for i := range r.listed {
		if !seen[squeeze(r.listed[i].Names[0].Name)] {
			r.p.Events = append(r.p.Events, r.listed[i])
		}
	}
}
