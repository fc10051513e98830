package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
)

// loaded is the catalog, which no test changes: loading it is what costs most.
var loaded = sync.OnceValues(func() (*explain.Catalog, error) { return explain.Load(catalog.FS()) })

func testCatalog(t testing.TB) *explain.Catalog {
	t.Helper()
	c, err := loaded()
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	return c
}

func testApp(t testing.TB, lang schema.Lang) *app {
	t.Helper()
	c := testCatalog(t)
	return &app{
		system:  system{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, env: func(string) string { return "" }},
		catalog: c, lang: lang,
	}
}

// TestEveryTextExists finds the text keys in the program's own source and holds
// that each is in the catalog: a missing one would be shown as its key.
func TestEveryTextExists(t *testing.T) {
	t.Parallel()
	a := testApp(t, schema.Dutch)
	key := regexp.MustCompile(`"((?:cli|engine|deadline|bundle)\.[a-z0-9.-]+[a-z0-9])"`)
	found := 0
	for _, dir := range []string{".", "../../explain", "../../explain/bundle"} {
		files, err := fs.Glob(os.DirFS(dir), "*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range key.FindAllStringSubmatch(string(src), -1) {
				if strings.HasSuffix(m[1], ".zip") { // a file name
					continue
				}
				found++
				if !a.catalog.HasText(m[1]) && !a.isPrefix(m[1]) {
					t.Errorf("%s: no text %q", name, m[1])
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("found only %d keys: does the pattern still fit the source?", found)
	}
}

// isPrefix tells whether longer keys begin with this one: such keys are made of
// two parts in the source.
func (a *app) isPrefix(key string) bool {
	for _, end := range []string{".one", ".long", ".1", ".monday", ".start", ".received"} {
		if a.catalog.HasText(key + end) {
			return true
		}
	}
	return false
}

// TestEveryCodeHasWords holds that no code of ours reaches a person as a code.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	a := testApp(t, schema.Dutch)
	var keys []string
	for _, c := range schema.Classes() {
		keys = append(keys, "class."+c.String(), "class."+c.String()+".explain", "reason.default-"+c.String())
	}
	for _, l := range append(schema.EventLayers(), schema.FieldLayers()...) {
		keys = append(keys, "layer."+string(l), "layer."+string(l)+".explain")
	}
	src, err := os.ReadFile("../../schema/code.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`Code = "([a-z-]+)"|Code\w+ += "([a-z-]+)"`).FindAllStringSubmatch(string(src), -1) {
		keys = append(keys, "code."+m[1]+m[2])
	}
	src, err = os.ReadFile("../../schema/record.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`Repair\w+ +Repair = "([a-z0-9-]+)"`).FindAllStringSubmatch(string(src), -1) {
		keys = append(keys, "repair."+m[1])
	}
	src, err = os.ReadFile("../../schema/entry.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`Entry\w+ +EntryKind = "([a-z-]+)"`).FindAllStringSubmatch(string(src), -1)
	for _, m := range kinds {
		keys = append(keys, "cli.act."+m[1])
	}
	if len(keys) < 100 || len(kinds) < 30 {
		t.Errorf("found only %d codes: do the patterns still fit the source?", len(keys))
	}
	for _, k := range keys {
		if !a.catalog.HasText(k) {
			t.Errorf("no words for %s", k)
		}
	}
}
