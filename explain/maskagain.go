package explain

import (
	"strings"

	"inzage/schema"
)

// Most values, and nearly all names of fields, are those of the record before.
// What held nobody then holds nobody now, unless somebody was met since: a Masker
// remembers that with what the Explainer remembers of the field, in records of one
// source.

// clean is a value of a field that held nobody to mask.
type clean struct {
	knowledge int // see Masker.Knowledge; 0 where it no longer holds
	kind      schema.Kind
	value     string
}

// Knowledge is how much is known of people. What texts are judged by only grows,
// so the same number is the same knowledge.
func (m *Masker) Knowledge() int {
	return 1 + len(m.who.numbers) + len(m.who.codes) + len(m.who.names.known)
}

// cleanAfter looks for people and returns what was known, or 0 where there was
// anybody: to be masked, to be shown, or to be known from now on.
func (m *Masker) cleanAfter(look func() (found bool)) int {
	before, shown := m.Knowledge(), m.shown
	if look() || m.Knowledge() != before || m.shown != shown {
		return 0
	}
	return before
}

// fieldAgain is field, from memory where that is possible.
func (m *Masker) fieldAgain(f *schema.Field, source string, fp *fieldPlan) (masked string, found bool) {
	if m.aboutField(fp).element != "" { // it depends on the fields beside it
		return m.field(f, source, fp)
	}
	v := f.Value.Reveal()
	var known *clean
	for i := range fp.clean.list {
		if c := &fp.clean.list[i]; c.kind == f.Kind && c.value == v {
			known, fp.clean.changes = c, 0
			break
		}
	}
	if known != nil && known.knowledge == m.Knowledge() {
		return v, false
	}
	after := m.cleanAfter(func() bool {
		masked, found = m.field(f, source, fp)
		return found
	})
	switch {
	case known != nil:
		known.knowledge = after
	case after > 0 && fp.clean.wants(v):
		fp.clean.add(clean{after, f.Kind, strings.Clone(v)})
	}
	return masked, found
}

// nthOrNone is nth, or for no Explainer the plan of a field of which nothing is
// known.
func (x *Explainer) nthOrNone(p *plan, i int, path string) *fieldPlan {
	if x == nil {
		return &fieldPlan{path: path, note: schema.Note{Layer: schema.LayerNone}}
	}
	return x.nth(p, i, path)
}
