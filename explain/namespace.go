package explain

import (
	"strings"

	"inzage/schema"
)

// namespace is a part of the software.
type namespace struct {
	name  string
	app   both
	part  both
	text  both
	about string
	ref   string
	kind  string
}

// A record can name its namespace beside its event name (Teams categories, the
// app of a Copilot Chat record); those never match an event name's beginning.
func besideName(kind string) bool {
	switch kind {
	case "teams", "copilot", "app":
		return true
	}
	return false
}

func (c *Catalog) addNamespace(at *place, n rawNamespace) {
	at.needBoth("app", n.App)
	at.needBoth("text", n.Text)
	at.needTerm("about", "abouts", n.About)
	at.needRef(n.Ref)
	if !n.Part.empty() {
		at.needBoth("part", n.Part)
	}
	list := c.namespaces
	if besideName(n.Kind) {
		list = c.spaces
	}
	key := fold(n.Namespace)
	if list[key] != nil {
		at.fail("given twice")
	}
	list[key] = &namespace{
		name: n.Namespace, app: n.App, part: n.Part, text: n.Text, about: n.About, ref: n.Ref, kind: n.Kind,
	}
}

// weak tells a namespace that is only a word names often begin with, of lists
// other than Microsoft's own namespaces: what the record itself names is surer.
func (n *namespace) weak() bool {
	return n.kind == "other" || n.kind == "autoupdate" || n.kind == "outlook-mobile"
}

// namespaceOf finds the longest namespace that the event name begins with, by
// whole parts ("Office.Docs" is no namespace of "Office.DocsUI.X"), and what of
// the name is left. Microsoft writes some namespaces as joined words.
func (c *Catalog) namespaceOf(event string) (*namespace, string) {
	name := fold(event)
	if len(name) != len(event) { // array positions were folded away
		event = name
	}
	for end := len(name); end > 0; end = strings.LastIndexByte(name[:end], '.') {
		if n := c.namespaces[name[:end]]; n != nil {
			return n, strings.Trim(event[end:], "._")
		}
	}
	return nil, event
}

// spaceOf finds the first namespace that the record names beside its event.
func (c *Catalog) spaceOf(r *schema.Record) *namespace {
	for _, s := range r.Spaces {
		if n := c.spaces[fold(strings.TrimSpace(s))]; n != nil {
			return n
		}
	}
	return c.spaces[fold(r.App)]
}
