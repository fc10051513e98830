package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/explain/catalog"
	"inzage/explain/compare"
	"inzage/explain/finding"
	"inzage/explain/register"
	"inzage/schema"
)

// studyFlags are those of the commands that look at records for the data
// protection officer.
type studyFlags struct{ subject, received, organisation, registers string }

func (a *app) studyFlags(c *cobra.Command, f *studyFlags) {
	c.Flags().StringVar(&f.subject, "subject", "", a.text("cli.flag.explain-subject"))
	c.Flags().StringVar(&f.received, "received", "", a.text("cli.flag.findings-received"))
	c.Flags().StringVar(&f.organisation, "organisation-file", "", a.text("cli.flag.organisation-file"))
	c.Flags().StringVar(&f.registers, "registers", "", a.text("cli.flag.registers"))
}

// study is records being looked at: a sink of the line.
type study struct {
	counter    finding.Counter
	comparison *compare.Comparison // nil where nothing is compared

	unreadable, others int64
	leftOut            map[string]int64
}

// Add implements workers.Sink.
func (s *study) Add(e *schema.Explanation) error {
	s.counter.Add(e)
	if s.comparison != nil {
		s.comparison.Add(e)
	}
	return nil
}

// Unreadable implements workers.Sink.
func (s *study) Unreadable(*schema.Record) error {
	s.unreadable++
	return nil
}

// File implements workers.Sink.
func (s *study) File(f bundle.FileInfo) {
	if f.Source == "dataviewer" || f.Source == "har" {
		s.others += f.Others
	}
	for _, r := range []schema.Repair{schema.RepairSecret, schema.RepairContent, schema.RepairOpaque} {
		if n := f.Repairs[r]; n > 0 {
			s.leftOut[string(r)] += n
		}
	}
}

// study reads files and looks at their records.
func (a *app) study(c *cobra.Command, args []string, f studyFlags, comparing bool) (*study, error) {
	lang, err := a.bundleLang(c)
	if err != nil {
		return nil, err
	}
	a.lang = lang
	reader := explain.Reader{Lang: lang}
	if reader.Zone, err = time.LoadLocation("Europe/Amsterdam"); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "load time zone", err)
	}
	if f.subject != "" {
		if reader.Subject, _, err = readPerson(f.subject); err != nil {
			return nil, err
		}
	}
	if f.received != "" {
		day, err := schema.ParseDate(f.received)
		if err != nil {
			return nil, a.usage("cli.error.date")
		}
		reader.Asked = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, reader.Zone)
	}
	o, err := a.organisation(lawFlags{file: f.organisation})
	if err != nil {
		return nil, err
	}
	settings := make(map[string]string)
	for name, s := range o.Settings {
		settings[name] = s.Value
	}
	r, err := registers(f.registers)
	if err != nil {
		return nil, err
	}
	s := &study{
		counter: finding.Counter{Rules: finding.Rules{Settings: settings, Registers: r, Zone: reader.Zone}},
		leftOut: make(map[string]int64),
	}
	if comparing {
		s.comparison = compare.New(r)
	}
	sum, err := a.explainTo(c, args, s, reader)
	if err != nil {
		return nil, err
	}
	if sum.Incomplete() {
		a.code = exitIncomplete
	}
	s.counter.Settle(s.others)
	return s, nil
}

// registers loads those of the program, and those of the organisation.
func registers(folder string) (*register.Registers, error) {
	base, err := fs.Sub(catalog.FS(), "registers")
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "find registers", err)
	}
	if folder == "" {
		return register.Load(base)
	}
	if s, err := os.Stat(folder); err != nil || !s.IsDir() {
		return nil, schema.Fail(schema.CodeConfig, "open folder of registers", err)
	}
	return register.Load(base, os.DirFS(folder))
}

