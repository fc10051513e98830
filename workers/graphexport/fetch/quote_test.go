package fetch

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// watched keeps the filters that Graph was asked for.
type watched struct {
	http.RoundTripper
	mu      sync.Mutex
	filters []string
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if f := r.URL.Query().Get("$filter"); f != "" {
		w.filters = append(w.filters, f)
	}
	w.mu.Unlock()
	return w.RoundTripper.RoundTrip(r)
}

// A quote in what somebody typed ends no text in a filter of Graph (OData 4.01,
// 5.1.1.6.1): it is there twice.
func TestQuoted(t *testing.T) {
	t.Parallel()
	w := &watched{}
	nothing := Storage{Account: "exports", Key: schema.NewPersonal("a2V5"), Endpoint: "http://127.0.0.1:1/", ByKey: true}
	r := rigWith(t, simulate.Options{}, nothing, func(c *Config) {
		client := c.HTTP
		w.RoundTripper = client.Transport
		c.HTTP = &http.Client{Transport: w}
	})
	const name = "x') or startswith(mail,'a@waterlandaanzee.example"
	if _, err := r.Resolve(t.Context(), names(name)); schema.CodeOf(err) != schema.CodePersonUnknown {
		t.Errorf("got %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.filters {
		if strings.Contains(f, "mail") && !strings.Contains(f, "mail eq 'x'') or startswith(mail,''a@waterlandaanzee.example'") {
			t.Errorf("Graph is asked for %s", f)
		}
	}
	if len(w.filters) == 0 {
		t.Error("Graph was asked for nobody")
	}
}
