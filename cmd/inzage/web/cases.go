package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"inzage/schema"
)

// casesPage is the list of cases.
type casesPage struct {
	Rows    []*schema.Standing
	Filters []filter
	Today   schema.Date
	Base    string // of the links to cases
	CanFile bool   // this visitor can file a case for somebody
	// A page has perPage rows of all; Show is the filter, Page and Pages count
	// from 1.
	all         []*schema.Standing
	Show        string
	Page, Pages int
}

// perPage is how many cases one page lists.
const perPage = 100

// Before and After are the pages beside this one, 0 for none.
func (p casesPage) Before() int { return p.Page - 1 }

// After is the next page.
func (p casesPage) After() int {
	if p.Page < p.Pages {
		return p.Page + 1
	}
	return 0
}

// filter is one way to look at the list.
type filter struct {
	Name  string // in the address, and in desk.filter.<name>
	Count int
	Here  bool
	keep  func(*schema.Standing) bool
}

// filters are the ways to look at the list; the first is what one sees first.
func (d *Desk) filters() []filter {
	open := func(s *schema.Standing) bool { return s.State.Open() }
	return []filter{
		{Name: "open", keep: open},
		{Name: "overdue", keep: func(s *schema.Standing) bool { return s.Overdue }},
		{Name: "five", keep: func(s *schema.Standing) bool { return open(s) && !s.Overdue && s.DaysLeft <= 5 }},
		{Name: "ten", keep: func(s *schema.Standing) bool { return open(s) && !s.Overdue && s.DaysLeft <= 10 }},
		{Name: "second", keep: func(s *schema.Standing) bool { return s.WaitingFor == schema.WaitingSecond }},
		{Name: "question", keep: func(s *schema.Standing) bool { return s.Asked > 0 }},
		{Name: "extended", keep: func(s *schema.Standing) bool { return open(s) && s.Extended }},
		{Name: "still", keep: func(s *schema.Standing) bool { return open(s) && d.Now().Sub(s.Changed) > standstill }},
		{Name: "closed", keep: func(s *schema.Standing) bool { return !s.State.Open() }},
	}
}

// list is the list of cases as the visitor wants to look at it.
func (d *Desk) list(v *visit, base string) casesPage {
	p := casesPage{Filters: d.filters(), Today: d.today(), Base: base}
	here := slices.IndexFunc(p.Filters, func(f filter) bool { return f.Name == v.r.FormValue("show") })
	p.Filters[max(here, 0)].Here = true
	p.Show = p.Filters[max(here, 0)].Name
	at := d.overview()
	for i := range at.all {
		s := &at.all[i]
		for i := range p.Filters {
			f := &p.Filters[i]
			if f.keep(s) {
				f.Count++
				if f.Here {
					p.all = append(p.all, s)
				}
			}
		}
	}
	p.Pages = max(1, (len(p.all)+perPage-1)/perPage)
	page, _ := strconv.Atoi(v.r.FormValue("page"))
	p.Page = min(max(page, 1), p.Pages)
	p.Rows = p.all[(p.Page-1)*perPage : min(p.Page*perPage, len(p.all))]
	return p
}

func (d *Desk) cases(v *visit) error {
	p := d.list(v, "/cases/")
	p.CanFile = v.has(Admin)
	return d.show(v, http.StatusOK, "cases", p)
}

// casePage is one case as those who handle it, or watch it, see it.
type casePage struct {
	schema.Standing
	Live      live
	Parts     []part
	Proposals []proposal
	Findings  []found
	Lines     []line
	Talk      []remark
	Forms     []decision
	// What this visitor can do.
	CanUpload, CanRetry, CanRead, CanRecall, CanPrepare, CanResume, CanAnswer, CanSample bool
	Views                                                                                []schema.Code
	// Methods are how it can be checked who asks, where that is still to be done.
	Methods []schema.Code
}

// found is a kind of finding in the bundle, and nothing of what was found.
type found struct {
	ID       schema.FindingID
	Severity schema.Severity
}

