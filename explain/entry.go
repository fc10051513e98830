package explain

import (
	"strings"

	"inzage/schema"
)

// entry is what is known of one event, or of a family of events.
type entry struct {
	name   string // folded; in a family with one *
	action string // folded, or ""
	space  string // folded, or ""
	source string
	ref    string
	about  string
	kind   string
	app    both
	title  bilingual
	text   bilingual
	fields map[string]*field // by canonical path
	raw    rawEvent
	file   string
}

func (c *Catalog) addEvent(at *place, raw rawEvent) {
	e := &entry{
		name: fold(raw.Event), action: fold(raw.Action), space: fold(raw.Space), source: raw.Source,
		ref: raw.Ref, about: raw.About, kind: raw.Kind, app: raw.App, raw: raw, file: at.file,
		title: at.template("title", raw.Title),
		text:  at.template("text", raw.Text),
	}
	if raw.Event == "" {
		at.fail("event: missing")
	}
	at.needBoth("want", raw.Want)
	at.needRef(raw.Ref)
	at.needTerm("about", "abouts", raw.About)
	at.needTerm("kind", "kinds", raw.Kind)
	if !raw.App.empty() {
		at.needBoth("app", raw.App)
	}
	if len(raw.Fields) > 0 {
		e.fields = make(map[string]*field, len(raw.Fields))
	}
	for name, f := range raw.Fields {
		key := canonical(name)
		if e.fields[key] != nil {
			at.fail("field %s: given twice", name)
		}
		e.fields[key] = at.field(name, f, raw.Ref, schema.LayerEvent)
	}
	c.checkPlaceholders(at, e)
	switch strings.Count(e.name, "*") {
	case 0:
		for _, other := range c.events[e.name] {
			if other.action == e.action && other.space == e.space && other.source == e.source {
				at.fail("event given twice, also in %s", other.file)
			}
		}
		c.events[e.name] = append(c.events[e.name], e)
	case 1:
		for _, other := range c.families {
			if other.name == e.name && other.action == e.action && other.space == e.space && other.source == e.source {
				at.fail("family given twice, also in %s", other.file)
			}
		}
		c.families = append(c.families, e)
	default:
		at.fail("event: one * at most")
	}
}

// checkPlaceholders holds an entry to its own rules: a placeholder that may be
// absent stands in brackets, and every one occurs in the example.
func (c *Catalog) checkPlaceholders(at *place, e *entry) {
	for _, s := range e.text.nl.required() {
		if s.path != slotApp && s.path != slotStar {
			at.fail("text: {%s} can be absent, so it belongs in [brackets]", s.path)
		}
	}
	example := make(map[string]bool, len(e.raw.Example))
	for path := range e.raw.Example {
		example[canonical(path)] = true
	}
	for _, s := range e.text.nl.slots {
		switch s.path {
		case slotApp:
		case slotStar:
			if !strings.Contains(e.name, "*") {
				at.fail("text: {*} in an event without *")
			}
		default:
			if !example[s.path] {
				at.fail("text: {%s} does not occur in the example", s.path)
			}
		}
	}
}

// fits tells whether the entry is about this record, its name aside, and how
// specific it is.
func (e *entry) fits(r *schema.Record) (specific int, ok bool) {
	if e.source != "" {
		if e.source != r.Source {
			return 0, false
		}
		specific++
	}
	if e.action != "" {
		if e.action != fold(r.Action) {
			return 0, false
		}
		specific += 4
	}
	if e.space != "" {
		if !names(r, e.space) {
			return 0, false
		}
		specific += 2
	}
	return specific, true
}

// names tells whether the record names the folded namespace beside its event:
// as one of its spaces, or as the app it comes from.
func names(r *schema.Record, space string) bool {
	if fold(r.App) == space {
		return true
	}
	for _, s := range r.Spaces {
		if fold(strings.TrimSpace(s)) == space {
			return true
		}
	}
	return false
}

// find returns the most specific entry for the record and, for a family, the
// part of the name that its * stands for.
func (c *Catalog) find(r *schema.Record) (e *entry, star string) {
	event := withoutToken(r.Event)
	name := fold(event)
	best := -1
	for _, x := range c.events[name] {
		if s, ok := x.fits(r); ok && s > best {
			e, best = x, s
		}
	}
	if e != nil {
		return e, ""
	}
	if len(name) != len(event) {
		event = name
	}
	for _, x := range c.families {
		before, after, _ := strings.Cut(x.name, "*")
		if len(name) <= len(before)+len(after) || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
			continue
		}
		s, ok := x.fits(r)
		if !ok || e != nil && (len(x.name) < len(e.name) || s <= best) {
			continue
		}
		e, best, star = x, s, event[len(before):len(event)-len(after)]
	}
	return e, strings.Trim(star, "._")
}
