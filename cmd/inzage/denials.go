package main

import (
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// denialsLooked is how far back `inzage denials` looks, in days, unless it is told.
const denialsLooked = 30

// denialsReport is `inzage denials --json`.
type denialsReport struct {
	Since   schema.Date        `json:"since"`
	Denials []queue.Denial     `json:"denials"`
	Flaws   []queue.DenialFlaw `json:"flaws"`
}

// denialsCommand shows what was refused and concerns no request, and checks that
// nothing of it was taken away.
func (a *app) denialsCommand() *cobra.Command {
	var since string
	var asJSON bool
	var reach *reachFlags
	c := a.command("denials", "denials", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		q, conf, err := a.open(c.Context(), reach)
		if err != nil {
			return err
		}
		defer q.Close()
		report := denialsReport{Since: today(conf.zone()).AddDays(-denialsLooked), Denials: []queue.Denial{}, Flaws: []queue.DenialFlaw{}}
		if since != "" {
			if report.Since, err = schema.ParseDate(since); err != nil {
				return a.usage("cli.error.date", "date", since)
			}
		}
		from := time.Date(report.Since.Year(), report.Since.Month(), report.Since.Day(), 0, 0, 0, 0, conf.zone())
		list, flaws, err := q.Denials(c.Context(), from)
		if err != nil {
			return err
		}
		report.Denials, report.Flaws = append(report.Denials, list...), append(report.Flaws, flaws...)
		if asJSON {
			err = a.json(report)
		} else {
			a.tellDenials(report, conf.zone())
		}
		if err == nil && len(flaws) > 0 {
			err = schema.Fail(schema.CodeTampered, "read denials", nil)
		}
		return err
	})
	reach = a.reachFlags(c)
	reach.as = []queue.Role{queue.RoleAudit, queue.RoleDesk, queue.RoleClock, queue.RoleIntake}
	c.Flags().StringVar(&since, "since", "", a.text("cli.flag.denials-since"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

func (a *app) tellDenials(r denialsReport, zone *time.Location) {
	for _, d := range r.Denials {
		who := string(d.Actor)
		if who != "" {
			who = "  " + who
		}
		a.printf("%s  %-7s %6d×  %-28s %s%s\n", d.From.In(zone).Format(time.DateTime), d.Role, d.Count, a.text("cli.denial."+string(d.Act)), d.What, who)
	}
	if len(r.Denials) == 0 {
		a.printf("%s\n", a.text("cli.denials.none", "date", r.Since.String()))
	}
	for _, f := range r.Flaws {
		a.printf("%s\n", a.text("cli.denials.flaw", "place", f.Place, "what", a.text("cli.flaw."+string(f.Kind))))
	}
}
