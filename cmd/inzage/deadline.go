package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"inzage/schema"
)

// deadlineRow is one line of `inzage deadline --json`.
type deadlineRow struct {
	Received    schema.Date `json:"received"`
	Due         schema.Date `json:"due"`
	ExtendedDue schema.Date `json:"extended_due"`
	Why         string      `json:"why"`
}

func (a *app) deadlineCommand() *cobra.Command {
	var asJSON bool
	var calendar string
	c := a.command("deadline DATE…", "deadline", cobra.MinimumNArgs(1), func(_ *cobra.Command, args []string) error {
		cal, err := schema.ParseCalendar(calendar)
		if err != nil {
			return a.usage("cli.error.calendar")
		}
		rows := make([]deadlineRow, 0, len(args))
		for _, arg := range args {
			received, err := schema.ParseDate(arg)
			if err != nil {
				return a.usage("cli.error.date", "date", arg)
			}
			d := schema.DeadlineFor(received, cal)
			rows = append(rows, deadlineRow{Received: d.Received, Due: d.Due, ExtendedDue: d.ExtendedDue, Why: a.why(d)})
		}
		if asJSON {
			enc := json.NewEncoder(a.stdout)
			enc.SetEscapeHTML(false)
			return enc.Encode(rows)
		}
		for _, r := range rows {
			a.printf("%s\n", a.text("cli.deadline.row",
				"received", a.day(r.Received), "due", a.day(r.Due), "extended", a.day(r.ExtendedDue), "why", r.Why))
		}
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	c.Flags().StringVar(&calendar, "calendar", schema.Careful.String(), a.text("cli.flag.calendar"))
	return c
}

// day writes a date as a person says it: "maandag 7 april 2025".
func (a *app) day(d schema.Date) string { return a.catalog.Day(a.lang, d) }

// why says the steps of the reckoning in sentences.
func (a *app) why(d schema.Deadline) string {
	var list []string
	for _, s := range d.Why {
		key := "deadline.step." + string(s.Code)
		if s.Extended && a.catalog.HasText(key+".extended") {
			key += ".extended"
		}
		holiday := ""
		if s.Holiday != "" {
			holiday = a.text("deadline.holiday." + s.Holiday)
		}
		list = append(list, a.text(key, "from", a.day(s.From), "to", a.day(s.To), "months", s.Months, "day", s.Day, "holiday", holiday,
			"month", a.text("engine.month."+itoa(int(s.To.Month())))))
	}
	return strings.Join(list, " ")
}
