package har

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

const stream = "application/x-json-stream; charset=utf-8"

func TestSource(t *testing.T) {
	t.Parallel()
	lines := happened("Klik", objectID) + "\n" + happened("Scroll", stranger)
	values := []string{"knop-Klik", "eu-teams.events.data.microsoft.com", "www.bing.example", "events", "Meetbrowser", "https://voorbeeld.sharepoint.example"}
	is := schema.Format{Code: format}
	bond := sent("application/bond-compact-binary", "\u0001geheim-bond", nil)
	sourcetest.Run(t, New(), []sourcetest.Case{
		{
			Name: "browser", File: "a.har", Data: capture(sent(stream, lines, nil), visited(), bond), Who: sanne(), Format: is,
			Readable: 6, Others: 1, Values: values, Gone: left(lines, "\u0001geheim-bond"),
		},
		{
			Name: "proxy", File: "a.har", Data: proxied(sent(stream, lines, nil), visited()), Who: sanne(), Format: is,
			Readable: 6, Others: 1, Values: []string{"Meetproxy", "knop-Klik"},
			Gone: left(lines, "1.2"), // a bare value behind the list
		},
		{Name: "no requests", File: "a.har", Data: capture(), Who: sanne(), Format: is, Readable: 1, Gone: left()},
		{
			Name: "another user only", File: "a.har", Data: capture(sent(stream, happened("Klik", stranger), nil)), Who: sanne(), Format: is,
			Readable: 3, Others: 1, Gone: left(happened("Klik", stranger)),
		},
		{
			Name: "broken event", File: "a.har", Data: capture(sent(stream, happened("Klik", objectID)+"\n"+`{"name":"half","data":{"x":`, nil)), Who: sanne(), Format: is,
			Readable: 3, Unreadable: 1, Gone: left(happened("Klik", objectID) + "\n" + `{"name":"half","data":{"x":`),
		},
		{Name: "an event", File: "x.json", Data: []byte(happened("Klik", objectID))},
		{Name: "another log", File: "x.json", Data: []byte(`{"log":{"level":"info"}}`)},
		{Name: "nothing", File: "x"},
		{Name: "a list", File: "x.json", Data: []byte(`[{"log":{"entries":[]}}]`)},
	})
}

// TestBodies: the same events, however the capture writes them down.
func TestBodies(t *testing.T) {
	t.Parallel()
	lines := happened("Klik", objectID) + "\n" + happened("Typ", objectID) + "\n"
	for name, x := range map[string]object{
		"text":            sent(stream, lines, nil),
		"list":            sent("application/json", "["+happened("Klik", objectID)+","+happened("Typ", objectID)+"]", nil),
		"base64":          sent(stream, base(lines), object{"encoding": "base64"}),
		"base64, untold":  sent(stream, base(lines), nil),
		"gzip, base64":    sent(stream, base(packed(t, "gzip", lines)), object{"encoding": "base64"}),
		"gzip, Latin":     sent(stream, asLatin(packed(t, "gzip", lines)), nil),
		"zlib, base64":    sent(stream, base(packed(t, "zlib", lines)), nil),
		"deflate, base64": deflated(base(packed(t, "flate", lines))),
	} {
		list, tally := read(t, sanne(), capture(x))
		if len(list) != 4 {
			t.Errorf("%s: %d records, repairs %v", name, len(list), tally.Repairs)
			continue
		}
		for i, want := range []string{"Klik", "Typ"} {
			r := list[2+i]
			got := []any{r.Event, r.At, r.Unreadable, value(&r, "data.klik"), value(&r, "capture.host")}
			if diff := cmp.Diff([]any{want, time.Date(2026, 10, 5, 7, 31, 42, 120e6, time.UTC), schema.Code(""), "knop-" + want, "eu-teams.events.data.microsoft.com"}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		if got := value(&list[1], "capture.events"); got != "2" {
			t.Errorf("%s: the request counts %q events", name, got)
		}
	}
}

// deflated is a request that says so of its body.
func deflated(body string) object {
	x := sent(stream, body, nil)
	x["request"].(object)["headers"] = pairs("Content-Encoding", "deflate")
	return x
}

// TestOpaque: what cannot be read is counted, with its size; it does not fill the
// memory, and is never guessed at.
func TestOpaque(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"noise":     "\x01\x02noise",
		"bomb":      base(packed(t, "gzip", "["+strings.Repeat(" ", 64<<20)+"]")),
		"cut off":   base(packed(t, "gzip", happened("Klik", objectID))[:60]),
		"not JSON":  base(packed(t, "gzip", "<html>")),
		"nested":    base(packed(t, "gzip", packed(t, "gzip", happened("Klik", objectID)))),
		"form text": "a=1&b=2",
	} {
		list, tally := read(t, sanne(), capture(sent(stream, body, nil)))
		if len(list) != 2 || value(&list[1], "capture.body") != bodyOpaque || value(&list[1], "capture.bytes") != "1234" || tally.Repairs[schema.RepairOpaque] != 1 {
			t.Errorf("%s: %d records, repairs %v", name, len(list), tally.Repairs)
		}
	}
}

// TestLeftOut: what was left out is counted.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	data := text(object{"name": "Klik", "time": "2026-10-05T07:31:42Z", "data": object{"kop": "Bearer " + token, "url": "https://x.example/?t=" + token}})
	list, tally := read(t, sanne(), capture(sent(stream, data, nil), visited()))
	want := map[schema.Repair]int64{
		// two cookies, two headers, a header of the answer, a parameter, two values in the event
		schema.RepairSecret:  8,
		schema.RepairContent: 3, // two requests and the title of the page
	}
	if diff := cmp.Diff(want, tally.Repairs); diff != "" {
		t.Errorf("repairs (-want +got):\n%s", diff)
	}
	if got := value(&list[1], "request.url"); got != "https://eu-teams.events.data.microsoft.com/OneCollector/1.0/" {
		t.Errorf("the address of a collector: %q", got)
	}
	if got := value(&list[3], "request.url"); got != "" {
		t.Errorf("the address of another host: %q", got)
	}
}

