package web

import (
	"net/http"

	"inzage/schema"
)

// oversightPage is what the data protection officer watches: dates, stages and
// decisions of all cases, never what is in them, and nothing about what anybody
// does at work.
type oversightPage struct {
	List casesPage
	KPI  kpi
}

// kpi is what supervisors ask an organisation about its answers.
type kpi struct {
	Answered, InMonth, InThree, Late int
	Extended, Refused, Open          int
}

func (d *Desk) oversight(v *visit) error {
	p := oversightPage{List: d.list(v, "/oversight/")}
	for r := range d.Register.All() {
		p.KPI.count(r, schema.CivilDate(r.Answered, d.Zone))
	}
	return d.show(v, http.StatusOK, "oversight", p)
}

// count adds a request that was answered on the day, where it was answered.
func (k *kpi) count(r schema.Request, answered schema.Date) {
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
	p.CanRetry, p.CanRead, p.CanPrepare, p.CanResume, p.Forms, p.Methods = false, false, false, false, nil, nil
	for i := range p.Proposals {
		p.Proposals[i].Decide, p.Proposals[i].Reason = false, ""
	}
	return d.show(v, http.StatusOK, "case", p)
}
