package explain

import (
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

func (c *Catalog) addVerb(at *place, v rawVerb) {
	key := strings.ToLower(v.Word)
	if c.verbs[key] != nil {
		at.fail("verb given twice")
	}
	at.needBoth("title", v.Title)
	at.needTerm("kind", "kinds", v.Kind)
	c.verbs[key] = &verb{text: at.template("text", both{NL: v.NL, EN: v.EN}), title: v.Title, kind: v.Kind}
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
func (c *Catalog) words(parts []string, l schema.Lang) (text string, known bool) {
	var out []string
	known = len(parts) > 0
	for i := 0; i < len(parts); {
		n, w := c.longestToken(parts[i:])
		switch {
		case n > 0:
			if t := w.in(l); t != "-" {
				out = append(out, t)
			}
		case isNumber(parts[i]):
			n = 1
			out = append(out, parts[i])
		default:
			n, known = 1, false
			out = append(out, parts[i])
		}
		i += n
	}
	return strings.Join(out, " "), known
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