// TestDamage: a request that breaks off takes no other with it, and shows nothing.
func TestDamage(t *testing.T) {
	t.Parallel()
	good := string(capture(sent(stream, happened("Klik", objectID), nil), sent(stream, happened("Typ", objectID), nil)))
	broken := strings.Replace(good, `"timings":{"send":0.5,"wait":40.75}}`, `"timings":{"send":`, 1)
	list, _ := read(t, sanne(), []byte(broken))
	names := []string{}
	for _, r := range list {
		if r.Unreadable != "" && (!r.Raw.IsEmpty() || r.Cut == 0) {
			t.Errorf("an unreadable request shows its text, or has no size")
		}
		names = append(names, r.Event+string(r.Unreadable))
	}
	if diff := cmp.Diff([]string{eventAbout, "syntax", eventRequest, "Typ"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOffsets: a request stands where its record says.
func TestOffsets(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"browser": capture(visited(), visited()), "proxy": proxied(visited(), visited())} {
		list, _ := read(t, sanne(), data)
		for _, r := range list {
			if at := r.From.Offset; r.Event == eventRequest && !strings.HasPrefix(string(data[at:]), `{"request":`) {
				t.Errorf("%s: record %d is not at %d", name, r.From.Record, at)
			}
		}
	}
}

// TestHosts: a host is a collector's by its end, behind a dot.
func TestHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"eu-mobile.events.data.microsoft.com": true, "events.data.microsoft.com": true, "watson.telemetry.microsoft.com": true,
		"evilevents.data.microsoft.com": false, "events.data.microsoft.com.example": false, "www.bing.com": false, "": false,
	} {
		if isTelemetry(host) != want {
			t.Errorf("%q: got %v", host, !want)
		}
	}
}

func value(r *schema.Record, path string) string {
	v, _ := r.Field(path)
	return v.Reveal()
}

// FuzzRecords reads arbitrary bytes as a capture; the laws are those of
// sourcetest.Any, and that a cookie stays out of every record.
func FuzzRecords(f *testing.F) {
	lines := happened("Klik", objectID) + "\n" + happened("Scroll", stranger)
	whole := capture(sent(stream, lines, nil), visited())
	for _, s := range [][]byte{
		whole, proxied(sent(stream, base(packed(f, "gzip", lines)), nil)), whole[:len(whole)/2], capture(),
		[]byte(strings.Replace(string(whole), "]", "", 1)),
		archiveOf(f, append(sessionOf(1, sentRaw(lines), answerRaw), sessionOf(2, tunnelRaw, "")...)...),
		[]byte(flowOf("eu-teams.events.data.microsoft.com", "/OneCollector/1.0/?a=b", lines, "x", "content-type", stream, "cookie", "MC1=geheim-koekje")),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Any(t, New(), sanne(), "capture.har", data) })
}
