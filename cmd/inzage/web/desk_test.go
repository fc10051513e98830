package web

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/explain/register"
	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// office is a desk with its people, on a real queue, in this process.
type office struct {
	t      testing.TB
	q      *queue.Queue
	desk   *Desk
	server *httptest.Server
	ahead  atomic.Int64 // how far the clock is ahead, in nanoseconds
	source string
}

// The people, in the order of Local.People.
const (
	asker    = "asker"    // an employee
	stranger = "stranger" // another
	admin    = "admin"
	second   = "second" // a second reader
	officer  = "officer"
	both     = "both" // admin and second reader
)

// nameOf is what somebody is called.
func nameOf(person string) string {
	return map[string]string{
		asker: "Sanne de Wit", stranger: "Joris van Dam", both: "Kim Dubbel", admin: "Alex Beheer", second: "Robin Lezer", officer: "Sam Toezicht",
	}[person]
}

func people() []string { return []string{asker, stranger, both, admin, second, officer} }

// words is the catalog, which nobody changes and which takes long to read.
var words = sync.OnceValues(func() (*explain.Catalog, error) { return explain.Load(catalog.FS()) })

func open(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, source: "graphexport"}
	now := func() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) }
	o.q = queuetest.New(t)
	words, err := words()
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	registers, err := fs.Sub(catalog.FS(), "registers")
	if err != nil {
		t.Fatal(err)
	}
	reg := queuetest.Register(t, o.q)
	local := &Local{Show: true}
	roles := map[string][]Role{admin: {Admin}, second: {Reader}, officer: {Officer}, both: {Admin, Reader}}
	for _, name := range people() {
		local.People = append(local.People, Person{
			Actor: o.q.Actor("test", name), Roles: roles[name], Name: schema.NewPersonal(nameOf(name)),
			Subject: schema.Subject{ObjectID: schema.NewPersonal("oid-" + name)},
		})
	}
	promised, err := register.Load(registers)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	o.desk, err = New(Options{
		Registers: promised,
		Queue:     o.q, Register: reg, Catalog: words, Zone: time.UTC, Now: now, Organisation: "Gemeente Voorbeeld",
		Open: schema.Entry{FourEyes: true, Parts: []string{o.source}}, Local: local,
	})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	o.server = httptest.NewServer(o.desk.Handler())
	t.Cleanup(o.server.Close)
	return o
}

// browser is one person's, which follows no redirects by itself.
type browser struct {
	o *office
	c *http.Client
}

// answer is what came back.
type answer struct {
	status int
	to     string // where it leads
	body   string
	header http.Header
}

// sit opens a browser for somebody, who signs in; nobody does not.
func (o *office) sit(name string) browser {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	b := browser{o, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if i := slices.Index(people(), name); i >= 0 {
		link := b.post("/sign-in", "person", itoa(i)).to
		b.get(link)
		if a := b.post(link); a.status != http.StatusSeeOther {
			o.t.Fatalf("%s cannot sign in: %d", name, a.status)
		}
	}
	return b
}

func (b browser) do(method, path string, header http.Header, form url.Values) answer {
	b.o.t.Helper()
	req, err := http.NewRequestWithContext(b.o.t.Context(), method, b.o.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.o.t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Type") == "text/event-stream" { // it has no end
		return answer{status: res.StatusCode, header: res.Header}
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(body), res.Header}
}

func (b browser) get(path string) answer {
	b.o.t.Helper()
	return b.do(http.MethodGet, path, nil, nil)
}

func (b browser) post(path string, form ...string) answer {
	b.o.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return b.do(http.MethodPost, path, nil, values)
}

// asks takes in a request of the asker and returns it.
func (o *office) asks(b browser) schema.Request {
	o.t.Helper()
	page := b.post("/requests").to
	number, ok := strings.CutPrefix(page, "/requests/")
	if !ok {
		o.t.Fatalf("asking leads to %q", page)
	}
	r, ok := o.desk.Register.Case(number)
	if !ok {
		o.t.Fatal("no such case:", number)
	}
	return r
}

// works does the work of the workers: the bundle holds the text.
func (o *office) works(r schema.Request, text string) schema.Request {
	o.t.Helper()
	if err := o.work(o.t.Context(), r, text); err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	r = o.request(r)
	if err := o.desk.Register.Wait(o.t.Context(), r); err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	return r
}

func (o *office) work(ctx context.Context, r schema.Request, text string) error {
	v, err := o.q.Vault(ctx, r.ID)
	if err != nil {
		return err
	}
	blob, err := v.Bundle().Put(ctx, workers.BundleName, strings.NewReader(text))
	if err != nil {
		return err
	}
	_, err = o.q.Update(ctx, r.ID, func(r schema.Request) ([]schema.Entry, error) {
		if r.State != schema.StateCollecting {
			return nil, nil
		}
		var entries []schema.Entry
		for _, p := range r.Parts {
			if p.State == schema.PartOrdered {
				entries = append(entries, schema.Entry{Kind: schema.EntryFetched, Part: p.Source})
			}
		}
		return append(entries, schema.Entry{Kind: schema.EntryBuild}, schema.Entry{Kind: schema.EntryBuilt, Ref: blob.SHA256, Version: "1"}), nil
	})
	return err
}

func (o *office) write(r schema.Request, entries ...schema.Entry) schema.Request {
	o.t.Helper()
	r, err := o.q.Append(o.t.Context(), r.ID, entries...)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	if err := o.desk.Register.Wait(o.t.Context(), r); err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *office) request(r schema.Request) schema.Request {
	o.t.Helper()
	r, err := o.q.Request(o.t.Context(), r.ID)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	return r
}

// seen is what the button has with which a proposal is confirmed.
func (o *office) seen(r schema.Request, kind schema.EntryKind) string {
	o.t.Helper()
	return seen(o.request(r).Proposals[kind])
}

// entries counts the entries of a kind.
func (o *office) entries(r schema.Request, kind schema.EntryKind) (n int) {
	o.t.Helper()
	list, err := o.q.Entries(o.t.Context(), r.ID)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	for _, e := range list {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func want(t testing.TB, what string, a answer, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: %d, want %d (leads to %q)", what, a.status, status, a.to)
	}
}
