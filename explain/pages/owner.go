package pages

import (
	"slices"
	"strings"
)

// owner gathers the fields of one event or block.
type owner struct {
	name   string // of the event
	intro  bool   // the sentence before the fields was seen
	none   bool
	on     string // platform that the fields that follow are limited to
	fields []Field
	above  []nest
	bold   bool     // a field in bold was read
	table  []string // header of the table being read
	column int      // of the table, that the names stand in
}

// loose is the indent of a field whose bullet was lost: nothing stands in it,
// and it stands in nothing.
const loose = -1

// nest is a field that others may stand in.
type nest struct {
	indent int
	path   string
}

// bullet reads an item of a list.
func (o *owner) bullet(p *Page, l line) {
	if !strings.Contains(l.text, "**") {
		o.item(p, l)
		return
	}
	found := fieldsOf(l.text, l.no)
	if len(found) == 0 || o.itself(found[0], l.text) {
		p.Odd[OddBold]++
		return
	}
	if !strings.HasPrefix(l.text, "**") {
		p.Odd[OddLostMark]++
	}
	o.bold = true
	for _, f := range found {
		o.add(p, f, l.level)
	}
}

// itself tells whether the bold word is the event's own name at the beginning
// of a sentence about it ("**ProcessStart** sends …").
func (o *owner) itself(f Field, text string) bool {
	last := o.name[strings.LastIndexByte(o.name, '.')+1:]
	_, rest, _ := strings.Cut(strings.TrimPrefix(text, "**"), "**")
	return f.Name == last && f.Name != o.name && strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "  ") && !startsSeparator(strings.TrimSpace(rest))
}

// item reads a plain item: "None", a value of the field above it, a field
// without bold, or a line of the description.
func (o *owner) item(p *Page, l line) {
	text := plain(l.text)
	switch {
	case len(o.fields) == 0 && noFields(text):
		o.none = true
	case !o.intro && len(o.fields) == 0:
	case len(o.fields) > 0 && l.level > o.last().indent:
		f := &o.fields[len(o.fields)-1]
		if len(f.Values) < maxEvents {
			f.Values = append(f.Values, bounded(strings.Join(strings.Fields(text), " "), maxText))
		}
	case o.bare(p, l, text):
	default:
		p.Odd[OddBullet]++
	}
}

// bare reads a field that lost its bold: "Count - The count of each error".
func (o *owner) bare(p *Page, l line, text string) bool {
	name, rest := firstWord(text)
	if l.kind == bullet && !o.bold {
		// Among fields that have no bold at all, other marks do as well.
		name = withoutMarks(name)
		if before, ok := strings.CutSuffix(name, ":"); ok {
			name, rest = withoutMarks(before), " - "+rest
		} else if rest == "" || strings.HasPrefix(rest, "  ") || strings.HasPrefix(rest, " — ") {
			rest = " - " + rest
		}
	}
	if !o.intro || !eventName(name) || !letter(name[0]) || !strings.HasPrefix(rest, " - ") && !strings.HasPrefix(rest, " – ") {
		return false
	}
	f := Field{Line: l.no}
	f.setName(name)
	if !believable(f.Name) {
		return false
	}
	f.describe(rest)
	p.Odd[OddLostMark]++
	indent := loose
	if l.kind == bullet {
		indent = l.level
	}
	o.add(p, f, indent)
	return true
}

// withoutMarks takes italics and other bold off a word.
func withoutMarks(s string) string {
	for _, mark := range []string{"__", "_", "*"} {
		if len(s) > 2*len(mark) && strings.HasPrefix(s, mark) && strings.HasSuffix(s, mark) {
			return s[len(mark) : len(s)-len(mark)]
		}
	}
	return s
}

// prose reads a line between the fields. It tells whether the line has been
// dealt with.
func (o *owner) prose(p *Page, l line, text string) bool {
	if on, ok := intro(text); ok {
		o.intro, o.on = true, on
		o.none = o.none || noFields(text)
		return true
	}
	if noFields(text) && len(o.fields) == 0 {
		o.none = true
		return true
	}
	if !o.intro && len(o.fields) == 0 {
		return false
	}
	if strings.Contains(l.text, "**") && l.level < 4 {
		if found := fieldsOf(l.text, l.no); len(found) > 0 && eventName(found[0].Name) && (!strings.HasPrefix(l.text, "**") || dashed(l.text)) {
			p.Odd[OddLostMark]++
			for _, f := range found {
				o.add(p, f, loose)
			}
			return true
		}
	}
	if o.bare(p, l, text) {
		return true
	}
	if len(o.fields) > 0 {
		o.fields[len(o.fields)-1].add(text)
	}
	return true
}

