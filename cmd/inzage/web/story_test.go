package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// TestMatrix goes over every address, as everybody: who may not come there gets
// nothing, and whose case it is not gets nothing but an entry in its ledger.
func TestMatrix(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.works(o.asks(o.sit(asker)), "bundle")
	roles := map[string][]Role{
		"": nil, asker: {Employee}, stranger: {Employee}, admin: {Employee, Admin}, second: {Employee, Reader},
		officer: {Employee, Officer}, both: {Employee, Admin, Reader},
	}
	sitting := map[string]browser{}
	for name := range roles {
		sitting[name] = o.sit(name)
	}
	seen, refused := 0, map[string]int{}
	for _, route := range o.desk.routes() {
		for name, has := range roles {
			b := sitting[name]
			if route.path == "/sign-out" || strings.HasSuffix(route.path, "/withdraw") && route.method == http.MethodPost && name == asker || strings.HasSuffix(route.path, "/recall") {
				continue // ends what the others need; TestStory does these
			}
			path := strings.NewReplacer("{$}", "", "{case}", r.Case, "{link}", "no-such-link", "{upload}", "no-such-upload", "{file}", o.desk.pages.cssName, "{guide}", "employee").Replace(route.path)
			before := o.request(r)
			a := b.do(route.method, path, nil, nil)
			may := route.public || len(has) > 0 && overlap(has, route.roles)
			mine := name == asker
			if may && strings.Contains(route.path, "{case}") && !route.public {
				may = mine == route.own()
			}
			what := route.method + " " + route.path + " as " + name
			if !route.public && len(has) > 0 && !overlap(has, route.roles) {
				refused["page "+route.method+" "+route.path+" "+string(o.q.Actor("test", name))]++
			}
			seen++
			switch {
			case name == "" && !route.public:
				if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/sign-in") {
					t.Errorf("%s: %d to %q, want the sign-in", what, a.status, a.to)
				}
			case !may:
				want(t, what, a, http.StatusForbidden)
			case a.status == http.StatusForbidden || a.status >= 500:
				t.Errorf("%s: %d, and it is allowed", what, a.status)
			}
			if after := o.request(r); !may && (after.State != before.State || after.Taken != before.Taken || after.Extended) {
				t.Errorf("%s: changed the case from %s to %s", what, before.State, after.State)
			}
			if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && strings.Contains(a.body, "‹") {
				_, rest, _ := strings.Cut(a.body, "‹")
				t.Errorf("%s: a text is missing: %.60s", what, rest)
			}
		}
	}
	// Every address as everybody, but for two addresses, and one as who asked.
	const leftOut = 2
	if want := (len(o.desk.routes())-leftOut)*len(roles) - 1; seen != want {
		t.Errorf("%d tried, want %d", seen, want)
	}
	for _, role := range Roles() {
		if !slices.ContainsFunc(slices.Collect(maps.Values(roles)), func(has []Role) bool { return slices.Contains(has, role) }) {
			t.Errorf("nobody is %s", role)
		}
	}
	// Everybody but the one whose case it is, and those who handle cases, once.
	if n := o.entries(r, schema.EntryDenied); n < 2 || n > len(roles) {
		t.Errorf("%d refusals on record", n)
	}
	// Who has not the role for a page is on record too, with the page and without the case.
	recorded := queuetest.Denials(t, o.q)
	maps.DeleteFunc(recorded, func(what string, _ int) bool { return !strings.HasPrefix(what, "page ") })
	if diff := cmp.Diff(refused, recorded); diff != "" || len(refused) == 0 {
		t.Errorf("pages that were refused (-want +got):\n%s", diff)
	}
}

