package har

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

// member is one file of an archive.
type member struct{ name, text string }

// archiveOf is a capture as Fiddler saves it.
func archiveOf(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range append([]member{{"[Content_Types].xml", "<Types/>"}, {"_index.htm", "geheim-overzicht"}}, members...) {
		w, err := z.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sessionOf are the three files of a session.
func sessionOf(n int, request, answer string) []member {
	at := fmt.Sprintf("raw/%02d_", n)
	return []member{
		{at + "c.txt", request},
		{at + "s.txt", answer},
		{at + "m.xml", `<?xml version="1.0"?><Session SID="1"><SessionTimers ClientConnected="0001-01-01T00:00:00" ClientBeginRequest="2026-10-05T09:31:43.5000000+02:00"/>` +
			`<SessionFlags><SessionFlag N="x-processinfo" V="geheim-programma"/></SessionFlags></Session>`},
	}
}

// sentRaw is a request to a collector in the bytes of HTTP.
func sentRaw(body string, more ...string) string {
	lines := append([]string{
		"POST " + collector + " HTTP/1.1", "Host: eu-teams.events.data.microsoft.com", "Content-Type: " + stream, "Authorization: Bearer " + token,
		"Cookie: MC1=geheim-koekje", "Referer: https://teams.example/v2/geheim-document", "X-Iets: geheim-iets",
	}, more...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

const (
	answerRaw  = "HTTP/1.1 200 OK\r\nSet-Cookie: geheim-koekje\r\n\r\n" + `{"acc":1, "geheim":"antwoord"}`
	visitedRaw = "POST /images/geheim-zoekwoord?q=geheim-vraag HTTP/1.1\r\nHost: www.bing.example\r\nAccept: geheim-soort\r\n" +
		"Referer: https://voorbeeld.sharepoint.example/sites/geheim-blad\r\n\r\ngeheim-bericht"
	tunnelRaw = "CONNECT www.bing.example:443 HTTP/1.1\r\nHost: www.bing.example:443\r\n\r\n"
)

// item is a value as mitmproxy writes it down; a dictionary is its keys and values
// one after another.
func item(kind byte, parts ...string) string {
	text := strings.Join(parts, "")
	return fmt.Sprintf("%d:%s%c", len(text), text, kind)
}

func key(s string) string    { return item(isText, s) }
func octets(s string) string { return item(isBytes, s) }

// flowOf is one flow; headers are names and values.
func flowOf(host, path, body, answer string, headers ...string) string {
	var list []string
	for i := 0; i+1 < len(headers); i += 2 {
		list = append(list, item(isList, octets(headers[i]), octets(headers[i+1])))
	}
	request := item(isDict,
		key("host"), key("192.0.2.7"), key("port"), item(isInt, "443"), key("method"), octets("POST"), key("scheme"), octets("https"),
		key("authority"), octets(host), key("path"), octets(path), key("headers"), item(isList, list...), key("content"), octets(body),
		key("timestamp_start"), item(isFloat, "1791185503.5"), key("trailers"), item('~'))
	response := item(isDict,
		key("status_code"), item(isInt, "200"), key("headers"), item(isList, item(isList, octets("set-cookie"), octets("geheim-koekje"))),
		key("content"), octets(answer))
	return item(isDict, key("websocket"), item('~'), key("response"), response, key("request"), request, key("type"), key("http"), key("version"), item(isInt, "21"))
}

func TestWire(t *testing.T) {
	t.Parallel()
	lines := happened("Klik", objectID) + "\n" + happened("Scroll", stranger)
	values := []string{"knop-Klik", "eu-teams.events.data.microsoft.com", "www.bing.example", "events", "https://voorbeeld.sharepoint.example"}
	gone := left(lines, "geheim-overzicht", "geheim-programma", "geheim-inhoud")
	telemetry := []string{
		"content-type", stream, "authorization", "Bearer " + token, "cookie", "MC1=geheim-koekje", "referer", "https://teams.example/v2/geheim-document", "X-Iets", "geheim-iets",
	}
	const address = "/OneCollector/1.0/?cors=true&sig=geheim-teken"
	flows := flowOf("eu-teams.events.data.microsoft.com", address, lines, `{"acc":1, "geheim":"antwoord"}`, telemetry...) +
		flowOf("www.bing.example", "/images/geheim-zoekwoord?q=geheim-vraag", "geheim-bericht", "geheim-pagina", "accept", "geheim-soort", "referer", "https://voorbeeld.sharepoint.example/sites/geheim-blad") +
		item(isDict, key("type"), key("tcp"), key("messages"), item(isList, octets("geheim-inhoud")))
	saz := archiveOf(t, append(append(sessionOf(1, sentRaw(lines), answerRaw), sessionOf(2, visitedRaw, "HTTP/1.1 204 No Content\r\n\r\ngeheim-pagina")...),
		sessionOf(10, tunnelRaw, "HTTP/1.1 200 Connection Established\r\n\r\n")...)...)
	locked := bytes.Clone(saz)
	for at := 0; ; at += 4 {
		i := bytes.Index(locked[at:], []byte("PK\x03\x04"))
		if i < 0 {
			break
		}
		at += i
		locked[at+6] |= 1
	}
	sourcetest.Run(t, New(), []sourcetest.Case{
		{Name: "Fiddler", File: "a.saz", Data: saz, Who: sanne(), Format: schema.Format{Code: formatSAZ}, Readable: 6, Others: 1, Values: append(values, "Fiddler (.saz)"), Gone: gone},
		{Name: "mitmproxy", File: "flows", Data: []byte(flows), Who: sanne(), Format: schema.Format{Code: formatFlows}, Readable: 6, Others: 1, Values: append(values, "mitmproxy"), Gone: gone},
		{Name: "another zip", File: "x.zip", Data: archiveOf(t, member{"raw/notes.txt", "x"})},
		{Name: "another netstring", File: "x", Data: []byte("5:hello,")},
		{Name: "digits", File: "x", Data: []byte("12:34:56 and so on")},
	})
	if f, ok := New().Match(sourcetest.File("a.saz", locked)); !ok || f.Refused != schema.CodeEncryptedMember {
		t.Errorf("with a password: %+v %v", f, ok)
	}
}

// TestWireBodies: the same events, however the bytes of HTTP hold them.
func TestWireBodies(t *testing.T) {
	t.Parallel()
	lines := happened("Klik", objectID) + "\n" + happened("Typ", objectID) + "\n"
	zipped := packed(t, "gzip", lines)
	flow := func(body string) []byte {
		return []byte(flowOf("eu-teams.events.data.microsoft.com", "/OneCollector/1.0/", body, "", "content-type", stream))
	}
	for name, data := range map[string][]byte{
		"saz, text":        archiveOf(t, sessionOf(1, sentRaw(lines), answerRaw)...),
		"saz, gzip":        archiveOf(t, sessionOf(1, sentRaw(zipped, "Content-Encoding: gzip"), answerRaw)...),
		"saz, chunked":     archiveOf(t, sessionOf(1, sentRaw(fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(zipped), zipped), "Transfer-Encoding: chunked"), "")...),
		"saz, no answer":   archiveOf(t, sessionOf(1, sentRaw(lines), "")[0], sessionOf(1, "", "")[2]),
		"mitmproxy, text":  flow(lines),
		"mitmproxy, gzip":  flow(zipped),
		"mitmproxy, bytes": bytes.ReplaceAll(flow(lines), []byte("7:request;"), []byte("7:request,")),
	} {
		list, tally := read(t, sanne(), data)
		if len(list) != 4 {
			t.Errorf("%s: %d records, repairs %v", name, len(list), tally.Repairs)
			continue
		}
		if at := time.Date(2026, 10, 5, 7, 31, 43, 5e8, time.UTC); !list[1].At.Equal(at) {
			t.Errorf("%s: the request is of %v", name, list[1].At)
		}
		got := []string{list[2].Event, value(&list[2], "data.klik"), list[3].Event, value(&list[1], "capture.events")}
		if diff := cmp.Diff([]string{"Klik", "knop-Klik", "Typ", "2"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestWireDamage: what cannot be read is a record with its size, and takes no other
// with it.
func TestWireDamage(t *testing.T) {
	t.Parallel()
	good := flowOf("eu-teams.events.data.microsoft.com", "/OneCollector/1.0/", happened("Klik", objectID), "", "content-type", stream)
	for name, tc := range map[string]struct {
		data []byte
		code schema.Code
	}{
		"no dictionary":   {[]byte(good + item(isList, octets("x")) + good), schema.CodeSyntax},
		"no request":      {[]byte(good + item(isDict, key("type"), key("http")) + good), schema.CodeSyntax},
		"broken inside":   {[]byte(good + item(isDict, key("request"), "99:x") + good), schema.CodeSyntax},
		"no request line": {archiveOf(t, append(append(sessionOf(1, sentRaw(happened("Klik", objectID)), ""), sessionOf(2, "geheim", "")...), sessionOf(3, sentRaw(happened("Klik", objectID)), "")...)...), schema.CodeSyntax},
	} {
		list, _ := read(t, sanne(), tc.data)
		if len(list) != 6 || list[3].Unreadable != tc.code || list[3].Cut == 0 || !list[3].Raw.IsEmpty() || list[5].Event != "Klik" {
			t.Errorf("%s: %d records", name, len(list))
		}
	}
	list, _ := read(t, sanne(), []byte(good+good[:len(good)-9]))
	if last := list[len(list)-1]; len(list) != 4 || last.Unreadable != schema.CodeTruncated || last.Cut == 0 {
		t.Errorf("cut off: %d records", len(list))
	}
}

// TestWireHostile: what claims to be huge costs little.
func TestWireHostile(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"length":     []byte("99999999999:7:request;1:x;"),
		"no colon":   []byte(flowOf("x.example", "/", "", "") + "1234567890123456"),
		"bomb":       archiveOf(t, sessionOf(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"+strings.Repeat(" ", maxMember+1), "")...),
		"wide head":  archiveOf(t, sessionOf(1, "GET / HTTP/1.1\r\n"+strings.Repeat("a:\r\n", maxHTTPHead), "")...),
		"half a zip": archiveOf(t, sessionOf(1, sentRaw("x"), "")...)[:300],
	} {
		unread, failed := 0, false
		for rec, err := range New().Records(sanne(), sourcetest.File("x", data), new(schema.Tally)) {
			if failed = err != nil; rec.Unreadable != "" {
				unread++
			}
		}
		if unread == 0 && !failed {
			t.Errorf("%s: read in silence", name)
		}
	}
}
