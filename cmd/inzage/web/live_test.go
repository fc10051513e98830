package web

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// stream is what a page is told.
type stream struct {
	lines *bufio.Scanner
	close func()
}

// follow opens the stream that the page at the path has; nil where there is none.
func (b browser) follow(page string) *stream {
	b.o.t.Helper()
	path := regexp.MustCompile(`data-live="([^"]+)"`).FindStringSubmatch(b.get(page).body)
	if path == nil {
		b.o.t.Fatal("the page has no stream:", page)
	}
	return b.stream(path[1])
}

func (b browser) stream(path string) *stream {
	b.o.t.Helper()
	ctx, stop := context.WithTimeout(b.o.t.Context(), 2*time.Minute)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.o.server.URL+path, http.NoBody)
	if err != nil {
		b.o.t.Fatal(err)
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.o.t.Fatal(err)
	}
	done := func() { stop(); _ = res.Body.Close() }
	b.o.t.Cleanup(done)
	if res.StatusCode == http.StatusNoContent {
		return nil
	}
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "text/event-stream" {
		b.o.t.Fatalf("the stream is %d %q", res.StatusCode, kind)
	}
	return &stream{bufio.NewScanner(res.Body), done}
}

// event is the data of the next event; empty where the stream ended.
func (s *stream) event(t *testing.T) (data string) {
	t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if !regexp.MustCompile(`^(|: |id: \d+|data: \d+)$`).MatchString(line) {
			t.Errorf("an event holds %q", line)
		}
		if n, ok := strings.CutPrefix(line, "data: "); ok {
			return n
		}
	}
	return ""
}

// TestLive: a page is told that something happened and no more, while the case is
// open and the session lasts, and no session holds more than a few connections.
func TestLive(t *testing.T) {
	t.Parallel()
	o := open(t)
	ends := make(chan struct{})
	o.desk.Ends = ends
	b := o.sit(asker)
	r := o.asks(b)
	own, file := "/requests/"+r.Case, "/cases/"+r.Case
	happens := func() string {
		r = o.write(o.request(r), schema.Entry{Kind: schema.EntryDenied, Actor: "somebody"})
		return itoa(r.Entries)
	}
	var all []*stream
	for name, page := range map[string]string{asker: own, admin: file, second: file} {
		s := o.sit(name).follow(page)
		if want, got := happens(), s.event(t); got != want {
			t.Errorf("%s is told %q, want %q", name, got, want)
		}
		all = append(all, s)
	}
	if s := b.stream(own + progressPath + "?after=1"); s.event(t) != itoa(r.Entries) {
		t.Error("what happened since the page was made is not told")
	}
	if page := o.sit(officer).get("/oversight/" + r.Case).body; strings.Contains(page, "data-live") {
		t.Error("the officer's page has a stream that the officer may not open")
	}

	// One session has a few, and another when one of them is gone.
	c := o.sit(asker)
	var mine []*stream
	for range mostLive {
		mine = append(mine, c.follow(own))
	}
	if c.follow(own) != nil {
		t.Errorf("more than %d in one session", mostLive)
	}
	mine[0].close()
	queuetest.Eventually(t, "there is room again", func() bool { return c.follow(own) != nil })
	want(t, "sign out", c.post("/sign-out"), http.StatusSeeOther)
	if got := mine[1].event(t); got != "" {
		t.Errorf("told %q after signing out", got)
	}

	// What a page asks by itself keeps no session alive, and takes no notice away.
	c = o.sit(asker)
	s := c.follow(own)
	quiet := http.Header{quietHeader: {"1"}}
	o.desk.sessions.notice(o.token(c), "een mededeling")
	if page := c.do(http.MethodGet, own, quiet, nil).body; strings.Contains(page, "een mededeling") {
		t.Error("a notice is shown where nobody may see it")
	}
	if page := c.get(own).body; !strings.Contains(page, "een mededeling") {
		t.Error("a notice is lost")
	}
	o.ahead.Add(int64(idle * 3 / 4))
	c.do(http.MethodGet, own, quiet, nil)
	o.ahead.Add(int64(idle * 3 / 4))
	happens()
	if got := s.event(t); got != "" {
		t.Errorf("told %q after the session ended", got)
	}

	// The last thing that is told is the end; a page of a closed case asks no more.
	c = o.sit(asker)
	s, left := c.follow(own), o.sit(admin).follow(file)
	r = o.write(o.request(r), schema.Entry{Kind: schema.EntryWithdrawn, Actor: r.Owner})
	if s.event(t) != itoa(r.Entries) || s.event(t) != "" {
		t.Error("the end of the case is not the end of the stream")
	}
	if c.stream(own+progressPath) != nil || strings.Contains(c.get(own).body, "data-live") {
		t.Error("a closed case has a stream")
	}
	left.close()
	o.ahead.Store(0) // else it may be tomorrow, on which nothing came in yet
	c = o.sit(asker)
	r = o.asks(c)
	s = c.follow("/requests/" + r.Case)
	close(ends)
	if got := s.event(t); got != "" {
		t.Errorf("told %q when the service ends", got)
	}
	for _, s := range all {
		s.close()
	}
}

// token is that of the session in the browser.
func (o *office) token(b browser) string {
	o.t.Helper()
	at, err := url.Parse(o.server.URL)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range b.c.Jar.Cookies(at) {
		if c.Name == o.desk.cookieName() {
			return c.Value
		}
	}
	o.t.Fatal("no session")
	return ""
}
