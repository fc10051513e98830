package bundle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// inventory counts what kinds of events there are and which fields they had:
// the rows of Velden and Niet herleidbaar. Both are bounded; what does not fit
// is counted.
//
// A record of an event usually has the same fields in the same order as the one
// before it, so each event remembers where its fields are: one comparison per
// field instead of a hash.
type inventory struct {
	events    map[eventKey]*eventRow
	paths     map[string]string // each path once in memory
	rows      int
	maxEvents int
	maxRows   int
	// Beyond the bounds: occurrences of events and of fields.
	moreEvents, moreFields int64
	scratch                []byte
}

type eventKey struct{ name, action string }

// eventRow is one kind of event.
type eventRow struct {
	eventKey
	app, title  string
	count       int64
	first, last time.Time
	fields      []*fieldRow
	byPath      map[string]*fieldRow
	slots       []*fieldRow
	described   bool
	values      valueCounts
	facets      schema.Facets // of its first record
	seen        *placed       // of all
}

// fieldRow is one field of one kind of event.
type fieldRow struct {
	path    string // array positions folded: "items[].name"
	meaning string
	why     string
	example string
	words   string
	more    bool // the example was longer
	count   int64
	layer   schema.Layer
	class   schema.Class
}

const (
	maxEvents    = 50_000
	maxFieldRows = 200_000
	maxExample   = 160
)

func newInventory() *inventory {
	return &inventory{
		events: make(map[eventKey]*eventRow), paths: make(map[string]string),
		maxEvents: maxEvents, maxRows: maxFieldRows,
	}
}

func (v *inventory) add(e *schema.Explanation) {
	row := v.event(e)
	if row == nil {
		v.moreEvents++
		v.moreFields += int64(len(e.Record.Fields))
		return
	}
	row.count++
	row.seen.add(&e.Facets)
	row.values.add(e)
	if at := e.Record.At; !at.IsZero() {
		if row.first.IsZero() || at.Before(row.first) {
			row.first = at
		}
		if at.After(row.last) {
			row.last = at
		}
	}
	for i := range e.Record.Fields {
		f := v.field(row, i, e.Record.Fields[i].Path)
		if f == nil {
			v.moreFields++
			continue
		}
		f.count++
		if i < len(e.Notes) {
			f.note(&e.Record.Fields[i], &e.Notes[i])
		}
	}
}

func (v *inventory) event(e *schema.Explanation) *eventRow {
	key := eventKey{e.Record.Event, e.Record.Action}
	row := v.events[key]
	if row != nil || len(v.events) >= v.maxEvents {
		return row
	}
	key = eventKey{strings.Clone(key.name), strings.Clone(key.action)}
	row = &eventRow{eventKey: key, app: strings.Clone(e.App), title: strings.Clone(e.Title), byPath: make(map[string]*fieldRow), described: e.Described, facets: ownFacets(e.Facets), seen: newPlaced()}
	v.events[key] = row
	return row
}

// field finds the row of the i-th field of a record of the event.
func (v *inventory) field(row *eventRow, i int, path string) *fieldRow {
	if i < len(row.slots) && row.slots[i] != nil && row.slots[i].path == path {
		return row.slots[i]
	}
	v.scratch = fold(v.scratch[:0], path)
	f := row.byPath[string(v.scratch)]
	if f == nil {
		if v.rows == v.maxRows {
			return nil
		}
		v.rows++
		f = &fieldRow{path: v.intern(v.scratch)}
		row.byPath[f.path] = f
		row.fields = append(row.fields, f)
	}
	for len(row.slots) <= i && len(row.slots) < 1024 {
		row.slots = append(row.slots, nil)
	}
	if i < len(row.slots) {
		row.slots[i] = f
	}
	return f
}

func (v *inventory) intern(path []byte) string {
	if s, ok := v.paths[string(path)]; ok {
		return s
	}
	s := string(path)
	v.paths[s] = s
	return s
}

// note keeps what is said about the field: the first meaning, the strongest
// class with its reason, and the first value that says something.
func (f *fieldRow) note(from *schema.Field, n *schema.Note) {
	if f.layer == "" {
		f.layer, f.class, f.meaning, f.why = n.Layer, n.Class, n.Meaning, n.Why
		if f.layer == "" {
			f.layer = schema.LayerNone
		}
	} else if c := f.class.Raise(n.Class); c != f.class {
		f.class, f.why = c, n.Why
	}
	if f.example == "" && !from.Value.IsEmpty() && from.Kind != schema.Null {
		s, cut := shorten(from.Value.Reveal(), maxExample)
		f.example, f.more = strings.Clone(s), cut
		s, _ = shorten(n.Words.Reveal(), maxExample)
		f.words = strings.Clone(s)
	}
}

// fold writes the path with its array positions left out: "a[12].b" as "a[].b".
func fold(dst []byte, path string) []byte {
	for {
		open := strings.IndexByte(path, '[')
		if open < 0 {
			return append(dst, path...)
		}
		end := open + 1
		for end < len(path) && path[end] >= '0' && path[end] <= '9' {
			end++
		}
		dst = append(dst, path[:open+1]...)
		if end == len(path) || path[end] != ']' {
			end = open + 1 // a bracket in a name, not a position
		}
		path = path[end:]
	}
}

// byCount lists the events, most frequent first.
func (v *inventory) byCount() []*eventRow {
	list := make([]*eventRow, 0, len(v.events))
	for _, e := range v.events {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *eventRow) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.name, b.name), cmp.Compare(a.action, b.action))
	})
	return list
}

// plainRow is a field that does not say who or what someone is, over all events.
type plainRow struct {
	*fieldRow
	events int
	total  int64
}

// plain lists the technical, device and stripped fields, each once however many
// events have it.
func (v *inventory) plain(events []*eventRow) []plainRow {
	type key struct {
		path, meaning, why string
		class              schema.Class
	}
	at := make(map[key]int)
	var list []plainRow
	for _, e := range events {
		for _, f := range e.fields {
			if f.class.Personal() {
				continue
			}
			k := key{f.path, f.meaning, f.why, f.class}
			i, ok := at[k]
			if !ok {
				i = len(list)
				at[k] = i
				list = append(list, plainRow{fieldRow: f})
			}
			list[i].events++
			list[i].total += f.count
		}
	}
	slices.SortStableFunc(list, func(a, b plainRow) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.path, b.path), cmp.Compare(a.meaning, b.meaning))
	})
	return list
}
