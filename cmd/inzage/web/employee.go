package web

import (
	"io"
	"net/http"
	"slices"

	"inzage/schema"
	"inzage/workers"
)

// ownRequests lists what somebody asked.
func (d *Desk) ownRequests(v *visit) error {
	var list []schema.Standing
	for r := range d.Register.All() {
		if r.Owner == v.who.Actor {
			list = append(list, r.On(d.today()))
		}
	}
	slices.SortFunc(list, func(a, b schema.Standing) int { return b.Opened.Compare(a.Opened) })
	return d.show(v, http.StatusOK, "requests", list)
}

// underWay is a request of the visitor that is not answered yet.
func (d *Desk) underWay(v *visit) (schema.Request, bool) {
	for r := range d.Register.Open() {
		if r.Owner == v.who.Actor {
			return r, true
		}
	}
	return schema.Request{}, false
}

func (d *Desk) askPage(v *visit) error {
	if r, asked := d.underWay(v); asked {
		return v.to("/requests/" + r.Case)
	}
	return d.show(v, http.StatusOK, "ask", schema.DeadlineFor(d.today(), d.Open.Calendar))
}

// ask takes in a request of the visitor. A signed-in employee needs no further
// proof of identity (GDPR recital 64), so collecting begins at once. Asking
// again while one is under way is a reminder, not another request (EDPB
// Guidelines 01/2022, 31).
func (d *Desk) ask(v *visit) error {
	d.Reception.Lock()
	defer d.Reception.Unlock()
	if r, asked := d.underWay(v); asked {
		d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.ask.already"))
		return v.to("/requests/" + r.Case)
	}
	// One that came in on paper may not know whose it is in the desk. Where another's
	// case cannot be read, asking goes on: nobody is kept from it by that.
	if number, err := d.openCase(v.ctx(), v.who.Subject); err == nil && number != "" {
		d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.ask.elsewhere", "case", number))
		return v.to("/requests")
	}
	opened := d.Open
	opened.Actor, opened.Owner = v.who.Actor, v.who.Actor
	opened.Channel, opened.Day, opened.Lang = schema.ChannelDesk, d.today(), v.lang
	r, err := d.Reception.TakeIn(v.ctx(), opened, v.who.Subject, schema.IdentitySignedIn)
	if err != nil {
		return err
	}
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.ask.done"))
	return v.to("/requests/" + r.Case)
}

// ownPage is a request as the person who asked sees it.
type ownPage struct {
	schema.Standing
	Live  live
	Steps []step
	Looks []line
	Talk  []remark
	// CanAsk is set where another question can be asked.
	CanAsk bool
	// Until is the last day to take the bundle, Left how often it can be taken.
	Until schema.Date
	Left  int
	Gone  bool // Until has passed
	// Marks are what can be said of a sentence, nil where nothing can; Marked is
	// what was said.
	Marks  []schema.Code
	Marked []marked
}

func (d *Desk) ownRequest(v *visit) error {
	entries, err := d.Queue.Entries(v.ctx(), v.request.ID)
	if err != nil {
		return err
	}
	p := ownPage{Standing: v.request.On(d.today()), Live: d.live(v), Steps: d.steps(v.lang, v.request, entries)}
	if p.Talk, err = d.talk(v, entries); err != nil {
		return err
	}
	if p.Marked, err = d.marked(v, entries); err != nil {
		return err
	}
	if _, can := v.request.State.Next(schema.EntryMarked); can {
		p.Marks = schema.Marks()
	}
	_, p.CanAsk = v.request.State.Next(schema.EntryAsked)
	for _, e := range entries {
		if e.Kind == schema.EntryViewed || e.Kind == schema.EntryDenied || e.Kind == schema.EntryDelivered {
			p.Looks = append(p.Looks, d.line(v, e))
		}
	}
	if takeable(v.request) {
		p.Until, p.Left = d.until(v.request), mostTaken-v.request.Taken
		p.Gone = d.today().After(p.Until)
	}
	return d.show(v, http.StatusOK, "request", p)
}

