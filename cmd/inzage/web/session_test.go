package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSilence: a session lasts as long as a person does something. What a page asks
// by itself is nothing that a person does, and neither is a file of which the pieces
// do not come in, however often its script tries.
func TestSilence(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.takesFiles(1 << 20)
	b := o.sit(asker)
	csv := dump(t)
	where := b.begins("/requests/"+o.asks(b).Case+"/uploads", len(csv), metadata("viewer.csv", ""))
	patch := func(offset, body string) answer {
		return b.send(http.MethodPatch, where, tus("Upload-Offset", offset, "Content-Type", "application/offset+octet-stream"), strings.NewReader(body))
	}
	seen := func() time.Time { return o.desk.sessions.of(o.q.Actor("test", asker))[0].seen }
	for what, do := range map[string]func() answer{
		"asking how far a file is": func() answer { return b.send(http.MethodHead, where, tus(), nil) },
		"a piece that is refused":  func() answer { return patch("9", "wrong place") },
	} {
		before := seen()
		if a := do(); !seen().Equal(before) {
			t.Errorf("%s is a sign of life: %d", what, a.status)
		}
	}
	before := seen()
	want(t, "a piece", patch("0", string(csv[:9])), http.StatusNoContent)
	if !seen().After(before) {
		t.Error("a piece that came in is no sign of life: a large file would end the session")
	}
}

// TestLasting: each page with a session says in how many seconds that ends, and so
// does what its script asks, which is no sign of life but by the button; to a page of
// another session nothing is said.
func TestLasting(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit(asker)
	terms := regexp.MustCompile(`data-session="(\w+)" data-left="(\d+) (\d+) (\d+)"`)
	page := terms.FindStringSubmatch(b.get("/requests").body)
	if page == nil {
		t.Fatal("the page does not say when its session ends")
	}
	// near reports whether seconds are what is left of a term after that long, but for
	// what this test takes.
	near := func(seconds string, term, passed time.Duration) bool {
		n, err := strconv.Atoi(seconds)
		d := term - passed - time.Duration(n)*time.Second
		return err == nil && d > -2*time.Second && d < time.Minute
	}
	if !near(page[2], idle, 0) || !near(page[3], absolute, 0) || !near(page[4], absolute, 0) {
		t.Errorf("a new session says %q", page[2:])
	}
	path := sessionPath + "?of=" + page[1]
	asked := func(method string) []string {
		t.Helper()
		a := b.do(method, path, nil, nil)
		want(t, method, a, http.StatusOK)
		if left := strings.Fields(a.body); len(left) == 3 {
			return left
		}
		t.Fatalf("said %q", a.body)
		return nil
	}
	const pause = idle * 3 / 4
	o.ahead.Add(int64(pause))
	if got := asked(http.MethodGet); !near(got[0], idle, pause) || !near(got[2], absolute, pause) {
		t.Errorf("after %s of silence it says %q", pause, got)
	}
	if got := asked(http.MethodPost); !near(got[0], idle, 0) || !near(got[2], absolute, pause) {
		t.Errorf("who stays is told %q", got)
	}
	// To sign in once more, for what takes a fresh one, ends no page that is open.
	link := b.post("/sign-in", "person", "0").to
	want(t, "sign in once more", b.post(link), http.StatusSeeOther)
	if got := asked(http.MethodGet); !near(got[2], absolute, 0) {
		t.Errorf("signed in once more, and told %q", got)
	}
	o.ahead.Add(int64(pause))
	asked(http.MethodGet)
	o.ahead.Add(int64(pause))
	if a := b.do(http.MethodGet, path, nil, nil); a.status != http.StatusSeeOther {
		t.Errorf("asking keeps a session alive: %d", a.status)
	}
	// Somebody else in the same browser, while the page is open.
	link = b.post("/sign-in", "person", "1").to
	want(t, "another signs in", b.post(link), http.StatusSeeOther)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if a := b.do(method, path, nil, nil); a.status != http.StatusSeeOther {
			t.Errorf("the page of somebody else is told %d %q", a.status, a.body)
		}
	}
	want(t, "from another site", b.do(http.MethodPost, path, http.Header{"Sec-Fetch-Site": {"cross-site"}}, nil), http.StatusForbidden)
}

// Where a sign-in service says what somebody may do, it must say so again: until then
// a session lasts.
func TestLeft(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	one := session{begun: now.Add(-time.Hour), asked: now.Add(-50 * time.Minute), seen: now.Add(-time.Minute)}
	for want, roles := range map[string][]Role{"1741 25201 25201": nil, "1741 601 25201": {Reader}} {
		one.Roles = roles
		if got := one.left(now); got != want {
			t.Errorf("with %v: %q, want %q", roles, got, want)
		}
	}
}
