package web

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// TestSignInService signs in at a real OpenID provider, as a browser would.
func TestSignInService(t *testing.T) {
	t.Parallel()
	o := openWithService(t, Entra)

	employee := o.walker()
	page, code := employee.signIn("/sign-in/service?next=/requests", "employee")
	if code != http.StatusOK || !strings.HasSuffix(page.Path, "/requests") {
		t.Fatalf("came to %s: %d", page, code)
	}
	if !strings.Contains(employee.body, "Sanne de Wit") || strings.Contains(employee.body, `href="/cases"`) {
		t.Error("the page does not know who signed in, or takes an employee for an admin")
	}

	admin := o.walker()
	if page, code = admin.signIn("/sign-in/service", "admin"); code != http.StatusOK || page.Path != "/cases" {
		t.Errorf("the admin came to %s: %d", page, code)
	}

	// A second sign-in must be of the same person.
	if _, code = employee.signIn("/sign-in/service", "admin"); code != http.StatusForbidden {
		t.Errorf("somebody else signed in again: %d", code)
	}
	if page, code = employee.signIn("/sign-in/service?next=/requests/new", "employee"); code != http.StatusOK || page.Path != "/requests/new" {
		t.Errorf("once more, came to %s: %d", page, code)
	}
}

// SURFconext says in its ID token who somebody is, and at its userinfo endpoint
// what else it knows: name, address and roles.
func TestSignInSURFconext(t *testing.T) {
	t.Parallel()
	o := openWithService(t, SURFconext)
	admin := o.walker()
	if page, code := admin.signIn("/sign-in/service", "admin"); code != http.StatusOK || page.Path != "/cases" || !strings.Contains(admin.body, "Bo Admin") {
		t.Errorf("the admin came to %s: %d", page, code)
	}
	texted := o.walker()
	if page, code := texted.signIn("/sign-in/service", "texted"); code != http.StatusForbidden || !strings.Contains(texted.body, o.desk.Catalog.Text(schema.Dutch, "desk.refused.sms")) {
		t.Errorf("who proved it by a text message came to %s: %d", page, code)
	}
}

// TestSignInServiceRefuses holds what must not let anybody in.
func TestSignInServiceRefuses(t *testing.T) {
	t.Parallel()
	o := openWithService(t, Entra)
	w := o.walker()
	w.get("/sign-in/done?state=made-up&code=made-up")
	if w.status != http.StatusForbidden {
		t.Errorf("a flow that nobody began: %d", w.status)
	}

	// The answer that was meant for one browser does nothing in another, and
	// nothing the second time.
	victim, thief := o.walker(), o.walker()
	victim.stop = "/sign-in/done"
	victim.signIn("/sign-in/service", "employee")
	answer := victim.at
	thief.get("/sign-in")
	if thief.get(answer.RequestURI()); thief.status != http.StatusForbidden {
		t.Errorf("another browser used the answer: %d", thief.status)
	}
	victim.stop = ""
	if victim.get(answer.RequestURI()); victim.status != http.StatusOK {
		t.Errorf("the answer does not hold: %d", victim.status)
	}
	if victim.get(answer.RequestURI()); victim.status != http.StatusForbidden {
		t.Errorf("the answer was used twice: %d", victim.status)
	}

	// A code that the service did not give.
	forged := o.walker()
	forged.stop = "/sign-in/done"
	forged.signIn("/sign-in/service", "employee")
	q := forged.at.Query()
	q.Set("code", "forged")
	forged.stop = ""
	if forged.get("/sign-in/done?" + q.Encode()); forged.status != http.StatusForbidden {
		t.Errorf("a forged code: %d", forged.status)
	}
}

