package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThreatModel holds the tests that the threat model names to the code: a
// control whose test was removed or renamed is no longer shown by anything.
func TestThreatModel(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	doc, err := os.ReadFile(filepath.Join(root, "docs", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
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
