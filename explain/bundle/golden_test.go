package bundle

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"inzage/explain/law"
	"inzage/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden holds a small workbook against its dump: every cell of every sheet
// with its value and style. Terms of the catalog appear as codes, so that only
// the bundle itself can change it.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		h := sampleHead(t, l)
		h.Words = catalog(t).only("bundle.").in(l)
		h.Law = lawOf(t, func() (*law.Library, error) { return law.Load(fewTexts()) }, l)
		path, _ := sampleBundle(t, h, 12)
		book := member(t, path, "inzage-2026-0042.xlsx")
		if found := barriers(t, book); len(found) > 0 {
			t.Errorf("%s: barriers %v", l, sortedKeys(found))
		}
		got := dump(t, book)
		golden := filepath.Join("testdata", "workbook-"+string(l)+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
			t.Errorf("%s, to accept: go test -run Golden -update\n%s", golden, d)
		}
	}
}

// dump writes a workbook as text.
func dump(t testing.TB, book []byte) string {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	var b strings.Builder
	for _, sheet := range x.GetSheetList() {
		panes, err := x.GetPanes(sheet)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "sheet %s, frozen %d\n", sheet, panes.YSplit)
		tables, err := x.GetTables(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, tab := range tables {
			fmt.Fprintf(&b, "table %s %s %s\n", tab.Name, tab.Range, tab.StyleName)
		}
		rows, err := x.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			height, _ := x.GetRowHeight(sheet, r+1)
			for c, v := range row {
				cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
				style, _ := x.GetCellStyle(sheet, cell)
				if v == "" && style == 0 {
					continue
				}
				fmt.Fprintf(&b, "%s!%s %s %q", sheet, cell, styleName(style), v)
				if ok, to, _ := x.GetCellHyperLink(sheet, cell); ok {
					fmt.Fprintf(&b, " → %s", to)
				}
				if c == 0 && height != 15 {
					fmt.Fprintf(&b, " high %g", height)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

func styleName(n int) string {
	names := []string{
		"none", "title", "answer", "lead", "link", "heading", "header", "header-right", "text", "strong", "text-link",
		"date", "day", "number", "right", "percent",
	}
	if n < len(names) && len(names) == styleEnd {
		return names[n]
	}
	return "?"
}

// TestTexts: every text that is asked for exists in both languages, every text
// that exists is asked for, and both are readable.
func TestTexts(t *testing.T) {
	t.Parallel()
	_, d := allScenarios(t)
	used := maps.Clone(d.used)
	for _, m := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"} {
		used["bundle.month."+m] = true // one run does not see a whole year
	}
	for key := range used {
		if strings.HasPrefix(key, "bundle.") && d.texts[key] == nil {
			t.Errorf("no text for %s", key)
		}
	}
	for key, text := range d.texts {
		if !strings.HasPrefix(key, "bundle.") {
			continue
		}
		if !used[key] {
			t.Errorf("%s is never asked for", key)
		}
		if text[schema.Dutch] == "" || text[schema.English] == "" {
			t.Errorf("%s lacks a language", key)
		}
	}
}

// TestReadable: sentences are short, as people of reading level B1 need them.
func TestReadable(t *testing.T) {
	t.Parallel()
	const average, longest = 15, 25
	d := catalog(t).only("bundle.")
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		words, sentences := 0, 0
		for _, key := range sortedKeys(d.texts) {
			text := strings.ReplaceAll(d.texts[key][l], "? ", ". ")
			if !strings.HasSuffix(text, ".") {
				continue // a label
			}
			for s := range strings.SplitSeq(text, ". ") {
				n := len(strings.Fields(s))
				if n > longest {
					t.Errorf("%s, %s: %d words: %s", key, l, n, s)
				}
				words, sentences = words+n, sentences+1
			}
			for _, w := range []string{"derhalve", "teneinde", "middels", "conform", "betreffende", "alsmede", "inzake", "jouw", " je "} {
				if slices.Contains(strings.Fields(strings.ToLower(text)), w) {
					t.Errorf("%s: %q", key, w)
				}
			}
		}
		if mean := float64(words) / float64(sentences); mean > average {
			t.Errorf("%s: %.1f words a sentence", l, mean)
		} else {
			t.Logf("%s: %.1f words a sentence over %d sentences", l, mean, sentences)
		}
	}
}
