package main

import (
	"time"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/explain/finding"
	"inzage/schema"
)

// unknowns is a sink of the line that counts what nobody describes.
type unknowns struct {
	a *app
	finding.Unknowns
}

// Add implements workers.Sink.
func (u *unknowns) Add(e *schema.Explanation) error {
	u.Unknowns.Add(e)
	return nil
}

// Unreadable implements workers.Sink.
func (*unknowns) Unreadable(*schema.Record) error { return nil }

// File implements workers.Sink.
func (u *unknowns) File(f bundle.FileInfo) { u.a.warnUnexplained(f) }

// leastKinds is how many kinds of event a group has at least that is told apart.
const leastKinds = 10

func (a *app) catalogUnknownsCommand() *cobra.Command {
	var own string
	var asJSON bool
	var year int
	c := a.command("unknowns FILE…", "catalog.unknowns", cobra.MinimumNArgs(1), func(c *cobra.Command, args []string) error {
		r, err := registers(own)
		if err != nil {
			return err
		}
		zone, err := time.LoadLocation("Europe/Amsterdam")
		if err != nil {
			return schema.Fail(schema.CodeInternal, "load time zone", err)
		}
		if year != 0 && (year < 1990 || year > 2200) {
			return a.usage("cli.error.year")
		}
		u := unknowns{a: a, Unknowns: finding.Unknowns{Year: year, Zone: zone}}
		sum, err := a.explainTo(c, args, &u, explain.Reader{Lang: a.lang, Zone: time.UTC})
		if err != nil {
			return err
		}
		if sum.Read == 0 {
			return schema.Fail(schema.CodeNothingFound, "read records", nil)
		}
		if sum.Incomplete() {
			a.code = exitIncomplete
		}
		s := u.Statistic(leastKinds, r.Questions)
		s.Catalog = a.catalog.Version()
		if asJSON {
			return a.printJSON(s)
		}
		for _, l := range []line{
			{"kinds", s.Kinds},
			{"described", s.Described},
			{"derived", s.Derived},
			{"unknown", s.Unknown},
			{"records", s.Records},
			{"records-described", s.RecordsKnown},
			{"asked", s.Questions.Asked},
			{"answered", s.Questions.Answered},
			{"unavailable", s.Questions.Unavailable},
			{"open", s.Questions.Open},
		} {
			a.printf("%9d  %s\n", l.count, a.text("unknowns."+l.key))
		}
		if s.Year != 0 {
			a.printf("%9d  %s\n", s.Outside, a.text("unknowns.outside", "year", s.Year))
		}
		for _, y := range s.Years {
			a.printf("%9d  %s\n", y.Unknown, a.text("unknowns.year", "year", y.Year, "kinds", y.Kinds, "records", y.Records))
		}
		if s.SmallYears != nil {
			a.printf("%9d  %s\n", s.SmallYears.Unknown, a.text("unknowns.small-years", "kinds", s.SmallYears.Kinds, "records", s.SmallYears.Records, "least", s.Least))
		}
		return nil
	})
	c.Flags().StringVar(&own, "registers", "", a.text("cli.flag.registers"))
	c.Flags().IntVar(&year, "year", 0, a.text("cli.flag.year"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}
