package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// decideFlags are the flags of the commands that decide on a request.
type decideFlags struct {
	code, reason, actor, on string
	asJSON                  bool
}

// decideCommand makes a command that writes one act into the ledger of a
// request.
func (a *app) decideCommand(name string, kind schema.EntryKind) *cobra.Command {
	reasons := codes(schema.Reasons(kind))
	var f decideFlags
	var reach *reachFlags
	c := a.command(name+" CASE", "request."+name, cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		actor, err := a.actor(f.actor)
		if err != nil {
			return err
		}
		if f.code != "" && !slices.Contains(reasons, f.code) {
			return a.usage("cli.error.code", "codes", strings.Join(reasons, ", "))
		}
		ctx := c.Context()
		q, conf, r, err := a.openCase(ctx, reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		if kind == schema.EntryReleased && r.Build.Code == schema.CodeUnbalanced {
			return a.unbalanced(r)
		}
		act := schema.Entry{Kind: kind, Actor: actor, Code: schema.Code(f.code)}
		if act.Day, err = a.dayOf(kind, f.on, today(conf.zone())); err != nil {
			return err
		}
		if _, proposed := r.Proposals[kind]; len(reasons) > 0 && f.code == "" && !proposed {
			return a.usage("cli.error.code", "codes", strings.Join(reasons, ", "))
		}
		if r, err = q.Decide(ctx, r.ID, act, []byte(f.reason)); err != nil {
			return err
		}
		return a.tellDecision(r, kind, f.asJSON, today(conf.zone()))
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().StringVar(&f.actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().BoolVar(&f.asJSON, "json", false, a.text("cli.flag.json"))
	flag := "reason"
	if kind == schema.EntryRefused {
		flag = "ground"
	}
	if len(reasons) > 0 {
		c.Flags().StringVar(&f.code, flag, "", a.text("cli.flag."+flag, "codes", strings.Join(reasons, ", ")))
		_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(reasons, cobra.ShellCompDirectiveNoFileComp))
	}
	if len(reasons) > 0 || kind == schema.EntryWithdrawn {
		c.Flags().StringVar(&f.reason, "text", "", a.text("cli.flag.reason-text"))
	}
	if dated(kind) {
		c.Flags().StringVar(&f.on, "on", "", a.text("cli.flag.on"))
	}
	return c
}

// unbalanced says why there is nothing to release: by how many records the count
// of each file is off. Files go by their number; a name can be personal.
func (a *app) unbalanced(r schema.Request) error {
	a.printf("%s\n", a.text("cli.request.unbalanced", "case", r.Case))
	for _, where := range slices.Sorted(maps.Keys(r.Build.Counts)) {
		key, number := "cli.request.unbalanced."+where, ""
		if n, ok := strings.CutPrefix(where, "file_"); ok {
			key, number = "cli.request.unbalanced.file", n
		}
		a.printf("  %s\n", a.text(key, "number", number, "count", strconv.FormatInt(r.Build.Counts[where], 10)))
	}
	return schema.Fail(schema.CodeUnbalanced, "release bundle", nil)
}

// dated reports whether the act is about a day that counts for the law.
func dated(kind schema.EntryKind) bool {
	return kind == schema.EntrySuspended || kind == schema.EntryResumed || kind == schema.EntryDefault
}

func (a *app) dayOf(kind schema.EntryKind, on string, today schema.Date) (schema.Date, error) {
	if !dated(kind) {
		return schema.Date{}, nil
	}
	if on == "" {
		return today, nil
	}
	day, err := schema.ParseDate(on)
	if err != nil {
		return day, a.usage("cli.error.date", "date", on)
	}
	return day, nil
}

// tellDecision says what was written: the act, or that a second person is
// needed for it.
func (a *app) tellDecision(r schema.Request, kind schema.EntryKind, asJSON bool, today schema.Date) error {
	if asJSON {
		return a.json(r.On(today))
	}
	key := "cli.request.done." + string(kind)
	if _, waits := r.Proposals[kind]; waits {
		key = "cli.request.proposed"
	}
	a.printf("%s\n", a.text(key, "case", r.Case, "due", a.day(r.Due())))
	return nil
}

// retryCommand orders a part again that was given up, or a build that is stuck.
func (a *app) retryCommand() *cobra.Command {
	var source, actor string
	var asJSON bool
	var reach *reachFlags
	c := a.command("retry CASE", "request.retry", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
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
		if source != "" {
			if _, known := r.PartOf(source); !known {
				return a.usage("cli.error.source", "sources", strings.Join(partNames(r), ", "))
			}
		}
		if r, err = q.Retry(ctx, r.ID, source, by); err != nil {
			return err
		}
		if asJSON {
			return a.json(r.On(today(conf.zone())))
		}
		return a.showRequest(r, today(conf.zone()))
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().StringVar(&source, "source", "", a.text("cli.flag.retry-source"))
	c.Flags().StringVar(&actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// eraseCommand erases what a closed request holds.
func (a *app) eraseCommand() *cobra.Command {
	var actor string
	var yes, tampered, asJSON bool
	var reach *reachFlags
	c := a.command("erase CASE", "request.erase", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		by, err := a.actor(actor)
		if err != nil {
			return err
		}
		if !yes {
			return a.usage("cli.error.erase-yes")
		}
		ctx := c.Context()
		if tampered {
			return a.eraseTampered(ctx, reach, args[0], by, asJSON)
		}
		q, conf, r, err := a.openCase(ctx, reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		if r, err = q.Erase(ctx, r.ID, by); err != nil {
			return err
		}
		return a.tellDecision(r, schema.EntryErased, asJSON, today(conf.zone()))
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().StringVar(&actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().BoolVar(&yes, "yes", false, a.text("cli.flag.erase-yes"))
	c.Flags().BoolVar(&tampered, "tampered", false, a.text("cli.flag.erase-tampered"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// eraseTampered erases a request whose ledger does not verify, also where no
// service runs.
func (a *app) eraseTampered(ctx context.Context, reach *reachFlags, name string, by schema.Actor, asJSON bool) error {
	q, done, err := a.openAtRest(ctx, reach)
	if err != nil {
		return err
	}
	defer done()
	r := schema.Request{ID: schema.RequestID(name)}
	if !queue.ValidID(r.ID) {
		if r, err = a.find(ctx, q, name); err != nil {
			return err
		}
	}
	if r, err = q.EraseTampered(ctx, r.ID, by); err != nil {
		return err
	}
	if asJSON {
		return a.json(r) // without its dates: they cannot be relied on
	}
	a.printf("%s\n", a.text("cli.request.erased-tampered", "request", string(r.ID)))
	return nil
}

func partNames(r schema.Request) []string {
	names := make([]string, len(r.Parts))
	for i, p := range r.Parts {
		names[i] = p.Source
	}
	return names
}

// completeCases completes case numbers from the running service.
func (a *app) completeCases(reach func() *reachFlags) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		q, _, err := a.open(c.Context(), reach())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer q.Close()
		reg, err := q.OpenRegister(c.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var cases []string
		for r := range reg.All() {
			if strings.HasPrefix(r.Case, prefix) {
				cases = append(cases, r.Case)
			}
		}
		return cases, cobra.ShellCompDirectiveNoFileComp
	}
}
