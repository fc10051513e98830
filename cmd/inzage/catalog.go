package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func itoa(n int) string { return strconv.Itoa(n) }

func (a *app) catalogCommand() *cobra.Command {
	c := a.command("catalog", "catalog", cobra.NoArgs, func(c *cobra.Command, _ []string) error { return c.Help() })
	c.AddCommand(a.catalogCheckCommand(), a.catalogCoverageCommand(), a.catalogSampleCommand(),
		a.catalogImportCommand(), a.catalogDiffCommand(), a.catalogClassifyCommand(), a.catalogUnknownsCommand())
	return c
}

func (a *app) catalogCheckCommand() *cobra.Command {
	var asJSON bool
	var overlay string
	c := a.command("check", "catalog.check", cobra.NoArgs, func(*cobra.Command, []string) error {
		if err := a.use(overlay); err != nil {
			return err
		}
		if err := a.catalog.Check(); err != nil {
			return err
		}
		s := a.catalog.Size()
		if asJSON {
			return json.NewEncoder(a.stdout).Encode(map[string]any{"version": a.catalog.Version(), "size": s})
		}
		a.printf("%s\n", a.text("cli.catalog.check.ok", "version", a.catalog.Version(), "events", s.Events, "families", s.Families,
			"namespaces", s.Namespaces, "fields", s.Fields, "tokens", s.Tokens, "verbs", s.Verbs))
		return nil
	})
	c.Flags().StringVar(&overlay, "overlay", "", a.text("cli.flag.overlay"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// names reads the distinct names of a list, one a line; text after a tab is
// something else.
func (a *app) names(file string) ([]string, error) {
	lines, err := a.lines(file)
	if err != nil {
		return nil, err
	}
	var list []string
	seen := map[string]bool{}
	for _, line := range lines {
		name, _, _ := strings.Cut(line, "\t")
		if name = strings.TrimSpace(name); name != "" && !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list, nil
}

// lines reads the lines of a list that hold something.
func (a *app) lines(file string) ([]string, error) {
	in := a.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, a.usage("cli.error.file-unread", "file", file)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	var list []string
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF")); line != "" {
			list = append(list, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, a.usage("cli.error.file-unread", "file", file)
	}
	return list, nil
}
