package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// TestOversight is the officer's own: exports without people in them, and the
// ledger checked with the answer in plain words.
func TestOversight(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.works(o.asks(o.sit(asker)), "bundle")
	b := o.sit(officer)
	a := b.get("/oversight.csv?show=open")
	lines := strings.Split(strings.TrimSpace(a.body), "\n")
	if a.status != http.StatusOK || len(lines) != 2 || !strings.HasPrefix(lines[1], r.Case+";") || !strings.HasPrefix(a.body, "\ufeffZaak;") {
		t.Errorf("CSV: %d %q", a.status, a.body)
	}
	if d := a.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || a.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("CSV comes as %q, %q", a.header.Get("Content-Type"), d)
	}
	if strings.Contains(a.body, string(r.Owner)) || strings.Contains(a.body, nameOf(asker)) {
		t.Error("the export says who it is about")
	}
	if n := strings.Count(b.get("/oversight.csv?show=closed").body, "\n"); n != 1 {
		t.Errorf("closed cases: %d lines", n)
	}
	a = b.get("/oversight.xlsx")
	x, err := excelize.OpenReader(bytes.NewReader([]byte(a.body)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	for cell, want := range map[string]string{"A2": r.Case, "C2": r.Received.String(), "D2": r.Due().String()} {
		if got, err := x.GetCellValue("Inzagezaken", cell); err != nil || got != want {
			t.Errorf("%s: %q, want %q, %v", cell, got, want, err)
		}
	}
	want(t, "a page for others", b.get("/cases"), http.StatusForbidden)
	if err := o.q.RecordDenials(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = b.post("/oversight")
	if !strings.Contains(a.body, "1 keer iets geweigerd") {
		t.Error("the page does not say that something was refused")
	}
	if a.status != http.StatusOK || !strings.Contains(a.body, "geen gat in het logboek") {
		t.Errorf("the ledger: %d", a.status)
	}
	if page := b.get("/oversight?show=open&page=99").body; !strings.Contains(page, r.Case) {
		t.Error("a page after the last is not the last")
	}
}

// TestFindings: who keeps a case and who watches see what kinds of findings it has,
// the most serious first. How often, which tells of one person, nobody sees.
func TestFindings(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.asks(o.sit(asker))
	for name, path := range map[string]string{admin: "/cases/", officer: "/oversight/"} {
		if page := o.sit(name).get(path + r.Case).body; strings.Contains(page, "Bevindingen") {
			t.Errorf("%s sees findings before anything was read", name)
		}
	}
	o.write(r, schema.Entry{Kind: schema.EntryFetched, Part: o.source}, schema.Entry{Kind: schema.EntryBuild},
		schema.Entry{Kind: schema.EntryBuilt, Ref: "ab", Version: "1", Counts: map[string]int64{
			"findings": 2, schema.FindingCounts + string(schema.FindingPurpose): 1, schema.FindingCounts + string(schema.FindingIdentified): 1,
		}})
	for name, path := range map[string]string{admin: "/cases/", officer: "/oversight/"} {
		page := o.sit(name).get(path + r.Case).body
		identified, purpose := strings.Index(page, "paden buiten OneDrive"), strings.Index(page, "bij geen doel passen")
		if identified < 0 || purpose < identified || !strings.Contains(page, "Wijkt af van een afspraak") {
			t.Errorf("%s sees: %s", name, page)
		}
	}
}

// TestKeyFigures holds what supervisors ask: answered within a month, within
// three, late, and how long it took.
func TestKeyFigures(t *testing.T) {
	t.Parallel()
	k := new(kpi)
	received := schema.NewDate(2026, 3, 5)
	for _, one := range []struct {
		answered schema.Date
		extended bool
		state    schema.State
	}{
		{schema.NewDate(2026, 3, 15), false, schema.StateReleased},
		{schema.NewDate(2026, 4, 7), false, schema.StateDelivered}, // 5 April is Easter, 6 April too
		{schema.NewDate(2026, 5, 1), false, schema.StateDelivered}, // late
		{schema.NewDate(2026, 5, 1), true, schema.StateRefused},
		{schema.NewDate(2026, 9, 1), true, schema.StateDelivered}, // late
		{schema.Date{}, false, schema.StateReview},
	} {
		r := schema.Request{Received: received, Extended: one.extended, State: one.state}
		if d := one.answered; !d.IsZero() {
			r.Answered = time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, time.UTC)
		}
		k.count(r, one.answered)
	}
	if k.Total != 6 || k.Open != 1 || k.Extended != 2 || k.Refused != 1 || k.Answered != 5 || k.InMonth != 2 || k.InThree != 4 || k.Late != 2 || k.Median() != "57" {
		t.Errorf("%+v, median %s", k, k.Median())
	}
	if k.Share(2, 5) != "40%" || k.Share(0, 0) != "" {
		t.Error("shares")
	}
}
