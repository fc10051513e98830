package explain

import (
	"fmt"
	"strings"
)

// A template is a sentence with placeholders: {path}, {path|as}, {app}, {*};
// a part in [brackets] vanishes when a value inside it is absent or empty.
type template struct {
	nodes []node
	// slots are the distinct placeholders in order of appearance.
	slots []slot
}

// slot is one placeholder: the canonical path and the interpreter's name.
type slot struct {
	path string
	as   string
}

// node is literal text, a placeholder (slot ≥ 0), or an optional part.
type node struct {
	text     string
	slot     int
	optional []node
}

// Placeholders that are always filled by the engine itself.
const (
	slotApp  = "app"  // the app in words
	slotStar = "*"    // what a family's * stands for, in words
	slotWhat = "what" // the object of a composed sentence
	slotPart = "part" // what a namespace is about
	slotRest = "rest" // what an affix leaves of a field name
)

// parseTemplate reads a template's text.
func parseTemplate(text string) (*template, error) {
	t := &template{}
	nodes, rest, err := t.parse(text, false)
	if err != nil {
		return nil, err
	}
	if rest != "" {
		return nil, fmt.Errorf("unexpected ]")
	}
	t.nodes = nodes
	return t, nil
}

func (t *template) parse(text string, inside bool) (nodes []node, rest string, err error) {
	for text != "" {
		i := strings.IndexAny(text, "{[]")
		if i < 0 {
			i = len(text)
		}
		if i > 0 {
			nodes = append(nodes, node{text: text[:i], slot: -1})
			text = text[i:]
			continue
		}
		switch text[0] {
		case '{':
			end := strings.IndexByte(text, '}')
			if end < 2 {
				return nil, "", fmt.Errorf("placeholder without name or end")
			}
			path, as, _ := strings.Cut(text[1:end], "|")
			nodes = append(nodes, node{slot: t.slot(path, as)})
			text = text[end+1:]
		case '[':
			if inside {
				return nil, "", fmt.Errorf("[ inside [")
			}
			part, after, err := t.parse(text[1:], true)
			if err != nil {
				return nil, "", err
			}
			if !strings.HasPrefix(after, "]") {
				return nil, "", fmt.Errorf("[ without ]")
			}
			nodes = append(nodes, node{slot: -1, optional: part})
			text = after[1:]
		case ']':
			if inside {
				return nodes, text, nil
			}
			return nil, "", fmt.Errorf("] without [")
		}
	}
	return nodes, "", nil
}

func (t *template) slot(path, as string) int {
	switch path {
	case slotApp, slotStar, slotWhat, slotPart, slotRest:
	default:
		path = canonical(path)
	}
	s := slot{path: path, as: as}
	for i, x := range t.slots {
		if x == s {
			return i
		}
	}
	t.slots = append(t.slots, s)
	return len(t.slots) - 1
}

// required lists the placeholders outside brackets.
func (t *template) required() []slot {
	var list []slot
	for _, n := range t.nodes {
		if n.slot >= 0 {
			list = append(list, t.slots[n.slot])
		}
	}
	return list
}

// appendTo renders the template; value gives the words of a slot, "" if absent.
func (t *template) appendTo(b []byte, value func(i int) string) []byte {
	return appendNodes(b, t.nodes, value)
}

func appendNodes(b []byte, nodes []node, value func(i int) string) []byte {
	for _, n := range nodes {
		switch {
		case n.slot >= 0:
			b = append(b, value(n.slot)...)
		case n.optional != nil:
			if complete(n.optional, value) {
				b = appendNodes(b, n.optional, value)
			}
		default:
			b = append(b, n.text...)
		}
	}
	return b
}

func complete(nodes []node, value func(i int) string) bool {
	for _, n := range nodes {
		if n.slot >= 0 && value(n.slot) == "" {
			return false
		}
	}
	return true
}

// fill renders a template whose placeholders are all given by name.
func (t *template) fill(names map[string]string) string {
	return string(t.appendTo(nil, func(i int) string { return names[t.slots[i].path] }))
}
