package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"inzage/schema"
)

// OIDC is signing in at the organisation's sign-in service: OpenID Connect, the
// code flow with PKCE (OpenID Connect Core 1.0 section 3.1, RFC 7636).
type OIDC struct {
	Issuer  string // its address, as it stands in its own tokens
	Client  string
	Secret  schema.Personal
	Profile Profile
	// RoleClaim is the claim with what somebody may do, Roles the role that each
	// of its values gives. Other values give nothing.
	RoleClaim string
	Roles     map[string]Role
	// RefuseSMS refuses who proved to be somebody by a text message alone, where
	// the service says how people signed in (claim amr, RFC 8176).
	RefuseSMS bool
	// Class are the ways of signing in that count, as the service names them (acr):
	// one of them is asked for, and refused is who came in otherwise. None is any
	// way. Entra knows one at a time (acrs, an authentication context).
	Class []string
	// Actor makes the opaque id of somebody.
	Actor func(issuer, subject string) schema.Actor
}

// flow is a sign-in that was begun here and goes on at the service.
type flow struct {
	browser  string // hash of the cookie of the browser that began it
	verifier string // of PKCE
	nonce    string
	next     string
	again    schema.Actor // who must come back; empty for anybody
	renews   bool         // only what that person may do is asked again
	until    time.Time
}

// mostBegun is how many sign-ins can be under way: a bound for who begins them
// without end.
const mostBegun = 10_000

// room makes room for one more sign-in: what is over goes, else what would be over
// first. To refuse instead would let a stranger keep everybody out.
func room[T any](all map[string]T, until func(T) time.Time, now time.Time) {
	first, end := "", time.Time{}
	for key, one := range all {
		switch at := until(one); {
		case now.After(at):
			delete(all, key)
		case first == "" || at.Before(end):
			first, end = key, at
		}
	}
	if len(all) >= mostBegun {
		delete(all, first)
	}
}

// service is the sign-in service as the desk knows it.
type service struct {
	OIDC
	now func() time.Time

	mu       sync.Mutex
	provider *oidc.Provider // nil until the service was reached
	flows    map[string]flow
}

func newService(o *OIDC, now func() time.Time) *service {
	if o == nil {
		return nil
	}
	return &service{OIDC: *o, now: now, flows: make(map[string]flow)}
}

// discover asks the service once how to speak with it (OpenID Connect Discovery
// 1.0). The desk starts without: the service may be down just then.
func (s *service) discover(ctx context.Context) (*oidc.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		client := &http.Client{Timeout: 10 * time.Second}
		// What it keeps outlives the visit that asked first: keys change.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), client), s.Issuer)
		if err != nil {
			return nil, schema.Fail(schema.CodeUnreachable, "reach sign-in service", nil)
		}
		s.provider = p
	}
	return s.provider, nil
}