func (a *app) findingsCommand() *cobra.Command {
	var f studyFlags
	var asJSON bool
	c := a.command("findings FILE…", "findings", cobra.MinimumNArgs(1), func(c *cobra.Command, args []string) error {
		s, err := a.study(c, args, f, false)
		if err != nil {
			return err
		}
		list := s.counter.Findings()
		if asJSON {
			return a.printJSON(map[string]any{"version": 1, "catalog": a.catalog.Version(), "findings": append([]schema.Finding{}, list...)})
		}
		a.tellFindings(list)
		return nil
	})
	a.studyFlags(c, &f)
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// tellFindings says findings in words.
func (a *app) tellFindings(list []schema.Finding) {
	if len(list) == 0 {
		a.printf("%s\n", a.text("cli.findings.none"))
	}
	for _, f := range list {
		a.printf("%6d  %s [%s]\n        %s\n", f.Count, a.text("finding."+string(f.ID)), a.text("severity."+string(f.Severity)), a.text("finding."+string(f.ID)+".explain"))
		for _, e := range f.Evidence {
			a.printf("        %6d  %s\n", e.Count, a.evidence(e.Code))
		}
		if f.More > 0 {
			a.printf("        %s\n", a.text("bundle.findings.more", "count", f.More))
		}
	}
}

// evidence says where a finding was made: in words where the code is one of ours,
// else by the name of a host or an event.
func (a *app) evidence(code string) string {
	if key := "cli.evidence." + code; a.catalog.HasText(key) {
		return a.text(key)
	}
	return visible(strings.TrimPrefix(strings.TrimPrefix(code, "host."), "promise."))
}

func (a *app) compareCommand() *cobra.Command {
	var f studyFlags
	var out string
	var asJSON bool
	c := a.command("compare FILE…", "compare", cobra.MinimumNArgs(2), func(c *cobra.Command, args []string) error {
		s, err := a.study(c, args, f, true)
		if err != nil {
			return err
		}
		r, err := s.comparison.Report()
		if err != nil {
			return err
		}
		r.Catalog, r.Unreadable, r.Others, r.LeftOut = a.catalog.Version(), s.unreadable, s.others, s.leftOut
		r.Findings = append([]schema.Finding{}, s.counter.Findings()...)
		if level := s.counter.Settings["telemetry-level"]; level != "" {
			r.Level = level
		}
		if out != "" {
			if err := a.compareWorkbook(out, r); err != nil {
				return err
			}
		}
		if asJSON {
			return a.printJSON(r)
		}
		a.tellComparison(r)
		return nil
	})
	a.studyFlags(c, &f)
	c.Flags().StringVar(&out, "out", "", a.text("cli.flag.compare-out"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// line is a figure of a comparison, by the key of its words.
type line struct {
	key   string
	count int64
}

// figures are the figures of a comparison in the order in which people read them.
func figures(s *compare.Sides) []line {
	return []line{
		{"both", s.Both}, {"differs", s.Differs}, {"viewer-only", s.ViewerOnly}, {"outside", s.Outside}, {s.With + "-only", s.OtherOnly},
	}
}

// tellComparison says the figures of a comparison.
func (a *app) tellComparison(r *compare.Report) {
	a.printf("%s\n", a.text("compare.test-only"))
	for i := range r.Comparisons {
		s := &r.Comparisons[i]
		a.printf("\n%s\n", a.text("compare.with."+s.With))
		for _, l := range figures(s) {
			a.printf("%8d  %s\n", l.count, a.text("compare.outcome."+l.key))
		}
		a.printf("%s\n", a.skew(s))
	}
	if len(r.Hosts) > 0 {
		a.printf("\n%s\n", a.text("compare.hosts"))
	}
	for _, h := range r.Hosts {
		a.printf("%8d  %s (%s, %s)\n", h.Requests, visible(h.Host), a.text("compare.kind."+string(h.Kind)), a.text("compare.status."+string(h.Status)))
	}
	a.printf("\n%s\n", a.text("bundle.findings.title"))
	a.tellFindings(r.Findings)
}

// skew says how far apart the clocks are.
func (a *app) skew(s *compare.Sides) string {
	if s.Pairs == 0 {
		return a.text("compare.skew.unknown")
	}
	return a.text("compare.skew", "count", s.Pairs, "ms", s.Skew)
}

// compareWorkbook writes the report for people.
func (a *app) compareWorkbook(path string, r *compare.Report) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return schema.Fail(schema.CodeIO, "create workbook", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = schema.Fail(schema.CodeIO, "write workbook", cerr)
		}
	}()
	return a.writeComparison(f, r)
}

func (a *app) writeComparison(w io.Writer, r *compare.Report) error {
	cols := func(keys ...string) (list []string) {
		for _, k := range keys {
			list = append(list, a.text("compare.col."+k))
		}
		return list
	}
	first := bundle.Register{
		Title: a.text("compare.sheet.summary"), Lang: a.lang, Columns: cols("what", "count"), Widths: []float64{80, 30},
		Rows: [][]any{{a.text("compare.test-only"), ""}, {a.text("compare.level"), a.text("compare.level." + r.Level)}},
	}
	for _, tool := range r.Tools {
		first.Rows = append(first.Rows, []any{a.text("compare.tool"), visible(tool)})
	}
	events := bundle.Register{
		Title: a.text("compare.sheet.events"), Columns: cols("with", "event", "title", "category", "both", "differs", "viewer-only", "other-only", "fields"),
		Widths: []float64{20, 50, 40, 30, 12, 12, 16, 16, 60},
	}
	for i := range r.Comparisons {
		s := &r.Comparisons[i]
		with := a.text("compare.with." + s.With)
		for _, l := range figures(s) {
			first.Rows = append(first.Rows, []any{with + ": " + a.text("compare.outcome."+l.key), l.count})
		}
		first.Rows = append(first.Rows, []any{with + ": " + a.skew(s), ""})
		if !s.Other.First.IsZero() {
			first.Rows = append(first.Rows, []any{with + ": " + a.text("compare.window"), s.Other.First.Format(time.RFC3339) + " – " + s.Other.Last.Format(time.RFC3339)})
		}
		for _, e := range s.Events {
			events.Rows = append(events.Rows, []any{
				with, visible(e.Name), visible(e.Title), a.text("category." + string(e.Category)), e.Both, e.Differs, e.ViewerOnly, e.OtherOnly, differing(e.Fields),
			})
		}
	}
	hosts := bundle.Register{
		Title: a.text("compare.sheet.hosts"), Columns: cols("host", "kind", "name", "legal", "country", "status", "requests", "events", "opaque", "bytes"),
		Widths: []float64{45, 25, 25, 35, 12, 25, 12, 14, 14, 12},
	}
	for _, h := range r.Hosts {
		hosts.Rows = append(hosts.Rows, []any{
			visible(h.Host), a.text("compare.kind." + string(h.Kind)), h.Name, h.Legal, h.Country, a.text("compare.status." + string(h.Status)),
			h.Requests, h.Events, h.Opaque, h.OpaqueBytes,
		})
	}
	found := bundle.Register{Title: a.text("bundle.findings.sheet"), Columns: cols("finding", "severity", "count", "means"), Widths: []float64{50, 28, 10, 100}}
	for _, f := range r.Findings {
		found.Rows = append(found.Rows, []any{
			a.text("finding." + string(f.ID)), a.text("severity." + string(f.Severity)), f.Count, a.text("finding." + string(f.ID) + ".explain"),
		})
	}
	return bundle.WriteRegister(w, first, found, hosts, events)
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
