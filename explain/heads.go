package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// Which part of a name decides the class. "ConsentType" is about a consent, so
// the word before the affix says more than "type" does; "ConsentCount" is a
// count of something of yours; "ConsentLatency" is a duration whatever it is of.
const (
	ofAny   = "any"   // what remains of the name decides, if it says anything
	ofUsage = "usage" // it decides only if it is about what a person did or has
)

// head is a word that says what class a field has, where no text does.
type head struct {
	word, why string
	class     schema.Class
}

// addRules adds the rules about names and retired fields.
func (c *Catalog) addRules(at *place, raw rawRules) {
	for _, a := range raw.Affixes {
		c.addAffix(at.entry(a.Prefix+"…"+a.Suffix+strings.Join(a.Suffixes, "…")), a)
	}
	c.whose.add(raw.People)
	for why, words := range raw.Heads {
		at := at.entry("heads." + why)
		at.needTerm("heads", "reasons", why)
		for _, word := range words {
			if _, twice := c.heads[word]; twice || word != strings.ToLower(word) {
				at.fail("%s: given twice, or not in lower case", word)
			}
			c.heads[word] = why
		}
	}
	for _, r := range raw.Retired {
		at := at.entry(strings.Join(r.Events, " "))
		at.needTerm("why", "reasons", r.Why)
		for _, event := range r.Events {
			key := fold(event)
			if c.retired[key] == nil {
				c.retired[key] = make(map[string]string, len(r.Fields))
			}
			for _, f := range r.Fields {
				c.retired[key][canonical(f)] = r.Why
			}
		}
	}
}

// head finds the last word that says what class a field has: the head of an
// English name stands last, and what stands behind it says nothing.
func (c *Catalog) head(words []string) (head, bool) {
	for _, word := range slices.Backward(words) {
		word = strings.ToLower(word)
		why, ok := c.heads[word]
		if !ok {
			continue
		}
		class, err := schema.ParseClass(c.terms["reasons."+why].Class)
		return head{word: word, why: why, class: class}, err == nil
	}
	return head{}, false
}

// about finds the word that says what class the rest of a name has, once the
// affix is cut off. A yes or no begins with its verb ("DidShowOffer"), so any
// word that tells what a person did, saw or has goes before the last word.
func (c *Catalog) about(a *affix, rest []string) (head, bool) {
	if a.first && a.of != "" {
		for i := range rest {
			if h, ok := c.head(rest[i : i+1]); ok && h.class == schema.LinkedUsage {
				return h, true
			}
		}
	}
	return c.head(rest)
}

// yields tells whether the class of what remains of the name goes before the
// affix's own.
func (a *affix) yields(class schema.Class) bool {
	switch a.of {
	case ofAny: // the kind of an account is no code of it, its name may be
		return a.class == schema.Unknown || class != schema.DirectIdentifier && class != schema.PseudonymousIdentifier
	case ofUsage:
		return class == schema.LinkedUsage
	}
	return false
}
