package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// composed is the sentence made of an event's name: the app, the verb that its
// last word says, and the words before it.
type composed struct {
	verb *verb
	what string // the object in words, "" where there is none
	rule string
}

// compose reads a name as app, object and verb. rest is the part of the name
// that no namespace covers, or the action where the name is generic.
func (c *Catalog) compose(rest string, l schema.Lang) (composed, bool) {
	words := splitName(rest)
	// A platform or scope can follow the verb ("FileOpened.Win32").
	for tail := 0; tail <= 1 && len(words)-tail > 0; tail++ {
		for n := min(3, len(words)-tail); n > 0; n-- {
			end := len(words) - tail
			key := strings.ToLower(strings.Join(words[end-n:end], ""))
			v := c.verbs[key]
			if v == nil {
				continue
			}
			object := slices.Concat(words[:end-n], words[end:])
			return composed{verb: v, what: c.object(object, l), rule: "…" + strings.Join(words[end-n:end], "")}, true
		}
	}
	return composed{}, false
}

// object says the words before the verb. Names like Activity or Data only tell
// where in the programmer's tree the event hangs; the glossary gives them "-".
// Where a word is in no glossary, the name itself is quoted.
func (c *Catalog) object(words []string, l schema.Lang) string {
	text, known := c.words(words, l)
	if known || len(words) == 0 {
		return text
	}
	return c.Text(l, "engine.words.derived", "words", strings.Join(words, " "))
}
