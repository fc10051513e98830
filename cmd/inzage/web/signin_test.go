package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// TestManyBegin: who begins to sign in without end fills no memory, and keeps nobody
// out: what was begun first is over first.
func TestManyBegin(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	s, l := newService(&OIDC{}, func() time.Time { return now }), newLinks(func() time.Time { return now })
	for i := range mostBegun {
		until := now.Add(linkLasts).Add(time.Duration(i-mostBegun) * time.Millisecond)
		s.flows[itoa(i)], l.all[itoa(i)] = flow{until: until}, link{until: until}
	}
	state, token := s.begin(flow{browser: hashed("b"), until: now.Add(linkLasts)}), l.make(0, "/")
	if _, ok := s.end(state, "b"); !ok || len(s.flows) != mostBegun-1 {
		t.Errorf("a flow that began last holds: %v, beside %d", ok, len(s.flows))
	}
	if _, ok := l.find(token, true); !ok || len(l.all) != mostBegun-1 {
		t.Errorf("a link that was made last holds: %v, beside %d", ok, len(l.all))
	}
	for what, all := range map[string]bool{"flow": has(s.flows, "0"), "link": has(l.all, "0")} {
		if all {
			t.Errorf("the first %s is still there", what)
		}
	}
	if !has(s.flows, "1") || !has(l.all, "1") {
		t.Error("more than the first is gone")
	}
	now = now.Add(linkLasts)
	if s.begin(flow{until: now.Add(linkLasts)}); len(s.flows) != 1 {
		t.Errorf("%d flows ten minutes later, want the one that began then", len(s.flows))
	}
}

func has[T any](all map[string]T, key string) bool {
	_, ok := all[key]
	return ok
}

// TestSignInIsOnRecord: the log has every sign-in and every refusal, the record of
// denials the refusals, and neither who it was (ASVS 5.0, 16.3.1); a browser is told to come by TLS only where the
// desk is behind it (3.4.1).
func TestSignInIsOnRecord(t *testing.T) {
	t.Parallel()
	texts, err := words()
	if err != nil {
		t.Fatal(err)
	}
	const name = "Sanne de Wit"
	q := queuetest.New(t)
	d, err := New(Options{
		Queue: q, Catalog: texts, Zone: time.UTC, Now: time.Now, Address: "https://inzage.example",
		Local: &Local{Show: true, People: []Person{{Actor: "person-1", Roles: []Role{Admin, Officer}, Name: schema.NewPersonal(name)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	desk := d.Handler()
	post := func(path, form string) http.Header {
		r := httptest.NewRequestWithContext(zerolog.New(&log).WithContext(t.Context()), http.MethodPost, path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		desk.ServeHTTP(w, r)
		return w.Header()
	}
	if got := post("/language", "language=en").Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-inzage-language=en; Path=/;") {
		t.Errorf("behind TLS the cookie of the language is %q", got)
	}
	asked := post("/sign-in", "person=0")
	link := asked.Get("Location")
	if got := asked.Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("Strict-Transport-Security is %q behind TLS", got)
	}
	if got := post(link, "").Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-inzage=") || !strings.Contains(got, "; Path=/;") ||
		!strings.Contains(got, "; HttpOnly; Secure; SameSite=Lax") || strings.Contains(got, "Domain") {
		t.Errorf("behind TLS the cookie is %q", got)
	}
	post(link, "") // used up
	type line struct {
		Message, How, Reason string
		Roles                []string
	}
	var got []line
	for text := range strings.Lines(log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		if l.Message != "page" {
			got = append(got, l)
		}
	}
	want := []line{
		{Message: "signed in", How: "link", Roles: []string{"admin", "officer"}},
		{Message: "sign-in refused", How: "link", Reason: "gone"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"sign-in link gone ": 1}, queuetest.Denials(t, q)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(log.String(), name) || strings.Contains(log.String(), "person-1") {
		t.Error("the log says who signed in")
	}
	d.Address = "http://127.0.0.1:8080"
	desk = d.Handler()
	if got := post("/sign-in", "person=0").Get("Strict-Transport-Security"); got != "" {
		t.Errorf("Strict-Transport-Security is %q without TLS", got)
	}
}
