package pages

import (
	"slices"
	"strings"
)

// List returns one line for each name of each event, in byte order:
//
//	page<TAB>event<TAB>field|field|…
//
// with each field once, as the page spells it. Fields that a sentence adds
// ("includes fields from …") are not repeated; those of a list that the page
// gives for the whole group are. A schema page lists its schemas.
func (p *Page) List() []string {
	lists := make(map[string][]Field, len(p.Blocks))
	for i := range p.Blocks {
		if p.Family == Teams {
			lists[p.Blocks[i].Name] = p.Blocks[i].Fields
		}
	}
	var lines []string
	for i := range p.Events {
		e := &p.Events[i]
		fields := e.Fields
		for _, from := range e.From {
			fields = append(slices.Clip(fields), lists[from]...)
		}
		for _, n := range e.Names {
			lines = append(lines, p.Name+"\t"+n.Name+"\t"+joined(fields))
		}
	}
	if p.Family == Schema {
		for i := range p.Blocks {
			lines = append(lines, p.Name+"\t"+p.Blocks[i].Name+"\t"+joined(p.Blocks[i].Fields))
		}
	}
	slices.Sort(lines)
	return lines
}

func joined(fields []Field) string {
	seen := make(map[string]bool, len(fields))
	var names []string
	for i := range fields {
		if name := fields[i].spelled(); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// spelled is the name with the other spellings that stand in the same place.
func (f *Field) spelled() string {
	if len(f.Also) == 0 {
		return f.Name
	}
	return f.Name + "/" + strings.Join(f.Also, "/")
}
