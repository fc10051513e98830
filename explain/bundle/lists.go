package bundle

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// newList makes a list with the texts of its key.
func (b *book) newList(key string, rows int, cols ...column) *list {
	return &list{key: key, sheet: b.word(key + ".sheet"), table: b.word(key + ".table"), rows: rows, cols: cols}
}

func timelineColumns() []column {
	return []column{
		words("time", 20), words("app", 22), words("title", 28), words("text", 64), words("kind", 24),
		words("class", 26), words("layer", 26), words("file", 34), count("record", 11), words("event", 46),
	}
}

// timelineList is one sheet of the timeline; next gives the rows of all of them.
func (b *book) timelineList(number int, s span, next func() (entry, error, bool)) *list {
	l := b.newList("timeline", max(s.rows, 1),
		timelineColumns()...)
	if number > 1 {
		l.sheet += " (" + strconv.Itoa(number) + ")"
		l.table += "_" + strconv.Itoa(number)
	}
	l.lead = append(b.period(s), b.word("timeline.lead"))
	if s.rows == 0 {
		l.fill = b.nothing(l)
		return l
	}
	l.fill = func(out *sheetRows) error {
		for range s.entries {
			e, err, ok := next()
			if err != nil {
				return err
			}
			if !ok {
				return schema.Fail(schema.CodeInternal, "write timeline", nil)
			}
			if err := out.write(e.data); err != nil {
				return err
			}
		}
		return nil
	}
	return l
}

// period says in a sentence from when to when a sheet of the timeline goes.
func (b *book) period(s span) []string {
	if s.entries == 0 || s.first == math.MaxInt64 {
		return nil
	}
	from := b.head.Words.date(time.UnixMicro(s.first).In(b.head.Zone))
	if s.last == math.MaxInt64 {
		return []string{b.word("timeline.open", "from", from)}
	}
	to := b.head.Words.date(time.UnixMicro(s.last).In(b.head.Zone))
	if from == to {
		return []string{b.word("timeline.day", "day", from)}
	}
	return []string{b.word("timeline.period", "from", from, "to", to)}
}

// nothing fills a list without rows: a table needs one, and a reader an answer.
func (b *book) nothing(l *list) func(*sheetRows) error {
	return func(out *sheetRows) error {
		out.begin()
		out.text(styleText, b.word("nothing"))
		for range l.cols[1:] {
			out.blank(styleText)
		}
		out.end()
		return out.flush()
	}
}

