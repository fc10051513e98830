package bundle

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"inzage/explain/law"
	"inzage/schema"
)

// fieldList is Velden: what was sent, one row per kind of event and field.
func (b *book) fieldList(events []*eventRow) *section {
	leads := []string{b.word("fields.lead")}
	if n := b.inventory.moreFields; n > 0 {
		leads = append(leads, b.word("fields.more", "count", b.head.Words.number(n)))
	}
	return b.newList("fields", leads, []column{
		col("title", 28), col("path", 32), col("meaning", 46).below(), col("example", 34), col("words", 26).below(),
		col("class", 24), col("why", 46).below(), col("layer", 22).below(), numbers("count", 11), col("event", 44).below(),
	}, b.fieldRows(events))
}

func (b *book) fieldRows(events []*eventRow) iter.Seq2[[]cell, error] {
	classes := schema.Classes()
	return func(yield func([]cell, error) bool) {
		var row []cell
		for _, e := range events {
			event := brief(EventName(e.name, e.action))
			// What says most about the person comes first.
			fields := slices.Clone(e.fields)
			slices.SortStableFunc(fields, func(a, b *fieldRow) int {
				return cmp.Compare(slices.Index(classes, a.class), slices.Index(classes, b.class))
			})
			for _, f := range fields {
				row = append(row[:0],
					text(brief(e.title)), text(brief(f.path)), term(brief(f.meaning)), text(f.shown(b)), text(f.words),
					term(b.labels.class(f.class)), term(brief(f.why)), term(b.labels.layers[f.layer]), number(f.count), text(event))
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// shown is the example, saying so where it is only its beginning.
func (f *fieldRow) shown(b *book) string {
	if !f.more {
		return f.example
	}
	return f.example + "… " + b.word("fields.shortened")
}

// brief shortens a name that no reader could use, visibly, and keeps it within
// what a cell can hold; it stands whole in records.jsonl or manifest.json.
func brief(s string) string {
	if v, cut := shorten(s, 2000); cut {
		s = v + "…"
	}
	if strings.Count(s, "\n") > cellBreaks {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	return s
}

// identifierList is Uw kenmerken: every distinct identifier.
func (b *book) identifierList() *section {
	leads := []string{b.word("identifiers.lead")}
	if b.ids.more > 0 {
		leads = append(leads, b.word("identifiers.more", "count", b.head.Words.number(b.ids.more)))
	}
	return b.newList("identifiers", leads, []column{
		col("kind", 30), col("value", 62), col("first", 22), col("last", 22).below(), numbers("count", 11), col("sources", 40),
	}, b.identifierRows(b.ids.sorted()))
}

func (b *book) identifierRows(all []identifierRow) iter.Seq2[[]cell, error] {
	kinds, sources := make(map[string]string), make(map[uint64]string)
	for i := range all { // ask for each word once
		if k := all[i].kind; kinds[k] == "" {
			kinds[k] = b.head.Words.term("identifier", k)
		}
		if s := all[i].tally.sources; sources[s] == "" {
			sources[s] = b.head.Words.list("source", b.ids.names(s))
		}
	}
	return func(yield func([]cell, error) bool) {
		var row []cell
		for i := range all {
			t := &all[i].tally
			row = append(row[:0], term(kinds[all[i].kind]), text(all[i].value), moment(atMilli(t.first)), moment(atMilli(t.last)),
				number(t.count), term(sources[t.sources]))
			if !yield(row, nil) {
				return
			}
		}
	}
}

// plainList is Niet herleidbaar: the fields that say nothing about a person by
// themselves, each once, with the reason.
func (b *book) plainList(events []*eventRow) *section {
	plain := b.inventory.plain(events)
	rows := func(yield func([]cell, error) bool) {
		var row []cell
		for _, f := range plain {
			row = append(row[:0], text(brief(f.path)), term(brief(f.meaning)), term(b.labels.class(f.class)), term(brief(f.why)),
				text(f.shown(b)), number(int64(f.events)), number(f.total))
			if !yield(row, nil) {
				return
			}
		}
	}
	return b.newList("plain", []string{b.word("plain.lead"), b.word("plain.whole")}, []column{
		col("path", 36), col("meaning", 50).below(), col("class", 26), col("why", 50).below(), col("example", 34),
		numbers("events", 16), numbers("count", 11).below(),
	}, rows)
}

// missingList is Niet verstrekt: what is not in the bundle, how much of it, why,
// and what the person can do. First what was counted, then what is never in what
// Microsoft hands over.
func (b *book) missingList() *section {
	type gap struct {
		key   string
		count int64
	}
	unknown, refused, broken := b.unread()
	var rows [][]cell
	for _, g := range []gap{
		{"unreadable", b.all.Unreadable},
		{"others", b.all.Others},
		{"masked", b.masked.total},
		{"withheld", int64(len(b.withheld))},
		{"unknown", unknown},
		{"refused", refused},
		{"broken", broken},
		{"undocumented", b.all.Layers[schema.LayerNone]},
	} {
		if g.count > 0 {
			rows = append(rows, []cell{
				strong(b.word("missing." + g.key)), number(g.count),
				text(b.word("missing." + g.key + ".why")), text(b.word("missing." + g.key + ".todo")), text(b.word("missing.counted")),
			})
		}
	}
	rows = append(rows, b.unsearched()...)
	leads := []string{b.word("missing.lead")}
	if b.head.Law != nil {
		leads = append(leads, b.lawLeads(law.Withheld)...)
		for _, e := range b.head.Law.In(law.Withheld) {
			rows = append(rows, []cell{
				strong(b.fill(e, e.Name)), right(b.word("missing.uncounted")), text(b.fill(e, e.Text)), text(b.fill(e, e.More)), text(b.source(e)),
			})
		}
	}
	return b.newList("missing", leads, []column{
		col("what", 44), numbers("count", 16), col("why", 58), col("todo", 58), col("source", 40),
	}, each(rows))
}

// atMilli turns the milliseconds of a tally back into a time.
func atMilli(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// sortedKeys lists the keys of a map in a fixed order.
func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
