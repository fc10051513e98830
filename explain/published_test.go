package explain

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"inzage/explain/catalog"
	"inzage/explain/pages"
	"inzage/schema"
)

// leaflet is a published page in our own invention.
const leaflet = `---
ms.date: 03/04/2031
---
# Listed data for Garden

## Data contracts common for all events

### Spade

- **Id** - A unique identifier of the spade.

## Digging events

### Office.Word.FileOpenedAgain, Office.Word.FileOpenedTwice

*[This event was previously named Office.Word.FileOpened.]*

Tells of a file.

The following fields are collected:

- **Data_Depth** - How deep.

### Shed.Rake.Handle

The following fields are collected:

- **Zqx** - A hash of the device name.
- **Vvw (Data_Vvw)** - The email address of the gardener.
- **Wwx** - Grows in spring.
- **Vague** - The email address of the gardener.
- **Vaguer** - Grows in spring.

### Office.Word.Zzyzx

No fields are collected.
`

// withLeaflet is the small catalog with the page beside it.
func withLeaflet(t *testing.T, page string) *Catalog {
	t.Helper()
	p, err := pages.Parse("leaflet", strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.Overlay()
	if err != nil {
		t.Fatal(err)
	}
	files := knowledge()
	maps.Copy(files, map[string]string{
		"published/leaflet.yaml": string(data),
		"texts/published.yaml": `
texts:
  engine.event.published.title: {nl: Beschreven, en: Described}
  engine.event.published: {nl: "{app}: zie {page}[ van {date}].", en: "{app}: see {page}[ of {date}]."}
  engine.classify.published: {nl: "Microsoft: {text} {why}", en: "Microsoft: {text} {why}"}
`,
		"fields/vague.yaml": `
fields:
  Vague: {class: unknown, nl: Hangt ervan af., en: It depends.}
  Vaguer: {class: unknown, nl: Hangt ervan af., en: It depends.}
`,
		"terms/published.yaml": `
reasons:
  hash-of-identity: {class: pseudonymous-identifier, nl: hash, en: hash}
  address-in-clear: {class: direct-identifier, nl: adres, en: address}
`,
	})
	return mustSmall(t, files)
}

func TestPublishedNames(t *testing.T) {
	t.Parallel()
	c := withLeaflet(t, leaflet)
	x := c.For(Reader{Lang: schema.English})
	for _, tc := range []struct {
		name, event string
		layer       schema.Layer
		rule, ref   string
		text        string
	}{
		{"own entry", "Office.Word.FileOpened", schema.LayerEvent, "Office.Word.FileOpened", "", "Word opened a file."},
		{"a later name finds it", "Office.Word.FileOpenedAgain", schema.LayerEvent, "Office.Word.FileOpened", "", "Word opened a file."},
		{"so does the other later name, as spelled elsewhere", "office_word_fileopenedtwice", schema.LayerEvent, "Office.Word.FileOpened", "", "Word opened a file."},
		{"only published", "Shed.Rake.Handle", schema.LayerNone, "", "leaflet", "see Listed data for Garden of 2031-03-04."},
		{"published, namespace known", "Office.Word.Zzyzx", schema.LayerNamespace, "Office.Word", "leaflet", "Word: see Listed data for Garden of 2031-03-04."},
		{"composed stays as it was", "Office.Word.FileSaved", schema.LayerComposed, "Office.Word saved", "", ""},
	} {
		e := x.Explain(schema.Record{Event: tc.event})
		if e.Layer != tc.layer || e.Ref != tc.ref || tc.layer != schema.LayerComposed && e.Rule != tc.rule {
			t.Errorf("%s: layer %q, rule %q, ref %q", tc.name, e.Layer, e.Rule, e.Ref)
		}
		if got := e.Text.Reveal(); !strings.HasSuffix(got, tc.text) {
			t.Errorf("%s: text %q", tc.name, got)
		}
	}
	if title, date, ok := c.Ref("leaflet"); title != "Listed data for Garden" || date != "2031-03-04" || !ok {
		t.Errorf("the page is referred to as %q, %q, %v", title, date, ok)
	}
}

func TestPublishedDescriptions(t *testing.T) {
	t.Parallel()
	c := withLeaflet(t, leaflet)
	for _, tc := range []struct{ event, field, want string }{
		{"Office.Word.FileOpenedTwice", "Data.Depth", "How deep."},
		{"Office.Word.FileOpened", "properties.depth", "How deep."},
		{"Office.Word.FileOpenedTwice", "", "Tells of a file."},
		{"Shed.Rake.Handle", "Data_Vvw", "The email address of the gardener."},
		{"Shed.Rake.Handle", "Spade.Id", "A unique identifier of the spade."},
		{"Shed.Rake.Handle", "Nothing", ""},
		{"Nothing.At.All", "Data.Depth", ""},
	} {
		text, page, date, ok := c.Published(tc.event, tc.field)
		if text != tc.want || ok != (tc.want != "") {
			t.Errorf("%s, %s: %q, %v", tc.event, tc.field, text, ok)
		}
		if ok && (page != "leaflet" || date != "2031-03-04") {
			t.Errorf("%s, %s: from %q of %q", tc.event, tc.field, page, date)
		}
	}
}

func TestPublishedLatestSpeaks(t *testing.T) {
	t.Parallel()
	page := func(date, text string) string {
		return "page: p" + date[:4] + "\ndate: \"" + date + "\"\nevents:\n- names: [A.B]\n  fields:\n  - {name: X, text: " + text + "}\n"
	}
	for name, files := range map[string][2]string{
		"later last":  {page("2031-01-01", "old"), page("2032-01-01", "new")},
		"later first": {page("2032-01-01", "new"), page("2031-01-01", "old")},
	} {
		c := mustSmall(t, map[string]string{"published/a.yaml": files[0], "published/b.yaml": files[1]})
		if text, from, _, _ := c.Published("A.B", "X"); text != "new" || from != "p2032" {
			t.Errorf("%s: %q from %q", name, text, from)
		}
	}
}

func TestPublishedIsStrict(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, want string }{
		"no page":     {"title: x\n", "page: missing"},
		"no names":    {"page: x\nevents:\n- text: y\n", "names: missing"},
		"unknown key": {"page: x\ncolour: red\n", "field colour not found"},
	} {
		_, err := small(t, map[string]string{"published/x.yaml": tc.file})
		if err == nil || !strings.Contains(errors.Unwrap(err).Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	c := withLeaflet(t, leaflet)
	x := c.For(Reader{Lang: schema.English})
	for _, tc := range []struct {
		name, event, field string
		class              schema.Class
		confidence         Confidence
		rule, why          string
	}{
		{"the event's own text", "Office.Word.FileOpened", "Data.Size", schema.LinkedUsage, High, "Data.Size", "use"},
		{"a hash, says the page", "Shed.Rake.Handle", "Zqx", schema.PseudonymousIdentifier, Low, "published leaflet", "Microsoft: A hash of the device name. hash"},
		{"an address, says the page", "Shed.Rake.Handle", "Data_Vvw", schema.DirectIdentifier, Low, "published leaflet", "Microsoft: The email address of the gardener. address"},
		{"the page says nothing of use", "Shed.Rake.Handle", "Wwx", schema.Unknown, Nothing, "", "unknown"},
		{"the dictionary does not tell, the page does", "Shed.Rake.Handle", "Vague", schema.DirectIdentifier, Low, "published leaflet", "Microsoft: The email address of the gardener. address"},
		{"neither tells", "Shed.Rake.Handle", "Vaguer", schema.Unknown, Low, "Vaguer", "unknown"},
		{"nothing known", "Shed.Rake.Handle", "Qqq", schema.Unknown, Nothing, "", "unknown"},
		{"words of the name only", "X.Y", "FileSize", schema.Unknown, Low, "tokens", "unknown"},
	} {
		v := x.Classify(tc.event, tc.field)
		if v.Class != tc.class || v.Confidence != tc.confidence || v.Rule != tc.rule || v.Why != tc.why {
			t.Errorf("%s: %+v", tc.name, v)
		}
	}
}

func TestDescribed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"the first three octets of the ip address":         "shortened",
		"ip address of the client":                         "ip-address",
		"hashed user id":                                   "hash-of-identity",
		"hash of the file name":                            "hash-of-content",
		"no longer used":                                   "obsolete",
		"identifier of the update":                         "product-id",
		"number of documents opened":                       "own-count",
		"number of retries":                                "counter",
		"whether the email address is valid":               "flag",
		"time taken in milliseconds to open the file path": "path-in-clear",
		"a colour": "",
	} {
		if got := described(text); got != want {
			t.Errorf("%q speaks for %q, want %q", text, got, want)
		}
	}
}