func (s *service) config(p *oidc.Provider, address string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: s.Client, ClientSecret: s.Secret.Reveal(), Endpoint: p.Endpoint(),
		RedirectURL: address + "/sign-in/done", Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// begin keeps a flow, and returns its state.
func (s *service) begin(f flow) (state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	room(s.flows, func(f flow) time.Time { return f.until }, s.now())
	state = rand.Text()
	s.flows[hashed(state)] = f
	return state
}

// end takes a flow away; only the browser that began it can.
func (s *service) end(state, browser string) (flow, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.flows[hashed(state)]
	if !ok || f.browser != hashed(browser) {
		return flow{}, false
	}
	delete(s.flows, hashed(state))
	return f, !s.now().After(f.until)
}

// browserCookie ties a sign-in to the browser that began it. It stays the same
// for each, so that two tabs can sign in side by side.
func (d *Desk) browserCookie() string { return d.cookieName() + "-browser" }

// languageCookie keeps the language that a visitor chose.
func (d *Desk) languageCookie() string { return d.cookieName() + "-language" }

// toService sends the browser to the sign-in service.
func (d *Desk) toService(v *visit) error {
	if d.service == nil {
		return schema.Fail(schema.CodeNotFound, "sign in", nil)
	}
	p, err := d.service.discover(v.ctx())
	if err != nil {
		return err
	}
	browser := ""
	if c, err := v.r.Cookie(d.browserCookie()); err == nil {
		browser = c.Value
	}
	if browser == "" {
		browser = rand.Text()
		d.setCookie(v.w, d.browserCookie(), browser, 0)
	}
	f := flow{
		browser: hashed(browser), verifier: oauth2.GenerateVerifier(), nonce: rand.Text(),
		next: local(v.r.FormValue("next")), until: d.Now().Add(linkLasts),
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier)}
	if v.who != nil {
		f.again, f.renews = v.who.Actor, v.r.FormValue("renew") != ""
	}
	if v.who != nil && !f.renews { // once more, and really: not by the service's own session
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	options = append(options, d.service.demand()...)
	return v.to(d.service.config(p, d.Address).AuthCodeURL(d.service.begin(f), options...))
}

// Why a sign-in came to nothing: desk.refused.<reason>.
const (
	refusedGone   = "gone"   // too late, or begun in another browser
	refusedDenied = "denied" // the service said no, or its answer does not hold
	refusedSMS    = "sms"
	refusedWeak   = "weak"  // not in a way that counts
	refusedOther  = "other" // somebody else than who must sign in once more
)

// fromService takes in who comes back from the sign-in service. Nothing of what
// the service says goes into an error or a log: it names people.
func (d *Desk) fromService(v *visit) error {
	if d.service == nil {
		return schema.Fail(schema.CodeNotFound, "sign in", nil)
	}
	browser := ""
	if c, err := v.r.Cookie(d.browserCookie()); err == nil {
		browser = c.Value
	}
	f, ok := d.service.end(v.r.FormValue("state"), browser)
	if !ok {
		return d.refuse(v, refusedGone)
	}
	p, err := d.service.discover(v.ctx())
	if err != nil {
		return err
	}
	c, ok := d.service.redeem(v.ctx(), p, d.Address, f, v.r.FormValue("code"))
	if !ok {
		return d.refuse(v, refusedDenied)
	}
	if d.service.RefuseSMS && c.onlySMS() {
		return d.refuse(v, refusedSMS)
	}
	if !d.service.strong(c) {
		return d.refuse(v, refusedWeak)
	}
	who := d.service.person(c)
	if f.again != "" && who.Actor != f.again {
		return d.refuse(v, refusedOther)
	}
	one := session{Person: who, asked: d.Now(), proven: c.proven(d.Now(), f.again != "" && !f.renews)}
	var before *session
	if f.renews && v.who != nil && v.who.Actor == who.Actor { // its hours go on
		before = v.who
	}
	d.admit(v, byService, one, before)
	return v.to(f.next)
}

func (d *Desk) refuse(v *visit, reason string) error {
	d.turnAway(v, byService, reason)
	return d.show(v, http.StatusForbidden, "signin-refused", "desk.refused."+reason)
}

// redeem turns the code into claims that the service vouches for: signature,
// issuer, audience and expiry (go-oidc), and the nonce of this flow. False where
// anything of it does not hold.
func (s *service) redeem(ctx context.Context, p *oidc.Provider, address string, f flow, code string) (claims, bool) {
	if code == "" {
		return claims{}, false
	}
	ctx = oidc.ClientContext(ctx, &http.Client{Timeout: 10 * time.Second})
	token, err := s.config(p, address).Exchange(ctx, code, oauth2.VerifierOption(f.verifier))
	if err != nil {
		return claims{}, false
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.VerifierContext(ctx, &oidc.Config{ClientID: s.Client, Now: s.now}).Verify(ctx, raw)
	if err != nil || id.Nonce != f.nonce {
		return claims{}, false
	}
	c := claims{issuer: id.Issuer, subject: id.Subject}
	if err := id.Claims(&c.all); err != nil {
		return claims{}, false
	}
	if s.Profile == SURFconext { // its ID token says who, its userinfo the rest
		info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil || info.Subject != id.Subject || info.Claims(&c.more) != nil {
			return claims{}, false
		}
	}
	return c, true
}
