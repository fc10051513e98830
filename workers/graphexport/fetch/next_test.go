package fetch

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// Where an answer says that the rest of a list is at another host, nobody goes there:
// the token is for Graph only.
func TestNextPageIsAtGraph(t *testing.T) {
	t.Parallel()
	nothing := Storage{Account: "exports", Key: schema.NewPersonal("a2V5"), Endpoint: "http://127.0.0.1:1/", ByKey: true}
	for _, next := range []string{
		"https://elsewhere.example/v1.0/next", "https://graph.microsoft.com.elsewhere.example/v1.0/next",
		"https://graph.microsoft.com@elsewhere.example/next", "http://graph.microsoft.com/v1.0/next", "//elsewhere.example/next",
	} {
		var asked, followed atomic.Int32
		r := rigWith(t, simulate.Options{}, nothing, func(c *Config) {
			via := c.HTTP.Transport
			c.HTTP = &http.Client{Transport: carrier(func(req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, "/next") {
					followed.Add(1)
				}
				if !strings.HasSuffix(req.URL.Path, "/list") {
					return via.RoundTrip(req)
				}
				asked.Add(1)
				body := io.NopCloser(strings.NewReader(`{"value":[],"@odata.nextLink":"` + next + `"}`))
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: req}, nil
			})}
		})
		if err := pages(t.Context(), r.graph, "/list", func([]operation) {}); !errors.Is(err, errPages) {
			t.Errorf("%s: a list gives %v", next, err)
		}
		if err := (&pull{Source: r.Source}).page(t.Context(), logPart{}, r.graph.base+"/list"); !errors.Is(err, errPages) {
			t.Errorf("%s: a log gives %v", next, err)
		}
		if asked.Load() != 2 || followed.Load() != 0 {
			t.Errorf("%s: asked %d times, followed %d times", next, asked.Load(), followed.Load())
		}
	}
}
