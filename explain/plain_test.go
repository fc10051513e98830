package explain

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"

	"inzage/explain/catalog"
)

// byLibrary reads data as the library does, strictly.
func byLibrary(data []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// TestPlainReadsAsTheLibrary holds every file of the catalog beside what the
// library makes of it, and most of the catalog to the plain part: it is what
// makes a start quick.
func TestPlainReadsAsTheLibrary(t *testing.T) {
	t.Parallel()
	files, err := readAll(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	read, all := 0, 0
	for _, f := range files {
		shape := shapeOf(f.name)
		if shape == nil {
			continue
		}
		all += len(f.data)
		if !readPlain(f.data, shape) {
			t.Logf("%s is left to the library", f.name)
			continue
		}
		read += len(f.data)
		want := shapeOf(f.name)
		if err := byLibrary(f.data, want); err != nil {
			t.Errorf("%s: the library refuses it: %v", f.name, err)
		}
		if diff := cmp.Diff(want, shape, cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-library +plain):\n%s", f.name, diff)
		}
	}
	t.Logf("%d of %d bytes", read, all)
	if read < all/10*9 {
		t.Errorf("only %d of %d bytes of the catalog are plain", read, all)
	}
}

// mixed has a place for everything that the shapes of the catalog have.
type mixed struct {
	A string                     `yaml:"a"`
	B both                       `yaml:"b"`
	C []string                   `yaml:"c"`
	D map[string]both            `yaml:"d"`
	E []rawVerb                  `yaml:"e"`
	F bool                       `yaml:"f"`
	G int                        `yaml:"g"`
	H map[string]map[string]both `yaml:"h"`
	I map[string][]string        `yaml:"i"`
	J map[string]string          `yaml:"j"`
}

// FuzzPlain: what the plain reader reads, the library reads the same.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{
		"a: x\n", "a: x # y\n", "a: x#y\n", "a: 'it''s'\n", `a: "a \"b\" \\ \n c"` + "\n", "b: {nl: a, en: \"b\"}\n",
		"b:\n  nl: a\n  en: b\n", "c: [a, b ,\"c\", 'd']\n", "c:\n- a\n- b\n", "c:\n  - a\n\n  # note\n  - \"b\"\nf: true\ng: 12\n",
		"d:\n  \"x y\": {nl: a b, en: c}\n  z.w: {nl: a, en: b}\n", "e:\n  - words: [a]\n    noun: true\n    title: {nl: A, en: B}\n  - {nl: a}\n",
		"h:\n  k:\n    \"1\": {nl: a, en: b}\n", "i:\n  k: [a]\n  l:\n  - b\n", "j: {Data.X: \"2\", y: 3}\n", "a: null\n", "a: ~\n", "a:\n",
		"a: x\na: y\n", "j: {}\nc: []\n", "a: x: y\n", "j: {a: b: c}\n", "j: {a: http://x, b: c}\n", "a: >\n  x\n  y\n", "a: x\n  y\n", "? a\n: b\n",
		"---\na: x\n", "a: x\n...\n", "...: x\n", "j: {a:b, c: d}\n", "j:\n  <<: {a: b}\n", "a: 1.0\n", "g: 0x1\n", "f: yes\n", "a: \u00e9\u0085b\n", "j: {a: b,}\n",
		"j: {a: b,, c: d}\n", "c: [a, , b]\n", "c: [,a]\n", "a : x\n", "a:  x  \n", "\"a\": x", "'a' : x\n", "c:\n  -  a\n  -   b # c\n", "e:\n  -  nl: a\n     en: b\n", " a: x\n",
		"j: {? a: b}\n", "c: [a: b]\n", "j: {1: 2, true: no}\n", "a: 2026-01-02\n", "j: {=: b}\n", "c: [a#b, c #d]\n", "a: x\n# c\n  # d\nf: false\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want mixed
		if !readPlain(data, &got) {
			return
		}
		if err := byLibrary(data, &want); err != nil {
			t.Fatalf("the library refuses what was read as %+v: %v", got, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-library +plain:\n%s", diff)
		}
	})
}
