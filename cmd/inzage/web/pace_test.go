package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"inzage/schema"
)

// TestTooFast: who does more than a person can waits, and nobody else with them; what
// only looks is not held back. Nothing says who it was.
func TestTooFast(t *testing.T) {
	t.Parallel()
	o := open(t)
	stop := time.Now()
	o.desk.Now = func() time.Time { return stop.Add(time.Duration(o.ahead.Load())) }
	r := o.asks(o.sit(asker))
	var log bytes.Buffer
	h := o.desk.Handler()
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(zerolog.New(&log).WithContext(r.Context())))
	}))
	t.Cleanup(o.server.Close)
	b, other := o.sit(asker), o.sit(stranger)
	// until counts what is let through, and returns the answer that was not.
	until := func(path string) (n int, a answer) {
		t.Helper()
		for n = range 2 * filesAtOnce {
			if a = b.post(path); a.status == http.StatusTooManyRequests {
				return n, a
			}
		}
		t.Fatalf("%s: nobody is held back", path)
		return n, a
	}
	for _, tt := range []struct {
		path string
		want int
	}{{"/requests/" + r.Case + "/question", actsAtOnce - 1}, {"/requests/" + r.Case + "/files", filesAtOnce}} { // asking was one
		path := tt.path
		n, a := until(path)
		if n != tt.want {
			t.Errorf("%s: %d at once, want %d", path, n, tt.want)
		}
		if wait, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
			t.Errorf("%s: Retry-After is %q", path, a.header.Get("Retry-After"))
		}
		if !strings.Contains(a.body, o.desk.Catalog.Text(schema.Dutch, "desk.sorry.too-fast")) {
			t.Errorf("%s: the page does not say why", path)
		}
		o.ahead.Add(int64(10 * time.Second))
		if a := b.post(path); a.status == http.StatusTooManyRequests {
			t.Errorf("%s: held back after ten seconds", path)
		}
	}
	want(t, "look", b.get("/requests/"+r.Case), http.StatusOK)
	if a := other.post("/requests"); a.status == http.StatusTooManyRequests {
		t.Error("another is held back")
	}
	if !strings.Contains(log.String(), `"code":"desk-too-fast"`) || strings.Contains(log.String(), string(o.q.Actor("test", asker))) {
		t.Errorf("the log: %s", log.String())
	}
	if o.desk.acting.take("new", stop.Add(time.Hour)); len(o.desk.acting.people) != 1 {
		t.Errorf("%d people are remembered an hour later, want 1", len(o.desk.acting.people))
	}
}

// TestPlaces: one person cannot take every place for files that come in.
func TestPlaces(t *testing.T) {
	t.Parallel()
	d := &Desk{}
	d.places.of = make(map[schema.Actor]int)
	take := func(who schema.Actor) func() {
		leave, err := d.begin(&visit{who: &session{Person: Person{Actor: who}}})
		if err != nil && schema.CodeOf(err) != schema.CodeUnreachable {
			t.Error(err)
		}
		return leave
	}
	var leave []func()
	for range receivingOfOne {
		leave = append(leave, take("a"))
	}
	if take("a") != nil {
		t.Error("one person takes more than theirs")
	}
	for range receiving - receivingOfOne {
		who := schema.Actor(itoa(len(leave)))
		leave = append(leave, take(who))
	}
	if take("last") != nil {
		t.Error("more come in than there are places")
	}
	for _, l := range leave {
		l()
	}
	if d.places.taken != 0 || len(d.places.of) != 0 || take("a") == nil {
		t.Errorf("%d places are still taken, by %d", d.places.taken, len(d.places.of))
	}
}