// TestEvidenceHasReasons holds that each clue names a reason that exists: a
// missing one would make the clue dead.
func TestEvidenceHasReasons(t *testing.T) {
	t.Parallel()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	for _, e := range evidence() {
		if _, err := schema.ParseClass(c.terms["reasons."+e.reason].Class); err != nil {
			t.Errorf("reason %q: %v", e.reason, err)
		}
	}
}

// TestEarlierNames holds that a record under an event's earlier name is
// explained as well as one under its name of now.
func TestEarlierNames(t *testing.T) {
	t.Parallel()
	c := builtin(t)
	x := c.For(Reader{Lang: schema.Dutch})
	old := 0
	for now, e := range c.published.events {
		want := x.Explain(schema.Record{Event: now})
		if want.Layer == schema.LayerNone {
			t.Errorf("%s (%s): nothing is known", now, e.page.Page)
		}
		for _, name := range c.published.others[now] {
			got := x.Explain(schema.Record{Event: name})
			if got.Rule != want.Rule && got.Layer != schema.LayerEvent && got.Layer != schema.LayerFamily {
				t.Errorf("%s: explained by %s %q, of now by %s %q", name, got.Layer, got.Rule, want.Layer, want.Rule)
			}
			old++
		}
	}
	if old < 36 {
		t.Errorf("%d earlier names: the list is not whole", old)
	}
}
