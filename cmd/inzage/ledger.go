package main

import (
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// ledgerCommand shows and checks the ledgers of requests.
func (a *app) ledgerCommand() *cobra.Command {
	c := a.command("ledger", "ledger", cobra.NoArgs, nil)
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(a.ledgerShowCommand(), a.ledgerVerifyCommand(), a.ledgerCheckpointCommand(), a.ledgerRebuildCommand(), a.ledgerRenewCommand())
	return c
}

func (a *app) ledgerShowCommand() *cobra.Command {
	var asJSON bool
	var reach *reachFlags
	c := a.command("show CASE", "ledger.show", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		q, conf, r, err := a.openCase(ctx, reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		entries, err := q.Entries(ctx, r.ID)
		if err != nil {
			return err
		}
		if asJSON {
			return a.json(entries)
		}
		for _, e := range entries {
			a.printf("%4d  %s  %-24s %-16s %s\n", e.N, e.At.In(conf.zone()).Format(time.DateTime), a.text("cli.act."+string(e.Kind)), e.Actor, about(e))
		}
		return nil
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// about is what an entry is about, in codes.
func about(e schema.Entry) string {
	text := e.Part
	for _, more := range []string{string(e.Act), string(e.Code), e.Day.String()} {
		if more == "" {
			continue
		}
		if text != "" {
			text += " "
		}
		text += more
	}
	return text
}

func (a *app) ledgerVerifyCommand() *cobra.Command {
	var f proofFlags
	var asJSON bool
	var reach *reachFlags
	c := a.command("verify", "ledger.verify", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		ctx := c.Context()
		q, done, err := a.openAtRest(ctx, reach)
		if err != nil {
			return err
		}
		defer done()
		var report struct {
			queue.Verified
			Proof queue.Proof `json:"proof"`
		}
		if report.Verified, err = q.Verify(ctx); err != nil {
			return err
		}
		if report.Proof, err = a.prove(ctx, q, reach, f, len(report.Flaws) == 0); err != nil {
			return err
		}
		if asJSON {
			if err := a.json(report); err != nil {
				return err
			}
		} else {
			a.tellVerified(report.Verified)
			a.tellProof(report.Proof)
		}
		if !report.Holds() || len(report.Proof.Breaches) > 0 {
			return schema.Fail(schema.CodeTampered, "verify ledger", nil)
		}
		return nil
	})
	reach = a.reachFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	c.Flags().StringVar(&f.since, "since", "", a.text("cli.flag.ledger-since"))
	c.Flags().StringArrayVar(&f.kept, "checkpoint", nil, a.text("cli.flag.ledger-checkpoint"))
	c.Flags().StringVar(&f.key, "key", "", a.text("cli.flag.ledger-key"))
	return c
}

// tellVerified says in words what is wrong with the ledger and the register.
func (a *app) tellVerified(v queue.Verified) {
	a.printf("%s\n", a.text("cli.ledger.checked", "requests", v.Requests, "entries", v.Entries))
	a.tellRenewals(v)
	for _, f := range v.Flaws {
		switch {
		case f.Kind == queue.FlawLapse:
			a.printf("%s\n", a.text("cli.ledger.flaw.lapse", "renewal", f.N))
		case f.Kind != queue.FlawAnchor:
			key := "cli.ledger.flaw"
			if f.Settled {
				key = "cli.ledger.flaw.settled"
			}
			a.printf("%s\n", a.text(key, "request", string(f.Request), "entry", f.N, "what", a.text("cli.flaw."+string(f.Kind))))
		case f.Request != "":
			a.printf("%s\n", a.text("cli.ledger.flaw.anchor", "request", string(f.Request)))
		}
	}
	switch {
	case !v.Sound():
		a.printf("%s\n", a.text("cli.ledger.tampered-hint"))
	case !v.Holds():
		a.printf("%s\n", a.text("cli.ledger.rebuild-hint"))
	}
}
