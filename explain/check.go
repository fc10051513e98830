package explain

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// Check lets every entry test itself: its example must be explained by the
// entry and render to the wanted sentences in both languages. It returns all
// faults joined, each naming file and entry.
func (c *Catalog) Check() error {
	var faults []error
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		zone = time.UTC
	}
	readers := map[schema.Lang]*Explainer{}
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		readers[l] = c.For(Reader{Lang: l, Zone: zone})
	}
	for _, e := range c.entries() {
		r := e.example()
		for _, l := range []schema.Lang{schema.Dutch, schema.English} {
			got := readers[l].Explain(r)
			want := e.raw.Want.in(l)
			switch {
			case got.Rule != ruleOf(e):
				faults = append(faults, fmt.Errorf("%s: %s: example is explained by %q", e.file, ruleOf(e), got.Rule))
			case got.Text.Reveal() != want:
				faults = append(faults, fmt.Errorf("%s: %s: want.%s is %q, example gives %q", e.file, ruleOf(e), l, want, got.Text.Reveal()))
			}
		}
	}
	for _, app := range c.homeless() {
		faults = append(faults, fmt.Errorf("facets: app %q belongs to no service", app))
	}
	if len(faults) > 0 {
		return schema.Fail(schema.CodeCatalog, "check catalog", errors.Join(faults...))
	}
	return nil
}

func ruleOf(e *entry) string {
	if e.action != "" {
		return e.raw.Event + " + " + e.raw.Action
	}
	return e.raw.Event
}

// entries lists all event entries in a fixed order.
func (c *Catalog) entries() []*entry {
	var list []*entry
	for _, name := range slices.Sorted(maps.Keys(c.events)) {
		list = append(list, c.events[name]...)
	}
	return append(list, c.families...)
}

// example makes the record that an entry is tested with. A family's * stands
// for "Example" unless the example gives it as "*".
func (e *entry) example() schema.Record {
	r := schema.Record{Source: e.source, Event: e.raw.Event, Action: e.raw.Action}
	if star, ok := e.raw.Example["*"]; ok {
		r.Event = strings.Replace(r.Event, "*", star, 1)
	} else {
		r.Event = strings.Replace(r.Event, "*", "Example", 1)
	}
	if e.raw.Space != "" {
		r.Spaces = []string{e.raw.Space}
	}
	for _, path := range slices.Sorted(maps.Keys(e.raw.Example)) {
		if path == "*" {
			continue
		}
		v := e.raw.Example[path]
		if canonical(path) == "appname" {
			r.App = v
		}
		r.Fields = append(r.Fields, schema.Field{Path: path, Value: schema.NewPersonal(v)})
	}
	return r
}

// Size counts what the catalog holds.
type Size struct {
	Events     int `json:"events"`
	Families   int `json:"families"`
	Namespaces int `json:"namespaces"`
	Fields     int `json:"fields"`
	Affixes    int `json:"affixes"`
	Tokens     int `json:"tokens"`
	Verbs      int `json:"verbs"`
	Enums      int `json:"enums"`
	Texts      int `json:"texts"`
}

// Size returns the counts.
func (c *Catalog) Size() Size {
	s := Size{
		Families: len(c.families), Namespaces: len(c.namespaces) + len(c.spaces),
		Fields: len(c.fields) + len(c.prefixes), Affixes: len(c.affixes),
		Tokens: len(c.tokens), Verbs: len(c.verbs), Enums: len(c.enums), Texts: len(c.texts) + len(c.terms),
	}
	for _, list := range c.events {
		s.Events += len(list)
	}
	return s
}

// EventLayers returns a function that tells on which layer an event of a name is
// explained. It belongs to one goroutine.
func (c *Catalog) EventLayers() func(name string) schema.Layer {
	x := c.For(Reader{Lang: schema.Dutch})
	return func(name string) schema.Layer { return x.Explain(schema.Record{Event: name}).Layer }
}

// FieldLayer tells on which layer a field of this path is explained, in an event
// in which that is best known.
func (c *Catalog) FieldLayer(path string) schema.Layer {
	if c.only.explains(path) {
		return schema.LayerDictionary
	}
	if f := c.lookup(path, ""); f != nil {
		return f.layer
	}
	return schema.LayerNone
}
