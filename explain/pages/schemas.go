package pages

import "strings"

// schemaTables tells whether a page describes records by tables of parameters
// with types, or by EDM XML.
func schemaTables(d *document) bool {
	n, event := 0, false
	for _, l := range d.lines {
		switch {
		case l.kind == heading:
			names := eventNames(l.text)
			event = allTelling(names) && strings.Contains(names[0].Name, ".")
		case l.kind == code && strings.Contains(l.text, "<edmx:"):
			return true
		case l.kind == row:
			if c := cells(l.text); !event && len(c) >= 3 && fieldHeader(c[0]) && strings.EqualFold(plain(c[1]), "type") {
				n++
			}
		}
	}
	return n >= 3
}

// readSchema reads the tables of parameters as blocks, the tables of values as
// enumerations, and types in XML.
func readSchema(p *Page, d *document) {
	p.Family = Schema
	var path [7]string
	var o owner
	var enum *Enum
	var table []string
	x := &edm{}
	section := func() string {
		for i := len(path) - 1; i > 1; i-- {
			if path[i] != "" {
				return path[i]
			}
		}
		return p.Title
	}
	flush := func() {
		if len(o.fields) > 0 {
			o.count(p)
			p.Blocks = append(p.Blocks, Block{Name: section(), Section: path[2], Fields: o.fields, Line: o.fields[0].Line})
		}
		if enum != nil && len(enum.Values) > 0 {
			p.Enums = append(p.Enums, *enum)
		}
		o, enum, table = owner{}, nil, nil
	}
	for _, l := range d.lines {
		switch l.kind {
		case heading:
			flush()
			for i := l.level; i < len(path); i++ {
				path[i] = ""
			}
			path[l.level] = bounded(strings.Trim(plain(l.text), "* "), maxName)
		case row:
			c := cells(l.text)
			switch {
			case len(c) == 0 || ruler(c):
			case table == nil:
				table = c
				if named(c[0], "event") { // some tables of properties are headed so
					table[0] = "property"
				}
				if values(c, section()) && enum == nil {
					enum = &Enum{Name: enumName(section())}
				}
				o.table = table
			case fieldHeader(table[0]):
				o.row(p, l)
			case enum != nil && values(table, section()) && len(enum.Values) < maxEvents:
				enum.add(table, c)
			}
		case code:
			x.line(p, l)
		case prose, bullet, quote:
			table = nil
		case blank:
			table = nil
		}
	}
	flush()
	x.flush(p)
}

// values tells whether a header is that of a table of coded values.
func values(header []string, section string) bool {
	for _, h := range header {
		if named(h, "value") || named(h, "member name") || named(h, "member") {
			return true
		}
	}
	return !fieldHeader(header[0]) && strings.HasPrefix(strings.ToLower(section), "enum")
}

func named(cell, want string) bool {
	return strings.EqualFold(strings.Trim(plain(cell), "* ?"), want)
}

// enumName takes "Enum: X - Type: Edm.Int32" for X.
func enumName(heading string) string {
	if rest, ok := strings.CutPrefix(heading, "Enum:"); ok {
		heading = rest
	}
	name, _, _ := strings.Cut(heading, " - Type")
	return strings.TrimSpace(name)
}

// add takes a row of a table of values in. The columns stand in any order:
// value, name, description; a table of names only has no codes.
func (e *Enum) add(header, cells []string) {
	var v Value
	for i, c := range cells {
		if i >= len(header) {
			break
		}
		text := bounded(plain(c), maxText)
		switch h := strings.ToLower(strings.Trim(plain(header[i]), "* ")); {
		case h == "value":
			v.Code = text
		case v.Name == "" && !strings.HasPrefix(h, "desc"):
			v.Name = text
		default:
			v.Text = strings.TrimSpace(v.Text + " " + text)
		}
	}
	if v.Name != "" || v.Code != "" {
		e.Values = append(e.Values, v)
	}
}

// edm reads types from EDM XML, line by line: the examples on pages are not
// whole documents, so no XML reader would take them.
type edm struct{ block *Block }

func (x *edm) line(p *Page, l line) {
	switch {
	case strings.Contains(l.text, "<ComplexType "), strings.Contains(l.text, "<EntityType "):
		x.flush(p)
		x.block = &Block{Name: bounded(attribute(l.text, "Name"), maxName), Section: "EDM", Line: l.no}
	case strings.Contains(l.text, "<Property ") && x.block != nil && len(x.block.Fields) < maxEvents:
		if name := attribute(l.text, "Name"); believable(name) {
			x.block.Fields = append(x.block.Fields, Field{Name: name, Type: attribute(l.text, "Type"), Line: l.no})
		}
	case strings.Contains(l.text, "PIIFlag") && strings.Contains(l.text, `"true"`) && x.block != nil && len(x.block.Fields) > 0:
		x.block.Fields[len(x.block.Fields)-1].Flagged = true
	}
}

func (x *edm) flush(p *Page) {
	if x.block != nil && x.block.Name != "" && len(x.block.Fields) > 0 {
		p.Blocks = append(p.Blocks, *x.block)
	}
	x.block = nil
}

func attribute(s, name string) string {
	_, rest, ok := strings.Cut(s, " "+name+`="`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return bounded(value, maxName)
}

// namespaces reads a page that lists namespaces as headings: "Office AI
// Automate" is Office.AI.Automate. It tells whether the page is one.
func namespaces(p *Page, d *document) bool {
	if !strings.Contains(strings.ToLower(p.Title), "namespace") {
		return false
	}
	listed := false
	var level int
	for _, l := range d.lines {
		switch {
		case l.kind == heading:
			text := plain(l.text)
			if !listed {
				listed = strings.EqualFold(text, "event namespaces")
				level = l.level
				continue
			}
			if l.level <= level || len(text) > maxName || len(p.Namespaces) >= maxEvents {
				continue
			}
			p.Namespaces = append(p.Namespaces, Namespace{Name: strings.Join(strings.Fields(text), ".")})
		case l.kind == prose && len(p.Namespaces) > 0:
			n := &p.Namespaces[len(p.Namespaces)-1]
			if text := plain(l.text); len(n.Text)+len(text) < maxText {
				n.Text = strings.TrimSpace(n.Text + " " + text)
			}
		}
	}
	return len(p.Namespaces) > 0
}
