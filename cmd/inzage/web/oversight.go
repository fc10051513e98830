package web

import (
	"net/http"
	"slices"

	"inzage/queue"
	"inzage/schema"
)

// oversightPage is what the data protection officer watches: dates, stages and
// decisions of all cases, never what is in them, and nothing about what anybody
// does at work.
type oversightPage struct {
	List casesPage
	KPI  *kpi
}

// kpi is what supervisors ask an organisation about its answers.
type kpi struct {
	Answered, InMonth, InThree, Late int
	Extended, Refused, Open          int
	days                             []int // how many each answer took
	Total, Findings                  int
}

// Share is n of all, in whole percents; empty where there is none.
func (k *kpi) Share(n, all int) string {
	if all == 0 {
		return ""
	}
	return itoa((100*n+all/2)/all) + "%"
}

// Median is how many days the answer in the middle took.
func (k *kpi) Median() string {
	if len(k.days) == 0 {
		return "–"
	}
	return itoa(slices.Sorted(slices.Values(k.days))[len(k.days)/2]) // a page does not change what others read
}

func (d *Desk) oversight(v *visit) error {
	return d.show(v, http.StatusOK, "oversight", oversightPage{List: d.list(v, "/oversight/"), KPI: d.overview().kpi})
}

// count adds a request that was answered on the day, where it was answered.
func (k *kpi) count(r schema.Request, answered schema.Date) {
	k.Total++
	if r.Build.Counts["findings"] > 0 {
		k.Findings++
	}
	if r.Extended {
		k.Extended++
	}
	if r.State == schema.StateRefused || r.Ground != "" {
		k.Refused++
	}
	if r.Answered.IsZero() {
		if r.State.Open() {
			k.Open++
		}
		return
	}
	k.Answered++
	k.days = append(k.days, r.Received.DaysUntil(answered))
	d := schema.DeadlineFor(r.Received, r.Calendar)
	switch {
	case !answered.After(d.Due):
		k.InMonth++
		k.InThree++
	case !answered.After(d.ExtendedDue):
		k.InThree++
	}
	if answered.After(r.Due()) {
		k.Late++
	}
}

func (d *Desk) oversightCase(v *visit) error {
	p, err := d.casePage(v)
	if err != nil {
		return err
	}
	p.CanRetry, p.CanRead, p.CanPrepare, p.CanResume, p.CanAnswer, p.CanSample = false, false, false, false, false, false
	p.Live, p.Forms, p.Methods, p.Talk = live{}, nil, nil, nil
	for i := range p.Proposals {
		p.Proposals[i].Decide, p.Proposals[i].Reason = false, ""
	}
	return d.show(v, http.StatusOK, "case", p)
}

// verifiedPage is what came of reading the whole ledger.
type verifiedPage struct {
	queue.Verified
	At    string
	Flaws []foundFlaw
	// Renewed says of each renewal of the ledger what lapsed, Due of how many requests
	// the facts are over and have not lapsed yet.
	Renewed []string
	Due     int
	// Denials is what was refused in the last Days days and belongs to no case, and in
	// how many places the record of it is not as it was written.
	Days, Denials, DenialFlaws int
}

// denialDays is how far back the desk counts what was refused.
const denialDays = 30

type foundFlaw struct {
	Case string // empty where it is not known of which case
	N    int
	What queue.FlawKind
}

// factsDue counts the requests of which what happened may be forgotten: erased, and
// nothing put on record since the term began.
func (d *Desk) factsDue() (n int) {
	until := d.Terms.FactsUntil(d.today())
	if until.IsZero() {
		return 0
	}
	for r := range d.Register.In(schema.StateErased) {
		if !schema.CivilDate(r.Changed, d.Zone).After(until) {
			n++
		}
	}
	return n
}

// verifyLedger reads the whole ledger, for one who asks after the other.
func (d *Desk) verifyLedger(v *visit) error {
	d.verifying.Lock()
	defer d.verifying.Unlock()
	found, err := d.Queue.Verify(v.ctx())
	if err != nil {
		return err
	}
	p := verifiedPage{Verified: found, At: d.moment(v.lang, d.Now())}
	for _, f := range found.Flaws {
		r, _ := d.Register.Request(f.Request)
		p.Flaws = append(p.Flaws, foundFlaw{r.Case, f.N, f.Kind})
	}
	for _, r := range found.Renewals {
		p.Renewed = append(p.Renewed, d.Catalog.Text(v.lang, "cli.ledger.renewal", "moment", d.moment(v.lang, r.At), "requests", r.Requests,
			"entries", r.Entries, "until", d.moment(v.lang, r.Until), "years", r.Years))
	}
	p.Due = d.factsDue()
	list, flaws, err := d.Queue.Denials(v.ctx(), d.Now().AddDate(0, 0, -denialDays))
	if err != nil && schema.CodeOf(err) != schema.CodeNotFound { // a cluster of before has none yet
		return err
	}
	p.Days, p.DenialFlaws = denialDays, len(flaws)
	for _, one := range list {
		p.Denials += one.Count
	}
	return d.show(v, http.StatusOK, "verified", p)
}
