package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// words is the catalog, which nobody changes and which takes long to read.
var words = sync.OnceValues(func() (*explain.Catalog, error) { return explain.Load(catalog.FS()) })

// house is an API on a real queue, in this process.
type house struct {
	t      testing.TB
	q      *queue.Queue
	api    *API
	server *httptest.Server
	access queue.Access
	ahead  atomic.Int64 // how far the clock is ahead, in nanoseconds
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{t: t}
	now := func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }
	s := queuetest.Serve(t, t.TempDir())
	h.access = s.Access()
	h.q = queuetest.Open(t, s, func(o *queue.Options) { o.Now = now })
	words, err := words()
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	reg := queuetest.Register(t, h.q)
	h.api, err = New(Options{
		Queue: h.q, Register: reg, Reception: &workers.Reception{Queue: h.q, Register: reg}, Catalog: words, Zone: time.UTC, Now: now,
		Open: schema.Entry{FourEyes: true, Parts: []string{"graphexport"}}, Health: h.q.Health, Version: "test",
		Owner: func(who schema.Subject) schema.Actor { return h.q.Actor("test", who.ObjectID.Reveal()) },
	})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	h.server = httptest.NewServer(h.api.Handler())
	t.Cleanup(h.server.Close)
	return h
}

// program is one that uses the API with a token.
type program struct {
	h     *house
	token string
	id    string
}

func (h *house) program(client string, scopes ...queue.Scope) program {
	h.t.Helper()
	made, text, err := h.q.NewToken(h.t.Context(), queue.Token{Client: client, Scopes: scopes, By: "admin", Expires: h.api.Now().Add(time.Hour)})
	if err != nil {
		h.t.Fatal(queuetest.Why(err))
	}
	return program{h, text, made.ID}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	data   map[string]any
}

// do sends a request; body is JSON, or nothing where it is empty, and header holds
// names and values.
func (p program) do(method, path, body string, header ...string) answer {
	p.h.t.Helper()
	req, err := http.NewRequestWithContext(p.h.t.Context(), method, p.h.server.URL+Base+path, strings.NewReader(body))
	if err != nil {
		p.h.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(text)}
	if err := json.Unmarshal(text, &a.data); err != nil && len(bytes.TrimSpace(text)) > 0 {
		p.h.t.Errorf("%s %s answers what is no JSON: %s", method, path, text)
	}
	return a
}

// want holds the status and, where it is not empty, the code of a problem.
func want(t *testing.T, what string, a answer, status int, code string) {
	t.Helper()
	if got, _ := a.data["code"].(string); a.status != status || code != "" && got != code {
		t.Errorf("%s: %d %q, want %d %q: %s", what, a.status, got, status, code, a.body)
	}
	if a.status >= 400 {
		if a.header.Get("Content-Type") != problemMedia || a.data["title"] == "" || a.data["title"] == nil {
			t.Errorf("%s: %s %v is no problem", what, a.header.Get("Content-Type"), a.data)
		}
	}
	if a.header.Get("Cache-Control") != "no-store" || len(a.header.Values("Set-Cookie")) > 0 {
		t.Errorf("%s: a cache may keep it, or a cookie is set: %v", what, a.header)
	}
}

const (
	aKey = "0d3c8f0e-5a39-4d0f-9b8e-000000000001"
	bKey = "0d3c8f0e-5a39-4d0f-9b8e-000000000002"
)

// sanne is a request that comes in.
func sanne(more ...string) string {
	return `{"subject": {"name": "Sanne de Wit", "addresses": ["sanne@voorbeeld.example"], "object_id": "11111111-2222-3333-4444-555555555555"},
		"received": "2026-03-05", "channel": "other", "language": "nl"` + strings.Join(more, "") + `}`
}

