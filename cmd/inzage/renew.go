package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/schema"
)

// renewFlags are those of ledgerRenewCommand.
type renewFlags struct {
	reach            *reachFlags
	kept             []string
	dry, yes, asJSON bool
}

// ledgerRenewCommand lets the facts of requests go whose term is over, on a store
// that nobody uses.
func (a *app) ledgerRenewCommand() *cobra.Command {
	var f renewFlags
	c := a.command("renew", "ledger.renew", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		conf, err := readConfig(f.reach.config)
		if err != nil {
			return err
		}
		how := queue.Renewing{Terms: conf.Terms.terms()}
		if how.Terms.Facts == 0 {
			return a.usage("cli.error.facts")
		}
		if how.Sign, err = signKey(conf.SignKey); err != nil {
			return err
		}
		for _, name := range f.kept {
			text, err := readSmall(name)
			if err != nil {
				return err
			}
			how.Kept = append(how.Kept, text)
		}
		switch {
		case f.dry:
			return a.tellLapsing(c.Context(), f, how)
		case !f.yes:
			return a.usage("cli.error.renew-yes")
		}
		return a.renewLedger(c.Context(), f, conf, how)
	})
	f.reach = a.reachFlags(c)
	c.Flags().BoolVar(&f.dry, "dry-run", false, a.text("cli.flag.renew-dry"))
	c.Flags().BoolVar(&f.yes, "yes", false, a.text("cli.flag.renew-yes"))
	c.Flags().StringArrayVar(&f.kept, "checkpoint", nil, a.text("cli.flag.ledger-checkpoint"))
	c.Flags().BoolVar(&f.asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// tellLapsing says what would go, and changes nothing.
func (a *app) tellLapsing(ctx context.Context, f renewFlags, how queue.Renewing) error {
	q, done, err := a.openAtRest(ctx, f.reach)
	if err != nil {
		return err
	}
	defer done()
	over, err := q.Lapsing(ctx, how)
	if err != nil {
		return err
	}
	if f.asJSON {
		return a.json(over)
	}
	if over.Requests == 0 {
		a.printf("%s\n", a.text("cli.ledger.renew.none", "years", how.Terms.Facts))
		return nil
	}
	const mb = 1_000_000
	a.printf("%s\n", a.text("cli.ledger.renew.would", "requests", over.Requests, "entries", over.Entries, "of", over.Size,
		"until", utc(over.Until), "mb", over.Bytes/mb+1))
	return nil
}

func (a *app) renewLedger(ctx context.Context, f renewFlags, conf config, how queue.Renewing) error {
	key, err := a.key(ctx, f.reach, conf)
	if err != nil {
		return err
	}
	url, roles, err := f.reach.cluster(conf)
	if err != nil {
		return err
	}
	var bar progress
	shown := 0
	how.Told = func(done, total int) {
		if shown == 0 {
			bar = a.count(total, "cli.ledger.renew.progress")
		}
		bar.add(int64(done - shown))
		shown = done
	}
	var done queue.Renewed
	renew := func(access queue.Access) (err error) {
		done, err = queue.Renew(ctx, access, queue.Options{Key: key, Zone: conf.zone()}, how)
		return err
	}
	switch access, ok := roles[queue.RoleSetup]; {
	case url == "":
		err = embedded.Alone(ctx, embedded.Options{Folder: f.reach.data, Key: key}, renew)
	case !ok:
		return a.usage("cli.error.role", "roles", "setup")
	default:
		err = renew(access)
	}
	bar.done()
	switch code := schema.CodeOf(err); {
	case url == "":
	case code == schema.CodeInUse:
		_, _ = fmt.Fprintln(a.stderr, a.text("cli.ledger.renew.busy"))
	case code == schema.CodeDenied:
		_, _ = fmt.Fprintln(a.stderr, a.text("cli.ledger.renew.rights"))
	}
	if err != nil {
		return err
	}
	if keep := elsewhere(conf.Checkpoints, conf.zone()); keep != nil && done.N > 0 {
		if err := keep(done.Checkpoint); err != nil {
			return err
		}
	}
	return a.tellRenewed(done, how.Terms.Facts, conf.Checkpoints, f.asJSON)
}

// tellRenewed says what went, and gives the checkpoint where no folder has it.
func (a *app) tellRenewed(done queue.Renewed, years int, folder string, asJSON bool) error {
	if asJSON {
		var report struct {
			queue.Renewal
			Checkpoint string `json:"checkpoint,omitempty"`
		}
		report.Renewal, report.Checkpoint = done.Renewal, string(done.Checkpoint.Text)
		return a.json(report)
	}
	if done.N == 0 {
		a.printf("%s\n", a.text("cli.ledger.renew.none", "years", years))
		return nil
	}
	a.printf("%s\n", a.text("cli.ledger.renew.done", "requests", done.Requests, "entries", done.Entries, "until", utc(done.Until)))
	if folder != "" {
		a.printf("%s\n", a.text("cli.ledger.renew.kept", "folder", folder))
		return nil
	}
	a.printf("%s\n\n%s", a.text("cli.ledger.renew.keep"), done.Checkpoint.Text)
	return nil
}

// tellRenewals says how often the ledger was renewed, and what went: who reads of one
// that nobody ordered knows that something is wrong.
func (a *app) tellRenewals(v queue.Verified) {
	for _, r := range v.Renewals {
		a.printf("%s\n", a.text("cli.ledger.renewal", "moment", utc(r.At), "requests", r.Requests, "entries", r.Entries,
			"until", utc(r.Until), "years", r.Years))
	}
}

// utc is a moment for people who compare it with what stands elsewhere.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
