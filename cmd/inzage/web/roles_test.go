package web

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestRolesAreAskedAgain: a role that was taken away at the sign-in service is gone
// here at the next page after half an hour, and in an hour at most, whoever stays
// signed in; the hours of the session go on.
func TestRolesAreAskedAgain(t *testing.T) {
	t.Parallel()
	o := openWithService(t, Plain)
	looks, acts := o.walker(), o.walker()
	for _, w := range []*walker{looks, acts} {
		if page, code := w.signIn("/sign-in/service", "admin"); code != http.StatusOK || page.Path != "/cases" {
			t.Fatalf("came to %s: %d", page, code)
		}
	}
	who := o.desk.service.person(claims{issuer: o.desk.OIDC.Issuer, subject: "admin"}).Actor
	begun := o.desk.sessions.of(who)[0].begun
	// later lets time pass, in which both do something all the time that opens no page.
	later := func(d time.Duration) {
		for range 2 {
			o.ahead.Add(int64(d / 2))
			for _, w := range []*walker{looks, acts} {
				w.stop = "/"
				w.send(http.MethodPost, o.server.URL+"/language", nil)
				w.stop = ""
			}
		}
	}
	later(rolesLast + time.Minute)
	if looks.get("/cases"); looks.status != http.StatusOK || looks.at.Path != "/cases" {
		t.Errorf("who still has the role came to %s: %d", looks.at, looks.status)
	}
	latest := slices.MaxFunc(o.desk.sessions.of(who), func(a, b session) int { return a.asked.Compare(b.asked) })
	if latest.begun.After(begun) || latest.asked.Sub(begun) < rolesLast {
		t.Errorf("a session of %s was asked about at %s, and now says that it began at %s", begun, latest.asked, latest.begun)
	}

	res, err := http.Get(o.desk.OIDC.Issuer + "/demote")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	later(idle - 90*time.Second)
	if looks.get("/cases"); looks.status != http.StatusOK {
		t.Errorf("asked half an hour ago: %d", looks.status)
	}
	// What is sent, and not opened, is let through meanwhile, and yet not for long.
	acts.stop = "/sign-in"
	post := func() (to string) {
		acts.send(http.MethodPost, o.server.URL+"/sign-ins/others", nil)
		return acts.at.Path
	}
	if to := post(); acts.status != http.StatusBadRequest {
		t.Errorf("the one who acts came to %s: %d", to, acts.status)
	}
	later(2 * time.Minute)
	if to := post(); to != "/sign-in" {
		t.Errorf("an hour later the one who acts came to %s: %d", to, acts.status)
	}
	if looks.get("/cases"); looks.status != http.StatusForbidden || looks.at.Path != "/cases" {
		t.Errorf("who lost the role came to %s: %d", looks.at, looks.status)
	}
	if looks.get("/requests"); looks.status != http.StatusOK {
		t.Errorf("an employee came to %s: %d", looks.at, looks.status)
	}
}
