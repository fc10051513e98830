package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inzage/schema"
)

// json writes one value for a program.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return schema.Fail(schema.CodeIO, "write answer", err)
	}
	return nil
}

// requestListCommand lists requests, the nearest due date first.
func (a *app) requestListCommand() *cobra.Command {
	var asJSON, all, overdue bool
	var state string
	within := -1
	var reach *reachFlags
	c := a.command("list", "request.list", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		if state != "" && !slices.Contains(schema.States(), schema.State(state)) {
			return a.usage("cli.error.state", "states", joinStates())
		}
		ctx := c.Context()
		q, conf, err := a.open(ctx, reach)
		if err != nil {
			return err
		}
		defer q.Close()
		reg, err := q.OpenRegister(ctx)
		if err != nil {
			return err
		}
		day := today(conf.zone())
		var rows []schema.Standing
		list := reg.Open()
		switch {
		case state != "":
			list = reg.In(schema.State(state))
		case all:
			list = reg.All()
		}
		for r := range list {
			v := r.On(day)
			if overdue && !v.Overdue || within >= 0 && v.DaysLeft > within {
				continue
			}
			rows = append(rows, v)
		}
		if asJSON {
			return a.json(append([]schema.Standing{}, rows...))
		}
		if err := a.table(rows); err != nil {
			return err
		}
		if n := len(reg.Damaged()); n > 0 {
			a.printf("%s\n", a.text("cli.request.list.damaged", "count", n))
		}
		return nil
	})
	reach = a.reachFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	c.Flags().BoolVar(&all, "all", false, a.text("cli.flag.list-all"))
	c.Flags().BoolVar(&overdue, "overdue", false, a.text("cli.flag.list-overdue"))
	c.Flags().IntVar(&within, "within", -1, a.text("cli.flag.list-within"))
	c.Flags().StringVar(&state, "state", "", a.text("cli.flag.list-state", "states", joinStates()))
	return c
}

func joinStates() (joined string) {
	for _, s := range schema.States() {
		if joined != "" {
			joined += ", "
		}
		joined += string(s)
	}
	return joined
}

func (a *app) table(rows []schema.Standing) error {
	if len(rows) == 0 {
		a.printf("%s\n", a.text("cli.request.list.none"))
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	line := func(cells ...string) {
		for i, c := range cells {
			if i > 0 {
				_, _ = w.Write([]byte("\t"))
			}
			_, _ = w.Write([]byte(c))
		}
		_, _ = w.Write([]byte("\n"))
	}
	line(a.text("cli.column.case"), a.text("cli.column.state"), a.text("cli.column.received"), a.text("cli.column.due"), a.text("cli.column.left"), a.text("cli.column.waiting"))
	for _, v := range rows {
		left := ""
		if v.State.Open() {
			left = a.catalog.Left(a.lang, v.DaysLeft)
		}
		line(v.Case, a.text("cli.state."+string(v.State)), v.Received.String(), v.Due.String(), left, a.text("cli.waiting."+string(v.WaitingFor)))
	}
	if err := w.Flush(); err != nil {
		return schema.Fail(schema.CodeIO, "write answer", err)
	}
	return nil
}

// requestShowCommand shows one request.
func (a *app) requestShowCommand() *cobra.Command {
	var asJSON bool
	var reach *reachFlags
	c := a.command("show CASE", "request.show", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		q, conf, r, err := a.openCase(c.Context(), reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		if asJSON {
			return a.json(r.On(today(conf.zone())))
		}
		return a.showRequest(r, today(conf.zone()))
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

func (a *app) showRequest(r schema.Request, today schema.Date) error {
	v := r.On(today)
	row := func(key, value string) { a.printf("%-18s %s\n", a.text("cli.column."+key), value) }
	row("case", r.Case)
	row("id", string(r.ID))
	row("state", a.text("cli.state."+string(r.State)))
	row("waiting", a.text("cli.waiting."+string(v.WaitingFor)))
	row("received", a.day(r.Received))
	row("due", a.day(v.Due))
	if r.State.Open() {
		row("left", a.catalog.Left(a.lang, v.DaysLeft))
	}
	if len(r.Pauses) > 0 {
		a.printf("%s\n", a.text("deadline.suspended", "date", a.day(v.DueIfSuspended), "due", a.day(v.Due)))
	}
	if v.Penalty != nil {
		a.printf("%s\n", a.text("cli.request.penalty", "euros", v.Penalty.Euros, "days", v.Penalty.Days))
	}
	for _, p := range append(slices.Clone(r.Parts), r.Build) {
		name := cmp.Or(p.Source, a.text("cli.part.build"))
		state := string(p.State)
		if p.State == schema.PartOrdered && !r.State.Open() {
			state = "stopped" // it ended with the request
		}
		line := a.text("cli.part."+state, "until", p.Until.Local().Format(time.DateTime))
		if p.Code != "" {
			line += " (" + a.text("code."+string(p.Code)) + ")"
		}
		a.printf("  %-16s %s\n", name, line)
	}
	for _, notice := range r.Notices {
		a.printf("%s\n", a.text("code."+string(notice)))
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Proposals)) {
		p := r.Proposals[kind]
		a.printf("%s\n", a.text("cli.request.waits", "what", a.text("cli.act."+string(kind)), "by", string(p.By)))
	}
	return nil
}
