package notices_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/workers/notices"
)

func TestWebhookIsSignedAndRecognisable(t *testing.T) {
	t.Parallel()
	secret := []byte("shared secret")
	var bodies []string
	var ids []string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(r.Header.Get("Webhook-Id") + "." + r.Header.Get("Webhook-Timestamp") + "." + string(body)))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("Webhook-Signature") != want {
			t.Errorf("signature %q, want %q", r.Header.Get("Webhook-Signature"), want)
		}
		bodies, ids = append(bodies, string(body)), append(ids, r.Header.Get("Webhook-Id"))
	}))
	defer s.Close()
	w := notices.Webhook{
		URL: s.URL, Secret: secret, Link: "https://inzage.gemeente.example/{case}",
		Now: func() time.Time { return time.Unix(1_795_766_400, 0) },
	}
	for range 2 {
		if err := w.Send(t.Context(), notice(t, schema.ReminderDue)); err != nil {
			t.Fatal(err)
		}
	}
	const body = `{"specversion":"1.0","id":"k1","source":"/inzage","type":"inzage.notice.due","time":"2026-11-27T08:00:00Z",` +
		`"subject":"2026-0042","datacontenttype":"application/json",` +
		`"data":{"case":"2026-0042","due":"2026-12-02","extended":false,"link":"https://inzage.gemeente.example/2026-0042"}}`
	if diff := cmp.Diff([]string{body, body}, bodies); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"k1", "k1"}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestWebhookOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		after  string
		want   string
	}{
		{200, "", "done"},
		{204, "", "done"},
		{302, "", "never"}, // a redirect could lead anywhere
		{400, "", "never"},
		{410, "", "never"},
		{408, "", "again"},
		{429, "", "again"},
		{429, "120", "later 2m0s"},
		{503, "999999999", "later 24h0m0s"},
		{503, "soon", "again"},
		{500, "60", "again"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			if c.status == http.StatusFound {
				w.Header().Set("Location", "/elsewhere")
			}
			w.WriteHeader(c.status)
		}))
		w := notices.Webhook{URL: s.URL, Now: time.Now}
		if got := fate(w.Send(t.Context(), notice(t, schema.ReminderDue))); got != c.want {
			t.Errorf("%d, Retry-After %q: %s, want %s", c.status, c.after, got, c.want)
		}
		s.Close()
	}
	gone := notices.Webhook{URL: "http://127.0.0.1:1/", Now: time.Now}
	if got := fate(gone.Send(t.Context(), notice(t, schema.ReminderDue))); got != "again" {
		t.Errorf("nobody there: %s", got)
	}
}

// fate is what the queue would do.
func fate(err error) string {
	after, later := schema.IsLater(err)
	switch {
	case err == nil:
		return "done"
	case later:
		return "later " + after.String()
	case schema.IsNever(err):
		return "never"
	default:
		return "again"
	}
}
