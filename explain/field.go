package explain

import (
	"slices"
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
}

// lookup finds a field's text by name: dictionary and contracts under the
// field's names from most to least specific, then the rules.
func (c *Catalog) lookup(path string) *field {
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
	return c.byRule(path)
}

// affix is what the beginning or end of a field name says.
type affix struct {
	prefix, suffix []string // words, lower case
	class          schema.Class
	why, as, id    string
	text           bilingual
	rule           string
}

func (c *Catalog) addAffix(at *place, raw rawAffix) {
	class, err := schema.ParseClass(raw.Class)
	if err != nil {
		at.fail("%v", err)
	}
	if (raw.Prefix == "") == (raw.Suffix == "") {
		at.fail("needs a prefix or a suffix")
	}
	at.needTerm("why", "reasons", raw.Why)
	at.needTerm("id", "identifiers", raw.ID)
	if !c.knownInterpreter(raw.As) {
		at.fail("no interpreter %q", raw.As)
	}
	rule := "…" + raw.Suffix
	if raw.Prefix != "" {
		rule = raw.Prefix + "…"
	}
	c.affixes = append(c.affixes, &affix{
		prefix: lower(splitName(raw.Prefix)), suffix: lower(splitName(raw.Suffix)),
		class: class, why: raw.Why, as: raw.As, id: raw.ID,
		text: at.template("text", both{NL: raw.NL, EN: raw.EN}), rule: rule,
	})
}

func lower(words []string) []string {
	for i, w := range words {
		words[i] = strings.ToLower(w)
	}
	return words
}

// before orders affixes: more letters first, a suffix before a prefix of the
// same length (the head of an English name stands last), then by rule name so
// that the order never depends on the files.
func (a *affix) before(b *affix) bool {
	la, lb := len(strings.Join(a.prefix, ""))+len(strings.Join(a.suffix, "")), len(strings.Join(b.prefix, ""))+len(strings.Join(b.suffix, ""))
	if la != lb {
		return la > lb
	}
	if (len(a.suffix) > 0) != (len(b.suffix) > 0) {
		return len(a.suffix) > 0
	}
	return a.rule < b.rule
}

// cut removes the affix from a name's words.
func (a *affix) cut(words []string) (rest []string, ok bool) {
	n := len(a.prefix) + len(a.suffix)
	if len(words) < n {
		return nil, false
	}
	part := words[:n]
	rest = words[n:]
	if len(a.suffix) > 0 {
		part, rest = words[len(words)-n:], words[:len(words)-n]
	}
	for i, w := range slices.Concat(a.prefix, a.suffix) {
		if !strings.EqualFold(part[i], w) {
			return nil, false
		}
	}
	return rest, true
}

// byRule derives a text from the parts of the last part of the name, or returns
// nil where they say nothing.
func (c *Catalog) byRule(path string) *field {
	words := splitName(lastPart(path))
	for _, a := range c.affixes {
		rest, ok := a.cut(words)
		if !ok {
			continue
		}
		f := &field{class: a.class, why: a.why, as: a.as, id: a.id, layer: schema.LayerRule, rule: a.rule}
		f.text = both{NL: c.affixText(a, rest, schema.Dutch), EN: c.affixText(a, rest, schema.English)}
		return f
	}
	nl, known := c.words(words, schema.Dutch)
	if !known {
		return nil
	}
	en, _ := c.words(words, schema.English)
	return &field{
		class: schema.Unknown, layer: schema.LayerRule, rule: "tokens",
		text: both{
			NL: c.Text(schema.Dutch, "engine.tokens", "words", nl),
			EN: c.Text(schema.English, "engine.tokens", "words", en),
		},
	}
}

// affixText fills {rest}; words that no glossary knows are quoted as they are.
func (c *Catalog) affixText(a *affix, rest []string, l schema.Lang) string {
	text := ""
	if len(rest) > 0 {
		words, known := c.words(rest, l)
		if !known {
			words = "‘" + strings.Join(rest, " ") + "’"
		}
		text = words
	}
	return a.text.in(l).fill(map[string]string{slotRest: text})
}
