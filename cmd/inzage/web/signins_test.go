package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// TestSignIns: everybody sees their own sessions and no others, and ends them; an
// admin ends those of a person, or of everybody, and nobody else does. The log says
// that it happened, and not to whom.
func TestSignIns(t *testing.T) {
	t.Parallel()
	o := open(t)
	var log bytes.Buffer
	o.server.Close()
	desk := o.desk.Handler()
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		desk.ServeHTTP(w, r.WithContext(zerolog.New(&log).WithContext(r.Context())))
	}))
	t.Cleanup(o.server.Close)
	signedIn := func(what string, b browser, yes bool) {
		t.Helper()
		if got := b.get("/requests").status == http.StatusOK; got != yes {
			t.Errorf("%s: signed in is %v", what, got)
		}
	}
	ended := func(what string, b browser, n int) {
		t.Helper()
		if want := o.desk.Catalog.Text("nl", "desk.signins.ended", "count", n); !strings.Contains(b.get("/sign-ins").body, want) {
			t.Errorf("%s: the page does not say %q", what, want)
		}
	}
	button := regexp.MustCompile(`name="which" value="([A-Z2-7]+)"`)

	mine, lost, other := o.sit(asker), o.sit(asker), o.sit(stranger)
	ids := button.FindAllStringSubmatch(mine.get("/sign-ins").body, -1)
	if len(ids) != 1 {
		t.Fatalf("%d sessions to end beside this one, want 1", len(ids))
	}
	theirs := o.sit(stranger).get("/sign-ins").body
	if n := len(button.FindAllString(theirs, -1)); n != 1 || strings.Contains(theirs, "/sign-ins/others") {
		t.Errorf("a stranger can end %d, or those of others", n)
	}
	want(t, "end the session of another", other.post("/sign-ins", "which", ids[0][1]), http.StatusSeeOther)
	signedIn("after another tried to end it", lost, true)
	want(t, "no admin", other.post("/sign-ins/others", "everybody", "yes"), http.StatusForbidden)
	want(t, "nothing chosen", mine.post("/sign-ins"), http.StatusBadRequest)
	want(t, "end one", mine.post("/sign-ins", "which", ids[0][1]), http.StatusSeeOther)
	ended("end one", mine, 1)
	signedIn("the one that was ended", lost, false)
	signedIn("the one in use", mine, true)

	o.ahead.Store(int64(fresh + time.Minute)) // who took it over does not know how to sign in
	late := o.sit(asker)
	if a := mine.post("/sign-ins", "which", "others"); !strings.HasPrefix(a.to, "/sign-in?next=") {
		t.Errorf("an old sign-in ends others: %d to %q", a.status, a.to)
	}
	signedIn("after that", late, true)
	want(t, "end all others", late.post("/sign-ins", "which", "others"), http.StatusSeeOther)
	signedIn("the others", mine, false)
	signedIn("the one in use", late, true)

	a, b := o.sit(admin), o.sit(admin)
	want(t, "nobody named", a.post("/sign-ins/others"), http.StatusBadRequest)
	want(t, "end nobody's", a.post("/sign-ins/others", "person", "oid-nobody"), http.StatusSeeOther)
	ended("end nobody's", a, 0)
	want(t, "end a person's", a.post("/sign-ins/others", "person", " OID-Asker"), http.StatusSeeOther)
	ended("end a person's", a, 1)
	signedIn("that person", late, false)
	signedIn("another", other, true)
	want(t, "end everybody's", a.post("/sign-ins/others", "everybody", "yes"), http.StatusSeeOther)
	signedIn("another", other, false)
	signedIn("the admin elsewhere", b, false)
	signedIn("the admin", a, true)
	if got := strings.Count(log.String(), `"message":"sessions ended"`); got != 6 {
		t.Errorf("%d times in the log, want 6: %s", got, log.String())
	}
	if strings.Contains(strings.ToLower(log.String()), "asker") || strings.Contains(log.String(), string(o.q.Actor("test", asker))) {
		t.Error("the log says whose session it was")
	}
}
