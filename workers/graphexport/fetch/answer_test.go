package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"

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
