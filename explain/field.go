package explain

import (
	"strings"

	"inzage/schema"
)

// field is what is known of a field's name.
type field struct {
	name  string // folded; a trailing * stands for any rest
	class schema.Class
	why   string // reason code
	as    string
	id    string
	ref   string
	layer schema.Layer
	text  both
	rule  string // what found it, for the output
	weak  bool   // the class rests on a single word of the name
}

// field compiles one dictionary entry.
func (p *place) field(name string, raw rawField, ref string, layer schema.Layer) *field {
	class, err := schema.ParseClass(raw.Class)
	if err != nil {
		p.fail("field %s: %v", name, err)
	}
	f := &field{
		name: fold(name), class: class, why: raw.Why, as: raw.As, id: raw.ID,
		ref: ref, layer: layer, text: both{NL: raw.NL, EN: raw.EN}, rule: name,
	}
	if raw.Ref != "" {
		f.ref = raw.Ref
	}
	p.needBoth("field "+name, f.text)
	p.needRef(f.ref)
	p.needTerm("field "+name+": why", "reasons", f.why)
	p.needTerm("field "+name+": id", "identifiers", f.id)
	if !p.c.knownInterpreter(f.as) {
		p.fail("field %s: no interpreter %q", name, f.as)
	}
	return f
}

func (c *Catalog) addFields(at *place, raw rawFields) {
	at.needRef(raw.Ref)
	layer, prefix := schema.LayerDictionary, ""
	if raw.Contract != "" {
		layer, prefix = schema.LayerContract, raw.Contract+"."
	}
	for name, rf := range raw.Fields {
		f := at.field(prefix+name, rf, raw.Ref, layer)
		key := f.name
		if strings.HasSuffix(key, "*") {
			c.prefixes = append(c.prefixes, f)
			continue
		}
		if other := c.fields[key]; other != nil {
			at.fail("field %s: given twice", prefix+name)
		}
		c.fields[key] = f
	}
	for _, block := range raw.Only {
		c.only.add(at, block, raw.Ref)
	}
}

// scopedWhole finds the rule of a scope that is about exactly this name: "Url"
// in an event of Windows, where the dictionary speaks of any event.
func (c *Catalog) scopedWhole(path, scope string) *field {
	if scope == "" {
		return nil
	}
	for _, a := range c.affixes {
		if a.in != scope || !a.whole {
			continue
		}
		if rest, ok := a.cut(splitName(lastPart(path))); ok && len(rest) == 0 {
			return c.byRule(path, scope)
		}
	}
	return nil
}

// lookup finds a field's text by name: dictionary and contracts under the
// field's names from most to least specific, then the rules. scope is the kind
// of the event's namespace ("windows"), which some rules ask for.
func (c *Catalog) lookup(path, scope string) *field {
	if f := c.scopedWhole(path, scope); f != nil {
		return f
	}
	var found *field
	candidates(path, func(name string) bool {
		found = c.fields[name]
		if found != nil {
			return true
		}
		for _, p := range c.prefixes {
			if strings.HasPrefix(name, p.name[:len(p.name)-1]) {
				found = p
				return true
			}
		}
		return false
	})
	if found != nil {
		return found
	}
	return c.byRule(path, scope)
}
