package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/schema"
)

// keyRotateCommand replaces the organisation's key, on a store that nobody uses.
func (a *app) keyRotateCommand() *cobra.Command {
	var newFile, newCommand string
	var reach *reachFlags
	c := a.command("rotate", "key.rotate", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		next := keyPlace{command: strings.Fields(newCommand), file: newFile, text: a.env("INZAGE_NEW_KEY")}
		if err := a.onePlace(next, "new-key"); err != nil {
			return err
		}
		return a.rotateKey(c.Context(), reach, next, time.Now())
	})
	reach = a.reachFlags(c)
	c.Flags().StringVar(&newFile, "new-key-file", a.env("INZAGE_NEW_KEY_FILE"), a.text("cli.flag.new-key-file"))
	c.Flags().StringVar(&newCommand, "new-key-command", a.env("INZAGE_NEW_KEY_COMMAND"), a.text("cli.flag.new-key-command"))
	return c
}

func (a *app) rotateKey(ctx context.Context, reach *reachFlags, next keyPlace, now time.Time) error {
	conf, err := readConfig(reach.config)
	if err != nil {
		return err
	}
	old, err := a.keyPlace(reach, conf)
	if err != nil {
		return err
	}
	old = old.orIn(reach.data)
	// Where nobody says where the new key is, it takes the place of the old file.
	swap := !next.named()
	if swap {
		if old.file == "" {
			return a.usage("cli.error.new-key")
		}
		next.file = old.file + ".new"
	}
	from, err := old.read(ctx)
	if err != nil {
		return err
	}
	to, err := nextKey(ctx, next)
	if err != nil {
		return err
	}
	done, err := a.replaceKey(ctx, reach, conf, from, to, now)
	if err != nil {
		return err
	}
	a.printf("%s\n", a.text("cli.key.rotate.done", "keys", done.Keys))
	if done.Damaged > 0 {
		a.printf("%s\n", a.text("cli.key.rotate.damaged", "count", done.Damaged))
	}
	if !swap {
		a.printf("%s\n", a.text("cli.key.rotate.use", "place", next.name("new-key")))
		return nil
	}
	before, err := swapKeys(from, old.file, next.file, now)
	if err != nil {
		return err
	}
	a.printf("%s\n", a.text("cli.key.rotate.swapped", "key", old.file, "before", before))
	return nil
}

// nextKey reads the new key; a file is made where there is none. One that is there
// is of a run that was cut off, or was made by the operator.
func nextKey(ctx context.Context, next keyPlace) (queue.Key, error) {
	key, err := next.read(ctx)
	if next.file != "" && errors.Is(err, fs.ErrNotExist) {
		key = queue.NewKey()
		err = key.WriteFile(next.file)
	}
	return key, err
}

// replaceKey replaces the key in the data folder, or on a cluster.
func (a *app) replaceKey(ctx context.Context, reach *reachFlags, conf config, from, to queue.Key, now time.Time) (done queue.Rotated, err error) {
	var bar progress
	told := func(done, total int) {
		if done == 1 {
			bar = a.count(total, "cli.key.rotate.progress")
		}
		bar.add(1)
	}
	defer func() { bar.done() }()
	url, roles, err := reach.cluster(conf)
	if err != nil {
		return done, err
	}
	if url == "" {
		return embedded.Rotate(ctx, embedded.Options{Folder: reach.data, Key: from}, to, now, told)
	}
	access, ok := roles[queue.RoleSetup]
	if !ok {
		return done, a.usage("cli.error.role", "roles", "setup")
	}
	return queue.Rotate(ctx, access, from, to, now, told)
}

// swapKeys puts the new key in the place of the old, and keeps the old one beside
// it under the moment until which it was the key: backups of before need it. There
// is a key under its name at every moment.
func swapKeys(old queue.Key, path, next string, now time.Time) (before string, err error) {
	before = path + ".until-" + now.UTC().Format("20060102T150405Z")
	if err := old.WriteFile(before); err != nil {
		return before, err
	}
	if err := os.Rename(next, path); err != nil {
		return before, schema.Fail(schema.CodeIO, "replace key file", err)
	}
	return before, nil
}
