package bundle

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"inzage/schema"
)

// Withheld is why the person does not get a file as it was received. The codes
// are part of the public output.
type Withheld string

// The reasons.
const (
	WithheldMasked Withheld = "masked" // it holds what identifies other people
	WithheldOthers Withheld = "others" // it holds records of other people
	WithheldUnread Withheld = "unread" // not all of it could be read, so not all of it judged
	// WithheldSecrets: it holds what its reader left out, such as cookies.
	WithheldSecrets Withheld = "secrets"
	WithheldBinary  Withheld = "binary" // it can hold more than programs show, such as deleted rows
)

// Withhold takes note of a file that is not in the bundle. Name is its name with
// other people masked.
func (w *Writer) Withhold(name string, why Withheld) {
	w.withheld = append(w.withheld, withheldFile{visible(name), why})
}

// withheldFile is a file that was received and is not in the bundle.
type withheldFile struct {
	Name string   `json:"name"`
	Why  Withheld `json:"why"`
}

// People says how many other people the records are about, and how often one was
// left visible because the organisation allows it.
func (w *Writer) People(masked int, shown int64) { w.masked.people, w.masked.shown = masked, shown }

// redactions counts what was masked: where, of what kind, why and how often. It
// is bounded; what does not fit is counted.
type redactions struct {
	rows    map[redaction]int64
	max     int
	total   int64
	more    int64
	records int64
	people  int
	shown   int64
}

// redaction is one row of the table.
type redaction struct{ title, event, path, kind, why string }

const maxRedactions = 20_000

func newRedactions() *redactions {
	return &redactions{rows: make(map[redaction]int64), max: maxRedactions}
}

func (x *redactions) add(r *schema.Record, title string) {
	if len(r.Masked) == 0 {
		return
	}
	x.records++
	for _, m := range r.Masked {
		row := redaction{title: title, event: EventName(r.Event, r.Action), kind: m.Kind, why: m.Why}
		if m.At >= 0 && m.At < len(r.Fields) {
			row.path = string(fold(nil, r.Fields[m.At].Path))
		}
		x.total += m.Count
		if _, ok := x.rows[row]; !ok {
			if len(x.rows) >= x.max {
				x.more += m.Count
				continue
			}
			row.title, row.event = strings.Clone(row.title), strings.Clone(row.event)
			row.kind, row.why = strings.Clone(row.kind), strings.Clone(row.why)
		}
		x.rows[row] += m.Count
	}
}

// isMasked reports whether the record's field holds a pseudonym.
func isMasked(r *schema.Record, field int) bool {
	return slices.ContainsFunc(r.Masked, func(m schema.Mask) bool { return m.At == field })
}

// redactedList is Weggelakt: what was masked because it is about other people.
func (b *book) redactedList() *section {
	w := b.head.Words
	x := b.masked
	leads := []string{b.word("redacted.lead"), b.word("redacted.same"), b.word("redacted.code")}
	if x.total > 0 {
		leads = append(leads, b.word("redacted.total", "count", w.number(x.total), "records", w.number(x.records), "people", w.number(int64(x.people))))
	}
	if x.shown > 0 {
		leads = append(leads, b.word("redacted.shown", "count", w.number(x.shown)))
	}
	if x.more > 0 {
		leads = append(leads, b.word("redacted.more", "count", w.number(x.more)))
	}
	if len(b.withheld) > 0 {
		leads = append(leads, b.word("redacted.files", "count", w.number(int64(len(b.withheld)))))
	}
	leads = append(leads, b.word("redacted.ask"))
	return b.newList("redacted", leads, []column{
		col("title", 34), col("path", 40), col("kind", 26), numbers("count", 12), col("why", 56), col("event", 46).below(),
	}, b.redactedRows())
}

func (b *book) redactedRows() iter.Seq2[[]cell, error] {
	w := b.head.Words
	list := make([]redaction, 0, len(b.masked.rows))
	for r := range b.masked.rows {
		list = append(list, r)
	}
	slices.SortFunc(list, func(x, y redaction) int {
		return cmp.Or(cmp.Compare(b.masked.rows[y], b.masked.rows[x]), cmp.Compare(x.event, y.event),
			cmp.Compare(x.path, y.path), cmp.Compare(x.kind, y.kind), cmp.Compare(x.why, y.why), cmp.Compare(x.title, y.title))
	})
	rows := make([][]cell, len(list))
	for i, r := range list {
		path := r.path
		if path == "" {
			path = b.word("redacted.elsewhere")
		}
		rows[i] = []cell{
			text(brief(r.title)), text(brief(path)), term(w.term("identifier", r.kind)), number(b.masked.rows[r]),
			term(w.explain("mask", r.why)), text(brief(r.event)),
		}
	}
	return each(rows)
}