func takeable(r schema.Request) bool {
	return r.State == schema.StateReleased || r.State == schema.StateDelivered
}

// until is the last day on which the person can take the bundle.
func (d *Desk) until(r schema.Request) schema.Date {
	return schema.CivilDate(r.Answered, d.Zone).AddDays(expiry)
}

// step is one of the five that a person follows.
type step struct {
	Key  string // desk.step.<key>
	Mark string // done, now or later
	On   string // when it was done, or since when it goes on
}

// steps is how far a request is, as its ledger tells it.
func (d *Desk) steps(l schema.Lang, r schema.Request, entries []schema.Entry) []step {
	began := map[string]string{}
	note := func(key string, e schema.Entry) { began[key] = d.moment(l, e.At) }
	for _, e := range entries {
		switch e.Kind {
		case schema.EntryOpened:
			began["received"] = d.pages.date(l, e.Day)
		case schema.EntryFetch:
			if began["collect"] == "" {
				note("collect", e)
			}
		case schema.EntryBuild:
			note("build", e)
		case schema.EntryBuilt:
			note("review", e)
		case schema.EntryReleased:
			note("ready", e)
		default:
		}
	}
	at := slices.Index([]schema.State{schema.StateReceived, schema.StateCollecting, schema.StateBuilding, schema.StateReview, schema.StateReleased}, r.State)
	switch r.State {
	case schema.StateVerified:
		at = 1
	case schema.StateDelivered:
		at = 5
	default:
	}
	var list []step
	for i, key := range []string{"received", "collect", "build", "review", "ready"} {
		s := step{Key: key, Mark: "later"}
		switch {
		case i < at:
			s.Mark, s.On = "done", began[key]
		case i == at:
			s.Mark, s.On = "now", began[key]
		}
		list = append(list, s)
	}
	return list
}

func (d *Desk) withdrawPage(v *visit) error {
	if _, can := v.request.State.Next(schema.EntryWithdrawn); !can {
		return schema.Fail(schema.CodeConflict, "withdraw request", nil)
	}
	return d.show(v, http.StatusOK, "withdraw", v.request)
}

func (d *Desk) withdraw(v *visit) error {
	return d.act(v, schema.Entry{Kind: schema.EntryWithdrawn}, "/requests/"+v.request.Case, "desk.withdraw.done")
}

// take gives the bundle to the person it is about: after a fresh sign-in, while
// the link lasts, and a few times at most. Each time is an entry, written before
// the first byte leaves.
func (d *Desk) take(v *visit) error {
	page := "/requests/" + v.request.Case
	if !d.fresh(v) {
		return d.again(v, "desk.take.again", page)
	}
	r, err := d.Queue.Update(v.ctx(), v.request.ID, func(r schema.Request) ([]schema.Entry, error) {
		if !takeable(r) || r.Taken >= mostTaken || d.today().After(d.until(r)) {
			return nil, schema.Fail(schema.CodeConflict, "take bundle", nil)
		}
		return []schema.Entry{{Kind: schema.EntryDelivered, Actor: v.who.Actor, Ref: r.Bundle}}, nil
	})
	if err != nil {
		return err
	}
	return d.send(v, r)
}

// send streams the bundle. What breaks off on the way is cut short, and the
// browser knows from the length.
func (d *Desk) send(v *visit, r schema.Request) error {
	vault, err := d.Queue.Vault(v.ctx(), r.ID)
	if err != nil {
		return err
	}
	blobs, err := vault.Bundle().Blobs(v.ctx())
	if err != nil {
		return err
	}
	in, err := vault.Bundle().Open(v.ctx(), workers.BundleName)
	if err != nil {
		return err
	}
	defer in.Close()
	h := v.w.Header()
	for _, b := range blobs {
		if b.Name == workers.BundleName {
			h.Set("Content-Length", itoa(int(b.Size)))
		}
	}
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="inzage-`+r.Case+`.zip"`)
	if _, err := io.Copy(v.w, in); err != nil {
		panic(http.ErrAbortHandler) // the one way to tell that the rest is missing
	}
	return nil
}
