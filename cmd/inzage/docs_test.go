package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestThreatModel holds the tests that the threat model, the list of the ASVS, the
// decisions and the pages for operators name to the code: a control whose test was
// removed or renamed is no longer shown by anything.
func TestThreatModel(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "decisions", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"threat-model.md", "security.md", "reliability.md", "operations.md"} {
		pages = append(pages, filepath.Join(root, "docs", name))
	}
	var doc []byte
	for _, page := range pages {
		text, err := os.ReadFile(page) //nolint:gosec // of the repository
		if err != nil {
			t.Fatal(err)
		}
		doc = append(doc, text...)
	}
	named := regexp.MustCompile("`([a-z/]+): ((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(doc), -1)
	if len(named) == 0 {
		t.Fatal("no test is named")
	}
	sources := map[string]string{}
	for _, n := range named {
		folder, test := n[1], n[2]
		if _, ok := sources[folder]; !ok {
			sources[folder] = testSources(t, filepath.Join(root, folder))
		}
		if !strings.Contains(sources[folder], "func "+test+"(") {
			t.Errorf("%s has no %s", folder, test)
		}
	}
}

// TestGuides holds the commands and flags in the guides to those of the program,
// and each guide to its other language.
func TestGuides(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "guides", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatal("no guides", err)
	}
	root := testApp(t, "en").root()
	seen := map[string][]string{} // guide → commands, first language
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		var commands []string
		for _, line := range regexp.MustCompile("(?m)(?:^|`)inzage ([^`\n]+)").FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(line[1])
			cmd, _, err := root.Find(words)
			if err != nil || !cmd.Runnable() {
				t.Errorf("%s: there is no command inzage %s", name, line[1])
				continue
			}
			commands = append(commands, cmd.CommandPath())
			for _, word := range words {
				if flag, ok := strings.CutPrefix(word, "--"); ok && cmd.Flag(flag) == nil && cmd.InheritedFlags().Lookup(flag) == nil {
					t.Errorf("%s: inzage %s: there is no flag --%s", name, line[1], flag)
				}
			}
		}
		guide, _, _ := strings.Cut(name, ".")
		if other, ok := seen[guide]; ok && !slices.Equal(commands, other) {
			t.Errorf("%s names %q, its other language %q", guide, commands, other)
		}
		seen[guide] = commands
	}
}

// testSources is the text of all tests in a folder.
func testSources(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
