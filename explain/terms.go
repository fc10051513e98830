package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"inzage/schema"
)

func (c *Catalog) addTerm(at *place, table, code string, t rawTerm) {
	key := table + "." + code
	if _, twice := c.terms[key]; twice {
		at.fail("given twice")
	}
	at.needBoth("term", t.text())
	if !t.Explain.empty() {
		at.needBoth("explain", t.Explain)
	}
	if t.Class != "" {
		if _, err := schema.ParseClass(t.Class); err != nil {
			at.fail("%v", err)
		}
	}
	c.terms[key] = t
}

func (c *Catalog) addText(at *place, key string, t both) {
	if _, twice := c.texts[key]; twice {
		at.fail("given twice")
	}
	at.needBoth("text", t)
	if !slices.Equal(placeholders(t.NL), placeholders(t.EN)) {
		at.fail("nl and en use other placeholders")
	}
	for _, text := range []string{t.NL, t.EN} {
		if badForms(text) {
			at.fail("a word for 1 and a word for more: {count|event|events}")
		}
	}
	c.texts[key] = t
}

// placeholders lists the distinct {names} in a text, sorted; {count|one|more}
// counts as {count}.
func placeholders(text string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			slices.Sort(names)
			return slices.Compact(names)
		}
		inside, after, _ := strings.Cut(rest, "}")
		name, _, _ := strings.Cut(inside, "|")
		names = append(names, name)
		text = after
	}
}

// badForms reports whether a placeholder gives other than two words to choose from.
func badForms(text string) bool {
	return slices.ContainsFunc(strings.Split(text, "{")[1:], func(part string) bool {
		inside, _, _ := strings.Cut(part, "}")
		n := strings.Count(inside, "|")
		return n != 0 && n != 2
	})
}

// needTerm notes a code that the table does not have; empty is allowed.
func (p *place) needTerm(what, table, code string) {
	if code == "" {
		return
	}
	if _, ok := p.c.terms[table+"."+code]; !ok {
		p.fail("%s: no %s.%s in terms/", what, table, code)
	}
}

// needRef notes a page that refs.yaml does not have; empty is allowed.
func (p *place) needRef(ref string) {
	if _, ok := p.c.refs[ref]; ref != "" && !ok {
		p.fail("ref: no %s in refs.yaml", ref)
	}
}

// tables maps the first part of a text key to the table of terms it stands for.
func tables(prefix string) string {
	switch prefix {
	case "class":
		return "classes"
	case "category", "severity":
		return strings.TrimSuffix(prefix, "y") + "ies"
	case "layer", "kind", "about", "identifier", "reason", "repair", "code", "format", "datatype", "product",
		"service", "platform", "region", "role", "purpose", "finding", "mask", "exposure", "found":
		return prefix + "s"
	}
	return ""
}

// Text returns a text for people: a key of texts/, or "class.stripped",
// "class.stripped.explain", "repair.truncated", … for a code in terms/. args
// are name, value pairs for the {name} placeholders. A key that does not exist
// gives the key itself in angle quotes; a test holds that no such key is used.
func (c *Catalog) Text(l schema.Lang, key string, args ...any) string {
	text, ok := c.text(l, key)
	if !ok {
		return "‹" + key + "›"
	}
	if len(args) == 0 {
		return text
	}
	return Fill(text, args...)
}

// Fill fills the {name} placeholders from name, value pairs. A name that is
// not given stays as it is, for a template to fill. {name|event|events} is not
// the value but a word that goes with it: the first for 1, else the second.
func Fill(text string, args ...any) string {
	b := make([]byte, 0, len(text)+32)
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			return string(append(b, text...))
		}
		b, text = append(b, text[:i]...), text[i:]
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return string(append(b, text...))
		}
		name, forms, numbered := strings.Cut(text[1:end], "|")
		known := false
		for k := 0; k+1 < len(args) && !known; k += 2 {
			if known = args[k] == name; known {
				from := len(b)
				b = appendArg(b, args[k+1])
				if one, more, _ := strings.Cut(forms, "|"); numbered && string(b[from:]) == "1" {
					b = append(b[:from], one...)
				} else if numbered {
					b = append(b[:from], more...)
				}
			}
		}
		if !known {
			b = append(b, text[:end+1]...)
		}
		text = text[end+1:]
	}
}

func appendArg(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	default:
		return fmt.Append(b, v)
	}
}

// HasText reports whether the key exists.
func (c *Catalog) HasText(key string) bool {
	_, ok := c.text(schema.Dutch, key)
	return ok
}

func (c *Catalog) text(l schema.Lang, key string) (string, bool) {
	if t, ok := c.texts[key]; ok {
		return t.in(l), true
	}
	prefix, code, _ := strings.Cut(key, ".")
	table := tables(prefix)
	if table == "" {
		return "", false
	}
	if t, ok := c.terms[table+"."+code]; ok {
		return t.text().in(l), true
	}
	if code, ok := strings.CutSuffix(code, ".explain"); ok {
		if t, ok := c.terms[table+"."+code]; ok && !t.Explain.empty() {
			return t.Explain.in(l), true
		}
	}
	return "", false
}

// Ref returns the title and date of the published page behind a ref key.
func (c *Catalog) Ref(key string) (title, date string, ok bool) {
	r, ok := c.refs[key]
	return r.Title, r.Date, ok
}
