package main

import (
	"context"
	"encoding/json"
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
	var file string
	var asJSON bool
	c := a.command("doctor", "doctor", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		config, err := a.microsoft(file)
		if err != nil {
			return err
		}
		return a.doctor(c.Context(), config, asJSON)
	})
	c.Flags().StringVar(&file, "settings", "", a.text("cli.flag.settings"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// doctor checks what an export needs and says in words what to mend.
func (a *app) doctor(ctx context.Context, config fetch.Config, asJSON bool) error {
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
		if f.Outcome == fetch.Failed {
			a.code = exitFailed
		}
		rows = append(rows, r)
	}
	if ctx.Err() != nil {
		return ctx.Err()
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
	result := "cli.doctor.fine"
	if a.code != exitOK {
		result = "cli.doctor.broken"
	}
	a.printf("\n%s\n", a.text(result))
	return nil
}
