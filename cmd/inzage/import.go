package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"inzage/explain/pages"
	"inzage/schema"
)

func (a *app) catalogImportCommand() *cobra.Command {
	var out string
	var list bool
	c := a.command("import PAGE.md…", "catalog.import", cobra.MinimumNArgs(1), func(_ *cobra.Command, args []string) error {
		if out == "" && !list {
			return a.usage("cli.error.import-flags")
		}
		read, err := a.readPages(args)
		if err != nil {
			return err
		}
		listing := slices.DeleteFunc(slices.Clone(read), func(p *pages.Page) bool { return p.Empty() })
		if len(listing) == 0 {
			return a.usage("cli.error.nothing-to-import")
		}
		for _, p := range read {
			if p.Empty() {
				a.warn("cli.error.no-events", "file", p.Name)
			}
		}
		if list {
			a.listPages(listing)
		}
		if out == "" {
			return nil
		}
		return a.writeOverlay(out, listing, !list)
	})
	c.Flags().StringVar(&out, "out", "", a.text("cli.flag.import-out"))
	c.Flags().BoolVar(&list, "list", false, a.text("cli.flag.list"))
	return c
}

// readPages reads published pages from files. A page's name becomes a file
// name, so two of one name would overwrite each other.
func (a *app) readPages(files []string) ([]*pages.Page, error) {
	seen := make(map[string]bool, len(files))
	list := make([]*pages.Page, 0, len(files))
	for _, file := range files {
		p, err := a.readPage(file)
		if err != nil {
			return nil, err
		}
		if seen[p.Name] {
			return nil, a.usage("cli.error.same-page", "page", p.Name)
		}
		seen[p.Name] = true
		list = append(list, p)
	}
	return list, nil
}

func (a *app) readPage(file string) (*pages.Page, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, a.usage("cli.error.file-unread", "file", file)
	}
	defer func() { _ = f.Close() }()
	p, err := pages.Parse(pageName(file), f)
	switch code := schema.CodeOf(err); {
	case errors.Is(err, pages.ErrTranslated):
		return nil, a.usage("cli.error.translated", "file", file)
	case code == schema.CodeIO:
		return nil, a.usage("cli.error.file-unread", "file", file)
	case code == schema.CodeTooLarge || code == schema.CodeLimit:
		return nil, a.usage("cli.error.page-too-large", "file", file)
	}
	return p, err
}

// pageName is the file's name without ".md", as it may stand in a path.
func pageName(file string) string {
	name := strings.TrimSuffix(filepath.Base(file), ".md")
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, name)
	if strings.Trim(name, ".") == "" {
		return "page"
	}
	return name
}

func (a *app) listPages(list []*pages.Page) {
	var lines []string
	for _, p := range list {
		lines = append(lines, p.List()...)
	}
	slices.Sort(lines)
	for _, line := range lines {
		a.printf("%s\n", line)
	}
}

// writeOverlay writes each page into the folder.
func (a *app) writeOverlay(folder string, list []*pages.Page, tell bool) error {
	dir := filepath.Join(folder, "published")
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // published pages, nothing personal
		return schema.Fail(schema.CodeIO, "make overlay folder", err)
	}
	for _, p := range list {
		data, err := p.Overlay()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, p.Name+".yaml"), data, 0o644); err != nil { //nolint:gosec // as above
			return schema.Fail(schema.CodeIO, "write overlay", err)
		}
		if tell {
			a.tellPage(p)
		}
	}
	if tell {
		a.printf("%s\n", a.text("cli.catalog.import.done", "folder", folder))
	}
	return nil
}

// tellPage says what was read from a page, and what was odd about it.
func (a *app) tellPage(p *pages.Page) {
	a.printf("%s\n", a.text("cli.catalog.import.page", "page", p.Name, "events", len(p.Events), "fields", p.Mentions(), "blocks", len(p.Blocks)))
	odd := make([]string, 0, len(p.Odd))
	for code, n := range p.Odd {
		odd = append(odd, a.text("cli.catalog.import.odd", "count", n, "what", a.text("cli.odd."+string(code))))
	}
	slices.Sort(odd)
	for _, line := range odd {
		a.printf("%s\n", line)
	}
}

// warn says something on standard error that does not stop the work.
func (a *app) warn(key string, args ...any) {
	_, _ = a.stderr.Write([]byte("inzage: " + a.text(key, args...) + "\n"))
}
