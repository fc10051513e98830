package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"inzage/explain/posture"
	"inzage/explain/register"
	"inzage/schema"
	"inzage/workers/graphexport/fetch"
)

// postureFlags say where the evidence is.
type postureFlags struct {
	answers, settings, organisation, registers, on, out string
	reports                                             []string
}

func (a *app) postureCommand() *cobra.Command {
	var f postureFlags
	var asJSON, template bool
	c := a.command("posture [REPORT…]", "posture", cobra.ArbitraryArgs, func(c *cobra.Command, args []string) error {
		f.reports = args
		known, err := registers(f.registers)
		if err != nil {
			return err
		}
		if template {
			a.postureTemplate(known.Advice)
			return nil
		}
		on, err := a.dayOr(f.on)
		if err != nil {
			return err
		}
		r, err := a.posture(c.Context(), f, known.Advice, on)
		if err != nil {
			return err
		}
		if f.out != "" {
			if err := a.workbook(f.out, func(w io.Writer) error { return a.writePosture(w, r) }); err != nil {
				return err
			}
		}
		if asJSON {
			return a.printJSON(r)
		}
		a.tellPosture(r)
		return nil
	})
	c.Flags().StringVar(&f.answers, "answers", "", a.text("cli.flag.answers"))
	c.Flags().StringVar(&f.settings, "settings", "", a.text("cli.flag.settings"))
	c.Flags().StringVar(&f.organisation, "organisation-file", "", a.text("cli.flag.organisation-file"))
	c.Flags().StringVar(&f.registers, "registers", "", a.text("cli.flag.posture-registers"))
	c.Flags().StringVar(&f.on, "on", "", a.text("cli.flag.posture-on"))
	c.Flags().StringVar(&f.out, "out", "", a.text("cli.flag.compare-out"))
	c.Flags().BoolVar(&template, "template", false, a.text("cli.flag.posture-template"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// dayOr is a day that was given, or today.
func (a *app) dayOr(text string) (schema.Date, error) {
	if text == "" {
		zone, err := time.LoadLocation("Europe/Amsterdam")
		if err != nil {
			return schema.Date{}, schema.Fail(schema.CodeInternal, "load time zone", err)
		}
		return schema.CivilDate(time.Now(), zone), nil
	}
	day, err := schema.ParseDate(text)
	if err != nil {
		return schema.Date{}, a.usage("cli.error.date", "date", text)
	}
	return day, nil
}

// posture gathers the evidence and judges it.
func (a *app) posture(ctx context.Context, f postureFlags, advice []register.Advice, on schema.Date) (*posture.Report, error) {
	seen, err := a.answers(f.answers, advice, on)
	if err != nil {
		return nil, err
	}
	o, err := a.organisation(lawFlags{file: f.organisation})
	if err != nil {
		return nil, err
	}
	for _, x := range advice {
		if s, ok := o.Settings[x.Setting]; ok && x.Setting != "" {
			seen[x.Key] = append(seen[x.Key], posture.Evidence{Value: s.Value, On: s.On, How: posture.Organisation})
		}
	}
	if len(f.reports) > 0 {
		if err := a.askReports(ctx, f.reports, on, seen); err != nil {
			return nil, err
		}
	}
	if f.settings != "" {
		config, err := a.microsoft(f.settings)
		if err != nil {
			return nil, err
		}
		if err := a.askGraph(ctx, config, seen); err != nil {
			return nil, err
		}
	}
	r := posture.Judge(advice, seen, on)
	r.Catalog = a.catalog.Version()
	return &r, nil
}

// askGraph adds what Microsoft Graph tells today.
func (a *app) askGraph(ctx context.Context, config fetch.Config, seen map[string][]posture.Evidence) error {
	if missing := config.MissingToAsk(); missing != "" {
		return a.usage("cli.doctor.missing." + missing)
	}
	list, err := fetch.Settings(ctx, config)
	if err != nil {
		return err
	}
	today, err := a.dayOr("")
	if err != nil {
		return err
	}
	for _, s := range list {
		e := posture.Evidence{Value: cmp.Or(s.Value, register.NotKnown), Why: posture.Why(s.Why), On: today, How: posture.Graph}
		if s.Why != "" {
			a.code = exitIncomplete
		}
		seen[s.Advice] = append(seen[s.Advice], e)
	}
	return nil
}

// answers reads what people saw: a file like the one that --template gives. An
// answer that nobody can use is refused with what is wrong with it.
func (a *app) answers(file string, advice []register.Advice, on schema.Date) (map[string][]posture.Evidence, error) {
	seen := make(map[string][]posture.Evidence)
	if file == "" {
		return seen, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read answers", err)
	}
	var raw struct {
		Answers map[string]*struct {
			Value string      `yaml:"value"`
			On    schema.Date `yaml:"on"`
			By    string      `yaml:"by"`
			Note  string      `yaml:"note"`
		} `yaml:"answers"`
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&raw); err != nil && !errors.Is(err, io.EOF) {
		return nil, schema.Fail(schema.CodeConfig, "parse answers", err)
	}
	for _, x := range advice {
		got, given := raw.Answers[x.Key]
		delete(raw.Answers, x.Key)
		if !given || got == nil || got.Value == "" { // a line of the template that nobody filled in
			continue
		}
		wrong := ""
		switch _, known := x.Answer(got.Value); {
		case !known && got.Value != register.NotKnown:
			wrong = "value"
		case got.On.IsZero():
			wrong = "day"
		case got.On.After(on):
			wrong = "future"
		case strings.TrimSpace(got.By) == "":
			wrong = "by"
		}
		if wrong != "" {
			return nil, a.usage("cli.posture.wrong."+wrong, "key", x.Key, "values", strings.Join(values(x), ", "))
		}
		seen[x.Key] = append(seen[x.Key], posture.Evidence{Value: got.Value, On: got.On, How: posture.ByHand, By: got.By, Note: got.Note})
	}
	for key := range raw.Answers {
		return nil, a.usage("cli.posture.wrong.key", "key", visible(key))
	}
	return seen, nil
}

// values lists the answers that an advice can have.
func values(x register.Advice) []string {
	list := make([]string, 0, len(x.Answers)+1)
	for _, v := range x.Answers {
		list = append(list, v.Value)
	}
	return append(list, register.NotKnown)
}

// postureTemplate prints a file of answers to fill in.
func (a *app) postureTemplate(advice []register.Advice) {
	comment := func(indent, text string) { a.printf("%s# %s\n", indent, strings.ReplaceAll(visible(text), "\n", " ")) }
	for line := range strings.Lines(a.text("posture.template")) {
		comment("", strings.TrimRight(line, "\n"))
	}
	a.printf("answers:\n")
	for _, x := range advice {
		a.printf("\n")
		comment("  ", x.Text.In(a.lang))
		comment("  ", x.Look.In(a.lang))
		for _, v := range x.Answers {
			comment("  ", "  "+v.Value+": "+v.Name.In(a.lang))
		}
		a.printf("  %s: {value: \"\", on: \"\", by: \"\"}\n", x.Key)
	}
}

// tellPosture says it at a terminal.
func (a *app) tellPosture(r *posture.Report) {
	a.printf("%s\n", a.text("posture.summary", "day", a.day(r.On), "pass", r.Pass, "fail", r.Fail, "unknown", r.Unknown))
	for _, state := range posture.States() {
		for i := range r.Items {
			if r.Items[i].State == state {
				a.tellItem(&r.Items[i])
			}
		}
	}
}

func (a *app) tellItem(i *posture.Item) {
	a.printf("\n%s: %s\n", strings.ToUpper(a.text("posture.state."+string(i.State))), visible(i.Advice.Name.In(a.lang)))
	if i.Why != "" {
		a.printf("  %s\n", a.text("posture.why."+string(i.Why)))
	}
	for _, e := range i.Evidence {
		a.printf("  - %s\n", a.evidenceOf(i, e))
	}
	if i.State != posture.Pass {
		a.printf("  %s\n  %s\n", visible(i.Advice.Text.In(a.lang)), visible(i.Advice.Look.In(a.lang)))
	}
}

// evidenceOf says one piece of evidence in a line.
func (a *app) evidenceOf(i *posture.Item, e posture.Evidence) string {
	parts := []string{a.text("posture.evidence", "value", a.answer(i, e), "day", a.day(e.On), "how", a.text("posture.how."+string(e.How)))}
	for _, more := range []string{e.By, e.Note} {
		if more != "" {
			parts = append(parts, visible(more))
		}
	}
	return strings.Join(parts, " · ")
}

// answer says what was seen.
func (a *app) answer(i *posture.Item, e posture.Evidence) string {
	if x, ok := i.Advice.Answer(e.Value); ok {
		return visible(x.Name.In(a.lang))
	}
	return a.text("posture.why." + string(cmp.Or(e.Why, posture.WhyUnsure)))
}
