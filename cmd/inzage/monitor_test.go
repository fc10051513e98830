package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"inzage/schema"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestMonitorPages(t *testing.T) {
	t.Parallel()
	var trouble error
	m := newMonitor("v1", func(context.Context) error { return trouble }, func() map[string]int {
		return map[string]int{"collecting": 3, "overdue": 1}
	}, func() int64 { return 2 })
	m.job("fetch", "graphexport", "later", "", time.Second)
	m.job("fetch", "graphexport", "later", "", time.Second)
	m.job("build", "", "tried", schema.CodeIO, time.Second)
	m.doubted(true)
	h := m.handler()
	if code, body := get(t, h, "/readyz"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("ready: %d %q", code, body)
	}
	trouble = schema.Fail(schema.CodeIO, "reach the store of sanne@gemeente.example", nil)
	if code, body := get(t, h, "/readyz"); code != http.StatusServiceUnavailable || body != "io\n" {
		t.Errorf("not ready: %d %q", code, body)
	}
	if code, _ := get(t, h, "/healthz"); code != http.StatusOK {
		t.Errorf("alive: %d", code)
	}
	if code, body := get(t, h, "/metrics"); code != http.StatusNotFound || strings.Contains(body, "inzage_") {
		t.Errorf("beside the desk: %d %s", code, body)
	}
	_, body := get(t, m.metrics(), "/metrics")
	for _, want := range []string{
		`inzage_jobs_total{code="",kind="fetch",outcome="later",source="graphexport"} 2`,
		`inzage_jobs_total{code="io",kind="build",outcome="tried",source=""} 1`,
		`inzage_requests{state="collecting"} 3`,
		`inzage_requests{state="overdue"} 1`,
		`inzage_info{version="v1"} 1`,
		`inzage_refused_total 2`,
		`inzage_clock_doubted 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if code, _ := get(t, h, "/elsewhere"); code != http.StatusNotFound {
		t.Errorf("elsewhere: %d", code)
	}
}

func TestListenEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	address := make(chan string, 1)
	end := make(chan error, 1)
	go func() {
		end <- listenHTTP(ctx, "127.0.0.1:0", nil, http.NotFoundHandler(), func(a string) { address <- a })
	}()
	taken := <-address
	if err := listenHTTP(ctx, taken, nil, http.NotFoundHandler(), func(string) {}); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("an address that is taken: %v", err)
	}
	stop()
	if err := <-end; err != nil {
		t.Error(err)
	}
}

// A page that panics is told in the log by where it was, not by what it said,
// and the next one is served.
func TestPanicOfAPageSaysNothing(t *testing.T) {
	t.Parallel()
	const canary = "Kanarievogel"
	var log kept
	ctx, stop := context.WithCancel(zerolog.New(&log).WithContext(t.Context()))
	address, end := make(chan string, 1), make(chan error, 1)
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		zerolog.Ctx(r.Context()).Info().Msg("a page has the log of the service")
		if r.URL.Path == "/abort" {
			panic(http.ErrAbortHandler)
		}
		panic(canary + r.URL.Query().Get("name"))
	})
	go func() { end <- listenHTTP(ctx, "127.0.0.1:0", nil, h, func(a string) { address <- a }) }()
	base := "http://" + <-address
	var said kept
	for range 2 {
		if err := fetchPage(t.Context(), &said, base+"/?name="+canary); err != nil {
			t.Error(err)
		}
	}
	if err := fetchPage(t.Context(), &said, base+"/abort"); err == nil {
		t.Error("an answer that was cut off looks whole")
	}
	stop()
	if err := <-end; err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "has the log"); n < 3 { // a client asks again where an answer was cut off
		t.Errorf("%d pages wrote to the log, want 3: %s", n, log.String())
	}
	if n := strings.Count(log.String(), `"code":"crash"`); n != 2 {
		t.Errorf("%d crashes in the log, want 2: %s", n, log.String())
	}
	for where, text := range map[string]string{"the log": log.String(), "the answer": said.String()} {
		if strings.Contains(text, canary) || strings.Contains(text, "127.0.0.1") {
			t.Errorf("%s shows it: %s", where, text)
		}
	}
}

// Who begins to send something and does not go on holds nothing up: the connection
// ends, whether or not anybody reads what was sent; so does that of somebody who takes
// no more of an answer. Who sends in time may wait for the answer for as long as that
// takes.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	const most = 200 * time.Millisecond
	end, gone := make(chan struct{}), make(chan struct{})
	var l net.ListenConfig
	socket, err := l.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: hurried(most, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/read":
			if _, err := io.ReadAll(r.Body); err != nil {
				w.WriteHeader(http.StatusRequestTimeout)
			}
		case "/long":
			var err error
			for err == nil {
				_, err = w.Write(make([]byte, 64<<10))
			}
			close(gone)
		case "/think":
			_, _ = io.ReadAll(r.Body)
			<-end
			if r.Context().Err() != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}
	}))}
	go func() { _ = s.Serve(socket) }()
	t.Cleanup(func() { _ = s.Close() })
	send := func(path, body string) net.Conn {
		t.Helper()
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", socket.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		if _, err := io.WriteString(c, "POST "+path+" HTTP/1.1\r\nHost: desk\r\nContent-Length: 10\r\n\r\n"+body); err != nil {
			t.Fatal(err)
		}
		return c
	}
	thinks := send("/think", "0123456789")
	for _, path := range []string{"/read", "/leave"} {
		if _, err := io.ReadAll(send(path, "half")); err != nil {
			t.Errorf("%s: the connection stays: %v", path, err)
		}
	}
	_ = send("/long", "0123456789") // and takes nothing
	<-gone
	close(end) // long after its time was over
	if res, err := http.ReadResponse(bufio.NewReader(thinks), nil); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("what took long after it was read: %v, %v", res, err)
	} else {
		_ = res.Body.Close()
	}
}
