package pages

import "strings"

// propertyLists tells whether a page gives its events as items of lists and
// their fields in tables for a whole group, as the pages for Teams do.
func propertyLists(d *document) bool {
	for _, l := range d.lines {
		if _, ok := listName(l); ok {
			return true
		}
	}
	return false
}

// listName returns the group that a heading "Properties sent with … events" is
// about.
func listName(l line) (string, bool) {
	if l.kind != heading {
		return "", false
	}
	text := plain(l.text)
	for _, begin := range []string{"properties sent with ", "properties sent for ", "properties for "} {
		if len(text) > len(begin) && strings.EqualFold(text[:len(begin)], begin) {
			name := strings.TrimSpace(text[len(begin):])
			return strings.TrimSpace(strings.TrimSuffix(name, "events")), true
		}
	}
	return "", false
}

// readLists reads such a page: groups of events, then lists of properties.
func readLists(p *Page, d *document) {
	p.Family = Teams
	var group, list string
	var o owner
	var start int
	flush := func() {
		if list != "" && len(o.fields) > 0 {
			o.count(p)
			p.Blocks = append(p.Blocks, Block{
				Name: bounded(list, maxName), Section: "property list", All: strings.EqualFold(list, "all"), Fields: o.fields, Line: start,
			})
		}
		list, o = "", owner{}
	}
	named := map[string]string{} // group → list that the page names for it
	for _, l := range d.lines {
		switch l.kind {
		case heading:
			flush()
			group = ""
			name, ok := listName(l)
			switch {
			case ok:
				list, start = name, l.no
			case l.level > 1:
				group = bounded(plain(l.text), maxName)
			}
		case quote:
			if _, after, ok := strings.Cut(plain(l.text), "see Properties sent with "); ok && group != "" {
				named[group] = strings.TrimSpace(strings.TrimSuffix(strings.TrimRight(after, ". "), "events"))
			}
		case row:
			if list != "" {
				o.row(p, l)
			}
		case bullet, prose:
			if group != "" && list == "" {
				listed(p, l, group)
			}
		case blank, code:
		}
	}
	flush()
	for i := range p.Events {
		e := &p.Events[i]
		want := named[e.Category]
		if want == "" {
			want = e.Category
		}
		for j := range p.Blocks {
			if sameWords(p.Blocks[j].Name, want) {
				e.From = append(e.From, p.Blocks[j].Name)
			}
		}
	}
}

// listed reads one item of a group: an event where it stands at the margin, a
// line of the description where it is indented.
func listed(p *Page, l line, group string) {
	inside, opened := strings.CutPrefix(inline(l.text), "**")
	name, text, closed := strings.Cut(inside, "**")
	if !opened || !closed || l.level > 0 || len(p.Events) > maxEvents {
		if text := plain(l.text); len(p.Events) > 0 && (l.level > 0 || l.kind == prose) {
			if e := &p.Events[len(p.Events)-1]; e.Category == group && len(e.Text)+len(text) < maxText {
				e.Text = strings.TrimSpace(e.Text + "\n" + text)
			}
		}
		return
	}
	if l.kind == prose {
		p.Odd[OddLostMark]++
	}
	name = strings.TrimRight(strings.TrimSpace(name), " -–—")
	name = strings.TrimSuffix(name, ":")
	if name == "" || len(name) > maxName {
		return
	}
	if !eventName(name) || strings.Contains(name, "/") {
		p.Odd[OddNotName]++
	}
	e := Event{Names: []Name{{Name: name}}, Category: group, Line: l.no}
	text = strings.Trim(strings.ReplaceAll(text, "**", ""), " -–—:")
	n := notes(&text)
	e.Old, e.Replaces, e.Removed, e.Text = n.old, n.replaces, n.removed, bounded(text, maxText)
	p.Events = append(p.Events, e)
}

// sameWords compares without capitals, spaces and marks.
func sameWords(a, b string) bool { return squeeze(a) == squeeze(b) }

func squeeze(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case letter(c) || digit(c) || c >= 0x80:
			b = append(b, c)
		}
	}
	return string(b)
}
