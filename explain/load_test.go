package explain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"inzage/explain/catalog"
	"inzage/schema"
)

// small is a catalog small enough to reason about.
func small(t *testing.T, files map[string]string) (*Catalog, error) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return Load(fsys)
}

func mustSmall(t *testing.T, files map[string]string) *Catalog {
	t.Helper()
	c, err := small(t, files)
	if err != nil {
		t.Fatalf("load: %v", errors.Unwrap(err))
	}
	return c
}

func TestLoadIsStrict(t *testing.T) {
	t.Parallel()
	const event = "- event: A.B\n  title: {nl: a, en: a}\n  text: {nl: a, en: b}\n  want: {nl: a, en: b}\n"
	const field = "fields: {A: {class: unknown, nl: a, en: a}}"
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"unknown key", map[string]string{"events/x.yaml": event + "  colour: red\n"}, "field colour not found"},
		{"missing language", map[string]string{"texts/x.yaml": "texts:\n  a: {nl: a}\n"}, "needs nl and en"},
		{"event twice", map[string]string{"events/x.yaml": event, "events/y.yaml": strings.Replace(event, "A.B", "a_b", 1)}, "given twice"},
		{"other placeholders", map[string]string{"events/x.yaml": strings.Replace(event, "text: {nl: a, en: b}", `text: {nl: "a[ {X}]", en: b}`, 1)}, "other placeholders"},
		{"placeholder outside brackets", map[string]string{"events/x.yaml": strings.Replace(event, "text: {nl: a, en: b}", `text: {nl: "a {X}", en: "b {X}"}`, 1)}, "belongs in [brackets]"},
		{"placeholder not in example", map[string]string{"events/x.yaml": strings.Replace(event, "text: {nl: a, en: b}", `text: {nl: "a[ {X}]", en: "b[ {X}]"}`, 1)}, "does not occur in the example"},
		{"unknown interpreter", map[string]string{"fields/x.yaml": "fields:\n  A: {class: unknown, as: tea, nl: a, en: a}\n"}, `no interpreter "tea"`},
		{"unknown class", map[string]string{"fields/x.yaml": "fields:\n  A: {class: harmless, nl: a, en: a}\n"}, `class "harmless"`},
		{"unknown reason", map[string]string{"fields/x.yaml": "fields:\n  A: {class: unknown, why: nope, nl: a, en: a}\n"}, "no reasons.nope"},
		{"field twice under another spelling", map[string]string{"fields/x.yaml": "fields:\n  A_B: {class: unknown, nl: a, en: a}\n  a.b: {class: unknown, nl: a, en: a}\n"}, "given twice"},
		{"unknown ref", map[string]string{"events/x.yaml": event + "  ref: nowhere\n"}, "no nowhere in refs.yaml"},
		{"unknown folder", map[string]string{"evnts/x.yaml": "a: b\n"}, "no such part"},
		{"bracket open", map[string]string{"events/x.yaml": strings.Replace(event, "text: {nl: a, en: b}", `text: {nl: "a[", en: "b["}`, 1)}, "[ without ]"},
		{"two stars", map[string]string{"events/x.yaml": strings.Replace(event, "A.B", "A.*.B.*", 1)}, "one * at most"},
		{"only: no place", map[string]string{"fields/x.yaml": "only:\n- {" + field + "}\n"}, "a source or events"},
		{"only: two places", map[string]string{"fields/x.yaml": "only:\n- {source: x, events: [A.B], " + field + "}\n"}, "a source or events"},
		{"only: no fields", map[string]string{"fields/x.yaml": "only:\n- {events: [A.B]}\n"}, "needs fields"},
		{"only: star in the middle", map[string]string{"fields/x.yaml": "only:\n- {events: [A.*.B], " + field + "}\n"}, "behind a dot"},
		{"one word for a number", map[string]string{"texts/x.yaml": "texts:\n  a.b: {nl: \"{n|dag}\", en: \"{n|day|days}\"}\n"}, "a word for more"},
		{"only: twice", map[string]string{"fields/x.yaml": "only:\n- {events: [A.B, a_b], " + field + "}\n"}, "given twice"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := small(t, tc.files)
			if err == nil {
				t.Fatal("loaded")
			}
			if schema.CodeOf(err) != schema.CodeCatalog {
				t.Errorf("code %q", schema.CodeOf(err))
			}
			if got := errors.Unwrap(err).Error(); !strings.Contains(got, tc.want) {
				t.Errorf("error %q does not say %q", got, tc.want)
			}
		})
	}
}

func TestVersionFollowsContent(t *testing.T) {
	t.Parallel()
	one := mustSmall(t, map[string]string{"texts/x.yaml": "texts:\n  a: {nl: a, en: a}\n"})
	same := mustSmall(t, map[string]string{"texts/x.yaml": "texts:\n  a: {nl: a, en: a}\n"})
	other := mustSmall(t, map[string]string{"texts/x.yaml": "texts:\n  a: {nl: b, en: a}\n"})
	if one.Version() != same.Version() {
		t.Error("same content, other version")
	}
	if one.Version() == other.Version() {
		t.Error("other content, same version")
	}
}

func builtin(t testing.TB) *Catalog {
	t.Helper()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatalf("load: %v", errors.Unwrap(err))
	}
	return c
}

// TestBuiltinCatalog lets each of the built-in entries test itself.
func TestBuiltinCatalog(t *testing.T) {
	t.Parallel()
	c := builtin(t)
	if err := c.Check(); err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	t.Logf("catalog %s: %+v", c.Version(), c.Size())
}

func TestOwnSentencesOfTheEngineParse(t *testing.T) {
	t.Parallel()
	c := builtin(t)
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		for _, key := range []string{"engine.event.namespace", "engine.event.datatype", "engine.event.none"} {
			text, ok := c.text(l, key)
			if !ok {
				t.Errorf("%s: missing", key)
			}
			if _, err := parseTemplate(text); err != nil {
				t.Errorf("%s %s: %v", l, key, err)
			}
		}
	}
}

func amsterdam(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestTheEntryThatTheGuideGives holds that what docs/add-an-event.md tells to copy
// loads beside the catalog and tests itself.
func TestTheEntryThatTheGuideGives(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join("..", "docs", "add-an-event.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, entry, _ := strings.Cut(string(guide), "```yaml\n")
	entry, _, ok := strings.Cut(entry, "```")
	if !ok {
		t.Fatal("the guide gives no entry")
	}
	c, err := Load(catalog.FS(), fstest.MapFS{"events/garden.yaml": {Data: []byte(strings.ReplaceAll("\n"+entry, "\n   ", "\n"))}})
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	if err := c.Check(); err != nil {
		t.Fatal(errors.Unwrap(err))
	}
}
