package web

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
)

// Local is signing in by one-time links: for the demo, and for the first start
// of a desk that does not know a sign-in service yet.
type Local struct {
	People []Person
	// Show puts the link on the page itself, for a demo with invented people;
	// otherwise Tell gets it, and shows it to who runs the program.
	Show bool
	Tell func(link string)
}

// links are the one-time links that were not used yet.
type links struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]link // by the hash of the token
}

type link struct {
	person int // of Local.People
	next   string
	until  time.Time
}

func newLinks(now func() time.Time) *links {
	return &links{now: now, all: make(map[string]link)}
}

func (l *links) make(person int, next string) (token string) {
	token = rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	room(l.all, func(one link) time.Time { return one.until }, l.now())
	l.all[hashed(token)] = link{person, next, l.now().Add(linkLasts)}
	return token
}

// find returns the link; use takes it away.
func (l *links) find(token string, use bool) (link, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.all[hashed(token)]
	if use {
		delete(l.all, hashed(token))
	}
	return one, ok && !l.now().After(one.until)
}

// signIn offers the people who can sign in; to who is signed in already, that
// person: some pages ask for a fresh sign-in.
func (d *Desk) signIn(v *visit) error {
	p := signInPage{Next: local(v.r.FormValue("next")), Again: v.who != nil, Service: d.service != nil}
	if d.Local != nil {
		p.Local, p.Shown = true, d.Local.Show
		for i, one := range d.Local.People {
			if v.who == nil || v.who.Actor == one.Actor {
				p.People = append(p.People, choice{strconv.Itoa(i), one.Name.Reveal(), roleKey(one.Roles)})
			}
		}
	}
	return d.show(v, http.StatusOK, "signin", p)
}

type signInPage struct {
	People  []choice
	Next    string
	Again   bool
	Service bool // there is a sign-in service
	Local   bool // there are one-time links
	Shown   bool
	Link    string
	Name    string
}

// choice is something to choose, with the key of what it means.
type choice struct{ Value, Name, Key string }

// roleKey is the key of the words for what somebody is.
func roleKey(roles []Role) string {
	if len(roles) == 0 {
		return "desk.role." + string(Employee)
	}
	return "desk.role." + string(roles[0])
}

// sendLink makes a one-time link.
func (d *Desk) sendLink(v *visit) error {
	if d.Local == nil {
		return schema.Fail(schema.CodeNotFound, "sign in", nil)
	}
	i, err := strconv.Atoi(v.r.FormValue("person"))
	if err != nil || i < 0 || i >= len(d.Local.People) {
		return schema.Fail(schema.CodeUsage, "sign in", nil)
	}
	path := "/sign-in/" + d.links.make(i, local(v.r.FormValue("next")))
	if d.Local.Show {
		return v.to(path)
	}
	d.Local.Tell(d.Address + path)
	return d.show(v, http.StatusOK, "signin-sent", nil)
}

// showLink asks to go on. Opening a link does not use it: programs that look at
// links for people do that too.
func (d *Desk) showLink(v *visit) error {
	token := v.r.PathValue("link")
	one, ok := d.links.find(token, false)
	if !ok || d.Local == nil {
		return d.show(v, http.StatusGone, "signin-gone", nil)
	}
	return d.show(v, http.StatusOK, "signin-link", signInPage{Link: "/sign-in/" + token, Name: d.Local.People[one.person].Name.Reveal()})
}

// useLink signs in.
func (d *Desk) useLink(v *visit) error {
	one, ok := d.links.find(v.r.PathValue("link"), true)
	if !ok || d.Local == nil {
		d.turnAway(v, byLink, refusedGone)
		return d.show(v, http.StatusGone, "signin-gone", nil)
	}
	d.admit(v, byLink, session{Person: d.Local.People[one.person], proven: d.Now()}, nil)
	return v.to(one.next)
}

// How somebody signs in, as the log says it.
const (
	byLink    = "link"
	byService = "service"
)

// admit begins a session in the place of the one there was, and puts it on record
// (ASVS 5.0, 16.3.1): how, and with which roles. Who it is stands in the ledger,
// as the one who does something, and nowhere else.
func (d *Desk) admit(v *visit, how string, one session, before *session) {
	if v.who != nil {
		d.sessions.end(v.who.token)
		if v.who.Actor == one.Actor { // for the pages that are open it goes on
			one.id = v.who.id
		}
	}
	d.setCookie(v.w, d.cookieName(), d.sessions.begin(one, before), 0)
	roles := zerolog.Arr()
	for _, r := range one.Roles {
		roles.Str(string(r))
	}
	zerolog.Ctx(v.ctx()).Info().Str("how", how).Array("roles", roles).Msg("signed in")
}

// turnAway puts on record that somebody could not sign in.
func (d *Desk) turnAway(v *visit, how, reason string) {
	d.Queue.Deny(queue.DenialSignIn, how+" "+reason, "")
	zerolog.Ctx(v.ctx()).Warn().Str("how", how).Str("reason", reason).Msg("sign-in refused")
}

// fresh reports whether the visitor proved just now to be that person.
func (d *Desk) fresh(v *visit) bool { return d.Now().Sub(v.who.proven) <= fresh }

// again asks for a fresh sign-in, says why, and leads back to a page.
func (d *Desk) again(v *visit, why, page string) error {
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, why))
	return v.to("/sign-in?next=" + escape(page))
}

func (d *Desk) signOut(v *visit) error {
	d.sessions.end(v.who.token)
	d.setCookie(v.w, d.cookieName(), "", -1)
	v.w.Header().Set("Clear-Site-Data", `"cache"`) // also what "back" would show
	return v.to("/sign-in")
}

// start is where each role begins.
func (d *Desk) start(v *visit) error {
	switch {
	case v.who == nil:
		return v.to("/sign-in")
	case v.has(Admin) || v.has(Reader):
		return v.to("/cases")
	case v.has(Officer):
		return v.to("/oversight")
	default:
		return v.to("/requests")
	}
}

// language keeps the language that the visitor chose.
func (d *Desk) language(v *visit) error {
	if l := v.r.FormValue("language"); known(l) {
		d.setCookie(v.w, d.languageCookie(), l, 365*24*60*60)
	}
	return v.to(local(v.r.FormValue("back")))
}
