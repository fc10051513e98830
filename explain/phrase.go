package explain

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"inzage/schema"
)

// phrase is what a run of words in a name says.
type phrase struct {
	text string
	// known is false where a word is in no glossary; text is then empty.
	known bool
	// noun is false where it only says what something is like ("safe").
	noun bool
	// open is true where the last word says what the next is like ("safe").
	open bool
}

// say puts the words of a name into a phrase: an order with its object, or a
// thing. A long name is cut where it says how things relate: "from", "with".
func (c *Catalog) say(words []string, l schema.Lang) phrase {
	if a := c.acts[joined(words)]; a != nil && len(words) > 1 {
		return phrase{text: a.text.in(l).fill(nil), known: true, noun: true}
	}
	if o := c.order(words); o.act != nil && (len(o.behind) > 0 || len(o.before) > 0) {
		return c.sayOrder(o, l)
	}
	p := c.thing(words, l)
	if a := c.acts[joined(words)]; a != nil && (!p.known || !p.noun) {
		return phrase{text: a.text.in(l).fill(nil), known: true, noun: true}
	}
	return p
}

// order is a word in a name that orders something, and what stands around it.
type order struct {
	act            *act
	words          int // how many words it takes
	before, behind []string
}

// order finds the first word that orders something. It is none where it is part
// of a longer thing ("search" in "searchBar"), where something says what it is
// like ("smartReply"), or where it is as often a thing and stands in the middle
// or before a part of the screen ("searchTab").
func (c *Catalog) order(words []string) order {
	for i := 0; i < len(words); {
		thing, _ := c.longestToken(words[i:])
		for n := min(3, len(words)-i); n >= max(thing, 1); n-- {
			a := c.acts[joined(words[i:i+n])]
			if a == nil {
				continue
			}
			o := order{act: a, words: n, before: words[:i], behind: words[i+n:]}
			if c.ordering(o, joined(words[i:i+n])) {
				return o
			}
		}
		i += max(thing, 1)
	}
	return order{}
}

func (c *Catalog) ordering(o order, word string) bool {
	if len(o.before) > 0 {
		place := c.thing(o.before, schema.Dutch)
		if joined(o.before) == joined(o.behind) { // "messageCopyMessage"
			return true
		}
		return !o.act.step && !c.either[word] && place.known && place.noun && !place.open
	}
	if !c.either[word] {
		return true
	}
	if len(o.behind) == 0 {
		return false
	}
	v := c.verbs[joined(o.behind[:1])]
	return v == nil || !v.screen
}

// sayOrder says an order: "de dienst verwijderen", "delete the shift". What
// stands before it says where: the thing it happens to, or the place.
func (c *Catalog) sayOrder(o order, l schema.Lang) phrase {
	text := func(object string) string { return o.act.text.in(l).fill(map[string]string{slotWhat: object}) }
	if len(o.behind) == 0 {
		place := c.thing(o.before, l)
		if !place.known {
			place.text = c.quote(o.before, l)
		}
		return phrase{text: text(place.text), known: true, noun: true}
	}
	var made string
	object := c.thing(o.behind, l)
	joint, joins := c.joints[joined(o.behind[:1])]
	rest := c.thing(o.behind[1:], l)
	inner := c.order(o.behind)
	last := len(o.behind) - 1
	switch {
	case strings.EqualFold(o.behind[last], "button"):
		o.behind = o.behind[:last]
		made = c.Text(l, "engine.words.button", "act", c.sayOrder(o, l).text)
		return phrase{text: made, known: true, noun: true}
	case joins && c.order(o.behind[1:]).act != nil && len(o.behind) > 2:
		made = text("") + " " + joint.in(l) + " " + c.say(o.behind[1:], l).text
	case joins && rest.noun:
		made = text("") + " " + joint.in(l) + " " + rest.text
	case inner.act != nil && len(inner.before) == 0 && len(inner.behind) > 0:
		made = text("‘" + c.sayOrder(inner, l).text + "’")
	case object.noun:
		made = text(object.text)
	case object.known: // what it is like says nothing by itself
		made = text("")
	default:
		made = text(c.quote(o.behind, l))
	}
	if place := c.thing(o.before, l); place.noun && !strings.Contains(object.text, place.text) {
		made = c.Text(l, "engine.words.act-at", "act", made, "at", place.text)
	}
	return phrase{text: made, known: true, noun: true}
}

// thing says what a name is about, in parts where a joint such as "from" stands
// between two things.
func (c *Catalog) thing(words []string, l schema.Lang) phrase {
	if len(words) == 0 {
		return phrase{known: true}
	}
	for i := 0; i < len(words); {
		n, _ := c.longestToken(words[i:])
		joint, ok := c.joints[strings.ToLower(words[i])]
		if ok && n <= 1 && i > 0 && i < len(words)-1 {
			left, right := c.group(words[:i], l), c.thing(words[i+1:], l)
			if !left.known || !right.known || !left.noun || !right.noun {
				break
			}
			return phrase{text: left.text + " " + joint.in(l) + " " + right.text, known: true, noun: true, open: right.open}
		}
		i += max(n, 1)
	}
	return c.group(words, l)
}

