package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// strayRow is one line of `inzage strays --json`.
type strayRow struct {
	queue.Stray
	Deleted bool `json:"deleted,omitempty"`
}

// straysCommand lists what belongs to no request, and deletes what surely does
// not. Without --delete it only looks.
func (a *app) straysCommand() *cobra.Command {
	var remove, asJSON bool
	var reach *reachFlags
	c := a.command("strays", "strays", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		ctx := c.Context()
		q, conf, err := a.open(ctx, reach)
		if err != nil {
			return err
		}
		defer q.Close()
		list, failed := q.Strays(ctx)
		rows := make([]strayRow, len(list))
		for i, s := range list {
			rows[i].Stray = s
			if !remove || s.Young || s.Kind == queue.StrayStream {
				continue
			}
			err := q.RemoveStray(ctx, s)
			if rows[i].Deleted = err == nil; !rows[i].Deleted && schema.CodeOf(err) != schema.CodeConflict {
				failed = errors.Join(failed, err)
			}
		}
		if asJSON {
			return errors.Join(failed, a.json(rows))
		}
		for _, r := range rows {
			state := "cli.strays.stray"
			switch {
			case r.Deleted:
				state = "cli.strays.deleted"
			case r.Kind == queue.StrayStream:
				state = "cli.strays.strange"
			case r.Young:
				state = "cli.strays.young"
			}
			a.printf("%s  %9d  %s  %s\n", r.Since.In(conf.zone()).Format(time.DateTime), r.Bytes,
				a.text("cli.strays."+string(r.Kind), "name", r.Name), a.text(state))
		}
		if len(rows) == 0 && failed == nil {
			a.printf("%s\n", a.text("cli.strays.none"))
		}
		return failed
	})
	reach = a.reachFlags(c)
	reach.as = []queue.Role{queue.RoleClock}
	c.Flags().BoolVar(&remove, "delete", false, a.text("cli.flag.strays-delete"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}
