package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// affix is what the beginning or end of a field name says.
type affix struct {
	prefix, suffix []string // words, lower case
	class          schema.Class
	why, as, id    string
	first          bool   // goes before longer ones: "IsUserIdSet" is a yes or no
	whole          bool   // goes before the dictionary where the name is just this word
	across         bool   // may stand across the parts of a path: "user.phone[0].number"
	in             string // the kind of namespace it holds in, "" for all
	of             string // whose class counts: what remains of the name, see heads.go
	text           bilingual
	rule           string
}

func (c *Catalog) addAffix(at *place, raw rawAffix) {
	class, err := schema.ParseClass(raw.Class)
	if err != nil {
		at.fail("%v", err)
	}
	suffixes := raw.Suffixes
	if raw.Suffix != "" {
		suffixes = append(suffixes, raw.Suffix)
	}
	if (raw.Prefix == "") == (len(suffixes) == 0) {
		at.fail("needs a prefix or a suffix")
	}
	at.needTerm("why", "reasons", raw.Why)
	at.needTerm("id", "identifiers", raw.ID)
	if !c.knownInterpreter(raw.As) {
		at.fail("no interpreter %q", raw.As)
	}
	switch raw.Of {
	case "", ofUsage, ofAny:
	default:
		at.fail("of: %s or %s", ofUsage, ofAny)
	}
	a := affix{
		class: class, why: raw.Why, as: raw.As, id: raw.ID, in: raw.In, of: raw.Of, first: raw.First, whole: raw.Whole, across: raw.Across,
		text: at.template("text", both{NL: raw.NL, EN: raw.EN}),
	}
	if raw.Prefix != "" {
		a.prefix, a.rule = lower(splitName(raw.Prefix)), raw.Prefix+"…"
		c.affixes = append(c.affixes, &a)
		return
	}
	for _, suffix := range suffixes {
		one := a
		one.suffix, one.rule = lower(splitName(suffix)), "…"+suffix
		c.affixes = append(c.affixes, &one)
	}
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
	if a.first != b.first {
		return a.first
	}
	la, lb := len(strings.Join(a.prefix, ""))+len(strings.Join(a.suffix, "")), len(strings.Join(b.prefix, ""))+len(strings.Join(b.suffix, ""))
	if la != lb {
		return la > lb
	}
	if (len(a.suffix) > 0) != (len(b.suffix) > 0) {
		return len(a.suffix) > 0
	}
	if a.in != b.in {
		return a.in > b.in // a rule for one kind of event goes first
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
func (c *Catalog) byRule(path, scope string) *field {
	words, all := namedPart(path), allWords(path)
	for _, a := range c.affixes {
		if a.in != "" && a.in != scope {
			continue
		}
		rest, ok := a.cut(words)
		if !ok && a.across {
			rest, ok = a.cut(all)
		}
		if !ok {
			continue
		}
		f := &field{class: a.class, why: a.why, as: a.as, id: a.id, layer: schema.LayerRule, rule: a.rule}
		f.text = both{NL: c.affixText(a, rest, schema.Dutch), EN: c.affixText(a, rest, schema.English)}
		if h, ok := c.about(a, rest); ok && a.yields(h.class) {
			f.class, f.why, f.rule, f.weak = h.class, h.why, a.rule+" of "+h.word, true
		}
		return f
	}
	f := &field{class: schema.Unknown, layer: schema.LayerRule, rule: "tokens", weak: true}
	h, ok := c.head(words)
	if ok {
		f.class, f.why, f.rule = h.class, h.why, "tokens of "+h.word
	}
	if !c.thing(words, schema.Dutch).known { // the end of a long name may be known where the whole is not
		words = numberless(path)
	}
	if !c.thing(words, schema.Dutch).known && !ok {
		return nil
	}
	f.text = both{
		NL: c.Text(schema.Dutch, "engine.tokens", "words", c.nameIt(words, schema.Dutch)),
		EN: c.Text(schema.English, "engine.tokens", "words", c.nameIt(words, schema.English)),
	}
	return f
}

// affixText fills {rest}. Words that no glossary knows are quoted as they are,
// words that only say what something is like ("new") are left out.
func (c *Catalog) affixText(a *affix, rest []string, l schema.Lang) string {
	words := ""
	if p := c.thing(rest, l); !p.known || p.noun {
		words = c.nameIt(rest, l)
	}
	return a.text.in(l).fill(map[string]string{slotRest: words})
}

// nameIt says the words as a thing, or quotes them where they are not known or,
// like "data" alone, say nothing.
func (c *Catalog) nameIt(words []string, l schema.Lang) string {
	p := c.thing(words, l)
	if !p.known || p.text == "" && len(words) > 0 {
		return c.quote(words, l)
	}
	return p.text
}
