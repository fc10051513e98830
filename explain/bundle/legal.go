package bundle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"inzage/explain/law"
	"inzage/schema"
)

// Contact is how the organisation can be reached. What is empty is said in
// general words.
type Contact struct {
	Contact   string // for questions and requests
	DPO       string // data protection officer
	Objection string // where an objection (bezwaar) goes
	Website   string
}

// legal makes the sections that the law asks for beside the data, from the texts
// of the day of the request. Without texts there are none.
func (b *book) legal() answer {
	if b.head.Law == nil {
		return nil
	}
	return answer{
		b.purposes(), b.categories(), b.recipients(),
		b.rule("transfers", law.Transfers, "question", "answer", ""),
		b.rule("retention", law.Retention, "what", "term", "more"),
		b.rule("rights", law.Rights, "right", "means", "how"),
		b.rule("decisions", law.Decisions, "question", "answer", ""),
	}
}

// legalWidths are the widths of name, text and more.
func legalWidths(key string) (name, text, more float64) {
	switch key {
	case "transfers", "decisions":
		return 46, 96, 0
	case "retention":
		return 46, 30, 74
	}
	return 40, 66, 66
}

// rule makes a section that is a list of texts: two or three cells, and where
// they come from.
func (b *book) rule(key string, s law.Section, name, means, more string) *section {
	a, m, o := legalWidths(key)
	cols := []column{col(name, a), col(means, m)}
	if more != "" {
		cols = append(cols, col(more, o))
	}
	cols = append(cols, col("source", 44))
	var rows [][]cell
	for _, e := range b.head.Law.In(s) {
		row := []cell{strong(b.fill(e, e.Name)), text(b.fill(e, e.Text))}
		if more != "" {
			row = append(row, text(b.fill(e, e.More)))
		}
		rows = append(rows, append(row, text(b.source(e))))
	}
	leads := b.lawLeads(s)
	if s == law.Transfers {
		leads = append(leads, b.seen())
	}
	return b.newList(key, leads, cols, each(rows))
}

// seen says what the data itself shows of where it went.
func (b *book) seen() string {
	n := b.head.Words.number
	eu, outside := b.placing.regions[schema.RegionEU], b.placing.regions[schema.RegionOutside]
	if eu+outside == 0 {
		return b.word("transfers.unseen")
	}
	return b.word("transfers.seen", "eu", n(eu), "outside", n(outside), "unknown", n(b.placing.regions[schema.RegionUnknown]))
}

// purposes is Doelen: the three agreed ones, how many records serve each, and
// those that fit none.
func (b *book) purposes() *section {
	var rows [][]cell
	for _, e := range b.head.Law.In(law.Purposes) {
		rows = append(rows, []cell{
			strong(b.fill(e, e.Name)), text(b.fill(e, e.Text)), text(b.fill(e, e.More)),
			number(b.placing.purposes[schema.Purpose(e.Key)]), text(b.source(e)),
		})
	}
	if n := b.placing.purposes[schema.PurposeUnmapped]; n > 0 {
		w := b.head.Words
		rows = append(rows, []cell{
			strong(w.term("purpose", string(schema.PurposeUnmapped))), text(w.explain("finding", string(schema.FindingPurpose))),
			text(b.word("purposes.unmapped")), number(n), text(""),
		})
	}
	return b.newList("purposes", b.lawLeads(law.Purposes), []column{
		col("purpose", 28), col("means", 54), col("example", 54), numbers("count", 16), col("source", 44),
	}, each(rows))
}

// categories is Categorieën: each group of data, and what of it there is.
func (b *book) categories() *section {
	var rows [][]cell
	for _, e := range b.head.Law.In(law.Categories) {
		p := b.placing.categories[schema.Category(e.Key)]
		if p == nil {
			p = newPlaced()
		}
		rows = append(rows, []cell{
			strong(b.fill(e, e.Name)), text(b.fill(e, e.Text)), text(b.fill(e, e.More)), number(p.count),
			text(b.head.Words.list("service", p.services.codes())), text(b.head.Words.list("platform", p.platforms.codes())),
			b.oldest(p), text(b.source(e)),
		})
	}
	return b.newList("categories", b.lawLeads(law.Categories), []column{
		col("category", 34), col("means", 54), col("choice", 38).below(), numbers("count", 12), col("services", 34), col("platforms", 24).below(),
		numbers("oldest", 16), col("source", 40),
	}, each(rows))
}