// TestSignInStrongly: who did not sign in in a way that counts stays outside, also
// where the service was asked for one of them and lets the person in.
func TestSignInStrongly(t *testing.T) {
	t.Parallel()
	o := openWithService(t, Plain, "loa2", "loa3")
	admin, weak := o.walker(), o.walker()
	if page, code := weak.signIn("/sign-in/service", "employee"); code != http.StatusForbidden || !strings.Contains(weak.body, o.desk.Catalog.Text(schema.Dutch, "desk.refused.weak")) {
		t.Errorf("who signed in otherwise came to %s: %d", page, code)
	}
	if page, code := admin.signIn("/sign-in/service", "admin"); code != http.StatusOK || page.Path != "/cases" {
		t.Errorf("who signed in strongly came to %s: %d", page, code)
	}
	if refused := queuetest.Denials(t, o.q); refused["sign-in service weak "] != 1 {
		t.Errorf("on record: %v", refused)
	}
}

// TestDemand holds what is asked of a service, and what of its answer counts.
func TestDemand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile Profile
		class   []string
		asks    string // in the address
		all     map[string]any
		strong  bool
	}{
		{Plain, nil, "", nil, true},
		{Plain, []string{"loa2", "loa3"}, "acr_values=loa2+loa3", map[string]any{"acr": "loa3"}, true},
		{Plain, []string{"loa2", "loa3"}, "acr_values=loa2+loa3", map[string]any{"acr": "loa1"}, false},
		{SURFconext, []string{"loa2"}, "acr_values=loa2", map[string]any{"acrs": []any{"loa2"}}, false},
		{Entra, []string{"c1"}, url.Values{"claims": {`{"id_token":{"acrs":{"essential":true,"value":"c1"}}}`}}.Encode(), map[string]any{"acrs": []any{"p1", "c1"}}, true},
		{Entra, []string{"c1"}, "essential", map[string]any{"acr": "c1"}, false},
		{Entra, []string{"c1"}, "essential", nil, false},
	} {
		s := newService(&OIDC{Profile: tt.profile, Class: tt.class}, time.Now)
		address := (&oauth2.Config{}).AuthCodeURL("s", s.demand()...)
		if !strings.Contains(address, tt.asks) || len(tt.class) == 0 && strings.Contains(address, "acr") {
			t.Errorf("%s %v asks %s", tt.profile, tt.class, address)
		}
		// What is said beside the ID token counts for nothing.
		if got := s.strong(claims{all: tt.all, more: map[string]any{"acr": "loa2"}}); got != tt.strong {
			t.Errorf("%s %v: %v is strong: %v", tt.profile, tt.class, tt.all, got)
		}
	}
}

// TestClaims holds what is made of what a service says.
func TestClaims(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	s := newService(&OIDC{
		Profile: Entra, RoleClaim: "roles", Roles: map[string]Role{"a": Admin, "r": Reader},
		Actor: func(issuer, subject string) schema.Actor { return schema.Actor(issuer + " " + subject) },
	}, func() time.Time { return now })
	c := claims{issuer: "i", subject: "s", all: map[string]any{
		"tid": "T", "oid": "O", "name": "N", "preferred_username": "n@x.example", "email": "N@x.example",
		"roles": []any{"r", "else", "r"}, "auth_time": float64(now.Unix() - 30), "amr": []any{"pwd", "sms"},
	}}
	who := s.person(c)
	if who.Actor != "i T/O" || !slices.Equal(who.Roles, []Role{Reader}) || len(who.Subject.UPNs) != 1 || who.Subject.ObjectID.Reveal() != "O" {
		t.Errorf("actor %s, roles %v, %d names", who.Actor, who.Roles, len(who.Subject.UPNs))
	}
	s.Profile = Plain
	if who := s.person(c); who.Actor != "i s" || who.Subject.ObjectID.Reveal() != "" {
		t.Errorf("plain: actor %s", who.Actor)
	}
	for verified, want := range map[any]int{nil: 1, false: 1, "false": 1, true: 2, "true": 2} {
		c.all["email"], c.all["email_verified"] = "colleague@x.example", verified
		if who := s.person(c); len(who.Subject.UPNs) != want {
			t.Errorf("email_verified %v: %d names, want %d", verified, len(who.Subject.UPNs), want)
		}
	}
	if !c.onlySMS() {
		t.Error("a text message alone was not seen")
	}
	c.all["amr"] = []any{"sms", "fido"}
	if c.onlySMS() {
		t.Error("a security key besides was not seen")
	}
	if at := c.proven(now, true); now.Sub(at) != 30*time.Second {
		t.Errorf("proven at %s", at)
	}
	c.all["auth_time"] = float64(now.Add(-time.Hour).Unix())
	if at := c.proven(now, true); !at.IsZero() {
		t.Errorf("an hour ago counts as just now: %s", at)
	}
	delete(c.all, "auth_time")
	if at := c.proven(now, false); !at.IsZero() {
		t.Errorf("nothing was said, and yet %s", at)
	}
}