// Two requests that were taken in at the same moment have one number: who asked
// sees their own, and nobody handles either by that number.
func TestSharedNumber(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit(asker)
	r := o.asks(b)
	path := "/requests/" + r.Case
	want(t, "a stranger", o.sit(stranger).get(path), http.StatusForbidden)
	other, err := o.q.New(t.Context(), schema.Entry{
		Case: r.Case, Owner: o.q.Actor("test", stranger), Channel: schema.ChannelDesk, Day: o.desk.today(), Lang: schema.English, Parts: []string{o.source},
	}, schema.Subject{ObjectID: schema.NewPersonal("other")})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if err := o.desk.Register.Wait(t.Context(), other); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	want(t, "withdraw", b.post(path+"/withdraw"), http.StatusSeeOther)
	if mine, theirs := o.request(r).State, o.request(other).State; mine.Open() || !theirs.Open() {
		t.Errorf("their own is %s, the other's %s", mine, theirs)
	}
	want(t, "the other", o.sit(stranger).get(path), http.StatusOK)
	want(t, "one of two", o.sit(admin).get("/cases/"+r.Case), http.StatusNotFound)
	want(t, "neither", o.sit(second).get(path), http.StatusForbidden)
}

func overlap(a, b []Role) bool {
	return slices.ContainsFunc(a, func(r Role) bool { return slices.Contains(b, r) })
}

// TestStory is a request from asking to having it, by four people.
func TestStory(t *testing.T) {
	t.Parallel()
	o := open(t)
	employee, adm, sec, dpo := o.sit(asker), o.sit(admin), o.sit(second), o.sit(officer)
	want(t, "ask", employee.get("/requests/new"), http.StatusOK)
	r := o.asks(employee)
	own, file := "/requests/"+r.Case, "/cases/"+r.Case
	if again := o.asks(employee); again.ID != r.ID {
		t.Error("asking twice made two requests")
	}
	want(t, "take too early", employee.post(own+"/bundle"), http.StatusConflict)
	r = o.write(r, schema.Entry{Kind: schema.EntryResolved, Part: o.source, Ref: r.Subject, Code: schema.CodePersonRenamed})
	r = o.works(r, "the bundle")
	if words := o.desk.Catalog.Text(schema.Dutch, "code.person-renamed"); !strings.Contains(adm.get(file).body, words) {
		t.Error("the administrator is not told that the account has another name")
	}
	for _, list := range []answer{adm.get("/cases"), dpo.get("/oversight")} {
		if !strings.Contains(list.body, r.Case) || strings.Contains(list.body, nameOf(asker)) {
			t.Error("a list must have the case, and not who it is about")
		}
	}
	want(t, "release at once", sec.post(file+"/decide", "act", "released", "confirm", o.seen(r, schema.EntryReleased)), http.StatusConflict)
	want(t, "propose", adm.post(file+"/decide", "act", "released"), http.StatusSeeOther)
	want(t, "propose twice", adm.post(file+"/decide", "act", "released"), http.StatusSeeOther)
	want(t, "confirm without the role", adm.post(file+"/decide", "act", "released", "confirm", o.seen(r, schema.EntryReleased)), http.StatusForbidden)
	want(t, "read without a reason", sec.post(file+"/content", "why", "curiosity"), http.StatusBadRequest)
	if a := sec.post(file+"/content", "why", "review"); a.body != "the bundle" || o.entries(r, schema.EntryViewed) != 1 {
		t.Errorf("the reader gets %q, with %d entries", a.body, o.entries(r, schema.EntryViewed))
	}
	want(t, "decline without having seen it", dpo.post(file+"/decline", "act", "released"), http.StatusConflict)
	want(t, "decline", dpo.post(file+"/decline", "act", "released", "seen", o.seen(r, schema.EntryReleased)), http.StatusSeeOther)
	want(t, "confirm what was declined", sec.post(file+"/decide", "act", "released", "confirm", o.seen(r, schema.EntryReleased)), http.StatusConflict)
	want(t, "propose again", adm.post(file+"/decide", "act", "released"), http.StatusSeeOther)
	old := o.seen(r, schema.EntryReleased)
	want(t, "another prepares the same", o.sit(both).post(file+"/decide", "act", "released"), http.StatusSeeOther)
	if now := o.request(r); now.State != schema.StateReview {
		t.Fatalf("two who prepare it make it %s: nobody confirmed", now.State)
	}
	want(t, "decline from a page of before", sec.post(file+"/decline", "act", "released", "seen", old), http.StatusConflict)
	want(t, "confirm from a page of before", sec.post(file+"/decide", "act", "released", "confirm", old), http.StatusConflict)
	want(t, "confirm", sec.post(file+"/decide", "act", "released", "confirm", o.seen(r, schema.EntryReleased)), http.StatusSeeOther)
	if r = o.request(r); r.State != schema.StateReleased {
		t.Fatalf("it is %s", r.State)
	}
	for n := range mostTaken {
		if a := employee.post(own + "/bundle"); a.status != http.StatusOK || a.body != "the bundle" {
			t.Errorf("time %d: %d %q", n, a.status, a.body)
		}
	}
	want(t, "once more", employee.post(own+"/bundle"), http.StatusConflict)
	if page := employee.get(own).body; !strings.Contains(page, "Nakijken") && !strings.Contains(page, "Review") {
		t.Error("the person does not see who opened the content, and why")
	}
	want(t, "withdraw after delivery", employee.post(own+"/withdraw"), http.StatusConflict)
}