// oldest is the age of the oldest record of a group, in days.
func (b *book) oldest(p *placed) cell {
	if p.oldest < 0 {
		if p.count == 0 {
			return right("")
		}
		return right(b.word("time.unknown"))
	}
	return number(int64(p.oldest))
}

// recipients is Ontvangers: by name, with the role.
func (b *book) recipients() *section {
	var rows [][]cell
	for _, e := range b.head.Law.In(law.Recipients) {
		rows = append(rows, []cell{
			strong(b.fill(e, e.Name)), text(b.head.Words.term("role", e.Role)), text(b.fill(e, e.Text)), text(b.fill(e, e.More)), text(b.source(e)),
		})
	}
	return b.newList("recipients", b.lawLeads(law.Recipients), []column{
		col("recipient", 38), col("role", 24), col("sees", 54), col("why", 60), col("source", 44),
	}, each(rows))
}

// glossary is Begrippen: the words, in both languages.
func (b *book) glossary() *section {
	var rows [][]cell
	for _, e := range b.head.Law.In(law.Glossary) {
		rows = append(rows, []cell{strong(e.Name), text(e.Other), text(b.fill(e, e.Text))})
	}
	return b.newList("glossary", b.lawLeads(law.Glossary), []column{col("word", 40), col("other", 38), col("means", 96)}, each(rows))
}

// lawLeads are the sentences above a list of texts: the texts' own, from when
// they are, and how many are the organisation's.
func (b *book) lawLeads(s law.Section) []string {
	var list []string
	for _, e := range b.head.Law.Leads(s) {
		list = append(list, b.fill(e, e.Text))
	}
	if s == law.Glossary {
		return list
	}
	list = append(list, b.word("law.day", "day", b.head.Words.civil(b.head.Law.Day)))
	if slices.ContainsFunc(b.head.Law.In(s), func(e law.Entry) bool { return e.Own }) {
		list = append(list, b.word("law.own"))
	}
	return list
}

// source says where a text comes from, how sure it is, and of when.
func (b *book) source(e law.Entry) string {
	list := []string{e.Source + "."}
	if !e.Fact.IsZero() {
		list = append(list, b.word("law.fact", "month", b.word("month."+strconv.Itoa(int(e.Fact.Month()))), "year", strconv.Itoa(e.Fact.Year())))
	}
	switch {
	case e.Own:
		list = append(list, b.word("law.own.row"))
	case e.Proof == law.Unsure:
		list = append(list, b.word("law.unsure"))
	case e.Proof == law.Known:
		list = append(list, b.word("law.known"))
	}
	if e.Overdue {
		list = append(list, b.word("law.overdue"))
	}
	return strings.Join(list, " ")
}

// fill puts the facts of this answer in the place of a text's names.
func (b *book) fill(e law.Entry, s string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	w := b.head.Words
	values := map[string]string{
		"organisation": cmp.Or(b.head.Organisation, b.word("law.organisation")),
		"contact":      cmp.Or(b.head.Contact.Contact, b.word("law.contact")),
		"dpo":          cmp.Or(b.head.Contact.DPO, b.word("law.dpo")),
		"objection":    cmp.Or(b.head.Contact.Objection, b.word("law.objection")),
		"website":      cmp.Or(b.head.Contact.Website, b.word("law.website")),
		"case":         b.head.Case,
		"received":     w.civil(b.head.Law.Day),
		"due":          w.civil(schema.DeadlineFor(b.head.Law.Day, schema.Careful).Due),
		"events":       w.number(b.all.Explained() + b.all.Unreadable),
		"files":        w.number(int64(len(b.files))),
		"first":        b.dayOr(b.overview.first),
		"last":         b.dayOr(b.overview.last),
		"setting-day":  b.word("time.unknown"),
	}
	if !e.On.IsZero() {
		values["setting-day"] = w.civil(e.On)
	}
	return law.Fill(s, values)
}

func (b *book) dayOr(t time.Time) string {
	if t.IsZero() {
		return b.word("law.noday")
	}
	return b.head.Words.date(t.In(b.head.Zone))
}

// civil writes a day in words.
func (w Words) civil(d schema.Date) string {
	return w.date(time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC))
}
