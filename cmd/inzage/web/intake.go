package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers"
)

// applicant is somebody who asked outside the desk, as an admin typed it in or as
// a line of a list says it. How the identity was checked is on record, with who
// did it and when; a copy of a document has no place here (GDPR recital 64; EDPB
// Guidelines 01/2022, 79).
type applicant struct {
	Line int // in a list, from 1
	// Name, Addresses and ObjectID are who it is; addresses are apart by spaces.
	Name, Addresses, ObjectID schema.Personal
	// Received is the day on which it reached the organisation, as it was typed.
	Received, Channel, Identity, Lang string
	// Flaws is what is wrong with it.
	Flaws []workers.Flaw
	// Same is an open case of the same person: asking again is a reminder, not
	// another request (EDPB Guidelines 01/2022, 31). Twin is an earlier line of the
	// list that is about the same person.
	Same string
	Twin int
	// Case is its number once it is filed, Failed why it could not be.
	Case   string
	Failed schema.Code

	day schema.Date
}

// channels are the ways in which a request reaches the organisation outside the
// desk, methods how an identity can be checked there.
func channels() []schema.Channel { return schema.Channels()[1:] }

func methods() []schema.Code {
	return slices.DeleteFunc(schema.IdentityMethods(), func(c schema.Code) bool { return c == schema.IdentitySignedIn })
}

// check finds what is wrong, and reads the day.
func (a *applicant) check(today schema.Date) {
	wrong := func(field, what string) { a.Flaws = append(a.Flaws, workers.Flaw{Field: field, What: what}) }
	var err error
	a.day, err = readDay(a.Received)
	who := schema.Subject{Name: a.Name, ObjectID: a.ObjectID}
	for address := range strings.FieldsSeq(a.Addresses.Reveal()) {
		who.UPNs = append(who.UPNs, schema.NewPersonal(address))
	}
	a.Flaws = workers.Flaws(who, a.day, today)
	switch {
	case a.Received == "":
		wrong("received", "no-day")
	case err != nil:
		wrong("received", "day")
	}
	if !slices.Contains(channels(), schema.Channel(a.Channel)) {
		wrong("channel", "channel")
	}
	if a.Identity != "" && !slices.Contains(methods(), schema.Code(a.Identity)) {
		wrong("identity", "identity")
	}
	if !known(a.Lang) {
		wrong("language", "language")
	}
}

// readDay reads 2026-03-05, and 5-3-2026 as spreadsheets write it here.
func readDay(s string) (schema.Date, error) {
	if parts := strings.Split(s, "-"); len(parts) == 3 && len(parts[2]) == 4 {
		two := func(n string) string { return strings.Repeat("0", max(0, 2-len(n))) + n }
		s = parts[2] + "-" + two(parts[1]) + "-" + two(parts[0])
	}
	return schema.ParseDate(s)
}

func (a *applicant) subject() schema.Subject {
	who := schema.Subject{Name: a.Name, ObjectID: a.ObjectID}
	for address := range strings.FieldsSeq(a.Addresses.Reveal()) {
		if !who.HasUPN(address) {
			who.UPNs = append(who.UPNs, schema.NewPersonal(address))
		}
	}
	return who
}

// file takes the request in, and starts it where it is known who asks. The caller
// holds the lock of d.Reception, and knows that the person has no open case.
func (d *Desk) file(v *visit, a *applicant) (schema.Request, error) {
	who := a.subject()
	opened := d.Open
	opened.Actor, opened.Owner = v.who.Actor, d.owner(v, who)
	opened.Channel, opened.Day, opened.Lang = schema.Channel(a.Channel), a.day, schema.Lang(a.Lang)
	return d.Reception.TakeIn(v.ctx(), opened, who, schema.Code(a.Identity))
}

