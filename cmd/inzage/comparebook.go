package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"inzage/explain/bundle"
	"inzage/explain/compare"
	"inzage/explain/finding"
)

// writeComparison writes the report for people.
func (a *app) writeComparison(w io.Writer, r *compare.Report, rules finding.Rules) error {
	first := bundle.Register{
		Title: a.text("compare.sheet.summary"), Lang: a.lang, Columns: a.headings("compare.col.", "what", "count", "with"), Widths: []float64{80, 52, 32},
		Rows: [][]any{{a.text("compare.test-only"), "", ""}, {a.text("compare.level"), a.text("compare.level." + r.Level), ""}},
	}
	for _, tool := range r.Tools {
		first.Rows = append(first.Rows, []any{a.text("compare.tool"), visible(tool), ""})
	}
	events := bundle.Register{
		Title: a.text("compare.sheet.events"), Columns: a.headings("compare.col.", "event", "title", "category", "both", "differs", "viewer-only", "other-only", "fields", "with"),
		Widths: []float64{50, 40, 26, 13, 13, 18, 18, 50, 32},
	}
	for i := range r.Comparisons {
		s := &r.Comparisons[i]
		with := a.text("compare.with." + s.With)
		for _, l := range figures(s) {
			first.Rows = append(first.Rows, []any{a.text("compare.outcome." + l.key), l.count, with})
		}
		first.Rows = append(first.Rows, []any{a.skew(s), "", with})
		if !s.Other.First.IsZero() {
			first.Rows = append(first.Rows, []any{a.text("compare.window"), moment(s.Other.First, rules.Zone) + " – " + moment(s.Other.Last, rules.Zone), with})
		}
		for _, span := range []compare.Span{s.Viewer, s.Other} { // as old as what it is about: the same files give the same report
			if span.Last.After(first.Made) {
				first.Made = span.Last
			}
		}
		for _, e := range s.Events {
			events.Rows = append(events.Rows, []any{
				visible(e.Name), visible(e.Title), a.text("category." + string(e.Category)), e.Both, e.Differs, e.ViewerOnly, e.OtherOnly, differing(e.Fields), with,
			})
		}
	}
	hosts := bundle.Register{
		Title: a.text("compare.sheet.hosts"), Columns: a.headings("compare.col.", "host", "kind", "name", "legal", "country", "status", "requests", "events", "opaque", "bytes"),
		Widths: []float64{45, 25, 25, 35, 14, 25, 14, 18, 15, 20},
	}
	for _, h := range r.Hosts {
		country := h.Country
		if country == "unknown" {
			country = a.text("compare.status.unknown")
		}
		hosts.Rows = append(hosts.Rows, []any{
			visible(h.Host), a.text("compare.kind." + string(h.Kind)), h.Name, h.Legal, country, a.text("compare.status." + string(h.Status)),
			h.Requests, h.Events, h.Opaque, h.OpaqueBytes,
		})
	}
	found := bundle.Register{
		Title: a.text("bundle.findings.sheet"), Columns: a.headings("bundle.findings.col.", "finding", "severity", "count", "means", "where"),
		Widths: []float64{42, 28, 12, 70, 70},
	}
	for _, f := range r.Findings {
		found.Rows = append(found.Rows, []any{
			a.text("finding." + string(f.ID)), a.text("severity." + string(f.Severity)), f.Count, a.text("finding." + string(f.ID) + ".explain"),
			a.where(f, rules.Registers),
		})
	}
	return bundle.WriteRegister(w, first, found, hosts, events)
}

// moment is a moment as people write it, with the name of its zone.
func moment(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04:05 MST")
}

// differing lists fields that differ, with how often. A cell holds so much.
func differing(fields map[string]int64) string {
	const most = 30
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	var parts []string
	for i, name := range names {
		if i == most {
			parts = append(parts, fmt.Sprintf("+%d", len(names)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%s (%d)", visible(name), fields[name]))
	}
	return strings.Join(parts, ", ")
}
