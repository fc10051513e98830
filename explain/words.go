package explain

import (
	"slices"
	"strings"
)

// verb is what the last word of an event name says.
type verb struct {
	text   bilingual
	title  both
	kind   string
	noun   bool // the word is a thing ("Status"), which a name can also just be about
	screen bool // the thing is a part of the screen ("Dialog")
}

// act is what a word that orders something says: "delete" in "deleteShift".
type act struct {
	text bilingual // with the object as {what}
	step bool      // a program does it, rather than a person
}

// grammar is what is known of single words inside names, by the word in lower
// case without spaces.
type grammar struct {
	acts        map[string]*act
	joints      map[string]both // "from": how two things relate
	done        map[string]bool // verbs that say something has happened
	between     map[string]bool // verbs that stand between what and where
	either      map[string]bool // words that are an order or a thing
	scopes      map[string]bool // words that can follow a verb
	determiners map[string]bool // tokens that stand in place of an article
}

func newGrammar() grammar {
	return grammar{
		acts: make(map[string]*act), joints: make(map[string]both), done: make(map[string]bool), between: make(map[string]bool),
		either: make(map[string]bool), scopes: make(map[string]bool), determiners: make(map[string]bool),
	}
}

func (c *Catalog) addWords(at *place, raw rawWords) {
	for token, words := range raw.Tokens {
		c.addToken(at.entry(token), token, words)
	}
	for _, v := range raw.Verbs {
		c.addVerb(at.entry(strings.Join(append(v.Words, v.Done...), " ")), v)
	}
	for word, words := range raw.Acts {
		c.addAct(at.entry(word), word, words, false)
	}
	for word, words := range raw.Steps {
		c.addAct(at.entry(word), word, words, true)
	}
	for word, words := range raw.Joints {
		at.entry(word).needBoth("joint", words)
		c.joints[word] = words
	}
	for _, word := range raw.Either {
		c.either[joined(strings.Fields(word))] = true
	}
	for _, word := range raw.Scopes {
		c.scopes[word] = true
	}
	for _, word := range raw.Determiners {
		c.determiners[word] = true
	}
}

// addAct notes the words for an order. Without a placeholder the object stands
// before a Dutch infinitive ("de dienst verwijderen") and behind an English verb.
func (c *Catalog) addAct(at *place, word string, words both, step bool) {
	if !strings.Contains(words.NL, "{") {
		words.NL = "[{what} ]" + words.NL
	}
	if !strings.Contains(words.EN, "{") {
		words.EN += "[ {what}]"
	}
	key := strings.ToLower(strings.Join(splitName(word), ""))
	if c.acts[key] != nil {
		at.fail("act given twice")
	}
	c.acts[key] = &act{text: at.template("text", words), step: step}
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
	v := &verb{text: at.template("text", both{NL: raw.NL, EN: raw.EN}), title: raw.Title, kind: raw.Kind, noun: raw.Noun, screen: raw.Screen}
	for _, word := range raw.Done {
		c.done[strings.ToLower(word)] = true
	}
	for _, word := range raw.Between {
		c.between[strings.ToLower(word)] = true
	}
	for _, word := range slices.Concat(raw.Words, raw.Done) {
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
		c.enums[name][key], c.enums[name][code] = words, words
	}
}

func isNumber(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