// fieldList is Velden: what was sent, one row per kind of event and field.
func (b *book) fieldList(events []*eventRow) *list {
	l := b.newList("fields", max(b.inventory.rows, 1),
		words("title", 28), words("path", 32), words("meaning", 46), words("example", 34), words("words", 26),
		words("class", 24), words("why", 46), words("layer", 22), count("count", 11), words("event", 44))
	l.lead = []string{b.word("fields.lead")}
	if n := b.inventory.moreFields; n > 0 {
		l.lead = append(l.lead, b.word("fields.more", "count", b.head.Words.number(n)))
	}
	if b.inventory.rows == 0 {
		l.fill = b.nothing(l)
		return l
	}
	classes := schema.Classes()
	l.fill = func(out *sheetRows) error {
		for _, e := range events {
			event := eventName(e.name, e.action)
			// What says most about the person comes first.
			fields := slices.Clone(e.fields)
			slices.SortStableFunc(fields, func(a, b *fieldRow) int {
				return cmp.Compare(slices.Index(classes, a.class), slices.Index(classes, b.class))
			})
			for _, f := range fields {
				out.begin()
				out.text(styleText, brief(e.title))
				out.text(styleText, brief(f.path))
				b.sharing.show(&out.row, brief(f.meaning))
				out.text(styleText, f.shown(b))
				out.text(styleText, f.words)
				b.sharing.show(&out.row, b.labels.class(f.class))
				b.sharing.show(&out.row, brief(f.why))
				b.sharing.show(&out.row, b.labels.layers[f.layer])
				out.integer(styleNumber, f.count)
				out.text(styleText, brief(event))
				out.end()
			}
			if err := out.flush(); err != nil {
				return err
			}
		}
		return nil
	}
	return l
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
func (b *book) identifierList() *list {
	all := b.ids.sorted()
	rows := len(all)
	parts := make(map[int][]string) // of the few values longer than a cell
	for i := range all {
		if fits(all[i].value) {
			continue
		}
		if p := pieces(visible(all[i].value)); p != nil {
			parts[i] = p
			rows += len(p) - 1
		}
	}
	l := b.newList("identifiers", max(rows, 1),
		words("kind", 30), words("value", 62), words("first", 20), words("last", 20), count("count", 11), words("sources", 40))
	l.lead = []string{b.word("identifiers.lead")}
	if b.ids.more > 0 {
		l.lead = append(l.lead, b.word("identifiers.more", "count", b.head.Words.number(b.ids.more)))
	}
	if len(all) == 0 {
		l.fill = b.nothing(l)
		return l
	}
	kinds, sources := make(map[string]string), make(map[uint64]string)
	for i := range all { // ask for each word once
		if k := all[i].kind; kinds[k] == "" {
			kinds[k] = b.head.Words.term("identifier", k)
			b.sharing.at(kinds[k])
		}
		if s := all[i].tally.sources; sources[s] == "" {
			sources[s] = b.head.Words.list("source", b.ids.names(all[i].tally))
			b.sharing.at(sources[s])
		}
	}
	l.fill = func(out *sheetRows) error {
		for i := range all {
			kind, seen := kinds[all[i].kind], sources[all[i].tally.sources]
			if parts[i] == nil {
				b.identifier(out, &all[i], kind, all[i].value, seen)
			}
			for k, p := range parts[i] {
				b.identifier(out, &all[i], kind, b.part(k, len(parts[i]))+p, seen)
			}
			if err := out.flush(); err != nil {
				return err
			}
		}
		return nil
	}
	return l
}

func (b *book) identifier(out *sheetRows, r *identifierRow, kind, value, seen string) {
	out.begin()
	b.sharing.show(&out.row, kind)
	out.text(styleText, value)
	for _, ms := range [...]int64{r.tally.first, r.tally.last} {
		if at := moment(ms); !out.moment(styleDate, at, b.head.Zone) {
			out.text(styleText, b.timeText(at))
		}
	}
	out.integer(styleNumber, r.tally.count)
	b.sharing.show(&out.row, seen)
	out.end()
}

// plainList is Niet herleidbaar: the fields that say nothing about a person by
// themselves, each once, with the reason.
func (b *book) plainList(events []*eventRow) *list {
	plain := b.inventory.plain(events)
	l := b.newList("plain", max(len(plain), 1),
		words("path", 36), words("meaning", 50), words("class", 26), words("why", 50), words("example", 34),
		count("events", 16), count("count", 11))
	l.lead = []string{b.word("plain.lead"), b.word("plain.whole")}
	if len(plain) == 0 {
		l.fill = b.nothing(l)
		return l
	}
	l.fill = func(out *sheetRows) error {
		for _, f := range plain {
			out.begin()
			out.text(styleText, brief(f.path))
			b.sharing.show(&out.row, brief(f.meaning))
			b.sharing.show(&out.row, b.labels.class(f.class))
			b.sharing.show(&out.row, brief(f.why))
			out.text(styleText, f.shown(b))
			out.integer(styleNumber, int64(f.events))
			out.integer(styleNumber, f.total)
			out.end()
			if err := out.flush(); err != nil {
				return err
			}
		}
		return nil
	}
	return l
}

// missingList is Wat ontbreekt: what is not in the bundle, how much of it, why,
// and what the person can do.
func (b *book) missingList() *list {
	type gap struct {
		key   string
		count int64 // 0: not to be counted
	}
	list := []gap{{"unreadable", b.all.Unreadable}, {"others", b.all.Others}}
	unknown, refused, broken := b.unread()
	list = append(list, gap{"unknown", unknown}, gap{"refused", refused}, gap{"broken", broken}, gap{"undocumented", b.all.Layers[schema.LayerNone]})
	list = slices.DeleteFunc(list, func(g gap) bool { return g.count == 0 })
	// What is never in what Microsoft hands over, whatever was received.
	for _, key := range []string{"followup", "security", "device", "optional", "content", "old", "other"} {
		list = append(list, gap{key: key})
	}
	l := b.newList("missing", len(list), words("what", 44), count("count", 16), words("why", 62), words("todo", 62))
	l.lead = []string{b.word("missing.lead")}
	l.fill = func(out *sheetRows) error {
		for _, g := range list {
			out.begin()
			out.text(styleText, b.word("missing."+g.key))
			if g.count > 0 {
				out.integer(styleNumber, g.count)
			} else {
				out.text(styleRight, b.word("missing.uncounted"))
			}
			out.text(styleText, b.word("missing."+g.key+".why"))
			out.text(styleText, b.word("missing."+g.key+".todo"))
			out.end()
		}
		return out.flush()
	}
	return l
}

// sortedKeys lists the keys of a map in a fixed order.
func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
