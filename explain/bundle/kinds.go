package bundle

import (
	"iter"
	"slices"
	"strings"

	"inzage/explain/finding"
	"inzage/schema"
)

// kindList is Soorten gebeurtenis: per kind of event the category, the service,
// Microsoft's role, the purpose, the platform, the region and the age.
func (b *book) kindList(events []*eventRow) *section {
	leads := []string{b.word("kinds.lead"), b.word("kinds.unknown")}
	if n := b.inventory.moreEvents; n > 0 {
		leads = append(leads, b.word("kinds.more", "count", b.head.Words.number(n)))
	}
	return b.newList("kinds", leads, []column{
		col("title", 36), col("service", 22), numbers("count", 11), col("purpose", 24), col("category", 30).below(),
		col("platform", 20), col("region", 22).below(), col("role", 20).below(), numbers("oldest", 12), col("event", 46),
	}, b.kindRows(events))
}

func (b *book) kindRows(events []*eventRow) iter.Seq2[[]cell, error] {
	w := b.head.Words
	known := make(map[string]string)
	words := func(kind string, codes ...string) cell { // ask for each word once
		key := kind + " " + strings.Join(codes, " ")
		if known[key] == "" {
			known[key] = w.list(kind, codes)
		}
		return term(known[key])
	}
	return func(yield func([]cell, error) bool) {
		var row []cell
		for _, e := range events {
			title := e.title
			if title == "" {
				title = b.word("summary.unnamed")
			}
			row = append(row[:0],
				strong(brief(title)), words("service", e.facets.Service), number(e.count),
				words("purpose", string(e.facets.Purpose)), words("category", string(e.facets.Category)),
				words("platform", e.seen.platforms.codes()...), words("region", e.seen.regions.codes()...),
				words("role", string(e.facets.Role)), b.oldest(e.seen), text(brief(EventName(e.name, e.action))))
			if !yield(row, nil) {
				return
			}
		}
	}
}

// findingList is Bevindingen: what the data protection officer must know, in
// words for everybody.
func (b *book) findingList() *section {
	w := b.head.Words
	var rows [][]cell
	for _, f := range b.found() {
		var where []string
		for _, e := range f.Evidence {
			where = append(where, visible(e.Code)+" ("+w.number(e.Count)+"×)")
		}
		if f.More > 0 {
			where = append(where, b.word("findings.more", "count", w.number(f.More)))
		}
		rows = append(rows, []cell{
			strong(w.term("finding", string(f.ID))), text(w.term("severity", string(f.Severity))), number(f.Count),
			text(w.explain("finding", string(f.ID))), text(brief(strings.Join(where, ", "))),
		})
	}
	return b.newList("findings", []string{b.word("findings.lead")}, []column{
		col("finding", 42), col("severity", 28), numbers("count", 12), col("means", 70), col("where", 70),
	}, each(rows))
}

// found gives the findings of the records, and of the texts themselves.
func (b *book) found() []schema.Finding {
	list := b.placing.findings.Findings()
	if b.head.Law == nil {
		return list
	}
	if keys := b.head.Law.Overdue(); len(keys) > 0 {
		f := schema.Finding{ID: schema.FindingTexts, Severity: schema.FindingTexts.Severity(), Count: int64(len(keys))}
		for _, k := range keys[:min(len(keys), finding.MaxEvidence)] {
			f.Evidence = append(f.Evidence, schema.Evidence{Code: k, Count: 1})
		}
		f.More = f.Count - int64(len(f.Evidence))
		list = append(list, f)
	}
	return list
}

// questionList is Vragen aan Microsoft: every event and field that nobody
// describes in public, and the services that Microsoft answers for itself.
func (b *book) questionList(events []*eventRow) *section {
	type question struct {
		kind, name, known, ask string
		count                  int64
	}
	var own, unknown, fields []question
	at := make(map[string]int)
	for _, s := range b.placing.services.codes() {
		if b.serviceRole(events, s) == schema.RoleController {
			own = append(own, question{"service", b.head.Words.term("service", s), b.word("questions.own"), "self", b.placing.services.counts()[s]})
		}
	}
	for _, e := range events {
		if !e.described {
			unknown = append(unknown, question{"event", EventName(e.name, e.action), e.title, "event", e.count})
		}
		for _, f := range e.fields {
			if f.layer != schema.LayerRule && f.layer != schema.LayerShape && f.layer != schema.LayerNone {
				continue
			}
			i, ok := at[f.path]
			if !ok {
				i = len(fields)
				at[f.path] = i
				fields = append(fields, question{"field", f.path, f.meaning, "field", 0})
			}
			fields[i].count += f.count
		}
	}
	slices.SortStableFunc(fields, func(a, b question) int { return int(b.count - a.count) })
	var rows [][]cell
	for _, q := range slices.Concat(unknown, fields, own) {
		rows = append(rows, []cell{
			term(b.word("questions." + q.kind)), strong(brief(q.name)), number(q.count),
			text(brief(q.known)), term(b.word("questions.ask." + q.ask)),
		})
	}
	return b.newList("questions", []string{b.word("questions.lead"), b.word("questions.each"), b.word("questions.send"), b.word("questions.bing")}, []column{
		col("kind", 22), col("name", 56), numbers("count", 12), col("known", 56), col("ask", 36),
	}, each(rows))
}

func (b *book) serviceRole(events []*eventRow, service string) schema.Role {
	for _, e := range events {
		if e.facets.Service == service {
			return e.facets.Role
		}
	}
	return schema.RoleUnknown
}
