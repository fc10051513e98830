package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inzage/workers/graphexport/fetch"
)

// doctorRow is one line of `inzage doctor --json`.
type doctorRow struct {
	Check   fetch.Check   `json:"check"`
	Outcome fetch.Outcome `json:"outcome"`
	Problem fetch.Problem `json:"problem,omitempty"`
	Count   int           `json:"count,omitempty"`
	Text    string        `json:"text"`
	Mend    string        `json:"mend,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	var file, service string
	var asJSON bool
	c := a.command("doctor", "doctor", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		conf, err := readConfig(service)
		if err != nil {
			return err
		}
		config, err := a.microsoft(orElse(file, conf.Microsoft))
		if err != nil {
			return err
		}
		by, err := conf.scanner()
		if err != nil {
			return err
		}
		scanner := a.scannerRows(c.Context(), by, service != "")
		if by != nil && config.Missing() == "tenant" { // files that people hand in are all there is
			return a.tellDoctor(scanner, "cli.doctor.fine-scanner", asJSON)
		}
		return a.doctor(c.Context(), config, scanner, asJSON)
	})
	c.Flags().StringVar(&service, "config", "", a.text("cli.flag.doctor-config"))
	c.Flags().StringVar(&file, "settings", "", a.text("cli.flag.settings"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// doctor checks what an export needs and says in words what to mend, there and in the
// rows that are given.
func (a *app) doctor(ctx context.Context, config fetch.Config, more []doctorRow, asJSON bool) error {
	if missing := config.Missing(); missing != "" {
		return a.usage("cli.doctor.missing." + missing)
	}
	source, err := fetch.New(config)
	if err != nil {
		return err
	}
	rows := make([]doctorRow, 0, 16)
	for _, f := range source.Check(ctx) {
		r := doctorRow{f.Check, f.Outcome, f.Problem, f.Count, a.text("cli.doctor.check." + string(f.Check)), ""}
		if f.Problem != "" {
			r.Mend = a.text("cli.doctor.mend."+string(f.Problem), "count", f.Count, "right", fetch.Right(f.Check))
		}
		if f.Outcome == fetch.Skipped && f.Problem == "" {
			r.Mend = a.text("cli.doctor.skipped")
		}
		rows = append(rows, r)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return a.tellDoctor(append(rows, more...), "cli.doctor.fine", asJSON)
}

// tellDoctor says what was found; fine is the text that says that all is well.
func (a *app) tellDoctor(rows []doctorRow, fine string, asJSON bool) error {
	if slices.ContainsFunc(rows, func(r doctorRow) bool { return r.Outcome == fetch.Failed }) {
		a.code = exitFailed
	}
	if asJSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(rows)
	}
	for _, r := range rows {
		a.printf("%-8s %s\n", a.text("cli.doctor.outcome."+string(r.Outcome)), r.Text)
		if r.Mend != "" {
			a.printf("         %s\n", strings.ReplaceAll(r.Mend, "\n", "\n         "))
		}
	}
	result := fine
	if a.code != exitOK {
		result = "cli.doctor.broken"
	}
	a.printf("\n%s\n", a.text(result))
	return nil
}
