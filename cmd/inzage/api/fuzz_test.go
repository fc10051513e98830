package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// taking is every operation that takes a body, on a case that takes nothing more.
func taking(number string) []string {
	return []string{"/requests", "/requests/" + number + "/identity", "/requests/" + number + "/proposals"}
}

// FuzzBody sends hostile bodies to every operation that takes one. Each is answered:
// taken, or refused with a problem that quotes nothing of it, and then nothing was
// written. One key makes one request of all that are taken in, and the case is
// closed, so that what is taken does not pile up.
func FuzzBody(f *testing.F) {
	h := open(f)
	p := h.program("formulier", queue.Scopes()...)
	closed := p.do(http.MethodPost, "/requests", sanne(), "Idempotency-Key", aKey)
	number, _ := closed.data["case"].(string)
	id, _ := closed.data["id"].(string)
	if _, err := h.q.Append(f.Context(), schema.RequestID(id), schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
		f.Fatal(queuetest.Why(err))
	}
	in := queuetest.Intrude(f, h.access)
	ours := string(h.api.Document(schema.Dutch)) + string(h.api.Document(schema.English))
	paths, handler := taking(number), h.api.Handler()
	for op, bodies := range hostile() {
		for _, body := range bodies {
			f.Add(uint8(op), []byte(body)) //nolint:gosec // a few operations
		}
	}
	f.Fuzz(func(t *testing.T, op uint8, body []byte) {
		h.api.pace = newPace()
		before := in.Written(t)
		path := paths[int(op)%len(paths)]
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Base+path, bytes.NewReader(body))
		for name, value := range map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + p.token, "Idempotency-Key": bKey, "Accept-Language": "en"} {
			req.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		var problem Problem
		err := json.Unmarshal(w.Body.Bytes(), &problem)
		if reads := problem.Code != string(codeInput) && problem.Code != string(schema.CodeTooLarge); reads {
			if err := ambiguous(body); err != nil {
				t.Errorf("%s reads %q, and answers %d: %v", path, body, w.Code, err)
			}
		}
		if w.Code < 400 {
			return
		}
		if err != nil || w.Code >= 500 || w.Header().Get("Content-Type") != problemMedia || problem.Status != w.Code ||
			problem.Type != problemType+problem.Code || problem.Title == "" {
			t.Errorf("%s answers %d %s: %s", path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		for _, text := range textsOf(body) {
			if strings.Contains(w.Body.String(), text) && !strings.Contains(ours, text) && !strings.HasPrefix(text, "body.") {
				t.Errorf("%s sends back %q: %s", path, text, w.Body)
			}
		}
		if after := in.Written(t); after != before {
			t.Errorf("%s refused with %d and wrote %d entries", path, w.Code, after-before)
		}
	})
}

// ambiguous is what is wrong with JSON that two readers can understand otherwise: it is
// not UTF-8, or has a name twice.
func ambiguous(body []byte) error {
	if !utf8.Valid(body) {
		return fmt.Errorf("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	return ambiguousValue(d)
}

func ambiguousValue(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return err
	}
	seen := make(map[any]bool)
	for d.More() {
		if token == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if seen[name] {
				return fmt.Errorf("it has a name twice")
			}
			seen[name] = true
		}
		if err := ambiguousValue(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// textsOf is the names and texts of a body that are long enough to know again.
func textsOf(body []byte) (list []string) {
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return list
		}
		if text, ok := token.(string); ok && len(text) >= 6 {
			list = append(list, text)
			if head, _, ok := strings.Cut(text, "."); ok && len(head) >= 6 {
				list = append(list, head)
			}
		}
	}
}

// hostile is bodies for each operation of taking, in its order.
func hostile() [][]string {
	const canary = "Kanarievogel"
	with := func(more string) string { return sanne(", " + more) }
	request := []string{
		sanne(), with(`"another": true`), with(`"case": "2026-0001"`), with(`"case": "` + canary + `/../x"`), with(`"` + canary + `.vogel": 1`), with(`"subject": null`),
		with(`"identity": "called-back"`), with(`"identity": "` + canary + `"`), with(`"received": "2026-02-30"`), with(`"received": "0000-00-00"`), with(`"received": 1e999`),
		with(`"received": "99999-12-31"`), with(`"subject": {"addresses": ["a@b.example"]}`), with(`"SUBJECT": {"name": "` + canary + `"}`),
		`{"subject": {"name": "` + strings.Repeat(canary, 30) + `"}, "subject": {"addresses": ["a@b.example"]}, "received": "2026-03-05", "channel": "other", "language": "nl"}`,
		strings.Replace(sanne(), "Sanne de Wit", "\u202e"+canary+"\u0000\ufeff", 1), strings.Replace(sanne(), "Sanne de Wit", "\xff\xfe\xc0\x80", 1),
		strings.Replace(sanne(), "Sanne de Wit", `\ud800\u0000\u202e`, 1), strings.Replace(sanne(), `"Sanne de Wit"`, "-1e-999", 1),
		strings.Replace(sanne(), `["sanne@voorbeeld.example"]`, `[`+strings.Repeat(`"a@b.example",`, 40)+`null]`, 1),
		strings.Replace(sanne(), `["sanne@voorbeeld.example"]`, `[[`+canary+`]]`, 1), strings.Replace(sanne(), "sanne@voorbeeld.example", canary+"@@", 1),
		strings.Replace(sanne(), "sanne@voorbeeld.example", strings.Repeat("a", 9000)+"@b.example", 1),
		strings.Replace(sanne(), "11111111-2222-3333-4444-555555555555", canary, 1), strings.Replace(sanne(), `"other"`, `{"`+canary+`": []}`, 1),
	}
	every := []string{
		"", " ", "null", "true", "7", `"` + canary + `"`, "[]", "{}", "{", canary, "\xef\xbb\xbf{}", "{}{}", `{"a": 1, "a": 2}`,
		strings.Repeat("[", 12000), strings.Repeat(`{"subject":`, 6000), `{"` + strings.Repeat("x", 20000) + `": 1}`, "9" + strings.Repeat("0", 30000),
	}
	identity := []string{with(`"` + canary + `.vogel": 1`), `{"identity": "called-back"}`, `{"identity": "` + canary + `"}`, `{"identity": ["called-back"]}`, `{"identity": "called-back", "identity": 7}`}
	proposal := []string{
		`{"act": "withdrawn"}`, `{"act": "refused", "code": "excessive", "reason": "` + canary + `"}`, `{"act": "released"}`, `{"act": "erased"}`,
		`{"act": "extended", "code": "` + canary + `"}`, `{"act": "suspended", "reason": "` + strings.Repeat(canary, 700) + `"}`, `{"act": {"` + canary + `": 1}}`,
	}
	return [][]string{append(request, every...), append(identity, every...), append(proposal, every...)}
}
