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
	"inzage/explain/posture"
	"inzage/explain/register"
	"inzage/schema"
)

// studyFlags are those of the commands that look at records for the data
// protection officer.
type studyFlags struct{ subject, received, organisation, registers, answers, on string }

func (a *app) studyFlags(c *cobra.Command, f *studyFlags) {
	c.Flags().StringVar(&f.subject, "subject", "", a.text("cli.flag.explain-subject"))
	c.Flags().StringVar(&f.received, "received", "", a.text("cli.flag.findings-received"))
	c.Flags().StringVar(&f.organisation, "organisation-file", "", a.text("cli.flag.organisation-file"))
	c.Flags().StringVar(&f.registers, "registers", "", a.text("cli.flag.registers"))
}

// study is records being looked at: a sink of the line.
type study struct {
	a          *app
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
	s.a.warnUnexplained(f)
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
			return nil, a.usage("cli.error.date", "date", f.received)
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
	var stand *posture.Report
	if f.answers != "" {
		on, err := a.dayOr(f.on)
		if err != nil {
			return nil, err
		}
		if stand, err = a.posture(c.Context(), postureFlags{answers: f.answers, organisation: f.organisation}, r.Advice, on); err != nil {
			return nil, err
		}
		settings = stand.Settings()
	}
	s := &study{
		a:       a,
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
	if sum.Read == 0 {
		return nil, schema.Fail(schema.CodeNothingFound, "read records", nil)
	}
	if sum.Incomplete() {
		a.code = exitIncomplete
	}
	s.counter.Settle(s.others)
	if stand != nil {
		stand.Notice(&s.counter.List)
	}
	return s, nil
}

// warnUnexplained says on standard error that a file was not explained: what is
// counted says nothing about it.
func (a *app) warnUnexplained(f bundle.FileInfo) {
	if text := a.unexplained(f); text != "" {
		_, _ = a.stderr.Write([]byte("inzage: " + text + "\n"))
	}
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
		a.tellFindings(list, s.counter.Registers)
		return nil
	})
	a.studyFlags(c, &f)
	c.Flags().StringVar(&f.answers, "answers", "", a.text("cli.flag.answers"))
	c.Flags().StringVar(&f.on, "on", "", a.text("cli.flag.posture-on"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// tellFindings says findings in words.
func (a *app) tellFindings(list []schema.Finding, r *register.Registers) {
	if len(list) == 0 {
		a.printf("%s\n", a.text("cli.findings.none"))
	}
	for _, f := range list {
		a.printf("%6d  %s [%s]\n        %s\n", f.Count, a.text("finding."+string(f.ID)), a.text("severity."+string(f.Severity)), a.text("finding."+string(f.ID)+".explain"))
		for _, e := range f.Evidence {
			a.printf("        %6d  %s\n", e.Count, a.evidence(e.Code, r))
		}
		if f.More > 0 {
			a.printf("        %s\n", a.text("bundle.findings.more", "count", f.More))
		}
	}
}

// evidence says where a finding was made: in words where the code is one of ours,
// else by the name of a host or an event.
func (a *app) evidence(code string, r *register.Registers) string {
	if key := "cli.evidence." + code; a.catalog.HasText(key) {
		return a.text(key)
	}
	if key, ok := strings.CutPrefix(code, "advice."); ok {
		if i := slices.IndexFunc(r.Advice, func(x register.Advice) bool { return x.Key == key }); i >= 0 {
			return visible(r.Advice[i].Name.In(a.lang))
		}
	}
	if key, ok := strings.CutPrefix(code, "promise."); ok {
		if p, ok := r.Promise(key); ok {
			return visible(p.Text.In(a.lang))
		}
	}
	return visible(strings.TrimPrefix(code, "host."))
}

// where says all places where a finding was made, as a cell has them.
func (a *app) where(f schema.Finding, r *register.Registers) string {
	var list []string
	for _, e := range f.Evidence {
		list = append(list, fmt.Sprintf("%s (%d×)", a.evidence(e.Code, r), e.Count))
	}
	if f.More > 0 {
		list = append(list, a.text("bundle.findings.more", "count", f.More))
	}
	return strings.Join(list, ", ")
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
			if err := a.workbook(out, func(w io.Writer) error { return a.writeComparison(w, r, s.counter.Rules) }); err != nil {
				return err
			}
		}
		if asJSON {
			return a.printJSON(r)
		}
		a.tellComparison(r, s.counter.Registers)
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
func (a *app) tellComparison(r *compare.Report, known *register.Registers) {
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
	a.tellFindings(r.Findings, known)
}

// skew says how far apart the clocks are.
func (a *app) skew(s *compare.Sides) string {
	if s.Pairs == 0 {
		return a.text("compare.skew.unknown")
	}
	return a.text("compare.skew", "count", s.Pairs, "ms", s.Skew)
}
