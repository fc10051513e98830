package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// composed is the sentence made of an event's name.
type composed struct {
	text  *template
	title string
	kind  string
	what  string // the object in words, "" where there is none
	rule  string
}

// compose reads a name as app, object and verb. rest is the part of the name
// that no namespace covers, or the action where the name is generic.
//
// A last word that says what happened goes first ("…Clicked", "…Failed"), then a
// word that orders something ("deleteShift" records the order, not that the
// shift is gone), then any other last word that has a sentence. Where there is
// none but every word is known, the sentence says what the event is about.
func (x *Explainer) compose(rest string) (composed, bool) {
	c, l := x.c, x.in.lang
	if made, ok := x.composeTriple(rest); ok {
		return made, true
	}
	rest = strings.TrimPrefix(rest, "Expected: ")
	rest, _, _ = strings.Cut(rest, " - ")                           // a remark behind a name in Microsoft's list,
	rest, _, _ = strings.Cut(rest, ", ")                            // or a second name
	words := slices.CompactFunc(splitName(rest), strings.EqualFold) // "Uninstall.UninstallFailed"
	v, found := c.lastVerb(words)
	object := words
	if v != nil {
		object = slices.Concat(words[:found.from], words[found.to:])
	}
	o := c.order(lastWords(rest))
	if v != nil && v.noun && v.kind == "performance" && len(o.before) > 0 {
		o = order{} // "FileSaveStatus" is about a state, and orders nothing
	}
	switch {
	case v != nil && c.done[found.key]:
		return x.composeVerb(v, found, object), true
	case o.act != nil && (o.words > 1 || len(o.before)+len(o.behind) > 0):
		return x.composeOrder(o.act, c.sayOrder(o, l).text), true
	case v != nil && !v.noun && (len(object) == 0 || !c.onlyLike(object)):
		return x.composeVerb(v, found, object), true
	}
	if about := c.thing(words, l); about.known && about.noun {
		made := composed{
			text: x.c.template(x.in.lang, "engine.event.about"), title: x.in.text("engine.event.about.title"),
			what: about.text, rule: "tokens",
		}
		if v != nil {
			made.kind = v.kind
		}
		return made, true
	}
	if v != nil {
		return x.composeVerb(v, found, object), true
	}
	return composed{}, false
}

// composeTriple reads the names that Teams sends: what_verb_where, the middle
// word alone saying what happened. Either side can be the place.
func (x *Explainer) composeTriple(rest string) (composed, bool) {
	parts := strings.Split(rest, "_")
	if len(parts) != 3 {
		return composed{}, false
	}
	key := strings.ToLower(parts[1])
	c := x.c
	v := c.verbs[key]
	if v == nil || !c.between[key] {
		return composed{}, false
	}
	what, where := splitName(parts[0]), splitName(parts[2])
	if c.isPlace(what) && !c.isPlace(where) && len(unsaid(what, key)) == len(what) {
		what, where = where, what
	}
	what, where = unsaid(what, key), unsaid(where, key)
	text := c.object(what, x.in.lang)
	if place := c.thing(where, x.in.lang); place.known && place.noun {
		text = x.in.text("engine.words.at", "what", text, "at", place.text)
	}
	return composed{
		text: v.text.in(x.in.lang), title: v.title.in(x.in.lang), kind: v.kind, what: text, rule: "…_" + parts[1] + "_…",
	}, true
}

// unsaid leaves out the verb where a side of the name says it once more
// ("clickTab_click_…").
func unsaid(words []string, verb string) []string {
	switch n := len(words); {
	case n > 1 && strings.EqualFold(words[0], verb):
		return words[1:]
	case n > 1 && strings.EqualFold(words[n-1], verb):
		return words[:n-1]
	}
	return words
}

// isPlace tells a name of a part of the screen.
func (c *Catalog) isPlace(words []string) bool {
	if len(words) == 0 {
		return false
	}
	v := c.verbs[strings.ToLower(words[len(words)-1])]
	return v != nil && v.screen && c.order(words).act == nil
}

// verbAt is where in a name its verb stands.
type verbAt struct {
	from, to int
	key      string
}

// lastVerb finds the verb at the end of a name. Numbers and a platform or scope
// can follow it ("FileOpened.Win32").
func (c *Catalog) lastVerb(words []string) (*verb, verbAt) {
	to := len(words)
	for to > 0 && (isNumber(words[to-1]) || to > 1 && c.scopes[joined(words[to-1:to])]) {
		to--
	}
	for n := min(3, to); n > 0; n-- {
		key := joined(words[to-n : to])
		if v := c.verbs[key]; v != nil {
			return v, verbAt{from: to - n, to: to, key: key}
		}
	}
	return nil, verbAt{}
}

// lastWords returns the words of the last part of a dotted name.
func lastWords(name string) []string {
	for name != "" {
		at := strings.LastIndexByte(name, '.')
		if words := splitName(name[at+1:]); len(words) > 0 {
			return words
		}
		name = name[:max(at, 0)]
	}
	return nil
}

func (x *Explainer) composeVerb(v *verb, at verbAt, object []string) composed {
	return composed{
		text: v.text.in(x.in.lang), title: v.title.in(x.in.lang), kind: v.kind,
		what: x.c.object(object, x.in.lang), rule: "…" + at.key,
	}
}

func (x *Explainer) composeOrder(a *act, what string) composed {
	made := composed{
		text: x.c.template(x.in.lang, "engine.event.act"), title: x.in.text("engine.event.act.title"),
		kind: "usage", what: what, rule: "order",
	}
	if a.step {
		made.text, made.title, made.kind = x.c.template(x.in.lang, "engine.event.step"), x.in.text("engine.event.step.title"), "performance"
	}
	return made
}

// onlyLike tells words that only say what something is like ("smart").
func (c *Catalog) onlyLike(words []string) bool {
	p := c.say(words, schema.Dutch)
	return p.known && !p.noun && p.text != ""
}

// object says the words before the verb. Names like Activity or Data only tell
// where in the programmer's tree the event hangs; the glossary gives them "-".
// Where a word is in no glossary, the name itself is quoted; words that only say
// what something is like ("safe") are left out.
func (c *Catalog) object(words []string, l schema.Lang) string {
	p := c.say(words, l)
	switch {
	case !p.known && len(words) > 0:
		return c.quote(words, l)
	case !p.noun:
		return ""
	}
	return p.text
}
