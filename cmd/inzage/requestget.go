package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// requestGetCommand fetches the bundle of a request. Whoever opens the content
// says why, and the person can see it (CJEU C-579/21).
func (a *app) requestGetCommand() *cobra.Command {
	var out, why, actor string
	var force, asJSON bool
	var reach *reachFlags
	c := a.command("get CASE", "request.get", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		by, err := a.actor(actor)
		if err != nil {
			return err
		}
		if !slices.Contains(schema.ViewReasons(), schema.Code(why)) {
			return a.usage("cli.error.why")
		}
		ctx := c.Context()
		q, _, r, err := a.openCase(ctx, reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		if r.Bundle == "" {
			return schema.Fail(schema.CodeConflict, "get bundle", nil)
		}
		target := filepath.Join(out, r.Case+".zip")
		if _, err := os.Stat(target); err == nil && !force {
			return a.usage("cli.error.exists", "file", target)
		}
		if _, err := q.Append(ctx, r.ID, schema.Entry{Kind: schema.EntryViewed, Actor: by, Code: schema.Code(why), Ref: r.Bundle}); err != nil {
			return err
		}
		if err := a.copyBundle(ctx, q, r, target); err != nil {
			return err
		}
		if asJSON {
			return a.json(map[string]string{"file": target, "sha256": r.Bundle})
		}
		a.printf("%s\n", a.text("cli.run.done", "file", target))
		return nil
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().StringVar(&out, "out", ".", a.text("cli.flag.out"))
	c.Flags().StringVar(&why, "why", "", a.text("cli.flag.why"))
	c.Flags().StringVar(&actor, "actor", "", a.text("cli.flag.actor"))
	c.Flags().BoolVar(&force, "force", false, a.text("cli.flag.force"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	_ = c.RegisterFlagCompletionFunc("why", cobra.FixedCompletions(codes(schema.ViewReasons()), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// copyBundle writes the bundle to the target in one step: it is there whole and
// checked, or not at all.
func (a *app) copyBundle(ctx context.Context, q *queue.Queue, r schema.Request, target string) (err error) {
	v, err := q.Vault(ctx, r.ID)
	if err != nil {
		return err
	}
	in, err := v.Bundle().Open(ctx, workers.BundleName)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return schema.Fail(schema.CodeIO, "make output folder", err)
	}
	temp, remove, err := scratch(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer remove()
	f, err := os.CreateTemp(temp, "bundle-") // 0600
	if err != nil {
		return schema.Fail(schema.CodeIO, "write bundle", err)
	}
	_, err = io.Copy(f, in)
	if e := errors.Join(f.Sync(), f.Close()); err == nil && e != nil {
		err = schema.Fail(schema.CodeIO, "write bundle", e)
	}
	if err == nil {
		if e := os.Rename(f.Name(), target); e != nil {
			err = schema.Fail(schema.CodeIO, "place bundle", e)
		}
	}
	if err != nil && schema.CodeOf(err) == schema.CodeInternal {
		err = schema.Fail(schema.CodeIO, "write bundle", err)
	}
	return err
}
