package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"inzage/schema"
)

// TestCalendar is the feed of an officer: case numbers and dates for whoever has
// the address, until it is renewed, ended or too old, and for nobody else.
func TestCalendar(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.asks(o.sit(asker))
	b, program := o.sit(officer), o.sit("")
	address := func() string {
		t.Helper()
		a := b.post("/oversight/calendar", "do", "make")
		found := regexp.MustCompile(`/calendar/[^<]*\.ics`).FindString(a.body)
		if a.status != http.StatusOK || found == "" {
			t.Fatalf("no address: %d", a.status)
		}
		return found
	}
	first := address()
	if page := b.get("/oversight/calendar").body; strings.Contains(page, ".ics") {
		t.Error("the address is shown again")
	}
	a := program.get(first)
	want(t, "the feed", a, http.StatusOK)
	for _, line := range []string{
		"SUMMARY:Inzageverzoek " + r.Case + ": uiterste datum", "DTSTART;VALUE=DATE:" + icalDay(r.Due()), "SEQUENCE:0", "TRIGGER:-P9DT15H",
	} {
		if !strings.Contains(a.body, "\r\n"+line+"\r\n") {
			t.Errorf("no line %q in %q", line, a.body)
		}
	}
	for _, bad := range []string{nameOf(asker), string(r.ID), string(r.Owner), r.Subject} {
		if strings.Contains(a.body, bad) {
			t.Errorf("%q is in the feed", bad)
		}
	}
	if kind := a.header.Get("Content-Type"); kind != "text/calendar; charset=utf-8" {
		t.Errorf("it is %q", kind)
	}
	why := schema.Reasons(schema.EntryExtended)[0]
	r = o.write(r, schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryExtended, Code: why, Actor: "a"},
		schema.Entry{Kind: schema.EntryExtended, Code: why, Actor: "b"})
	if body := program.get(first).body; !strings.Contains(body, "DTSTART;VALUE=DATE:"+icalDay(r.Due())+"\r\n") || !strings.Contains(body, "SEQUENCE:1\r\n") {
		t.Error("an extension does not move the date")
	}
	for _, wrong := range []string{strings.TrimSuffix(first, ".ics"), first[:len(first)-5] + "x.ics", "/calendar/nobody/x.ics"} {
		want(t, wrong, program.get(wrong), http.StatusNotFound)
	}
	second := address()
	want(t, "what was renewed", program.get(first), http.StatusNotFound)
	want(t, "the new one", program.get(second), http.StatusOK)
	o.ahead.Store(int64((feedLasts + 1) * 24 * time.Hour))
	want(t, "what is too old", program.get(second), http.StatusNotFound)
	o.ahead.Store(0)
	b = o.sit(officer)
	want(t, "end", b.post("/oversight/calendar", "do", "end"), http.StatusSeeOther)
	want(t, "end twice", b.post("/oversight/calendar", "do", "end"), http.StatusSeeOther)
	want(t, "what was ended", program.get(second), http.StatusNotFound)
}

// Lines are folded at 75 bytes, never inside a character, and text is escaped
// (RFC 5545, 3.1 and 3.3.11).
func TestFolding(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("één; twee, drie\\\n", 20)
	var c ical
	c.text("SUMMARY", text)
	got := c.b.String()
	for line := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
		if len(line) > maxLine || !utf8.ValidString(line) {
			t.Errorf("%d bytes: %q", len(line), line)
		}
	}
	flat := strings.TrimSuffix(strings.ReplaceAll(got, "\r\n ", ""), "\r\n")
	back := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(strings.TrimPrefix(flat, "SUMMARY:"))
	if back != text {
		t.Errorf("%q came back", back)
	}
}
