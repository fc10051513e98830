package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"inzage/explain/pages"
)

func (a *app) catalogDiffCommand() *cobra.Command {
	var asJSON bool
	c := a.command("diff OLD NEW", "catalog.diff", cobra.ExactArgs(2), func(_ *cobra.Command, args []string) error {
		before, err := a.stateOfPages(args[0])
		if err != nil {
			return err
		}
		after, err := a.stateOfPages(args[1])
		if err != nil {
			return err
		}
		changes := pages.Compare(before, after)
		if asJSON {
			enc := json.NewEncoder(a.stdout)
			enc.SetEscapeHTML(false)
			return enc.Encode(changes)
		}
		if changes.None() {
			a.printf("%s\n", a.text("cli.catalog.diff.none"))
			return nil
		}
		a.tellChange(a.text("cli.catalog.diff.events"), changes.Events)
		a.tellChange(a.text("cli.catalog.diff.fields"), changes.Fields)
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// stateOfPages reads one side of a comparison: a page, a folder that import
// made, or a folder of pages.
func (a *app) stateOfPages(path string) ([]*pages.Page, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, a.usage("cli.error.file-unread", "file", path)
	}
	if !info.IsDir() {
		p, err := a.readPage(path)
		return []*pages.Page{p}, err
	}
	list, err := pages.ReadOverlay(os.DirFS(path))
	if err != nil || len(list) > 0 {
		return list, err
	}
	files, err := filepath.Glob(filepath.Join(path, "*.md"))
	if err != nil || len(files) == 0 {
		return nil, a.usage("cli.error.no-pages", "folder", path)
	}
	return a.readPages(files)
}

// tellChange shows one kind of change, a line each, marked as in a diff.
func (a *app) tellChange(what string, c pages.Change) {
	a.printf("%s\n", a.text("cli.catalog.diff.counts", "what", what, "new", len(c.New), "gone", len(c.Gone), "renamed", len(c.Renamed)))
	for _, name := range c.New {
		a.printf("+ %s\n", name)
	}
	for _, name := range c.Gone {
		a.printf("- %s\n", name)
	}
	for _, r := range c.Renamed {
		key := "cli.catalog.diff.spelled"
		if r.Note {
			key = "cli.catalog.diff.renamed"
		}
		a.printf("~ %s\n", a.text(key, "from", r.From, "to", r.To))
	}
}
