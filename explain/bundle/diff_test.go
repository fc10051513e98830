package bundle

import (
	"archive/zip"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// answered makes a bundle of a few records.
func answered(t testing.TB, catalog string, list ...*schema.Explanation) *zip.Reader {
	t.Helper()
	h := sampleHead(t, schema.English)
	h.Catalog = catalog
	w, err := Create(t.TempDir(), "b.zip", h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i, e := range list {
		e.Record.From = schema.Origin{File: "f", Record: int64(i + 1)}
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	c := Count{Read: int64(len(list))}
	w.File(FileInfo{Name: "f", Source: "graphexport", Count: c})
	res, err := w.Close(c)
	if err != nil {
		t.Fatal(causes(err))
	}
	z, err := zip.OpenReader(res.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = z.Close() })
	return &z.Reader
}

func happened(day int, event, text, person, value string) *schema.Explanation {
	return &schema.Explanation{
		Title: "Title of " + event, Text: schema.NewPersonal(text), About: "settings", Layer: schema.LayerEvent, Class: schema.LinkedUsage,
		Record: schema.Record{
			Source: "graphexport", Event: event, At: time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC),
			Fields: []schema.Field{
				{Path: "user", Value: schema.NewPersonal(person)},
				{Path: "level", Value: schema.NewPersonal(value)},
			},
		},
		Notes: []schema.Note{
			{Identifier: "upn", Class: schema.DirectIdentifier, Layer: schema.LayerDictionary},
			{Meaning: "The level.", Class: schema.LinkedUsage, Layer: schema.LayerDictionary},
		},
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	older := answered(t, "1",
		happened(1, "gone", "a", "jan@example.org", ""), happened(2, "kept", "was low", "jan@example.org", "low"), happened(5, "same", "old words", "jan@example.org", ""))
	newer := answered(t, "2",
		happened(5, "same", "new words", "JAN@example.org", ""), happened(6, "kept", "is high", "JAN@example.org", "high"), happened(7, "fresh", "b", "JAN@example.org", ""))
	got, err := Diff(older, newer)
	if err != nil {
		t.Fatal(causes(err))
	}
	// A record whose person is written otherwise is another record.
	want := &Difference{
		SamePerson: true, Catalogs: [2]string{"1", "2"},
		New:      []EventCount{{"fresh", "Title of fresh", 1}},
		Vanished: []EventCount{{"gone", "Title of gone", 1}},
		Settings: []SettingDiff{{"kept", "level", "The level.", "low", "high"}},
		Expired:  &Expired{2, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)},
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	newer = answered(t, "2", happened(5, "same", "new words", "jan@example.org", ""))
	if got, err = Diff(older, newer); err != nil {
		t.Fatal(causes(err))
	}
	if d := gocmp.Diff([]Sentence{{"same", 1, "old words", "new words"}}, got.Sentences); d != "" {
		t.Error(d)
	}
	if got, err = Diff(older, older); err != nil || got.New != nil || got.Vanished != nil || got.Settings != nil || got.Expired != nil || got.Sentences != nil {
		t.Errorf("with itself: %+v %v", got, err)
	}
	other := answered(t, "1", happened(1, "gone", "a", "piet@example.org", ""))
	if _, err = Diff(older, other); schema.CodeOf(err) != schema.CodeOtherPerson {
		t.Errorf("two people: %v", err)
	}
	none := answered(t, "1", happened(1, "gone", "a", "", ""))
	if got, err = Diff(older, none); err != nil || got.SamePerson {
		t.Errorf("nobody: %+v %v", got, err)
	}
}
