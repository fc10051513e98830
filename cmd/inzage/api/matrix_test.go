package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// operation is one that a token may or may not open: what it needs, and a body that
// it takes.
type operation struct {
	method, path, body, id string
	scope                  queue.Scope
}

// operations is every operation of the API, as its routes have it.
func (h *house) operations() (list []operation) {
	bodies := map[string]string{
		"create-request": sanne(`, "another": true`), "record-identity": `{"identity": "called-back"}`, "prepare-decision": `{"act": "withdrawn"}`,
	}
	paths := h.api.register(http.NewServeMux()).OpenAPI().Paths
	for path, item := range paths {
		if item.Put != nil || item.Patch != nil || item.Delete != nil || item.Head != nil {
			h.t.Errorf("%s has an operation that is not tried here", path)
		}
		if op := item.Get; op != nil {
			list = append(list, operation{http.MethodGet, strings.TrimPrefix(path, Base), "", op.OperationID, scopeOf(op)})
		}
		if op := item.Post; op != nil {
			list = append(list, operation{http.MethodPost, strings.TrimPrefix(path, Base), bodies[op.OperationID], op.OperationID, scopeOf(op)})
		}
	}
	return list
}

// TestMatrix is every operation for every scope, and for who has none, a token that
// expired, one that was revoked, one that was never made, and a cookie.
func TestMatrix(t *testing.T) {
	t.Parallel()
	h := open(t)
	all := h.operations()
	if len(all) < 8 {
		t.Fatalf("%d operations: does the document still have them all?", len(all))
	}
	made := h.program("formulier", queue.ScopeCreate).do("POST", "/requests", sanne(), "Idempotency-Key", aKey)
	want(t, "a request comes in", made, http.StatusCreated, "")
	number, _ := made.data["case"].(string)
	id, _ := made.data["id"].(string)
	before := h.api.Register.Len()

	// One by one, each time with a key of its own, so that what is let in works.
	call := func(p program, op operation, key string) answer {
		return p.do(op.method, strings.ReplaceAll(op.path, "{case}", number), op.body, "Idempotency-Key", key+"-0123456789abcdef", "Cookie", "inzage=x; __Host-inzage=x")
	}
	denied, recorded := 0, map[string]int{}
	for _, scope := range queue.Scopes() {
		name := strings.ReplaceAll(string(scope), ":", "-")
		p := h.program(name, scope)
		for _, op := range all {
			what := op.method + " " + op.path + " with " + string(scope)
			if a := call(p, op, name); op.scope == "" || op.scope == scope {
				if a.status >= 400 {
					t.Errorf("%s: %d %s", what, a.status, a.body)
				}
			} else {
				want(t, what, a, http.StatusForbidden, "token-scope")
				denied++
				if !strings.Contains(op.path, "{case}") {
					recorded["scope "+op.id+" "+string(p.actor())]++
				}
			}
		}
		// Asked for a case without the right to it: on record, once a day.
		n := 0
		for _, e := range h.entries(schema.RequestID(id), schema.EntryDenied) {
			if e.Actor == p.actor() {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: refused access is on record %d times, want once", scope, n)
		}
	}
	if denied == 0 {
		t.Error("nobody was refused")
	}
	if n := h.api.Register.Len(); n != before+1 {
		t.Errorf("%d requests, want %d: who may create made one", n, before+1)
	}

	entries := func() int { return len(h.all(schema.RequestID(id))) }
	count := entries()
	revoked, expired := h.program("ingetrokken", queue.Scopes()...), h.program("verlopen", queue.Scopes()...)
	want(t, "before it is revoked", revoked.do("GET", "/requests", ""), http.StatusOK, "")
	if _, err := h.q.RevokeToken(t.Context(), revoked.id, "admin"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	outsiders := map[string]struct {
		program
		code string
	}{
		"no token": {program{h: h}, "token-missing"}, "a token that was never made": {program{h: h, token: "inzage_aaaaaaaaaaaaaaaa_bbbb"}, "token-unknown"},
		"revoked": {revoked, "token-revoked"},
	}
	refuse := func() {
		for name, o := range outsiders {
			for _, op := range all {
				a := call(o.program, op, "outsider")
				if op.scope == "" {
					want(t, name+": "+op.path, a, http.StatusOK, "")
					continue
				}
				want(t, name+": "+op.method+" "+op.path, a, http.StatusUnauthorized, o.code)
				switch name {
				case "a token that was never made":
					recorded["token token-unknown "]++
				case "revoked", "expired":
					recorded["token "+o.code+" "+string(schema.ClientActor(map[string]string{"revoked": "ingetrokken", "expired": "verlopen"}[name]))]++
				}
				if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("%s: it does not say how to come in", name)
				}
			}
		}
	}
	refuse()
	h.ahead.Store(int64(2 * time.Hour))
	outsiders = map[string]struct {
		program
		code string
	}{"expired": {expired, "token-expired"}}
	refuse()
	if n := entries(); n != count {
		t.Errorf("who has no token wrote %d entries", n-count)
	}
	// What concerns no case is on record apart from them.
	if diff := cmp.Diff(recorded, queuetest.Denials(t, h.q)); diff != "" {
		t.Errorf("denials (-want +got):\n%s", diff)
	}
}

func (p program) actor() schema.Actor {
	t, err := p.h.q.Token(p.h.t.Context(), p.token)
	if err != nil {
		p.h.t.Fatal(queuetest.Why(err))
	}
	return t.Actor()
}

func (h *house) all(id schema.RequestID) []schema.Entry {
	h.t.Helper()
	list, err := h.q.Entries(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(queuetest.Why(err))
	}
	return list
}

// TestPace lets a program ask so often and not more, and holds up nobody else.
func TestPace(t *testing.T) {
	t.Parallel()
	p, now := newPace(), time.Now()
	for range atOnce {
		if !p.allow("a", now) {
			t.Fatal("held up too soon")
		}
	}
	if p.allow("a", now) || p.wait("a", now) != 1 {
		t.Error("not held up")
	}
	if !p.allow("b", now) || !p.allow("", now) {
		t.Error("one holds up the other")
	}
	if !p.allow("a", now.Add(time.Second)) {
		t.Error("held up for good")
	}
}