// findings lists what the build found, what differs from an agreement first.
func findings(build schema.Part) (list []found) {
	for _, key := range slices.Sorted(maps.Keys(build.Counts)) {
		if id, ok := strings.CutPrefix(key, schema.FindingCounts); ok {
			id := schema.FindingID(id)
			list = append(list, found{id, id.Severity()})
		}
	}
	order := schema.Severities()
	slices.SortStableFunc(list, func(a, b found) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
	return list
}

// part is the work on one source, or on the bundle.
type part struct {
	schema.Part
	Name  string
	Until string
	Why   string // the sentence of its code
}

// proposal is an act that waits for another person.
type proposal struct {
	Kind   schema.EntryKind
	Code   string // in words
	By     string
	Mine   bool // the visitor proposed it, so another must decide
	Decide bool // the visitor can confirm
	// TakeOver says that a program prepared it, and that it takes two people.
	TakeOver bool
	Stop     bool // the visitor can decline
	Reason   string
	Seen     string // which proposal this is, for who confirms it
}

// decision is a form for an act.
type decision struct {
	Kind  schema.EntryKind
	Codes []choice
}

// line is an entry of the ledger in words.
type line struct {
	When, What, Who, About string
}

func (d *Desk) caseFile(v *visit) error {
	p, err := d.casePage(v)
	if err != nil {
		return err
	}
	return d.show(v, http.StatusOK, "case", p)
}

func (d *Desk) casePage(v *visit) (casePage, error) {
	entries, err := d.Queue.Entries(v.ctx(), v.request.ID)
	if err != nil {
		return casePage{}, err
	}
	r := v.request
	can := func(kind schema.EntryKind) bool { _, ok := r.State.Next(kind); return ok }
	release := r.Proposals[schema.EntryReleased]
	p := casePage{
		Standing: r.On(d.today()), Views: schema.ViewReasons(), Findings: findings(r.Build),
		CanUpload:  v.has(Admin),
		CanRetry:   v.has(Admin) && r.State != schema.StateReceived,
		CanRead:    v.has(Reader) && r.Bundle != "" && r.State != schema.StateErased,
		CanRecall:  can(schema.EntryRecalled),
		CanPrepare: v.has(Admin) && can(schema.EntryReleased) && release.By == "",
		CanResume:  v.has(Admin) && r.Suspended(),
		CanSample:  v.has(Admin) && r.Bundle != "" && r.State != schema.StateErased,
		CanAnswer:  v.has(Admin) && can(schema.EntryAnswered) && r.Asked > 0,
	}
	if v.has(Admin, Reader) {
		p.Live = d.live(v)
		if p.Talk, err = d.talk(v, entries); err != nil {
			return casePage{}, err
		}
	}
	if v.has(Admin) && r.State == schema.StateReceived {
		p.Methods = methods()
	}
	for _, one := range append(slices.Clone(r.Parts), r.Build) {
		q := part{Part: one, Name: d.sourceName(v, one.Source), Until: d.moment(v.lang, one.Until)}
		if one.Code != "" {
			q.Why = d.Catalog.Text(v.lang, "code."+string(one.Code))
		}
		p.Parts = append(p.Parts, q)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Proposals)) {
		one := r.Proposals[kind]
		q := proposal{Kind: kind, Code: d.reason(v, kind, one.Code), By: d.actor(v, one.By), Mine: one.By == v.who.Actor, Stop: v.has(Reader, Officer), Seen: seen(one)}
		q.Decide = v.has(Reader) && !q.Mine
		if one.By.Client() {
			q.Decide, q.TakeOver = v.has(Admin), r.FourEyes && kind != schema.EntryWithdrawn
		}
		if one.Ref != "" && kind != schema.EntryReleased && v.has(Admin, Reader) {
			if text, err := d.Queue.Reason(v.ctx(), r.ID, kind, one.Ref); err == nil {
				q.Reason = string(text)
			}
		}
		p.Proposals = append(p.Proposals, q)
	}
	if v.has(Admin) && r.State.Open() {
		for _, kind := range []schema.EntryKind{schema.EntryExtended, schema.EntrySuspended, schema.EntryRefused} {
			if kind == schema.EntryExtended && (r.Extended || d.today().After(r.Due())) || kind == schema.EntrySuspended && r.Suspended() {
				continue
			}
			p.Forms = append(p.Forms, decision{Kind: kind, Codes: d.reasons(v, kind)})
		}
	}
	for _, e := range slices.Backward(entries) {
		p.Lines = append(p.Lines, d.line(v, e))
	}
	return p, nil
}

func (d *Desk) reasons(v *visit, kind schema.EntryKind) (list []choice) {
	for _, code := range schema.Reasons(kind) {
		list = append(list, choice{Value: string(code), Name: d.reason(v, kind, code)})
	}
	return list
}

// reason is a code of an act in words.
func (d *Desk) reason(v *visit, kind schema.EntryKind, code schema.Code) string {
	if code == "" {
		return ""
	}
	key := "desk.reason." + string(kind) + "." + string(code)
	if d.Catalog.HasText(key) {
		return d.Catalog.Text(v.lang, key)
	}
	if d.Catalog.HasText("code." + string(code)) {
		return d.Catalog.Text(v.lang, "code."+string(code))
	}
	return string(code)
}

func (d *Desk) sourceName(v *visit, source string) string {
	if source == "" {
		return d.Catalog.Text(v.lang, "desk.source.bundle")
	}
	if key := "desk.source." + source; d.Catalog.HasText(key) {
		return d.Catalog.Text(v.lang, key)
	}
	return source
}

// line says an entry in words.
func (d *Desk) line(v *visit, e schema.Entry) line {
	l := line{When: d.moment(v.lang, e.At), What: d.Catalog.Text(v.lang, "cli.act."+string(e.Kind)), Who: d.actor(v, e.Actor)}
	var about []string
	if e.Part != "" {
		about = append(about, d.sourceName(v, e.Part))
	}
	kind := e.Kind
	if kind == schema.EntryNotified { // of what it was a notice
		kind = schema.EntryReminded
	}
	if e.Act != "" {
		kind = e.Act
		about = append(about, d.Catalog.Text(v.lang, "cli.act."+string(e.Act)))
	}
	if e.Code != "" {
		about = append(about, d.reason(v, kind, e.Code))
	}
	if !e.Day.IsZero() {
		about = append(about, d.pages.date(v.lang, e.Day))
	}
	l.About = strings.Join(about, " · ")
	return l
}

// actor is who did something: you, the program, or the opaque id of somebody.
func (d *Desk) actor(v *visit, a schema.Actor) string {
	switch {
	case v.who != nil && a == v.who.Actor:
		return d.Catalog.Text(v.lang, "desk.who.you")
	case a == schema.ActorSystem:
		return d.Catalog.Text(v.lang, "desk.who.system")
	case a != "" && a == v.request.Owner:
		return d.Catalog.Text(v.lang, "desk.who.owner")
	case a.Client():
		return d.Catalog.Text(v.lang, "desk.who.program", "id", string(a))
	default:
		return d.Catalog.Text(v.lang, "desk.who.colleague", "id", string(a))
	}
}
