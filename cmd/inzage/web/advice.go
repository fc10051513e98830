package web

import (
	"cmp"
	"net/http"
	"slices"

	"inzage/explain/posture"
	"inzage/schema"
)

// advicePage is how the advice on the tenant stands today.
type advicePage struct {
	On                  schema.Date
	Pass, Fail, Unknown int
	Items               []adviceItem
	// Asked tells that the service knows where to look for what people saw, Broken
	// that this cannot be read.
	Asked, Broken bool
}

// adviceItem is one advice in the reader's language.
type adviceItem struct {
	Name, Do, Look, Source string
	State                  posture.State
	Badge                  string
	Why                    posture.Why
	Seen                   []adviceSeen
}

// adviceSeen is what was seen of it once.
type adviceSeen struct {
	Value, By, Note string
	On              schema.Date
	How             posture.How
}

// advice shows which advice is followed, with the day of what was seen. What people
// saw is read anew for each page, so that it is never older than their file.
func (d *Desk) advice(v *visit) error {
	p := advicePage{On: d.today(), Asked: d.Posture != nil}
	if d.Posture == nil {
		return d.show(v, http.StatusOK, "advice", p)
	}
	r, err := d.Posture(v.ctx(), p.On)
	if err != nil {
		p.Broken = true // what is wrong with it, the command says to who wrote it
		return d.show(v, http.StatusOK, "advice", p)
	}
	p.Pass, p.Fail, p.Unknown = r.Pass, r.Fail, r.Unknown
	for i := range r.Items {
		p.Items = append(p.Items, d.adviceItem(v.lang, &r.Items[i]))
	}
	order := posture.States()
	slices.SortStableFunc(p.Items, func(a, b adviceItem) int {
		return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
	})
	return d.show(v, http.StatusOK, "advice", p)
}

func (d *Desk) adviceItem(l schema.Lang, i *posture.Item) adviceItem {
	one := adviceItem{
		Name: i.Advice.Name.In(l), Do: i.Advice.Text.In(l), Look: i.Advice.Look.In(l), Source: i.Advice.Source.In(l),
		State: i.State, Why: i.Why,
		Badge: map[posture.State]string{posture.Pass: "calm", posture.Fail: "late", posture.Unknown: "near"}[i.State],
	}
	for _, e := range i.Evidence {
		seen := adviceSeen{By: e.By, Note: e.Note, On: e.On, How: e.How}
		if x, ok := i.Advice.Answer(e.Value); ok {
			seen.Value = x.Name.In(l)
		} else {
			seen.Value = d.Catalog.Text(l, "posture.why."+string(cmp.Or(e.Why, posture.WhyUnsure)))
		}
		one.Seen = append(one.Seen, seen)
	}
	return one
}
