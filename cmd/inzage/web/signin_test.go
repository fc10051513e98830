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
