package main

import (
	"archive/zip"
	"time"

	"github.com/spf13/cobra"

	"inzage/explain/bundle"
	"inzage/schema"
)

func (a *app) diffCommand() *cobra.Command {
	var asJSON bool
	c := a.command("diff OLD NEW", "diff", cobra.ExactArgs(2), func(_ *cobra.Command, args []string) error {
		var both [2]*zip.Reader
		for i, path := range args {
			f, err := openBundle(path)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			info, err := f.Stat()
			if err != nil {
				return schema.Fail(schema.CodeIO, "look at bundle", err)
			}
			if both[i], err = zip.NewReader(f, info.Size()); err != nil {
				return schema.Fail(schema.CodeTampered, "open bundle", err)
			}
		}
		d, err := bundle.Diff(both[0], both[1])
		if err != nil {
			return err
		}
		if asJSON {
			return a.printJSON(d)
		}
		a.tellDifference(d)
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// tellDifference says in words what changed.
func (a *app) tellDifference(d *bundle.Difference) {
	if !d.SamePerson {
		a.printf("%s\n\n", a.text("cli.diff.unknown-person"))
	}
	block := func(n int, key string) bool {
		if n > 0 {
			a.printf("%s\n", a.text(key, "count", n))
		}
		return n > 0
	}
	day := func(at time.Time) string { return a.day(schema.CivilDate(at, time.UTC)) }
	events := func(list []bundle.EventCount, key string) {
		if block(len(list), key) {
			for _, e := range list {
				a.printf("  %6d  %s  (%s)\n", e.Count, e.Title, e.Event)
			}
			a.printf("\n")
		}
	}
	events(d.New, "cli.diff.new")
	events(d.Vanished, "cli.diff.vanished")
	if block(len(d.Settings), "cli.diff.settings") {
		for _, s := range d.Settings {
			a.printf("  %s\n", a.text("cli.diff.setting", "event", s.Event, "path", s.Path, "means", s.Means, "old", s.Old, "new", s.New))
		}
		a.printf("\n")
	}
	if x := d.Expired; x != nil {
		a.printf("%s\n\n", a.text("cli.diff.expired", "count", x.Count, "from", day(x.From), "to", day(x.To)))
	}
	if block(len(d.Sentences), "cli.diff.sentences") {
		for _, s := range d.Sentences {
			a.printf("  %s\n", a.text("cli.diff.sentence", "event", s.Event, "count", s.Count, "old", s.Old, "new", s.New))
		}
		a.printf("\n")
	}
	if d.New == nil && d.Vanished == nil && d.Settings == nil && d.Expired == nil && d.Sentences == nil {
		a.printf("%s\n", a.text("cli.diff.nothing"))
	}
}
