package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEverySourceIsListed: a folder under workers/ that is a source, and that
// sources.go does not list, would never be used.
func TestEverySourceIsListed(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("sources.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "workers", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^func \([^)]*\) Match\(\w+ schema\.File\)`)
	found := map[string]bool{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") || !match.Match(src) {
			continue
		}
		name := filepath.Base(filepath.Dir(file))
		found[name] = true
		if !strings.Contains(string(list), `"inzage/workers/`+name+`"`) {
			t.Errorf("workers/%s is not in sources.go", name)
		}
	}
	if len(found) < 2 || len(found) != len(sources("")) {
		t.Errorf("%d folders are sources, %d are listed", len(found), len(sources("")))
	}
}

// TestEverySourceHasAName: a source is named to people in words, and so is where
// its records come from; nobody reads a code of ours.
func TestEverySourceHasAName(t *testing.T) {
	t.Parallel()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources("") {
		for _, key := range []string{"source." + s.Name(), "source." + s.Name() + ".explain"} {
			if !c.HasText(key) {
				t.Errorf("no text %s", key)
			}
		}
	}
}
