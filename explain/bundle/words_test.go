package bundle

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"inzage/explain"
	"inzage/schema"
)

// dictionary is the catalog's texts and terms as far as the tests need them,
// read from the very files. It notes which keys were asked for.
type dictionary struct {
	texts map[string]map[schema.Lang]string
	mu    sync.Mutex
	used  map[string]bool
}

// tables are the tables of terms that the bundle asks for, and their prefixes.
func tables() map[string]string {
	return map[string]string{
		"classes": "class", "layers": "layer", "kinds": "kind", "identifiers": "identifier",
		"repairs": "repair", "codes": "code", "formats": "format", "masks": "mask", "abouts": "about",
		"categories": "category", "services": "service", "platforms": "platform",
		"regions": "region", "roles": "role", "purposes": "purpose", "severities": "severity", "findings": "finding", "founds": "found", "products": "product",
	}
}

// catalog gives a test its own dictionary. The files are read once for all tests:
// that is most of what a small bundle costs with the race detector.
func catalog(t testing.TB) *dictionary {
	t.Helper()
	catalogOnce.Do(func() { catalogTexts = readCatalog(t) })
	if catalogTexts == nil {
		t.Fatal("the catalog could not be read")
	}
	return &dictionary{texts: maps.Clone(catalogTexts), used: make(map[string]bool)}
}

var (
	catalogOnce  sync.Once
	catalogTexts map[string]map[schema.Lang]string
)

func readCatalog(t testing.TB) map[string]map[schema.Lang]string {
	t.Helper()
	d := &dictionary{texts: make(map[string]map[schema.Lang]string)}
	files, err := filepath.Glob(filepath.FromSlash("../catalog/texts/bundle*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no texts of the bundle", err)
	}
	for _, file := range files {
		var own struct {
			Texts map[string]map[schema.Lang]string
		}
		load(t, file, &own)
		maps.Copy(d.texts, own.Texts)
	}
	files, err = filepath.Glob(filepath.FromSlash("../catalog/terms/*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no terms", err)
	}
	for _, path := range files {
		var terms map[string]map[string]yaml.Node
		load(t, path, &terms)
		for table, prefix := range tables() {
			for code, node := range terms[table] {
				d.term(prefix+"."+code, node)
			}
		}
	}
	return d.texts
}

func (d *dictionary) term(key string, node yaml.Node) {
	var long struct{ Label, Explain map[schema.Lang]string }
	if node.Decode(&long) == nil && long.Label != nil {
		d.texts[key], d.texts[key+".explain"] = long.Label, long.Explain
		return
	}
	var app struct{ App map[schema.Lang]string }
	if node.Decode(&app) == nil && app.App != nil {
		d.texts[key] = app.App
		return
	}
	var short struct {
		NL, EN  string
		Explain map[schema.Lang]string
	}
	if err := node.Decode(&short); err == nil {
		d.texts[key] = map[schema.Lang]string{schema.Dutch: short.NL, schema.English: short.EN}
		if short.Explain != nil {
			d.texts[key+".explain"] = short.Explain
		}
	}
}

func load(t testing.TB, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, into); err != nil {
		t.Fatal(path, err)
	}
}

// in gives the words in one language, missing ones as the engine does.
func (d *dictionary) in(l schema.Lang) Words {
	return func(key string, args ...any) string {
		d.mu.Lock()
		d.used[key] = true
		d.mu.Unlock()
		s, ok := d.texts[key][l]
		if !ok {
			return "‹" + key + "›"
		}
		return explain.Fill(s, args...)
	}
}

// only keeps the texts with a prefix: what the tests expect must not change when
// somebody words a term better.
func (d *dictionary) only(prefix string) *dictionary {
	for key := range d.texts {
		if !strings.HasPrefix(key, prefix) {
			delete(d.texts, key)
		}
	}
	return d
}
