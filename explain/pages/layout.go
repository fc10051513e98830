package pages

import (
	"strings"

	"inzage/schema"
)

// read picks the layout of a page by what stands on it and reads it.
func read(p *Page, d *document) error {
	switch {
	case schemaTables(d):
		readSchema(p, d)
	case propertyLists(d):
		readLists(p, d)
	case namespaces(p, d):
		p.Family = Namespaced
	default:
		r := &headings{p: p, d: d}
		r.outline()
		r.read()
		r.addListed()
	}
	fields := 0
	for i := range p.Events {
		fields += len(p.Events[i].Fields)
	}
	if len(p.Events) > maxEvents || fields > maxFields {
		return schema.Fail(schema.CodeLimit, "read page", nil)
	}
	if p.Family == "" {
		p.Family = family(p)
	}
	return nil
}

// family tells the products of a page whose events stand under headings.
func family(p *Page) Family {
	if len(p.Events) == 0 {
		return Other
	}
	windows, plainNames := 0, 0
	for i := range p.Events {
		e := &p.Events[i]
		if strings.HasPrefix(e.Names[0].Name, "Microsoft.Windows.") {
			windows++
		}
		if !strings.Contains(e.Names[0].Name, ".") && len(e.Fields) == 0 {
			plainNames++
		}
	}
	title := strings.ToLower(p.Title)
	switch {
	case windows*4 > len(p.Events) || strings.HasPrefix(title, "windows") || strings.Contains(title, "for windows"):
		return Windows
	case strings.Contains(title, "defender"):
		return Defender
	case strings.Contains(title, "copilot") || plainNames == len(p.Events):
		return Copilot
	}
	return Office
}

// headings reads a page whose events are headings, or bold lines over a table
// of fields.
type headings struct {
	p       *Page
	d       *document
	level   int            // the level that most event names stand at, 0 for none
	parents map[int]bool   // lines of headings with deeper headings under them
	tables  map[int]bool   // lines of headings and bold lines over a table of fields
	names   map[int][]Name // by line, of headings that can be names
	bold    map[int][]Name // the same, of bold lines that are names

	path   [7]string // the headings above
	event  *Event
	block  *Block
	owner  owner
	at     int        // level of the heading of what is open, 7 for a bold line
	table  eventTable // the table being read, if it lists events
	listed []Event    // events that stand in tables
}

// outline looks at all headings, to learn at which level the events stand.
func (r *headings) outline() {
	r.parents, r.tables, r.names, r.bold = map[int]bool{}, map[int]bool{}, map[int][]Name{}, map[int][]Name{}
	var count [7]int
	last := line{}
	title := -1 // the heading or bold line that a table may follow
	for i, l := range r.d.lines {
		switch {
		case l.kind == heading:
			if inner, _ := inside(l.text); inner {
				continue
			}
			if l.level > last.level && last.no > 0 {
				r.parents[last.no] = true
			}
			last, title = l, i
			names := eventNames(l.text)
			if names == nil {
				continue
			}
			r.names[l.no] = names
			if allTelling(names) {
				count[l.level]++
			}
		case l.kind == prose && boldLine(l.text) != "":
			title = i
			if names := eventNames(boldLine(l.text)); allTelling(names) && strings.Contains(names[0].Name, ".") {
				r.bold[l.no] = names
			}
		case l.kind == bullet:
			title = -1
		case l.kind == row && title >= 0:
			if cells := cells(l.text); len(cells) == 2 && fieldHeader(cells[0]) {
				r.tables[r.d.lines[title].no] = true
			}
			title = -1
		}
	}
	for level := 2; level < len(count); level++ {
		if count[level] > count[r.level] || r.level == 0 && count[level] > 0 {
			r.level = level
		}
	}
	if r.level == 0 && count[1] > 1 {
		r.level = 1
	}
	if r.level > 0 {
		r.bold = nil
	}
}

// inside tells whether a heading parts the description of one event, and
// whether it is the one over its fields.
func inside(text string) (inner, fields bool) {
	text = strings.TrimSpace(strings.Trim(plain(text), "*:"))
	switch strings.ToLower(text) {
	case "fields", "data fields", "event fields", "collected fields", "properties", "event properties", "parameters", "fields collected":
		return true, true
	case "description", "purpose", "remarks", "details", "when it is collected":
		return true, false
	}
	_, ok := intro(text)
	return ok && !common(text), ok
}

// boldLine returns the words of a line that is bold from end to end.
func boldLine(text string) string {
	inside, ok := strings.CutPrefix(text, "**")
	if inside, ok = cutSuffix(inside, "**", ok); !ok || strings.Contains(inside, "**") {
		return ""
	}
	if _, ok := intro(inside); ok {
		return ""
	}
	return plain(inside)
}

func cutSuffix(s, suffix string, ok bool) (string, bool) {
	if !ok {
		return s, false
	}
	return strings.CutSuffix(s, suffix)
}

