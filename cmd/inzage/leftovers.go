package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
)

// leftoverRow is one line of `inzage leftovers --json`.
type leftoverRow struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Overdue bool      `json:"overdue"` // no export can need it any more
	Deleted bool      `json:"deleted,omitempty"`
}

// leftoversCommand lists the containers of exports, and deletes those that are
// named or that nothing needs any more. Without --delete it only looks.
func (a *app) leftoversCommand() *cobra.Command {
	var file string
	var remove, asJSON bool
	c := a.command("leftovers [NAME…]", "leftovers", cobra.ArbitraryArgs, func(c *cobra.Command, names []string) error {
		config, err := a.microsoft(file)
		if err != nil {
			return err
		}
		return a.leftovers(c.Context(), config, names, remove, asJSON)
	})
	c.Flags().StringVar(&file, "settings", "", a.text("cli.flag.settings"))
	c.Flags().BoolVar(&remove, "delete", false, a.text("cli.flag.leftovers-delete"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

func (a *app) leftovers(ctx context.Context, config fetch.Config, names []string, remove, asJSON bool) error {
	if missing := config.Missing(); missing != "" {
		return a.usage("cli.doctor.missing." + missing)
	}
	source, err := fetch.New(config)
	if err != nil {
		return err
	}
	list, err := source.Leftovers(ctx)
	if err != nil {
		return err
	}
	rows := make([]leftoverRow, 0, len(list))
	for _, l := range list {
		if len(names) == 0 || slices.Contains(names, l.Name) {
			rows = append(rows, leftoverRow{Name: l.Name, Created: l.Created, Overdue: l.Overdue})
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(rows, func(r leftoverRow) bool { return r.Name == name }) {
			return schema.Fail(schema.CodeNotFound, "find container", nil)
		}
	}
	var failed error // what went before it is told all the same
	for i, r := range rows {
		if failed != nil || !remove || len(names) == 0 && !r.Overdue {
			continue
		}
		failed = source.RemoveLeftover(ctx, r.Name)
		rows[i].Deleted = failed == nil
	}
	if asJSON {
		return errors.Join(failed, a.json(rows))
	}
	for _, r := range rows {
		what := "cli.leftovers.young"
		switch {
		case r.Deleted:
			what = "cli.leftovers.deleted"
		case r.Overdue:
			what = "cli.leftovers.overdue"
		}
		a.printf("%s  %s  %s\n", r.Name, r.Created.Local().Format(time.DateOnly), a.text(what))
	}
	if len(rows) == 0 {
		a.printf("%s\n", a.text("cli.leftovers.none"))
	}
	return failed
}