func (h *house) entries(r schema.RequestID, kind schema.EntryKind) (list []schema.Entry) {
	h.t.Helper()
	all, err := h.q.Entries(h.t.Context(), r)
	if err != nil {
		h.t.Fatal(queuetest.Why(err))
	}
	for _, e := range all {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

// TestStory is a request from another system, from the form to what people decide.
func TestStory(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := h.program("formulier", queue.ScopeCreate)
	desk := h.program("zaaksysteem", queue.Scopes()...)

	made := form.do("POST", "/requests", sanne(), "Idempotency-Key", aKey)
	want(t, "a request comes in", made, http.StatusCreated, "")
	number, _ := made.data["case"].(string)
	id, _ := made.data["id"].(string)
	if made.data["state"] != "received" || made.header.Get("Location") != Base+"/requests/"+id || made.data["due"] != "2026-04-07" {
		t.Errorf("%v %s", made.data, made.header.Get("Location"))
	}
	if r, err := h.q.Request(t.Context(), schema.RequestID(id)); err != nil || r.Owner != h.q.Actor("test", "11111111-2222-3333-4444-555555555555") {
		t.Errorf("the person cannot follow it: %s", queuetest.Why(err))
	}
	again := form.do("POST", "/requests", sanne(), "Idempotency-Key", aKey)
	want(t, "the same again", again, http.StatusOK, "")
	if again.data["id"] != id {
		t.Errorf("the same key made %v and %v", id, again.data["id"])
	}
	want(t, "another by the same key", form.do("POST", "/requests", strings.Replace(sanne(), "sanne@", "joris@", 1), "Idempotency-Key", aKey), http.StatusUnprocessableEntity, "key-reused")
	same := form.do("POST", "/requests", sanne(), "Idempotency-Key", bKey)
	want(t, "the same person asks again", same, http.StatusConflict, "same-person")
	if same.data["case"] != number {
		t.Errorf("the open case is %v, not %v", number, same.data["case"])
	}
	want(t, "about something else", form.do("POST", "/requests", sanne(`, "another": true, "case": "Z-2026.17"`), "Idempotency-Key", bKey), http.StatusCreated, "")
	want(t, "the number is taken", form.do("POST", "/requests", sanne(`, "another": true, "case": "Z-2026.17"`), "Idempotency-Key", aKey+"3"), http.StatusConflict, "conflict")
	want(t, "a form that may not say who it is", form.do("POST", "/requests", sanne(`, "identity": "signed-in"`), "Idempotency-Key", aKey+"4"), http.StatusForbidden, "token-scope")
	want(t, "somebody else's key is another", desk.do("POST", "/requests", strings.ReplaceAll(sanne(`, "identity": "signed-in"`), "sanne@voorbeeld.example\"], \"object_id\": \"11111111", "joris@voorbeeld.example\"], \"object_id\": \"21111111"), "Idempotency-Key", aKey), http.StatusCreated, "")

	want(t, "identity", desk.do("POST", "/requests/"+number+"/identity", `{"identity": "called-back"}`), http.StatusOK, "")
	shown := desk.do("GET", "/requests/"+number, "")
	if want(t, "show", shown, http.StatusOK, ""); shown.data["state"] != "collecting" {
		t.Errorf("%v", shown.data)
	}
	if e := h.entries(schema.RequestID(id), schema.EntryVerified); len(e) != 1 || e[0].Actor != "client-zaaksysteem" || e[0].Code != "called-back" {
		t.Errorf("on record: %+v", e)
	}
	if e := h.entries(schema.RequestID(id), schema.EntryOpened); len(e) != 1 || e[0].Actor != "client-formulier" {
		t.Errorf("on record: %+v", e)
	}

	// The list, in pages of one, nearest due date first.
	var seen []string
	next := ""
	for {
		page := desk.do("GET", "/requests?limit=1&state=all&cursor="+next, "")
		want(t, "a page", page, http.StatusOK, "")
		list, _ := page.data["requests"].([]any)
		for _, one := range list {
			r, _ := one.(map[string]any)
			c, _ := r["case"].(string)
			seen = append(seen, c)
		}
		if next, _ = page.data["next"].(string); next == "" {
			break
		}
	}
	if len(seen) != 3 {
		t.Errorf("in pages: %v", seen)
	}
	for query, n := range map[string]int{"state=received": 1, "overdue=true": 3, "due_by=2026-04-06": 0, "due_by=2026-04-07": 3} {
		page := desk.do("GET", "/requests?"+query, "")
		if list, _ := page.data["requests"].([]any); len(list) != n {
			t.Errorf("%s: %d requests, want %d", query, len(list), n)
		}
	}

	ledger := desk.do("GET", "/requests/"+number+"/ledger?limit=2", "")
	if list, _ := ledger.data["entries"].([]any); len(list) != 2 || ledger.data["next"] != 2.0 {
		t.Errorf("the ledger: %v", ledger.data)
	}
	verified := desk.do("POST", "/ledger/verification", "")
	if want(t, "verify", verified, http.StatusOK, ""); verified.data["requests"] != 3.0 {
		t.Errorf("verified: %v", verified.data)
	}
	events := desk.do("GET", "/events?after=1&limit=2", "")
	list, _ := events.data["events"].([]any)
	if want(t, "events", events, http.StatusOK, ""); len(list) != 2 || events.data["next"] != 3.0 || strings.Contains(events.body, number) {
		t.Errorf("events: %s", events.body)
	}
	want(t, "health", program{h: h}.do("GET", "/health", ""), http.StatusOK, "")
}

// A program prepares, and decides nothing, alone or as the second of two: not where
// one person is enough either.
func TestProgramsPrepareOnly(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.program("zaaksysteem", queue.Scopes()...)
	for _, four := range []bool{true, false} {
		h.api.Open.FourEyes = four
		made := p.do("POST", "/requests", strings.Replace(sanne(`, "another": true`), "2026-03-05", h.api.today().String(), 1), "Idempotency-Key", aKey+"-"+map[bool]string{true: "four", false: "two"}[four])
		want(t, "a request comes in", made, http.StatusCreated, "")
		id, _ := made.data["id"].(string)
		at := "/requests/" + id + "/proposals"
		prepared := p.do("POST", at, `{"act": "extended", "code": "volume", "reason": "Het zijn er heel veel."}`)
		if want(t, "an extension", prepared, http.StatusCreated, ""); prepared.data["extended"] != nil || prepared.data["proposals"] == nil {
			t.Errorf("%v", prepared.data)
		}
		want(t, "a withdrawal", p.do("POST", at, `{"act": "withdrawn"}`), http.StatusCreated, "")
		want(t, "a release of nothing", p.do("POST", at, `{"act": "released"}`), http.StatusConflict, "conflict")
		want(t, "a refusal without a ground", p.do("POST", at, `{"act": "refused"}`), http.StatusUnprocessableEntity, "input")
		want(t, "an act that is none", p.do("POST", at, `{"act": "erased"}`), http.StatusUnprocessableEntity, "input")
		// Its own proposal, by another token of another client, is confirmed by none.
		other := h.program("ander-systeem", queue.Scopes()...)
		again := other.do("POST", at, `{"act": "extended", "code": "volume"}`)
		if want(t, "another program", again, http.StatusCreated, ""); again.data["extended"] != nil {
			t.Errorf("two programs extended it: %v", again.data)
		}
		act := func(by schema.Actor, kind schema.EntryKind) (schema.Request, error) {
			return h.q.Decide(t.Context(), schema.RequestID(id), schema.Entry{Kind: kind, Actor: by}, nil)
		}
		r, err := act("person-1", schema.EntryExtended)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if four { // the first person takes it over, the second decides
			if pr := r.Proposals[schema.EntryExtended]; r.Extended || pr.By != "person-1" || pr.Code != "volume" {
				t.Errorf("one person and a program: %+v", r)
			}
			want(t, "a program takes a person's place", p.do("POST", at, `{"act": "extended", "code": "spread"}`), http.StatusConflict, "conflict")
			if r, err = act("person-2", schema.EntryExtended); err != nil {
				t.Fatal(queuetest.Why(err))
			}
		}
		if !r.Extended {
			t.Errorf("four eyes %t: not extended", four)
		}
		if e := h.entries(r.ID, schema.EntryExtended); len(e) != 1 || e[0].Code != "volume" || e[0].Actor.Client() {
			t.Errorf("on record: %+v", e)
		}
		if r, err = act("person-1", schema.EntryWithdrawn); err != nil || r.State != schema.StateWithdrawn {
			t.Errorf("%s: %s", r.State, queuetest.Why(err))
		}
		for _, kind := range acts() { // and not behind the API's back
			_, err := h.q.Append(t.Context(), r.ID, schema.Entry{Kind: kind, Actor: "client-zaaksysteem", Code: "volume", Ref: r.Bundle})
			if schema.CodeOf(err) != schema.CodeFourEyes {
				t.Errorf("a program writes %s: %s", kind, queuetest.Why(err))
			}
		}
	}
}

// What is wrong is told by its place and code, in the language that is asked for,
// and nothing of what was sent comes back.
func TestProblems(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.program("formulier", queue.Scopes()...)
	const canary = "Kanarievogel"
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		code, where, flaw  string
	}{
		"no key":                 {"POST", "/requests", sanne(), nil, 422, "input", "header.Idempotency-Key", "missing"},
		"an unknown field":       {"POST", "/requests", sanne(`, "Kanarievogel": 1`), []string{"Idempotency-Key", aKey}, 422, "input", "body", "unknown"},
		"an unknown channel":     {"POST", "/requests", strings.Replace(sanne(), `"other"`, `"Kanarievogel"`, 1), []string{"Idempotency-Key", aKey}, 422, "input", "body.channel", "choice"},
		"a number for a name":    {"POST", "/requests", strings.Replace(sanne(), `"Sanne de Wit"`, `7`, 1), []string{"Idempotency-Key", aKey}, 422, "input", "body.subject.name", "form"},
		"no address":             {"POST", "/requests", strings.Replace(sanne(), "sanne@voorbeeld.example", "Kanarievogel", 1), []string{"Idempotency-Key", aKey}, 422, "input", "body.subject.addresses", "address"},
		"nobody":                 {"POST", "/requests", `{"subject": {"name": "Kanarievogel"}, "received": "2026-03-05", "channel": "other", "language": "nl"}`, []string{"Idempotency-Key", aKey}, 422, "input", "body.subject.addresses", "nobody"},
		"a day to come":          {"POST", "/requests", strings.Replace(sanne(), "2026-03-05", "2999-03-05", 1), []string{"Idempotency-Key", aKey}, 422, "input", "body.received", "future"},
		"no day":                 {"POST", "/requests", strings.Replace(sanne(), "2026-03-05", "Kanarievogel", 1), []string{"Idempotency-Key", aKey}, 422, "input", "body.received", "form"},
		"a case with a name":     {"POST", "/requests", sanne(`, "case": "K. Kanarievogel"`), []string{"Idempotency-Key", aKey}, 422, "input", "body.case", "form"},
		"a name that has a dot":  {"POST", "/requests", sanne(`, "Kanarievogel.x": 1`), []string{"Idempotency-Key", aKey}, 422, "input", "body", "unknown"},
		"two names that end so":  {"POST", "/requests", sanne(`, "Kanarievogel.x": 1, "x": 2`), []string{"Idempotency-Key", aKey}, 422, "input", "body", "unknown"},
		"a parameter with a dot": {"GET", "/requests?Kanarievogel.x=1", "", nil, 422, "input", "query", "unknown"},
		"what comes after a dot": {"POST", "/requests/Kanarievogel/identity", `{"Kanarievogel.a": 1, "b": 2, "c": 3, "d": 4}`, nil, 422, "input", "body", "unknown"},
		"a dot further inside":   {"POST", "/requests", strings.Replace(sanne(), `"name"`, `"Kanarievogel.x"`, 1), []string{"Idempotency-Key", aKey}, 422, "input", "body.subject", "unknown"},
		"a name twice":           {"POST", "/requests", sanne(`, "channel": "mail"`), []string{"Idempotency-Key", aKey}, 400, "input", "body", "form"},
		"a name twice, hidden":   {"POST", "/requests", `{"subject": {"name": "` + strings.Repeat(canary, 30) + `"}, ` + sanne()[1:], []string{"Idempotency-Key", aKey}, 400, "input", "body", "form"},
		"not in UTF-8":           {"POST", "/requests", strings.Replace(sanne(), "Sanne", "S\xff\xfe", 1), []string{"Idempotency-Key", aKey}, 400, "input", "body", "form"},
		"half a character":       {"POST", "/requests", strings.Replace(sanne(), "Sanne", `S\ud800`, 1), []string{"Idempotency-Key", aKey}, 400, "input", "body", "form"},
		"no JSON":                {"POST", "/requests", `{"subject": "Kanarievogel`, []string{"Idempotency-Key", aKey}, 400, "input", "body", "form"},
		"not JSON at all":        {"POST", "/requests", "Kanarievogel", []string{"Idempotency-Key", aKey, "Content-Type", "text/plain"}, 415, "media-type", "", ""},
		"too much":               {"POST", "/requests", sanne(`, "x": "` + strings.Repeat(canary, 8000) + `"`), []string{"Idempotency-Key", aKey}, 413, "too-large", "", ""},
		"an unknown parameter":   {"GET", "/requests?Kanarievogel=1", "", nil, 422, "input", "query", "unknown"},
		"an unknown state":       {"GET", "/requests?state=Kanarievogel", "", nil, 422, "input", "query.state", "choice"},
		"an act of no kind":      {"POST", "/requests/Kanarievogel/proposals", `{"act": "Kanarievogel"}`, nil, 422, "input", "body.act", "choice"},
		"no such ground":         {"POST", "/requests/Kanarievogel/proposals", `{"act": "refused", "code": "Kanarievogel"}`, nil, 422, "input", "body.code", "choice"},
		"a cursor of nobody":     {"GET", "/requests?cursor=Kanarievogel", "", nil, 422, "input", "query.cursor", "form"},
		"too large a page":       {"GET", "/requests?limit=100000", "", nil, 422, "input", "query.limit", "size"},
		"no such case":           {"GET", "/requests/Kanarievogel", "", nil, 404, "not-found", "", ""},
		"no such operation":      {"GET", "/Kanarievogel", "", nil, 404, "not-found", "", ""},
		"not with this method":   {"DELETE", "/requests/Kanarievogel", "", nil, 405, "method", "", ""},
		"identity in no such":    {"POST", "/requests/Kanarievogel/identity", `{"identity": "signed-in"}`, nil, 404, "not-found", "", ""},
		"a bundle that is there": {"GET", "/requests/Kanarievogel/bundle", "", nil, 404, "not-found", "", ""},
	} {
		for lang, word := range map[string]string{"nl": "niet", "en": "not"} {
			a := p.do(c.method, c.path, c.body, append([]string{"Accept-Language", lang}, c.header...)...)
			want(t, name, a, c.status, c.code)
			if strings.Contains(a.body, canary) || strings.Contains(strings.ToLower(a.body), "sanne") {
				t.Errorf("%s: it sends back what was sent: %s", name, a.body)
			}
			if c.code == "not-found" && !strings.Contains(a.body, word) {
				t.Errorf("%s in %s: %s", name, lang, a.body)
			}
			flaws, _ := a.data["flaws"].([]any)
			found := c.where == ""
			for _, f := range flaws {
				one, _ := f.(map[string]any)
				found = found || one["where"] == c.where && one["code"] == c.flaw && one["title"] != ""
				// Who chose wrong is told what there is to choose from.
				if list, _ := one["allowed"].([]any); (one["code"] == "choice") != (len(list) > 1) {
					t.Errorf("%s: possible are %v", name, list)
				}
			}
			if !found {
				t.Errorf("%s: no flaw %s at %s: %s", name, c.flaw, c.where, a.body)
			}
		}
	}
	if n := h.api.Register.Len(); n != 0 {
		t.Errorf("%d requests came of it", n)
	}
}