func (r *headings) read() {
	for _, l := range r.d.lines {
		switch l.kind {
		case heading:
			r.heading(l)
		case bullet:
			if r.open() {
				r.owner.bullet(r.p, l)
			}
		case row:
			if !r.table.row(r, l) && r.open() {
				r.owner.row(r.p, l)
			}
		case prose:
			r.prose(l)
		case blank:
			r.owner.table, r.table = nil, eventTable{}
		case quote, code:
		}
	}
	r.close()
}

// heading ends what was open and begins what the heading says: an event, a
// block of common fields, or a part of the page.
func (r *headings) heading(l line) {
	if inner, fields := inside(l.text); inner && r.open() && l.level > r.at {
		r.owner.intro = r.owner.intro || fields
		return
	}
	r.close()
	r.at, r.table = l.level, eventTable{}
	text := strings.TrimSpace(strings.Trim(plain(l.text), "*"))
	shared := r.common(l.level)
	for i := l.level; i < len(r.path); i++ {
		r.path[i] = ""
	}
	r.path[l.level] = bounded(text, maxName)
	switch {
	case l.level == 1 && r.level != 1 || text == "":
	case shared:
		r.begin(text, l.no)
	case r.isEvent(l):
		r.start(r.names[l.no], l)
	case common(text):
		r.begin(text, l.no)
	case r.tables[l.no]:
		r.start([]Name{{Name: text}}, l)
	}
}

// isEvent tells whether a heading is the name of an event. At the level where
// most stand, any single word is one, unless further headings stand under it;
// elsewhere only what cannot be a word.
func (r *headings) isEvent(l line) bool {
	names := r.names[l.no]
	switch {
	case names == nil || r.level == 0:
		return false
	case allTelling(names):
		return l.level >= r.level || strings.Count(names[0].Name, ".") > 1
	}
	return l.level == r.level && !r.parents[l.no] && !section(names[0].Name)
}

// common tells whether a heading above the level is over shared fields.
func (r *headings) common(level int) bool {
	for i := 2; i < level; i++ {
		if common(r.path[i]) {
			return true
		}
	}
	return false
}

// start begins an event.
func (r *headings) start(names []Name, l line) {
	e := &Event{Names: names, Line: l.no}
	var above []string
	for i := 2; i < len(r.path); i++ {
		if t := r.path[i]; t != "" && (l.kind != heading || i < l.level) {
			above = append(above, t)
		}
	}
	switch n := len(above); {
	case n > 1:
		e.Category, e.Subtype = above[n-2], strings.TrimSuffix(above[n-1], " subtype")
	case n == 1:
		e.Category = above[0]
	}
	r.event, r.owner = e, owner{name: names[0].Name}
	if l.kind != heading {
		r.at = len(r.path)
	}
}

// begin begins a block of shared fields.
func (r *headings) begin(name string, no int) {
	b := &Block{Name: bounded(name, maxName), Line: no}
	for i := len(r.path) - 1; i >= 2; i-- {
		if t := r.path[i]; t != "" && t != b.Name && common(t) {
			b.Section = t
		}
	}
	for _, t := range append(r.path[:], name) {
		b.All = b.All || everywhere(t)
	}
	r.block, r.owner = b, owner{name: name, intro: true}
}

func (r *headings) open() bool { return r.event != nil || r.block != nil }

// close hands over what was being read.
func (r *headings) close() {
	r.owner.count(r.p)
	switch {
	case r.event != nil:
		r.event.Fields, r.event.Parts = r.owner.fields, r.owner.parts()
		r.event.None = r.owner.none && len(r.owner.fields) == 0
		r.p.Events = append(r.p.Events, *r.event)
	case r.block != nil && len(r.owner.fields) > 0:
		r.block.Fields = r.owner.fields
		r.p.Blocks = append(r.p.Blocks, *r.block)
	}
	r.event, r.block, r.owner = nil, nil, owner{}
}

// prose reads a line of text: a remark on the event, the sentence before its
// fields, its description, or a field whose bullet was lost.
func (r *headings) prose(l line) {
	if title := boldLine(l.text); title != "" && r.tables[l.no] {
		r.close()
		r.start([]Name{{Name: bounded(title, maxName)}}, l)
		return
	}
	if names := r.bold[l.no]; names != nil {
		r.close()
		r.start(names, l)
		return
	}
	if !r.open() {
		return
	}
	text := plain(l.text)
	if r.event != nil {
		if from := inherited(l.text); from != "" {
			r.event.From = append(r.event.From, bounded(from, maxName))
		}
		n := notes(&text)
		r.event.Old = append(r.event.Old, n.old...)
		r.event.Replaces = append(r.event.Replaces, n.replaces...)
		r.event.Removed = r.event.Removed || n.removed
	}
	if text == "" || r.owner.prose(r.p, l, text) || r.event == nil || r.owner.intro {
		return
	}
	if len(r.event.Text)+len(text) < maxText {
		r.event.Text = strings.TrimSpace(r.event.Text + "\n" + text)
	}
}
