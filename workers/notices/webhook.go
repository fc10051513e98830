package notices

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"inzage/schema"
)

// Webhook sends notices, and events of cases, to another program: a CloudEvents 1.0 JSON message,
// signed as Standard Webhooks asks (headers webhook-id, webhook-timestamp and
// webhook-signature). The receiver drops what has an id that it had already.
type Webhook struct {
	URL string
	// Secret is shared with the receiver.
	Secret []byte
	// Link as in Mail.
	Link string
	// Client sends; nil is one of its own with a time limit, that follows no
	// redirects. Now is the clock for the timestamp.
	Client *http.Client
	Now    func() time.Time
}

// event is a CloudEvents 1.0 message in structured JSON form.
type event struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Time        time.Time `json:"time"`
	Subject     string    `json:"subject"`
	ContentType string    `json:"datacontenttype"`
	Data        eventData `json:"data"`
}

type eventData struct {
	Case     string      `json:"case"`
	Due      schema.Date `json:"due"`
	Extended bool        `json:"extended"`
	Link     string      `json:"link,omitempty"`
}

// Send implements Sender.
func (w *Webhook) Send(ctx context.Context, n Notice) error {
	body, err := json.Marshal(event{
		SpecVersion: "1.0", ID: n.Key, Source: "/inzage", Type: "inzage.notice." + n.Code, Time: n.At.UTC(),
		Subject: n.Case, ContentType: "application/json",
		Data: eventData{Case: n.Case, Due: n.Due, Extended: n.Extended, Link: link(w.Link, n.Case)},
	})
	if err != nil {
		return schema.Never(schema.Fail(schema.CodeInternal, "make webhook message", err))
	}
	return w.Post(ctx, n.Key, body)
}

// Post sends a CloudEvents message in structured JSON form, signed; id is the
// same at every try. What the receiver answers beyond its status is not read.
func (w *Webhook) Post(ctx context.Context, id string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return schema.Never(schema.Fail(schema.CodeConfig, "make webhook request", err))
	}
	at := strconv.FormatInt(w.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/cloudevents+json")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", at)
	req.Header.Set("Webhook-Signature", "v1,"+sign(w.Secret, id, at, body))
	resp, err := w.client().Do(req)
	if err != nil {
		return schema.Fail(schema.CodeUndelivered, "send webhook", err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
	return verdict(resp)
}

// verdict is the fate of a notice by the receiver's answer: a no to what was
// sent is final, a no for now is not.
func verdict(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			return schema.Later(min(time.Duration(s)*time.Second, 24*time.Hour))
		}
		return schema.Fail(schema.CodeUndelivered, "send webhook", nil)
	case code == http.StatusRequestTimeout || code >= 500:
		return schema.Fail(schema.CodeUndelivered, "send webhook", nil)
	default:
		return schema.Never(schema.Fail(schema.CodeUndelivered, "send webhook", nil))
	}
}

// sign is the signature of Standard Webhooks 1.0: HMAC-SHA256 over id, time and
// body, in base64.
func sign(secret []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (w *Webhook) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