// quote shows words that no glossary has as they are.
func (c *Catalog) quote(words []string, l schema.Lang) string {
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = w
		if len(w) == 1 || w != strings.ToUpper(w) { // an abbreviation keeps its capitals
			plain[i] = strings.ToLower(w)
		}
	}
	return c.Text(l, "engine.words.derived", "words", strings.Join(plain, " "))
}

func joined(words []string) string { return strings.ToLower(strings.Join(words, "")) }

// group says the parts of a name as one thing, joining parts where the glossary
// knows them together ("Power", "Point").
//
// An English name reads as it stands, behind an article: "the licence status".
// In Dutch the last noun comes first: "de status van de licentie". A token whose
// Dutch begins with "de" or "het" is a noun; any other stands before the noun
// that follows it, and after a definite article an adjective always ends in -e,
// so it never has to be inflected.
func (c *Catalog) group(parts []string, l schema.Lang) phrase {
	var groups []group
	var open group
	for i := 0; i < len(parts); {
		n, w := c.longestToken(parts[i:])
		t := w.in(l)
		switch {
		case n > 0 && t == "-": // says nothing to a reader
		case n > 0 && isNoun(w.NL):
			open.noun = t
			groups = append(groups, open)
			open = group{}
		case n > 0 && c.determiners[joined(parts[i:i+n])]:
			open.determiner = t
		case n > 0:
			open.before = append(open.before, t)
		case isNumber(parts[i]) && len(groups) > 0 && open.empty():
			n = 1
			groups[len(groups)-1].after = parts[i]
		case isNumber(parts[i]):
			n = 1
			open.before = append(open.before, parts[i])
		default:
			return phrase{}
		}
		i += n
	}
	unfinished := !open.empty() && !open.proper()
	if !open.empty() {
		groups = append(groups, open)
	}
	noun := slices.ContainsFunc(groups, func(g group) bool { return g.noun != "" || g.proper() })
	groups = trailing(groups, l)
	if l == schema.English {
		return phrase{text: english(groups), known: true, noun: noun, open: unfinished}
	}
	return phrase{text: dutch(groups), known: true, noun: noun, open: unfinished}
}

// trailing puts what stands behind the last noun before it: "FileOpened" is the
// opened file. In English it stands before the whole: "the created team notes".
func trailing(groups []group, l schema.Lang) []group {
	n := len(groups) - 1
	if n < 1 || groups[n].noun != "" || groups[n].proper() {
		return groups
	}
	to := &groups[n-1]
	if l == schema.English {
		to = &groups[0]
	}
	to.before = append(groups[n].before, to.before...)
	if to.determiner == "" {
		to.determiner = groups[n].determiner
	}
	return groups[:n]
}

// group is a noun with what belongs to it.
type group struct {
	determiner string   // "alle", in place of the article
	before     []string // adjectives and the like
	noun       string   // in Dutch with its article; may be empty
	after      string   // a number
}

func (g group) empty() bool { return g.determiner == "" && len(g.before) == 0 && g.noun == "" }

// proper tells a name that stands by itself: "Giphy".
func (g group) proper() bool {
	return g.noun == "" && len(g.before) > 0 && capital(g.before[len(g.before)-1])
}

func capital(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

func isNoun(nl string) bool { return strings.HasPrefix(nl, "de ") || strings.HasPrefix(nl, "het ") }

// dutch puts the last noun first; a long chain is broken by "bij".
func dutch(groups []group) string {
	const chain = 3
	var b strings.Builder
	for i, g := range slices.Backward(groups) {
		switch nth := len(groups) - 1 - i; {
		case nth == 0:
		case nth%chain == 0:
			b.WriteString(" bij ")
		default:
			b.WriteString(" van ")
		}
		b.WriteString(g.dutch())
	}
	return b.String()
}

func (g group) dutch() string {
	article, noun, _ := strings.Cut(g.noun, " ")
	if g.determiner != "" {
		article = g.determiner
	}
	before := slices.Clone(g.before)
	if n := len(before) - 1; n >= 0 && noun != "" && capital(before[n]) && !strings.HasSuffix(before[n], "-") {
		before[n] += "-" // "het Teams-venster"
	}
	parts := slices.Concat([]string{article}, before, []string{noun, g.after})
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	// "live-" keeps its hyphen, "standaard+" joins without one.
	return strings.NewReplacer("- ", "-", "+ ", "", "+", "").Replace(strings.Join(parts, " "))
}

func english(groups []group) string {
	var list []string
	article := ""
	for _, g := range groups {
		if g.noun != "" {
			article = "the"
		}
		list = append(list, g.determiner)
		list = append(list, g.before...)
		list = append(list, g.noun, g.after)
	}
	if len(groups) > 0 && groups[0].determiner != "" {
		article = ""
	}
	list = slices.DeleteFunc(append([]string{article}, list...), func(s string) bool { return s == "" })
	return strings.Join(list, " ")
}

func (c *Catalog) longestToken(parts []string) (int, both) {
	for n := min(len(parts), c.tokenMax); n > 0; n-- {
		if w, ok := c.tokens[joined(parts[:n])]; ok {
			return n, w
		}
	}
	return 0, both{}
}
