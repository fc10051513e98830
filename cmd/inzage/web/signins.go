package web

import (
	"net/http"
	"strings"

	"github.com/rs/zerolog"

	"inzage/schema"
)

// signInsPage is where somebody is signed in (ASVS 5.0, 7.5.2), and for an admin
// the way to end what others have (7.4.5). It tells no address and no browser: who
// asked for access should not leave more traces here than before.
type signInsPage struct {
	List   []signedIn
	Others bool // there are more than this one
	Admin  bool
}

type signedIn struct {
	ID, Begun, Seen string
	Here            bool
}

const signInsPath = "/sign-ins"

func (d *Desk) signIns(v *visit) error {
	p := signInsPage{Admin: v.has(Admin)}
	for _, one := range d.sessions.of(v.who.Actor) {
		here := one.id == v.who.id
		p.List = append(p.List, signedIn{one.id, d.moment(v.lang, one.begun), d.moment(v.lang, one.seen), here})
		p.Others = p.Others || !here
	}
	return d.show(v, http.StatusOK, "signins", p)
}

// endSignIns ends one of the visitor's other sessions, or all of them: the one in
// use ends by signing out. Who took a session over could end those of the person
// with it, so it takes a fresh sign-in.
func (d *Desk) endSignIns(v *visit) error {
	id := v.r.FormValue("which")
	if id == "" {
		return schema.Fail(schema.CodeUsage, "end sessions", nil)
	}
	return d.endThese(v, "own", func(one *session) bool {
		return one.Actor == v.who.Actor && (id == "others" || one.id == id)
	})
}

// endOthers ends the sessions of one person, by the name with which that person
// signs in, or of everybody. Nobody is listed: that somebody asks for access is
// known to who handles the case.
func (d *Desk) endOthers(v *visit) error {
	if v.r.FormValue("everybody") != "" {
		return d.endThese(v, "everybody", func(*session) bool { return true })
	}
	name := strings.TrimSpace(v.r.FormValue("person"))
	if name == "" {
		return schema.Fail(schema.CodeUsage, "end sessions", nil)
	}
	return d.endThese(v, "person", func(one *session) bool {
		return one.Subject.HasUPN(name) || strings.EqualFold(one.Subject.ObjectID.Reveal(), name)
	})
}

// endThese ends the sessions that are meant, but never the one in use, and says how
// many there were. The log says whose kind, and not who it was.
func (d *Desk) endThese(v *visit, whose string, meant func(*session) bool) error {
	if !d.fresh(v) {
		return d.again(v, "desk.signins.again", signInsPath)
	}
	n := d.sessions.endAll(func(_ string, one *session) bool { return one.id != v.who.id && meant(one) })
	zerolog.Ctx(v.ctx()).Info().Str("whose", whose).Int("sessions", n).Msg("sessions ended")
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.signins.ended", "count", n))
	return v.to(signInsPath)
}
