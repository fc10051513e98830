package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// The codes of the API's own, beside those of schema, queue and workers.
const (
	codeToken  schema.Code = "token-missing"
	codeScope  schema.Code = "token-scope" // the token does not let its program do this
	codePace   schema.Code = "pace"        // more requests than a program may send
	codeMethod schema.Code = "method"      // the address is there, the method is not
	codeInput  schema.Code = "input"       // what was sent is not what the operation takes
	codeMedia  schema.Code = "media-type"
	codeSame   schema.Code = "same-person" // an open case of the same person
)

// guard lets in whom the operation lets in, and answers everybody else. The scope
// that it asks for is the one that the document shows.
func (a *API) guard(ctx huma.Context, next func(huma.Context)) {
	begun := time.Now()
	r, w := humago.Unwrap(ctx)
	who := caller{lang: lang(r)}
	op := ctx.Operation()
	err := a.enter(ctx.Context(), r, op, &who)
	if err == nil {
		next(huma.WithValue(ctx, callerKey{}, who))
	} else {
		p := a.problem(who.lang, err)
		switch p.Status {
		case http.StatusUnauthorized:
			w.Header().Set("WWW-Authenticate", `Bearer realm="inzage"`)
		case http.StatusTooManyRequests:
			w.Header().Set("Retry-After", strconv.Itoa(a.pace.wait(who.token.Client, a.Now())))
		}
		p.write(w)
	}
	level := zerolog.DebugLevel
	if err != nil {
		level = zerolog.InfoLevel
	}
	zerolog.Ctx(ctx.Context()).WithLevel(level).Str("operation", op.OperationID).Str("client", who.token.Client).Str("token", who.token.ID).
		Str("code", string(schema.CodeOf(err))).Int64("took_ms", time.Since(begun).Milliseconds()).Msg("api")
}

// enter asks whether a program may do this now.
func (a *API) enter(ctx context.Context, r *http.Request, op *huma.Operation, who *caller) error {
	scope := scopeOf(op)
	if scope == "" {
		if !a.pace.allow("", a.Now()) {
			return schema.Fail(codePace, "enter api", nil)
		}
		return nil
	}
	err := a.recognise(ctx, r, who)
	code := schema.CodeOf(err)
	if code == queue.CodeTokenExpired || code == queue.CodeTokenRevoked {
		a.Queue.Deny(queue.DenialToken, string(code), who.token.Actor())
	}
	if code == queue.CodeTokenUnknown {
		a.Queue.Deny(queue.DenialToken, string(code), "")
	}
	if code == codeToken || code == queue.CodeTokenUnknown {
		if !a.pace.allow("", a.Now()) { // who tries tokens
			return schema.Fail(codePace, "enter api", nil)
		}
	}
	if err != nil {
		return err
	}
	if !a.pace.allow(who.token.Client, a.Now()) {
		return schema.Fail(codePace, "enter api", nil)
	}
	if who.token.Has(scope) {
		return nil
	}
	// Who asks for a case without the right to it stands in its ledger.
	if found, err := a.find(r.PathValue("case")); err != nil {
		a.Queue.Deny(queue.DenialScope, op.OperationID, who.token.Actor())
	} else if err := workers.Deny(ctx, a.Queue, found.ID, who.token.Actor(), a.Zone, a.Now()); err != nil {
		return err
	}
	return schema.Fail(codeScope, "enter api", nil)
}

// recognise finds the token of the request (RFC 6750, 2.1; nowhere but in the
// header, which no log of addresses has). It asks the store each time: what was
// revoked opens nothing from then on.
func (a *API) recognise(ctx context.Context, r *http.Request, who *caller) error {
	scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return schema.Fail(codeToken, "enter api", nil)
	}
	token, err := a.Queue.Token(ctx, strings.TrimSpace(text))
	who.token = token
	return err
}

// How many requests a client may send per second, and how many at once after a
// while without any. Those without a token share one such measure.
const (
	perSecond = 20
	atOnce    = 100
)

// pace is how fast programs may ask. It holds a measure for each client that came
// with a token of its own, so nobody makes it grow.
type pace struct {
	mu      sync.Mutex
	clients map[string]*rate.Limiter
}

func newPace() *pace { return &pace{clients: make(map[string]*rate.Limiter)} }

func (p *pace) of(client string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.clients[client]
	if !ok {
		l = rate.NewLimiter(perSecond, atOnce)
		p.clients[client] = l
	}
	return l
}

func (p *pace) allow(client string, now time.Time) bool { return p.of(client).AllowN(now, 1) }

// wait is after how many seconds one more is let through.
func (p *pace) wait(client string, now time.Time) int {
	missing := 1 - p.of(client).TokensAt(now)
	return max(1, int(math.Ceil(missing/perSecond)))
}