// Who has both roles still needs another person.
func TestNobodyDecidesAlone(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.works(o.asks(o.sit(asker)), "bundle")
	b := o.sit(both)
	for _, act := range []string{"released", "extended", "suspended", "refused"} {
		code := ""
		if codes := schema.Reasons(schema.EntryKind(act)); len(codes) > 0 {
			code = string(codes[0])
		}
		want(t, "propose "+act, b.post("/cases/"+r.Case+"/decide", "act", act, "code", code), http.StatusSeeOther)
		want(t, "confirm own "+act, b.post("/cases/"+r.Case+"/decide", "act", act, "confirm", o.seen(r, schema.EntryKind(act))), http.StatusConflict)
		want(t, "say it again "+act, b.post("/cases/"+r.Case+"/decide", "act", act, "code", code), http.StatusSeeOther)
	}
	if after := o.request(r); after.State != schema.StateReview || after.Extended || after.Suspended() {
		t.Errorf("one person did it: %s, extended %v, suspended %v", after.State, after.Extended, after.Suspended())
	}
	mine := o.asks(b)
	want(t, "handle one's own case", b.get("/cases/"+mine.Case), http.StatusForbidden)
}

// What was released can be taken for two weeks, after a fresh sign-in, and three
// times, also by somebody who clicks very fast.
func TestTaking(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit(asker)
	r := o.works(o.asks(b), "bundle")
	r = o.write(r, schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryReleased, Ref: r.Bundle, Actor: "a"}, schema.Entry{Kind: schema.EntryReleased, Ref: r.Bundle, Actor: "b"})
	path := "/requests/" + r.Case + "/bundle"
	o.ahead.Store(int64(fresh + time.Minute))
	if a := b.post(path); !strings.HasPrefix(a.to, "/sign-in?next=") {
		t.Errorf("an old sign-in: %d to %q", a.status, a.to)
	}
	b = o.sit(asker)
	var got sync.Map
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { got.Store(i, b.post(path).status) })
	}
	all.Wait()
	ok := 0
	got.Range(func(_, status any) bool {
		if status == http.StatusOK {
			ok++
		}
		return true
	})
	if ok != mostTaken || o.request(r).Taken != mostTaken {
		t.Errorf("%d of 8 got it, on record %d", ok, o.request(r).Taken)
	}
	other := open(t)
	c := other.sit(asker)
	r = other.works(other.asks(c), "bundle")
	other.write(r, schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryReleased, Ref: r.Bundle, Actor: "a"}, schema.Entry{Kind: schema.EntryReleased, Ref: r.Bundle, Actor: "b"})
	other.ahead.Store(int64((expiry + 1) * 24 * time.Hour))
	want(t, "expired", other.sit(asker).post("/requests/"+r.Case+"/bundle"), http.StatusConflict)
}