// openWithService is a desk that people come into by a real OpenID provider.
func openWithService(t *testing.T, profile Profile, class ...string) *office {
	t.Helper()
	node := tool(t, "node")
	if _, err := os.Stat("../../../.ci/browser/node_modules/oidc-provider"); err != nil {
		missing(t, "oidc-provider (make viewers)")
	}
	o := open(t)
	var handler http.Handler
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(o.server.Close)
	options := o.desk.Options
	options.Address, options.Local = o.server.URL, nil
	options.OIDC = &OIDC{
		Issuer: provider(t, node, o.server.URL+"/sign-in/done", profile), Client: "inzage", Secret: schema.NewPersonal("a secret for tests"),
		Profile: profile, RoleClaim: "roles", Roles: map[string]Role{"inzage.admin": Admin}, Actor: o.q.Actor, RefuseSMS: true, Class: class,
	}
	var err error
	if o.desk, err = New(options); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	handler = o.desk.Handler()
	return o
}

// provider starts the OpenID provider, and returns its issuer.
func provider(t *testing.T, node, redirect string, profile Profile) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), node, "../../../.ci/browser/oidc.mjs", redirect)
	if profile == SURFconext {
		cmd.Args = append(cmd.Args, "userinfo")
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "http://") {
			return lines.Text()
		}
	}
	t.Fatal("the provider ended without saying where it is")
	return ""
}

// walker is a browser that follows where it is sent.
type walker struct {
	o      *office
	c      *http.Client
	stop   string // path at which it does not go on
	at     *url.URL
	status int
	body   string
}

func (o *office) walker() *walker {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	w := &walker{o: o}
	w.c = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if w.stop != "" && r.URL.Path == w.stop {
			w.at = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return w
}

func (w *walker) get(path string) { w.send(http.MethodGet, w.o.server.URL+path, nil) }

func (w *walker) send(method, address string, form url.Values) {
	w.o.t.Helper()
	req, err := http.NewRequestWithContext(w.o.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		w.o.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w.at = nil
	res, err := w.c.Do(req)
	if err != nil {
		w.o.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.o.t.Fatal(err)
	}
	if w.at == nil {
		w.at = res.Request.URL
	}
	w.status, w.body = res.StatusCode, string(body)
}

// signIn goes to an address of the desk, and fills in the forms of the provider
// until it is back.
func (w *walker) signIn(path, name string) (*url.URL, int) {
	w.o.t.Helper()
	action, hidden := regexp.MustCompile(`action="([^"]+)"`), regexp.MustCompile(`name="([^"]+)" value="([^"]+)"`)
	w.get(path)
	for range 8 {
		if strings.HasPrefix(w.at.String(), w.o.server.URL) {
			break
		}
		to := action.FindStringSubmatch(w.body)
		if to == nil {
			w.o.t.Fatalf("the provider shows no form: %d", w.status)
		}
		there, err := w.at.Parse(to[1])
		if err != nil {
			w.o.t.Fatal(err)
		}
		form := url.Values{"login": {name}, "password": {"x"}}
		for _, one := range hidden.FindAllStringSubmatch(w.body, -1) {
			form.Set(one[1], one[2])
		}
		w.send(http.MethodPost, there.String(), form)
	}
	return w.at, w.status
}
