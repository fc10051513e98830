package har

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

const (
	collector = "https://eu-teams.events.data.microsoft.com/OneCollector/1.0/?cors=true&sig=geheim-teken"
	token     = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ2b29yYmVlbGQifQ.geheime-handtekening"
	objectID  = "5a1c0f3e-7b52-4d53-9a57-0d4c1e6f0a01"
	stranger  = "5a1c0f3e-7b52-4d53-9a57-0d4c1e6f0a99"
)

func sanne() schema.Subject { return schema.Subject{ObjectID: schema.NewPersonal(objectID)} }

type object = map[string]any

// pairs are headers, cookies or parameters.
func pairs(list ...string) []object {
	out := []object{}
	for i := 0; i < len(list); i += 2 {
		out = append(out, object{"name": list[i], "value": list[i+1]})
	}
	return out
}

// happened is one event as a web client sends it.
func happened(name, user string) string {
	return text(object{
		"ver": "4.0", "name": name, "time": "2026-10-05T07:31:42.120Z", "iKey": "o:bc3902d8132f43e3ae086a009979fa88",
		"data": object{"UserInfo": object{"Id": user}, "klik": "knop-" + name},
	})
}

// sent is a request to a collector.
func sent(mime, body string, more object) object {
	post := object{"mimeType": mime, "text": body}
	maps.Copy(post, more)
	return object{
		"startedDateTime": "2026-10-05T09:31:43.5+02:00", "time": 41.25,
		"request": object{
			"method": "POST", "url": collector, "httpVersion": "h2", "headersSize": -1, "bodySize": 1234,
			"cookies": pairs("MC1", "geheim-koekje"),
			"headers": pairs(
				"Content-Type", mime, "apikey", "bc3902d8132f43e3ae086a009979fa88-1", "Authorization", "Bearer "+token, "Cookie", "MC1=geheim-koekje",
				"Referer", "https://teams.example/v2/geheim-document", "X-Iets", "geheim-iets",
			),
			"queryString": pairs("cors", "true", "sig", "geheim-teken"),
			"postData":    post,
		},
		"response": object{
			"status": 200, "httpVersion": "h2", "headers": pairs("set-cookie", "geheim-koekje"), "cookies": []object{},
			"content":     object{"size": 9, "mimeType": "application/json", "text": `{"acc":1, "geheim":"antwoord"}`},
			"headersSize": -1, "bodySize": 9,
		},
		"timings": object{"send": 0.5, "wait": 40.75},
	}
}

// visited is a request to a host that receives no telemetry.
func visited() object {
	return object{
		"startedDateTime": "2026-10-05T09:31:44+02:00", "time": 7,
		"request": object{
			"method": "POST", "url": "https://www.bing.example/images/geheim-zoekwoord?q=geheim-vraag", "httpVersion": "h2", "bodySize": 12, "headersSize": 99,
			"headers":     pairs("Referer", "https://voorbeeld.sharepoint.example/sites/geheim-blad", "Accept", "geheim-soort"),
			"queryString": pairs("q", "geheim-vraag"), "cookies": pairs("sid", "geheim-sessie"),
			"postData": object{"mimeType": "text/plain", "text": "geheim-bericht"},
		},
		"response": object{"status": 204, "content": object{"size": 0, "mimeType": "x-unknown", "text": "geheim-pagina"}, "headers": pairs(), "cookies": pairs()},
	}
}

// left are the values that no record may hold.
func left(more ...string) []string {
	return append(more, "geheim-teken", "geheim-koekje", "MC1=geheim-koekje", "geheim-document", token, "Bearer "+token, "X-Iets", "geheim-iets",
		`{"acc":1, "geheim":"antwoord"}`, "geheim-zoekwoord", "geheim-vraag", "geheim-blad", "geheim-soort", "geheim-sessie", "geheim-bericht",
		"geheim-pagina", "https://teams.example/geheim-titel", "Authorization", "set-cookie", "sig", "Cookie", "MC1", "Accept",
		collector, "https://teams.example/v2/geheim-document", "https://www.bing.example/images/geheim-zoekwoord?q=geheim-vraag",
		"https://voorbeeld.sharepoint.example/sites/geheim-blad", "sid", "q")
}

// capture is a file as a browser saves it.
func capture(entries ...object) []byte {
	if entries == nil {
		entries = []object{}
	}
	return []byte(`{"log":{"version":"1.2","creator":{"name":"Meetbrowser","version":"99.1"},` +
		`"pages":[{"id":"page_1","title":"https://teams.example/geheim-titel","pageTimings":{}}],"entries":` + text(entries) + `}}`)
}

// proxied is a file as some proxies save it: the list comes first.
func proxied(entries ...object) []byte {
	return []byte("\ufeff" + `{"log": {"comment":"exported","entries": ` + text(entries) + `, "creator": {"name": "Meetproxy", "version": "5.0"}, "version": "1.2"}}`)
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// packed gives text compressed, the bytes as a string.
func packed(t testing.TB, how, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch how {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	default:
		var err error
		if w, err = flate.NewWriter(&b, 9); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func base(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// asLatin is what a program writes that takes each byte for a character.
func asLatin(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func read(t testing.TB, who schema.Subject, data []byte) ([]schema.Record, *schema.Tally) {
	t.Helper()
	var list []schema.Record
	tally := new(schema.Tally)
	for rec, err := range New().Records(who, sourcetest.File("capture.har", data), tally) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec)
	}
	return list, tally
}
