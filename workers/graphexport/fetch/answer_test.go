package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"inzage/testdata/corpus"
)

// answering puts an answer of the test's before the other side: nil lets the
// request through.
func answering(c *http.Client, answer func(*http.Request) *http.Response) *http.Client {
	return &http.Client{Transport: carrier(func(req *http.Request) (*http.Response, error) {
		if resp := answer(req); resp != nil {
			return resp, nil
		}
		return c.Transport.RoundTrip(req)
	})}
}

type carrier func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f carrier) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func reply(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Request: req, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

// refusal is an error of Graph.
func refusal(req *http.Request, status int, code string) *http.Response {
	return reply(req, status, `{"error":{"code":"`+code+`","message":"m","innerError":{"request-id":"r"}}}`)
}

// simulated is the person whose data the tests ask for.
func simulated(t *testing.T) corpus.Employee {
	t.Helper()
	return corpus.Municipality(0)[0]
}

// How long a service asks to wait is said in seconds or as a moment (RFC 9110).
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const sent = "Fri, 27 Nov 2026 20:00:00 GMT"
	for _, test := range []struct {
		asked, date string
		want        time.Duration
	}{
		{"", sent, 0},
		{"120", sent, 2 * time.Minute},
		{"0", sent, 0},
		{"-5", sent, 0},
		{"2000000000", sent, 24 * time.Hour},
		{"99999999999999999999", sent, 0},
		{"Fri, 27 Nov 2026 20:03:00 GMT", sent, 3 * time.Minute},
		{"Fri, 27 Nov 2026 19:03:00 GMT", sent, 0},
		{"Fri, 27 Nov 2099 20:03:00 GMT", sent, 24 * time.Hour},
		{"Fri, 27 Nov 2026 20:03:00 GMT", "", 0},
		{"soon", sent, 0},
	} {
		h := http.Header{}
		h.Set("Retry-After", test.asked)
		h.Set("Date", test.date)
		if got := retryAfter(h); got != test.want {
			t.Errorf("asked to wait until %q, at %q: %v, want %v", test.asked, test.date, got, test.want)
		}
	}
}