// dashed tells whether a separator follows, or ends, the bold that a line
// begins with.
func dashed(s string) bool {
	inside, rest, ok := strings.Cut(strings.TrimPrefix(s, "**"), "**")
	return ok && (startsSeparator(strings.TrimSpace(rest)) || strings.HasSuffix(strings.TrimSpace(inside), "-") || strings.HasPrefix(rest, "  "))
}

// add takes a field in, under the fields it stands in.
func (o *owner) add(p *Page, f Field, indent int) {
	if len(o.fields) >= maxFields {
		return
	}
	for len(o.above) > 0 && (o.above[len(o.above)-1].indent >= indent || indent == loose) {
		o.above = o.above[:len(o.above)-1]
	}
	path := f.Name
	// Two columns make a level; one is a slip of the hand.
	if n := len(o.above); n > 0 && indent >= o.above[n-1].indent+2 && len(o.above[n-1].path)+len(path) < 4*maxName {
		path = o.above[n-1].path + "." + path
		f.Path = path
	}
	if indent != loose {
		o.above = append(o.above, nest{indent: indent, path: path})
	}
	if len(f.Also) > 0 {
		p.Odd[OddManyNames]++
	}
	f.On = o.on
	o.fields = append(o.fields, f)
}

func (o *owner) last() nest {
	if len(o.above) == 0 {
		return nest{}
	}
	return o.above[len(o.above)-1]
}

// row reads a row of a table of fields.
func (o *owner) row(p *Page, l line) {
	c := cells(l.text)
	switch {
	case len(c) == 0 || ruler(c):
		return
	case o.table == nil:
		o.table, o.column = c, slices.IndexFunc(c, fieldHeader)
		if o.column < 0 && len(o.fields) == 0 {
			o.column = slices.IndexFunc(c, nameHeader)
		}
		if o.column >= 0 || len(c) < 2 || !eventName(plain(c[0])) {
			return
		}
		// The first row of the data was written as the header.
		p.Odd[OddLostMark]++
		o.table, o.column = []string{"field", "description"}, 0
	case o.column < 0 || o.column >= len(c):
		return
	}
	if f, ok := o.cellField(c, l.no); ok {
		o.add(p, f, 0)
	}
}

func (o *owner) cellField(c []string, no int) (Field, bool) {
	f := Field{Line: no}
	f.setName(strings.TrimSpace(strings.Trim(plain(c[o.column]), "*_")))
	if !believable(f.Name) {
		return f, false
	}
	for i := 0; i < len(c) && i < len(o.table); i++ {
		if i == o.column {
			continue
		}
		text := plain(c[i])
		switch strings.ToLower(strings.Trim(plain(o.table[i]), "* ?")) {
		case "type", "data type":
			f.Type, _, _ = strings.Cut(text, " Term=")
			f.Flagged = strings.Contains(strings.ToLower(strings.ReplaceAll(text, " ", "")), "piiflag")
		case "mandatory", "required":
		default:
			f.add(text)
		}
	}
	return f, true
}

// count notes fields given twice.
func (o *owner) count(p *Page) {
	seen := make(map[string]bool, len(o.fields))
	for i := range o.fields {
		key := o.fields[i].Name
		if o.fields[i].Path != "" {
			key = o.fields[i].Path
		}
		if seen[key] {
			p.Odd[OddTwice]++
		}
		seen[key] = true
	}
}

// parts returns the fields that are events of their own: their names begin as
// the event's and have as many parts as an event's.
func (o *owner) parts() []Event {
	first, _, _ := strings.Cut(o.name, ".")
	var parts []Event
	for i := range o.fields {
		f := &o.fields[i]
		switch top, under, nested := strings.Cut(f.Path, "."+f.Name); {
		case strings.HasPrefix(f.Name, first+".") && strings.Count(f.Name, ".") >= 3:
			parts = append(parts, Event{Names: []Name{{Name: f.Name}}, Text: f.Text, Old: f.Old, Removed: f.Removed, Line: f.Line})
		case len(parts) > 0 && nested && under == "" && top == parts[len(parts)-1].Names[0].Name:
			last := &parts[len(parts)-1]
			last.Fields = append(last.Fields, Field{Name: f.Name, Type: f.Type, Old: f.Old, Removed: f.Removed, Values: f.Values, Text: f.Text, Line: f.Line})
		}
	}
	return parts
}
