package main

import (
	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// ledgerRebuildCommand makes the register's snapshot anew where it fails its
// proof, once all that can be held against the ledger was held against it.
func (a *app) ledgerRebuildCommand() *cobra.Command {
	var f proofFlags
	var asJSON bool
	var reach *reachFlags
	c := a.command("rebuild", "ledger.rebuild", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		ctx := c.Context()
		q, done, err := a.openAtRest(ctx, reach)
		if err != nil {
			return err
		}
		defer done()
		var report struct {
			queue.Verified
			Proof  queue.Proof `json:"proof"`
			Pieces int         `json:"rebuilt"`
		}
		if report.Verified, err = q.Verify(ctx); err != nil {
			return err
		}
		if report.Proof, err = a.prove(ctx, q, reach, f, report.Sound()); err != nil {
			return err
		}
		holds := report.Sound() && len(report.Proof.Breaches) == 0
		if holds && !report.Holds() {
			reg, err := q.OpenRegister(ctx)
			if err != nil {
				return err
			}
			if report.Pieces, err = reg.Rebuild(ctx); err != nil {
				return err
			}
		}
		switch {
		case asJSON:
			if err := a.json(report); err != nil {
				return err
			}
		case !holds:
			a.tellVerified(report.Verified)
			a.tellProof(report.Proof)
		case report.Pieces > 0:
			a.printf("%s\n", a.text("cli.ledger.rebuilt", "pieces", report.Pieces))
		default:
			a.printf("%s\n", a.text("cli.ledger.no-rebuild"))
		}
		if !holds {
			return schema.Fail(schema.CodeTampered, "rebuild register", nil)
		}
		return nil
	})
	reach = a.reachFlags(c)
	reach.as = []queue.Role{queue.RoleClock}
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	c.Flags().StringArrayVar(&f.kept, "checkpoint", nil, a.text("cli.flag.ledger-checkpoint"))
	c.Flags().StringVar(&f.key, "key", "", a.text("cli.flag.ledger-key"))
	return c
}
