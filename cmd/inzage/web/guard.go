package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// visit is one request over HTTP: who asks, in which language, about which case.
type visit struct {
	w    http.ResponseWriter
	r    *http.Request
	lang schema.Lang
	// who is nobody at a public address without a session.
	who *session
	// request is the case that the address names.
	request schema.Request
	// body is all that the browser sends, before it is bounded.
	body io.ReadCloser
	// quiet says that no person asks, but a page by itself.
	quiet bool
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// has reports whether the visitor has one of the roles.
func (v *visit) has(roles ...Role) bool {
	return v.who != nil && slices.ContainsFunc(roles, func(r Role) bool {
		return r == Employee || slices.Contains(v.who.Roles, r)
	})
}

// to sends the browser on to another page of the desk.
func (v *visit) to(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// maxForm is how large a form may be, in bytes: the longest is a reason.
const maxForm = 64 << 10

// allow bounds what the browser sends otherwise than by maxForm; nothing of it
// may have been read yet.
func (v *visit) allow(most int64) { v.r.Body = http.MaxBytesReader(v.w, v.body, most) }

// guard lets in whom the route lets in, and answers everybody else.
func (d *Desk) guard(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		begun := time.Now()
		v := &visit{w: w, r: req, lang: d.visitorLang(req), body: req.Body, quiet: r.quiet() || req.Header.Get(quietHeader) != ""}
		v.allow(maxForm)
		if c, err := req.Cookie(d.cookieName()); err == nil {
			if s, ok := d.sessions.find(c.Value, v.quiet); ok {
				v.who = &s
			}
		}
		if d.asksAgain(v, r) {
			_ = v.to("/sign-in/service?renew=yes&next=" + escape(req.URL.RequestURI()))
			return
		}
		err := d.enter(req.Context(), v, r)
		if err == nil {
			err = r.do(v)
		}
		if err != nil {
			d.sorry(v, err)
		}
		zerolog.Ctx(req.Context()).Debug().Str("route", r.method+" "+r.path).Str("code", string(schema.CodeOf(err))).
			Int64("took_ms", time.Since(begun).Milliseconds()).Msg("page")
	})
}

// asksAgain reports whether the sign-in service is to say again what the visitor may
// do, before this page: one that a person opens, so that nothing is lost on the way.
func (d *Desk) asksAgain(v *visit, r route) bool {
	return v.who != nil && !r.public && !v.quiet && v.r.Method == http.MethodGet && v.who.rolesOlder(d.Now(), rolesLast)
}

// codes of the desk's own, beside those of schema.
const (
	codeSignIn    schema.Code = "desk-sign-in"   // nobody is signed in
	codeForbidden schema.Code = "desk-forbidden" // not with these roles, or not this case
	codeTooFast   schema.Code = "desk-too-fast"  // somebody does more than a person can
)

// enter asks whether the visitor may be here, and finds the case.
func (d *Desk) enter(ctx context.Context, v *visit, r route) error {
	if r.public {
		return nil
	}
	if v.who == nil {
		return schema.Fail(codeSignIn, "enter desk", nil)
	}
	if p := d.paceOf(r); p != nil {
		if wait := p.take(v.who.Actor, d.Now()); wait > 0 {
			v.w.Header().Set("Retry-After", itoa(wait))
			return schema.Fail(codeTooFast, "enter desk", nil)
		}
	}
	if !v.has(r.roles...) {
		d.Queue.Deny(queue.DenialPage, r.method+" "+r.path, v.who.Actor)
		return schema.Fail(codeForbidden, "enter desk", nil)
	}
	number := v.r.PathValue("case")
	if number == "" {
		return nil
	}
	found, ok := d.Register.Case(number)
	if !ok && r.own() {
		found, ok = d.ownAmong(number, v.who.Actor)
	}
	if !ok {
		if r.own() { // that there is no such case is nobody else's business
			return schema.Fail(codeForbidden, "find case", nil)
		}
		return schema.Fail(schema.CodeNotFound, "find case", nil)
	}
	mine := found.Owner != "" && found.Owner == v.who.Actor
	watching := slices.Equal(r.roles, []Role{Officer}) // who watches all may see their own among them
	if mine != r.own() && !watching {
		return d.deny(ctx, v, found)
	}
	var err error
	v.request, err = d.Queue.Request(ctx, found.ID) // the register may lag behind
	return err
}

// paceOf is what holds back who comes to an address too often; nil for what changes
// nothing, and for the pieces of a file that was begun.
func (d *Desk) paceOf(r route) *pace {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodPatch:
		return nil
	case http.MethodPost:
		if strings.HasSuffix(r.path, "/files") || strings.HasSuffix(r.path, "/uploads") {
			return d.filing
		}
	}
	return d.acting
}

// ownAmong is the visitor's own of the requests that share a case number: two
// that were taken in at the same moment can.
func (d *Desk) ownAmong(number string, who schema.Actor) (found schema.Request, ok bool) {
	if !d.Register.Shared(number) {
		return found, false
	}
	for r := range d.Register.All() {
		if r.Case == number && r.Owner == who {
			if ok {
				return found, false // two of one person: neither is meant
			}
			found, ok = r, true
		}
	}
	return found, ok
}

// deny refuses a case that is not the visitor's, and puts it on record.
func (d *Desk) deny(ctx context.Context, v *visit, r schema.Request) error {
	if err := workers.Deny(ctx, d.Queue, r.ID, v.who.Actor, d.Zone, d.Now()); err != nil {
		return err
	}
	return schema.Fail(codeForbidden, "open case", nil)
}

// visitorLang is what the visitor chose, else what the browser asks for first that
// the desk has, else Dutch.
func (d *Desk) visitorLang(r *http.Request) schema.Lang {
	if c, err := r.Cookie(d.languageCookie()); err == nil && known(c.Value) {
		return schema.Lang(c.Value)
	}
	return schema.AcceptedLang(r.Header.Get("Accept-Language"))
}

func known(l string) bool { return l == string(schema.Dutch) || l == string(schema.English) }

// local is a path of this desk, or the start page where it is none: a link from
// outside must not be able to send people elsewhere.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
