package main

import (
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// tokenCommand is the group of commands about tokens of programs.
func (a *app) tokenCommand() *cobra.Command {
	c := a.command("token", "token", cobra.NoArgs, nil)
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(a.tokenNewCommand(), a.tokenListCommand(), a.tokenRevokeCommand())
	return c
}

// mostDays is how long a token may last: who uses it makes another each year.
const mostDays = 366

func (a *app) tokenNewCommand() *cobra.Command {
	var client, actor string
	var scopes []string
	var days int
	var asJSON bool
	var reach *reachFlags
	known := strings.Join(codes(queue.Scopes()), ", ")
	c := a.command("new", "token.new", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		by, err := a.actor(actor)
		if err != nil {
			return err
		}
		wanted := queue.Token{Client: client, By: by, Expires: time.Now().AddDate(0, 0, days)}
		for _, s := range scopes {
			if !slices.Contains(queue.Scopes(), queue.Scope(s)) {
				return a.usage("cli.error.scope", "scopes", known)
			}
			wanted.Scopes = append(wanted.Scopes, queue.Scope(s))
		}
		switch {
		case len(scopes) == 0:
			return a.usage("cli.error.scope", "scopes", known)
		case !queue.ValidClient(client):
			return a.usage("cli.error.client")
		case days < 1 || days > mostDays:
			return a.usage("cli.error.token-days", "most", mostDays)
		}
		q, conf, err := a.open(c.Context(), reach)
		if err != nil {
			return err
		}
		defer q.Close()
		made, text, err := q.NewToken(c.Context(), wanted)
		if err != nil {
			return err
		}
		if asJSON {
			return a.json(struct {
				queue.Token
				Secret string `json:"token"`
			}{made, text})
		}
		a.printf("%s\n\n  %s\n\n%s\n", a.text("cli.token.done", "client", made.Client, "day", a.day(schema.CivilDate(made.Expires, conf.zone()))), text, a.text("cli.token.once", "id", made.ID))
		return nil
	})
	reach = a.reachFlags(c)
	c.Flags().StringVar(&client, "client", "", a.text("cli.flag.token-client"))
	c.Flags().StringSliceVar(&scopes, "scope", nil, a.text("cli.flag.token-scope", "scopes", known))
	c.Flags().IntVar(&days, "days", 365, a.text("cli.flag.token-days", "most", mostDays))
	c.Flags().StringVar(&actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	_ = c.RegisterFlagCompletionFunc("scope", cobra.FixedCompletions(codes(queue.Scopes()), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) tokenListCommand() *cobra.Command {
	var asJSON bool
	var reach *reachFlags
	c := a.command("list", "token.list", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		q, conf, err := a.open(c.Context(), reach)
		if err != nil {
			return err
		}
		defer q.Close()
		list, err := q.Tokens(c.Context())
		if err != nil {
			return err
		}
		if asJSON {
			return a.json(list)
		}
		if len(list) == 0 {
			a.printf("%s\n", a.text("cli.token.none"))
			return nil
		}
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		row := func(cells ...string) { _, _ = w.Write([]byte(strings.Join(cells, "\t") + "\n")) }
		row(a.text("cli.column.id"), a.text("cli.column.client"), a.text("cli.column.scopes"), a.text("cli.column.expires"), a.text("cli.column.state"))
		for _, t := range list {
			state := "cli.token.state.open"
			switch {
			case !t.Revoked.IsZero():
				state = "cli.token.state.revoked"
			case !time.Now().Before(t.Expires):
				state = "cli.token.state.expired"
			}
			row(t.ID, t.Client, strings.Join(codes(t.Scopes), ","), schema.CivilDate(t.Expires, conf.zone()).String(), a.text(state))
		}
		if err := w.Flush(); err != nil {
			return schema.Fail(schema.CodeIO, "write answer", err)
		}
		return nil
	})
	reach = a.reachFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

func (a *app) tokenRevokeCommand() *cobra.Command {
	var actor string
	var reach *reachFlags
	c := a.command("revoke ID", "token.revoke", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		by, err := a.actor(actor)
		if err != nil {
			return err
		}
		q, _, err := a.open(c.Context(), reach)
		if err != nil {
			return err
		}
		defer q.Close()
		t, err := q.RevokeToken(c.Context(), args[0], by)
		if err != nil {
			return err
		}
		a.printf("%s\n", a.text("cli.token.revoked", "client", t.Client, "id", t.ID))
		return nil
	})
	reach = a.reachFlags(c)
	c.Flags().StringVar(&actor, "actor", "", a.text("cli.flag.actor"))
	return c
}
