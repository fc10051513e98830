package web

import (
	"slices"

	"inzage/schema"
)

// act writes an entry of the visitor about the case, and goes on to a page with
// a word about it.
func (d *Desk) act(v *visit, e schema.Entry, to, notice string) error {
	e.Actor = v.who.Actor
	r, err := d.Queue.Append(v.ctx(), v.request.ID, e)
	if err != nil {
		return err
	}
	return d.done(v, r, to, notice)
}

// done waits until the lists know what was written, and goes on.
func (d *Desk) done(v *visit, r schema.Request, to, notice string) error {
	if err := d.Register.Wait(v.ctx(), r); err != nil {
		return err
	}
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, notice, "due", d.Catalog.Day(v.lang, r.Due())))
	return v.to(to)
}

// back is the page of the case that the visitor can see.
func (v *visit) back() string {
	if v.has(Admin, Reader) {
		return "/cases/" + v.request.Case
	}
	return "/oversight/" + v.request.Case
}

// retry orders a source, or the bundle, once more.
func (d *Desk) retry(v *visit) error {
	source := v.r.FormValue("source")
	if _, known := v.request.PartOf(source); source != "" && !known {
		return schema.Fail(schema.CodeUsage, "retry part", nil)
	}
	r, err := d.Queue.Retry(v.ctx(), v.request.ID, source, v.who.Actor)
	if err != nil {
		return err
	}
	return d.done(v, r, v.back(), "desk.retry.done")
}

// maxReason is how long a reason in words may be, in bytes.
const maxReason = 8 << 10

// decide prepares an act, or does what another prepared. An admin prepares, a
// second reader confirms: with one role alone nobody does both, and with both
// roles nobody does both to the same act (schema.Request.Apply). What a program
// prepared counts for neither: an admin takes it over, or does it where one person
// is enough.
func (d *Desk) decide(v *visit) error {
	kind, code := schema.EntryKind(v.r.FormValue("act")), schema.Code(v.r.FormValue("code"))
	reason := v.r.FormValue("reason")
	known := []schema.EntryKind{schema.EntryReleased, schema.EntryExtended, schema.EntrySuspended, schema.EntryResumed, schema.EntryRefused}
	prepared, proposed := v.request.Proposals[kind]
	saw := v.r.FormValue("confirm")
	confirming := saw != ""
	confirms := Reader
	if prepared.By.Client() {
		confirms, known = Admin, append(known, schema.EntryWithdrawn)
	}
	if !slices.Contains(known, kind) || len(reason) > maxReason {
		return schema.Fail(schema.CodeUsage, "decide on request", nil)
	}
	switch reasons := schema.Reasons(kind); {
	case confirming && (!proposed || saw != seen(prepared)): // the page is older than that, whoever looks at it
		return schema.Fail(schema.CodeConflict, "decide on request", nil)
	case confirming && !v.has(confirms), !confirming && !v.has(Admin):
		return schema.Fail(codeForbidden, "decide on request", nil)
	case confirming && prepared.By == v.who.Actor:
		return schema.Fail(schema.CodeFourEyes, "decide on request", nil)
	case !confirming && len(reasons) > 0 && !slices.Contains(reasons, code):
		return schema.Fail(schema.CodeUsage, "decide on request", nil)
	}
	act := schema.Entry{Kind: kind, Actor: v.who.Actor}
	if !confirming {
		act.Code = code
	}
	if kind == schema.EntrySuspended || kind == schema.EntryResumed {
		act.Day = d.today()
	}
	var r schema.Request
	var err error
	if confirming {
		r, err = d.Queue.Confirm(v.ctx(), v.request.ID, act, prepared)
	} else {
		r, err = d.Queue.Prepare(v.ctx(), v.request.ID, act, []byte(reason))
	}
	if err != nil {
		return err
	}
	notice := "desk.done." + string(kind)
	if _, waits := r.Proposals[kind]; waits {
		notice = "desk.done.proposed"
	}
	return d.done(v, r, v.back(), notice)
}

// seen stands for a proposal on the page that shows it, so that only that one can
// be confirmed or declined there.
func seen(p schema.Proposal) string {
	return hashed(string(p.By) + "\n" + string(p.Code) + "\n" + p.Ref)
}

// decline says that what was proposed, as the page showed it, will not be done.
func (d *Desk) decline(v *visit) error {
	kind := schema.EntryKind(v.r.FormValue("act"))
	prepared, proposed := v.request.Proposals[kind]
	if !proposed || v.r.FormValue("seen") != seen(prepared) {
		return schema.Fail(schema.CodeConflict, "decline proposal", nil)
	}
	r, err := d.Queue.Decline(v.ctx(), v.request.ID, kind, v.who.Actor, prepared)
	if err != nil {
		return err
	}
	return d.done(v, r, v.back(), "desk.done.declined")
}

// recall takes a release back, as long as nobody has taken the bundle.
func (d *Desk) recall(v *visit) error {
	return d.act(v, schema.Entry{Kind: schema.EntryRecalled}, v.back(), "desk.done.recalled")
}

// content gives the bundle to a second reader, who says why; the person sees it.
func (d *Desk) content(v *visit) error {
	why := schema.Code(v.r.FormValue("why"))
	if !slices.Contains(schema.ViewReasons(), why) {
		return schema.Fail(schema.CodeUsage, "open content", nil)
	}
	r, err := d.Queue.Update(v.ctx(), v.request.ID, func(r schema.Request) ([]schema.Entry, error) {
		if r.Bundle == "" {
			return nil, schema.Fail(schema.CodeConflict, "open content", nil)
		}
		return []schema.Entry{{Kind: schema.EntryViewed, Actor: v.who.Actor, Code: why, Ref: r.Bundle}}, nil
	})
	if err != nil {
		return err
	}
	return d.send(v, r)
}
