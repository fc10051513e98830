package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// verb is what the last word of an event name says.
type verb struct {
	text  bilingual
	title both
	kind  string
}

func (c *Catalog) addToken(at *place, token string, words both) {
	at.needBoth("token", words)
	parts := splitName(token)
	key := strings.ToLower(strings.Join(parts, ""))
	if _, twice := c.tokens[key]; twice {
		at.fail("token given twice")
	}
	c.tokens[key] = words
	c.tokenMax = max(c.tokenMax, len(parts), 3)
}

func (c *Catalog) addVerb(at *place, raw rawVerb) {
	at.needBoth("title", raw.Title)
	at.needTerm("kind", "kinds", raw.Kind)
	v := &verb{text: at.template("text", both{NL: raw.NL, EN: raw.EN}), title: raw.Title, kind: raw.Kind}
	for _, word := range raw.Words {
		key := strings.ToLower(word)
		if c.verbs[key] != nil {
			at.fail("verb %s given twice", word)
		}
		c.verbs[key] = v
	}
}

func (c *Catalog) addEnum(at *place, name string, codes map[string]both) {
	if c.enums[name] == nil {
		c.enums[name] = make(map[string]both, len(codes))
	}
	for code, words := range codes {
		key := strings.ToLower(code)
		if _, twice := c.enums[name][key]; twice {
			at.fail("%s given twice", code)
		}
		at.needBoth(code, words)
		c.enums[name][key] = words
	}
}

// words says the parts of a name in words, joining parts where the glossary
// knows them together ("Power", "Point"). known is false when one of them is in
// no glossary; then nothing better than the name itself can be shown.
//
// An English name reads as it stands, behind an article: "the licence status".
// In Dutch the last noun comes first: "de status van de licentie". A token whose
// Dutch begins with "de" or "het" is a noun; any other stands before the noun
// that follows it, and after a definite article an adjective always ends in -e,
// so it never has to be inflected.
func (c *Catalog) words(parts []string, l schema.Lang) (text string, known bool) {
	var groups []group
	var open group
	known = len(parts) > 0
	for i := 0; i < len(parts); {
		n, w := c.longestToken(parts[i:])
		t := w.in(l)
		switch {
		case n > 0 && t == "-": // says nothing to a reader
		case n > 0 && isNoun(w.NL):
			open.noun = t
			groups = append(groups, open)
			open = group{}
		case n > 0:
			open.before = append(open.before, t)
		case isNumber(parts[i]) && len(groups) > 0 && len(open.before) == 0:
			n = 1
			groups[len(groups)-1].after = parts[i]
		case isNumber(parts[i]):
			n = 1
			open.before = append(open.before, parts[i])
		default:
			return "", false
		}
		i += n
	}
	if len(open.before) > 0 {
		groups = append(groups, open)
	}
	if l == schema.English {
		return english(groups), known
	}
	// What trails behind the last noun says something of it: "FileOpened" is
	// the opened file.
	if n := len(groups) - 1; n > 0 && groups[n].noun == "" {
		groups[n-1].before = append(groups[n].before, groups[n-1].before...)
		groups = groups[:n]
	}
	return dutch(groups), known
}

// group is a noun with what belongs to it.
type group struct {
	before []string // adjectives and the like
	noun   string   // in Dutch with its article; may be empty
	after  string   // a number
}

func isNoun(nl string) bool { return strings.HasPrefix(nl, "de ") || strings.HasPrefix(nl, "het ") }

// dutch puts the last noun first; a long chain is broken by "bij".
func dutch(groups []group) string {
	const chain = 3
	var b strings.Builder
	for i, group := range slices.Backward(groups) {
		switch nth := len(groups) - 1 - i; {
		case nth == 0:
		case nth%chain == 0:
			b.WriteString(" bij ")
		default:
			b.WriteString(" van ")
		}
		g := group
		if g.noun == "" {
			b.WriteString(strings.Join(g.before, " "))
			continue
		}
		article, noun, _ := strings.Cut(g.noun, " ")
		b.WriteString(strings.ReplaceAll(strings.Join(append(append([]string{article}, g.before...), noun), " "), "- ", "-"))
		if g.after != "" {
			b.WriteString(" " + g.after)
		}
	}
	return b.String()
}

func english(groups []group) string {
	var list []string
	nouns := false
	for _, g := range groups {
		list = append(list, g.before...)
		if g.noun != "" {
			nouns = true
			list = append(list, g.noun)
		}
		if g.after != "" {
			list = append(list, g.after)
		}
	}
	text := strings.Join(list, " ")
	if nouns {
		return "the " + text
	}
	return text
}

func (c *Catalog) longestToken(parts []string) (int, both) {
	for n := min(len(parts), c.tokenMax); n > 0; n-- {
		if w, ok := c.tokens[strings.ToLower(strings.Join(parts[:n], ""))]; ok {
			return n, w
		}
	}
	return 0, both{}
}

func isNumber(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
