package pages

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// parse reads an invented page that is written as irregularly as real ones.
func parse(t *testing.T, name string) *Page {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	p, err := Parse(name, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestIrregularPage(t *testing.T) {
	t.Parallel()
	p := parse(t, "invented-office")
	want := []string{
		"invented-office\tOffice.Invented.First\tEta",
		"invented-office\tOffice.Invented.Nothing\t",
		"invented-office\tOffice.Invented.Plain\tAlpha|Data_Beta|Gamma|Data_Delta|Epsilon",
		"invented-office\tOffice.Invented.Renamed\tZeta",
		"invented-office\tOffice.Invented.Second\tEta",
	}
	if d := cmp.Diff(want, p.List()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if p.Date != "2026-10-04" || p.Family != Office {
		t.Errorf("date %q, family %q", p.Date, p.Family)
	}
}

func TestWindowsPage(t *testing.T) {
	t.Parallel()
	want := []string{
		"invented-windows\tMicrosoft.Windows.Invented.Event\tAppName|Count",
		"invented-windows\tMicrosoft.Windows.Invented.Other\tStatus",
	}
	if d := cmp.Diff(want, parse(t, "invented-windows").List()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestOverlayRoundTrip: what is written as an overlay is read back the same.
func TestOverlayRoundTrip(t *testing.T) {
	t.Parallel()
	p := parse(t, "invented-office")
	data, err := p.Overlay()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadOverlay(fstest.MapFS{"published/invented-office.yaml": &fstest.MapFile{Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != 1 {
		t.Fatalf("%d pages", len(back))
	}
	if d := cmp.Diff(p.List(), back[0].List()); d != "" {
		t.Errorf("(-page +overlay):\n%s", d)
	}
	if c := Compare([]*Page{p}, back); !c.None() {
		t.Error("a page and its overlay differ")
	}
}

// TestCompare: an event that says what it was called before is renamed, not new.
func TestCompare(t *testing.T) {
	t.Parallel()
	now := parse(t, "invented-office")
	raw, err := os.ReadFile(filepath.Join("testdata", "invented-office.md"))
	if err != nil {
		t.Fatal(err)
	}
	old := strings.NewReplacer(
		"#### Office.Invented.Renamed", "#### Office.Invented.OldName",
		"*[This event was previously named Office.Invented.OldName.]*\n", "",
		"#### Office.Invented.Nothing", "#### Office.Invented.Gone",
	).Replace(string(raw))
	before, err := Parse("invented-office", strings.NewReader(old))
	if err != nil {
		t.Fatal(err)
	}
	c := Compare([]*Page{before}, []*Page{now})
	if d := cmp.Diff([]string{"Office.Invented.Nothing"}, c.Events.New); d != "" {
		t.Errorf("new (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"Office.Invented.Gone"}, c.Events.Gone); d != "" {
		t.Errorf("gone (-want +got):\n%s", d)
	}
	if len(c.Events.Renamed) != 1 {
		t.Errorf("%d renamed, want 1", len(c.Events.Renamed))
	}
}

// TestTranslatedPageIsRefused: machine translation changes the names.
func TestTranslatedPageIsRefused(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("testdata", "invented-office.md"))
	if err != nil {
		t.Fatal(err)
	}
	dutch := strings.NewReplacer(
		"The following fields are collected:", "De volgende velden worden verzameld:",
		"A sentence about the event.", "Deze gebeurtenis wordt verzameld wanneer het programma start. De gegevens worden gebruikt voor het oplossen van problemen.",
		"This event collects no fields.", "Voor deze gebeurtenis worden geen velden verzameld.",
		"first field", "het eerste veld van de gebeurtenis", "shared field", "een gedeeld veld van de gebeurtenis",
	).Replace(string(raw))
	if _, err := Parse("invented-office", strings.NewReader(dutch)); !errors.Is(err, ErrTranslated) {
		t.Errorf("error %v, want ErrTranslated", err)
	}
}

// FuzzParse: any text is read without panic, twice alike, and as an overlay it
// can be read back.
func FuzzParse(f *testing.F) {
	pages, err := fs.Glob(os.DirFS("testdata"), "*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range pages {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("# \u200b\n####\n- **\n- **a**b**c**\n| a | b |\n|--|--|\n| c |\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("page", bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := Parse("page", bytes.NewReader(data))
		if err != nil {
			t.Fatalf("second reading: %v", err)
		}
		if d := cmp.Diff(p.List(), again.List()); d != "" {
			t.Errorf("two readings differ:\n%s", d)
		}
		text, err := p.Overlay()
		if err != nil {
			t.Fatalf("overlay: %v", err)
		}
		back, err := ReadOverlay(fstest.MapFS{"published/page.yaml": &fstest.MapFile{Data: text}})
		if err != nil {
			t.Fatalf("reading the overlay: %v: %v", err, errors.Unwrap(err))
		}
		if c := Compare([]*Page{p}, back); !c.None() {
			t.Errorf("a page and its overlay differ: %+v", c)
		}
		for i := range p.Events {
			for _, f := range p.Events[i].Fields {
				if f.Name == "" || len(f.Name) > maxName || strings.ContainsAny(f.Name, "\t\n") {
					t.Errorf("field name %q", f.Name)
				}
			}
		}
	})
}
