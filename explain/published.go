package explain

import (
	"strings"

	"inzage/explain/overlay"
	"inzage/schema"
)

// published is what Microsoft's pages list, as an importer wrote it down. It is
// evidence beside the catalog's own knowledge: it gives events their earlier
// names, and says where Microsoft describes what the catalog has no text for.
// Its sentences are Microsoft's, in English; they are never passed off as ours.
type published struct {
	events map[string]*publishedEvent   // by folded name
	common map[string][]*publishedBlock // by page
	others map[string][]string          // folded name → the event's other names
}

type publishedEvent struct {
	page   overlay.Page // without its events
	text   string
	from   []string
	fields map[string]*overlay.Field // by canonical name
}

type publishedBlock struct {
	raw    overlay.Block
	fields map[string]*overlay.Field
}

// addPublished takes one page in. Pages overlap, and lists of several years may
// stand side by side: the page with the latest date speaks for an event.
func (c *Catalog) addPublished(at *place, raw overlay.Page) {
	if raw.Page == "" {
		at.fail("page: missing")
		return
	}
	if c.published.events == nil {
		c.published = published{
			events: make(map[string]*publishedEvent), common: make(map[string][]*publishedBlock), others: make(map[string][]string),
		}
	}
	if known, ok := c.refs[raw.Page]; !ok || known.Date < raw.Date {
		c.refs[raw.Page] = rawRef{Title: raw.Title, Date: raw.Date}
	}
	p := &c.published
	for _, b := range raw.Common {
		p.common[raw.Page] = append(p.common[raw.Page], &publishedBlock{raw: b, fields: fieldsByName(b.Fields)})
	}
	head := overlay.Page{Page: raw.Page, Title: raw.Title, Date: raw.Date, Family: raw.Family}
	for i := range raw.Events {
		e := &raw.Events[i]
		if len(e.Names) == 0 {
			at.fail("event %d: names: missing", i+1)
		}
		all := append(append([]string(nil), e.Names...), e.Old...)
		event := &publishedEvent{page: head, text: e.Text, from: e.From, fields: fieldsByName(e.Fields)}
		for _, name := range e.Names {
			if other := p.events[fold(name)]; other == nil || other.page.Date < raw.Date {
				p.events[fold(name)] = event
			}
		}
		if len(all) < 2 {
			continue
		}
		for _, name := range all {
			p.others[fold(name)] = append(p.others[fold(name)], all...)
		}
	}
}

func fieldsByName(fields []overlay.Field) map[string]*overlay.Field {
	m := make(map[string]*overlay.Field, len(fields))
	for i := range fields {
		f := &fields[i]
		names := append(append([]string{f.Name}, f.Also...), f.Old...)
		if f.Path != "" {
			names = append(names, f.Path)
		}
		for _, name := range names {
			if key := canonical(name); m[key] == nil {
				m[key] = f
			}
		}
	}
	return m
}

// event returns what is published of an event, under a name of now or before.
func (p *published) event(name string) *publishedEvent {
	name = fold(withoutToken(name))
	if e := p.events[name]; e != nil {
		return e
	}
	for _, other := range p.others[name] {
		if e := p.events[fold(other)]; e != nil {
			return e
		}
	}
	return nil
}

// Published returns how Microsoft describes a field of an event, or the event
// itself where field is empty, in Microsoft's own English words: to be shown
// marked as such. With it come the key of the page, for Ref, and the page's
// date ("2024-10-04", or ""). An event's shared blocks count as its own.
func (c *Catalog) Published(event, field string) (description, page, date string, ok bool) {
	e := c.published.event(event)
	if e == nil {
		return "", "", "", false
	}
	text := e.text
	if field != "" {
		text = c.published.field(e, field)
	}
	return text, e.page.Page, e.page.Date, text != ""
}

// field finds a field's description in the event's own list, then in the
// blocks that it names, then in those of every event.
func (p *published) field(e *publishedEvent, path string) string {
	if f := e.fields[canonical(path)]; f != nil {
		return f.Text
	}
	blocks := p.common[e.page.Page]
	for _, from := range e.from {
		for _, b := range blocks {
			if b.raw.Name == from {
				if f := b.fields[canonical(path)]; f != nil {
					return f.Text
				}
			}
		}
	}
	for _, b := range blocks {
		if !b.raw.All {
			continue
		}
		f := b.fields[canonical(path)]
		if rest, ok := strings.CutPrefix(canonical(path), fold(b.raw.Name)+"."); f == nil && ok {
			f = b.fields[rest]
		}
		if f != nil {
			return f.Text
		}
	}
	return ""
}

// findRenamed finds the entry of an event under another of its names: an old
// record may carry the earlier name, and an entry may have been written for it.
// An entry for exactly the event goes before one of a family.
func (c *Catalog) findRenamed(r *schema.Record) (e *entry, star string) {
	e, star = c.find(r)
	if e != nil && !strings.Contains(e.name, "*") {
		return e, star
	}
	for _, other := range c.published.others[fold(withoutToken(r.Event))] {
		renamed := *r
		renamed.Event = other
		switch found, of := c.find(&renamed); {
		case found == nil:
		case !strings.Contains(found.name, "*"):
			return found, of
		case e == nil:
			e, star = found, of
		}
	}
	return e, star
}

// usePublished corrects what is said of an event that nothing but a page of
// Microsoft describes: it is not undocumented.
func (x *Explainer) usePublished(p *plan, r *schema.Record) {
	switch p.layer {
	case schema.LayerNamespace, schema.LayerDataType, schema.LayerNone:
	default:
		return
	}
	e := x.c.published.event(r.Event)
	if e == nil {
		return
	}
	p.ref = e.page.Page
	p.title = x.in.text("engine.event.published.title")
	p.text = x.c.template(x.in.lang, "engine.event.published")
	p.fixed["page"], p.fixed["date"] = e.page.Title, e.page.Date
	if e.page.Title == "" {
		p.fixed["page"] = e.page.Page
	}
}
