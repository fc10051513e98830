package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inzage/schema"
	"inzage/workers"
)

// verifyIdentityCommand puts on record how it is known who asks, and starts the
// work.
func (a *app) verifyIdentityCommand() *cobra.Command {
	var identity, actor string
	var asJSON bool
	var reach *reachFlags
	c := a.command("verify CASE", "request.verify", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		if !slices.Contains(codes(schema.IdentityMethods()), identity) {
			return a.usage("cli.error.identity", "methods", strings.Join(codes(schema.IdentityMethods()), ", "))
		}
		by, err := a.actor(actor)
		if err != nil {
			return err
		}
		ctx := c.Context()
		q, conf, r, err := a.openCase(ctx, reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		if r.State != schema.StateReceived { // started already, or closed
			return schema.Fail(schema.CodeConflict, "verify identity", nil)
		}
		if r, err = workers.Start(ctx, q, r.ID, by, schema.Code(identity)); err != nil {
			return err
		}
		return a.tellDecision(r, schema.EntryVerified, asJSON, today(conf.zone()))
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().StringVar(&identity, "identity", "", a.text("cli.flag.identity", "methods", strings.Join(codes(schema.IdentityMethods()), ", ")))
	c.Flags().StringVar(&actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	_ = c.RegisterFlagCompletionFunc("identity", cobra.FixedCompletions(codes(schema.IdentityMethods()), cobra.ShellCompDirectiveNoFileComp))
	return c
}