// owner is the person as somebody who signs in to this desk, where that can be
// told: then that person can follow the case here, and does not handle it.
func (d *Desk) owner(v *visit, who schema.Subject) schema.Actor {
	if workers.SamePerson(who, v.who.Subject) {
		return v.who.Actor
	}
	if d.Local != nil {
		for _, p := range d.Local.People {
			if workers.SamePerson(who, p.Subject) {
				return p.Actor
			}
		}
	}
	if d.OIDC == nil {
		return ""
	}
	// In the tenant that the desk's own people are of.
	who.TenantID = v.who.Subject.TenantID
	return d.OIDC.Owner(who)
}

// Owner is the person as somebody who signs in by this service, empty where that
// cannot be told: an Entra account signs in by its id in its tenant.
func (o *OIDC) Owner(who schema.Subject) schema.Actor {
	tenant := who.TenantID.Reveal()
	if o.Profile != Entra || tenant == "" || who.ObjectID.IsEmpty() {
		return ""
	}
	return o.Actor(o.Issuer, tenant+"/"+strings.ToLower(who.ObjectID.Reveal()))
}

// newPage is the form for a new case.
type newPage struct {
	applicant
	Channels []schema.Channel
	Methods  []schema.Code
	Langs    []schema.Lang
	Today    schema.Date
}

// Wrong is what is wrong with a field, empty where it is right.
func (p newPage) Wrong(field string) string {
	for _, f := range p.Flaws {
		if f.Field == field {
			return f.What
		}
	}
	return ""
}

func (d *Desk) newPage(a applicant) newPage {
	return newPage{a, channels(), methods(), []schema.Lang{schema.Dutch, schema.English}, d.today()}
}

func (d *Desk) newCasePage(v *visit) error {
	return d.show(v, http.StatusOK, "intake", d.newPage(applicant{Received: d.today().String(), Channel: string(schema.ChannelLetter), Lang: string(schema.Dutch)}))
}

// newCase files a request that came in outside the desk.
func (d *Desk) newCase(v *visit) error {
	typed := func(name string) string { return strings.TrimSpace(v.r.FormValue(name)) }
	a := applicant{
		Name: schema.NewPersonal(typed("name")), Addresses: schema.NewPersonal(typed("addresses")), ObjectID: schema.NewPersonal(typed("object_id")),
		Received: typed("received"), Channel: typed("channel"), Identity: typed("identity"), Lang: typed("language"),
	}
	if a.check(d.today()); len(a.Flaws) > 0 {
		return d.show(v, http.StatusBadRequest, "intake", d.newPage(a))
	}
	d.Reception.Lock()
	defer d.Reception.Unlock()
	var err error
	if a.Same, err = d.openCase(v.ctx(), a.subject()); err != nil {
		return err
	}
	if a.Same != "" && v.r.FormValue("another") == "" {
		return d.show(v, http.StatusConflict, "intake", d.newPage(a))
	}
	r, err := d.file(v, &a)
	if err != nil {
		return err
	}
	notice := "desk.intake.done"
	if r.State == schema.StateReceived {
		notice = "desk.intake.done.identity"
	}
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, notice, "case", r.Case, "due", d.Catalog.Day(v.lang, r.Due())))
	if r.Owner == v.who.Actor { // nobody handles their own request
		return v.to("/requests/" + r.Case)
	}
	return v.to("/cases/" + r.Case)
}

// identify puts on record how it was checked who asks, and starts the work.
func (d *Desk) identify(v *visit) error {
	method := schema.Code(v.r.FormValue("identity"))
	if !slices.Contains(methods(), method) {
		return schema.Fail(schema.CodeUsage, "record identity", nil)
	}
	if v.request.State != schema.StateReceived {
		return schema.Fail(schema.CodeConflict, "record identity", nil)
	}
	r, err := workers.Start(v.ctx(), d.Queue, v.request.ID, v.who.Actor, method)
	if err != nil {
		return err
	}
	return d.done(v, r, v.back(), "desk.identity.done")
}

// openCase is the number of an open case of the person, empty where there is none.
// The caller holds the lock of d.Reception.
func (d *Desk) openCase(ctx context.Context, who schema.Subject) (string, error) {
	r, _, err := d.Reception.OpenCase(ctx, who)
	return r.Case, err
}