// Sessions end, links work once, and other sites can make nobody do anything.
func TestSignIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit(asker)
	want(t, "signed in", b.get("/requests"), http.StatusOK)
	o.ahead.Store(int64(idle + time.Minute))
	if a := b.get("/requests"); !strings.HasPrefix(a.to, "/sign-in") {
		t.Errorf("after %v without a click: %d", idle, a.status)
	}
	b = o.sit(asker)
	for range 20 { // clicks all the time, for ten hours
		o.ahead.Add(int64(idle - time.Minute))
		b.get("/requests")
	}
	if a := b.get("/requests"); !strings.HasPrefix(a.to, "/sign-in") {
		t.Errorf("after %v: %d", absolute, a.status)
	}
	c := o.sit("")
	link := c.post("/sign-in", "person", "0", "next", "https://elsewhere.example/").to
	want(t, "a look at the link", c.get(link), http.StatusOK)
	if a := c.post(link); a.to != "/" {
		t.Errorf("it leads to %q", a.to)
	}
	want(t, "the link once more", o.sit("").post(link), http.StatusGone)
	late := c.post("/sign-in", "person", "0").to
	o.ahead.Add(int64(linkLasts + time.Minute))
	want(t, "an old link", c.post(late), http.StatusGone)
	d := o.sit(asker)
	want(t, "from another site", d.do(http.MethodPost, "/requests", http.Header{"Sec-Fetch-Site": {"cross-site"}}, nil), http.StatusForbidden)
	out := d.post("/sign-out")
	want(t, "sign out", out, http.StatusSeeOther)
	if got := out.header.Get("Clear-Site-Data"); got != `"cache"` {
		t.Errorf("after signing out the browser is to clear %q", got)
	}
	if a := d.get("/requests"); !strings.HasPrefix(a.to, "/sign-in") {
		t.Errorf("after signing out: %d", a.status)
	}
}

// What every answer promises: no copy in the browser, nothing from elsewhere, no
// script and no style in the page.
func TestPages(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.works(o.asks(o.sit(asker)), "bundle")
	files := o.sit(asker).get("/requests/" + r.Case + "/files")
	if n := strings.Count(files.body, "<script"); n != 2 || !strings.Contains(files.body, `<script src="/static/`+o.desk.pages.jsName+`" defer></script>`) {
		t.Errorf("the page for files has %d scripts, want the desk's own two", n)
	}
	if policy := files.header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	for name, paths := range map[string][]string{
		"": {"/sign-in", "/sign-in/nothing", "/nothing", "/guides", "/guides/employee", "/guides/admin", "/guides/dpo"}, asker: {"/requests", "/requests/" + r.Case, "/requests/" + r.Case + "/withdraw"},
		admin: {"/sign-ins", "/cases", "/intake", "/intake/list", "/cases?show=closed", "/cases/" + r.Case, "/cases/" + r.Case + "/sample", "/cases/nothing"}, officer: {"/oversight", "/oversight/" + r.Case, "/oversight/calendar", "/catalog", "/promises", "/advice"},
	} {
		b := o.sit(name)
		for _, path := range paths {
			for _, l := range []string{"nl", "en"} {
				a := b.do(http.MethodGet, path, http.Header{"Accept-Language": {l + "-XX,fr;q=0.5"}}, nil)
				if a.header.Get("Cache-Control") != "no-store" || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
					t.Errorf("%s: headers %v", path, a.header)
				}
				for header, want := range map[string]string{
					"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
					"Cross-Origin-Resource-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8",
				} {
					if got := a.header.Get(header); got != want {
						t.Errorf("%s: %s is %q, want %q", path, header, got, want)
					}
				}
				if policy := a.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "base-uri 'none'") {
					t.Errorf("%s: the policy is %q", path, policy)
				}
				if !strings.Contains(a.body, `<html lang="`+l+`"`) {
					t.Errorf("%s: not in %s", path, l)
				}
				if script := `<script src="/static/` + o.desk.pages.sessionName + `" defer></script>`; name != "" {
					if !strings.Contains(a.body, script) {
						t.Errorf("%s: nobody is warned that the session ends", path)
					}
					a.body = strings.Replace(a.body, script, "", 1)
				}
				if script := `<script src="/static/` + o.desk.pages.jsName + `" defer></script>`; strings.Contains(a.body, "data-live") {
					a.body = strings.Replace(a.body, script, "", 1)
				}
				for _, bad := range []string{"‹", "<script", "<style", " style=", "http://", "https://", " onclick", "ZgotmplZ", nameOf(asker)} {
					own := bad == nameOf(asker) && (name == asker || path == "/sign-in")
					if strings.Contains(a.body, bad) && !own {
						t.Errorf("%s in %s has %q", path, l, bad)
					}
				}
			}
		}
	}
}
