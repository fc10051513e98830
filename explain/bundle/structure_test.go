package bundle

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// allScenarios makes the scenarios in both languages once for all tests that look at
// them, and gives the dictionary that knows which texts they asked for.
func allScenarios(t *testing.T) (map[schema.Lang]map[string][]byte, *dictionary) {
	t.Helper()
	scenariosOnce.Do(func() {
		d, books := catalog(t), make(map[schema.Lang]map[string][]byte)
		for _, l := range []schema.Lang{schema.Dutch, schema.English} {
			books[l] = scenarios(t, l, d)
		}
		scenarioBooks, scenarioWords = books, d
	})
	if scenarioBooks == nil {
		t.Fatal("the scenarios could not be made")
	}
	return scenarioBooks, scenarioWords
}

var (
	scenariosOnce sync.Once
	scenarioBooks map[schema.Lang]map[string][]byte
	scenarioWords *dictionary
)

// scenarios are bundles of very different input.
func scenarios(t *testing.T, l schema.Lang, d *dictionary) map[string][]byte {
	t.Helper()
	h := sampleHead(t, l)
	h.Words = d.in(l)
	books := make(map[string][]byte)
	add := func(name string, h Head, feed func(*Writer) Count) {
		t.Helper()
		w, err := Create(t.TempDir(), "b.zip", h)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Abort()
		res, err := w.Close(feed(w))
		if err != nil {
			t.Fatal(name, causes(err))
		}
		books[name] = member(t, res.Path, w.bookPath(1))
	}
	one := func(w *Writer, change func(*schema.Explanation)) Count {
		e := sampleAt(1)
		change(e)
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
		c := Count{Read: 1}
		w.File(FileInfo{Name: e.Record.From.File, Source: "graphexport", Format: "admin-export", Count: c})
		return c
	}
	full := h
	full.RowLimit, full.PageRows = 40, 40
	path, _ := sampleBundle(t, full, 130)
	books["many"] = member(t, path, "inzage-2026-0042.xlsx")
	parts := h
	parts.RowLimit, parts.BookRows = 9, 150
	path, _ = sampleBundle(t, parts, 90)
	for _, f := range members(t, path) {
		if strings.HasSuffix(f.Name, ".xlsx") {
			books["parts: "+f.Name] = content(t, f)
		}
	}
	add("nothing", h, func(*Writer) Count { return Count{} })
	add("empty file", h, func(w *Writer) Count {
		w.File(FileInfo{Name: "a.json", Source: "graphexport", Format: "admin-export"})
		return Count{}
	})
	add("unread", h, func(w *Writer) Count {
		w.File(FileInfo{Name: "a.json", Source: "dataviewer", Problem: schema.CodeTruncated})
		return Count{}
	})
	add("others", h, func(w *Writer) Count { return others(t, w) })
	add("acts", h, func(w *Writer) Count { return everyAct(t, w) })
	add("one", h, func(w *Writer) Count { return one(w, func(*schema.Explanation) {}) })
	add("no time, raised, long", h, func(w *Writer) Count {
		return one(w, func(e *schema.Explanation) {
			*e = schema.Explanation{Record: e.Record, Notes: e.Notes, Text: schema.NewPersonal(strings.Repeat("long ", 8000))}
			e.Record.At, e.Record.Event = e.Record.At.AddDate(-4000, 0, 0), ""
			e.Record.Fields[0].Value = schema.NewPersonal(strings.Repeat("z", 200))
			e.Notes[0].Raised = "upn"
		})
	})
	add("bounded, years", h, func(w *Writer) Count {
		w.inventory.maxRows, w.ids.max = 1, 0
		w.Uncompared(2)
		for i := range maxApps {
			w.overview.apps[strconv.Itoa(i)] = 1
		}
		for i := range int64(maxDays) {
			w.overview.days[i*3+1] = 1
		}
		for i := range 3 {
			e := sampleAt(i)
			e.Record.From.File = "f"
			e.Notes[0].Identifier = "sid"
			if i == 0 {
				e.Record.At = e.Record.At.AddDate(30, 0, 0)
				e.Title, e.Record.Event = "", ""
			}
			if err := w.Add(e); err != nil {
				t.Fatal(err)
			}
		}
		r := sampleBroken(0)
		r.From.File, r.Cut, r.Source = "f", 5_000_000, ""
		if err := w.Unreadable(r); err != nil {
			t.Fatal(err)
		}
		c := Count{Read: 4, Unreadable: 1}
		w.File(FileInfo{Name: "f", Count: c})
		return c
	})
	add("searched", searched(h), func(w *Writer) Count {
		for i, found := range []schema.Found{schema.FoundPart, schema.FoundFailed, schema.FoundExpired, schema.FoundNothing} {
			w.Search(Search{Source: "source-" + strconv.Itoa(i), Result: schema.Result{Found: found, Code: schema.CodeRemote}, Asked: 1 + i%2})
			w.Search(Search{Source: "source-" + strconv.Itoa(i), Result: schema.Result{Place: "Office/O365", Found: schema.FoundNothing}})
		}
		return Count{}
	})
	add("findings, old texts, own texts", troubled(t, h), trouble(t))
	return books
}

// TestStructure: every workbook is one that Excel opens without a word of
// protest, and that a screen reader finds its way in.
func TestStructure(t *testing.T) {
	t.Parallel()
	all, _ := allScenarios(t)
	for l, books := range all {
		for name, book := range books {
			t.Run(string(l)+"/"+name, func(t *testing.T) {
				t.Parallel()
				for _, rule := range sortedKeys(barriers(t, book)) {
					t.Errorf("barrier: %s", rule)
				}
				b := readBook(t, book)
				names := make(map[string]bool)
				ids := make(map[int]bool)
				tables := make(map[string]bool)
				for i, sheet := range b.names {
					s := b.sheets[sheet]
					if n := utf8.RuneCountInString(sheet); n > 31 || strings.ContainsAny(sheet, `[]:*?/\`) || names[strings.ToLower(sheet)] {
						t.Errorf("sheet name %q", sheet)
					}
					names[strings.ToLower(sheet)] = true
					if s.cells["A1"] == "" || s.merged || s.frozen == 0 && s.cells["A2"] == "" {
						t.Errorf("%s: A1 %q, merged %v, frozen %d", sheet, s.cells["A1"], s.merged, s.frozen)
					}
					for cell, v := range s.cells {
						if strings.ContainsAny(v, "‹›") || strings.Contains(v, "{") && !strings.Contains(v, `{"`) {
							t.Errorf("%s!%s shows a key or placeholder: %.60q", sheet, cell, v)
						}
					}
					m := regexp.MustCompile(`^A1:[A-Z](\d+)$`).FindStringSubmatch(s.ref)
					if m == nil || m[1] != strconv.Itoa(len(s.rows)) {
						t.Errorf("%s: dimension %s, %d rows", sheet, s.ref, len(s.rows))
					}
					if i > 2 && (len(s.tables) != 1 || s.frozen == 0) {
						t.Errorf("%s: %d tables, frozen at %d", sheet, len(s.tables), s.frozen)
					}
					for _, tab := range s.tables {
						s.table(t, tab)
						heads := make(map[string]bool)
						for _, c := range tab.Columns {
							if c.Name == "" || heads[strings.ToLower(c.Name)] || strings.Contains(c.Name, "\n") {
								t.Errorf("%s: header %q", tab.Name, c.Name)
							}
							heads[strings.ToLower(c.Name)] = true
						}
						if ids[tab.ID] || tables[strings.ToLower(tab.Name)] || !regexp.MustCompile(`^[A-Za-z_][\w]*$`).MatchString(tab.Name) {
							t.Errorf("table %d %q", tab.ID, tab.Name)
						}
						ids[tab.ID], tables[strings.ToLower(tab.Name)] = true, true
					}
					for cell, to := range s.links {
						target, at, _ := strings.Cut(strings.TrimPrefix(to, "'"), "'!")
						if b.sheets[target] == nil || b.sheets[target].cells[at] == "" || s.cells[cell] == "" {
							t.Errorf("%s!%s leads to %q", sheet, cell, to)
						}
					}
				}
				if linked := len(b.sheets[b.names[0]].links); linked < len(b.names)-1 {
					t.Errorf("%d links in the contents, %d sheets", linked, len(b.names))
				}
			})
		}
	}
}

// TestProperties: what the file says about itself, what a chart says to those
// who do not see it, how sheets print.
func TestProperties(t *testing.T) {
	t.Parallel()
	path, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 60)
	book := member(t, path, "inzage-2026-0042.xlsx")
	x, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	p, err := x.GetDocProps()
	if err != nil || p.Language != "nl" || p.Title != "Uw inzage, zaak 2026-0042" || p.Creator != "Gemeente Voorbeeld" || p.Created != "2025-12-01T00:00:00Z" || p.Modified != p.Created {
		t.Errorf("properties %+v %v", p, err)
	}
	if n := x.GetActiveSheetIndex(); n != 0 {
		t.Errorf("opens at sheet %d", n)
	}
	for _, sheet := range x.GetSheetList() {
		l, err := x.GetPageLayout(sheet)
		if err != nil || *l.Orientation != "landscape" || *l.FitToWidth != 1 {
			t.Errorf("%s prints as %+v %v", sheet, l, err)
		}
	}
	titles := 0
	for _, n := range x.GetDefinedName() {
		if n.Name == "_xlnm.Print_Titles" {
			titles++
		}
	}
	if want := len(x.GetSheetList()) - 3; titles != want {
		t.Errorf("%d sheets repeat their header in print, want %d", titles, want)
	}
	drawing := partOf(t, book, "xl/drawings/drawing1.xml") + partOf(t, book, "xl/drawings/drawing2.xml")
	for _, alt := range []string{"Staafdiagram van het aantal gebeurtenissen per dag.", "Staafdiagram van het aantal gebeurtenissen per programma."} {
		if !strings.Contains(drawing, `descr="`+alt) {
			t.Errorf("no alternative text %q", alt)
		}
	}
}

func partOf(t testing.TB, book []byte, name string) string {
	t.Helper()
	f := t.TempDir() + "/b.zip"
	if err := writeFile(f, book); err != nil {
		t.Fatal(err)
	}
	return string(member(t, f, name))
}

// TestContrast: text on white and on the accent colour can be read by people
// who see little (WCAG 2.2, 1.4.3: 4.5 to 1).
func TestContrast(t *testing.T) {
	t.Parallel()
	if got := contrast(accent, "FFFFFF"); got < 4.5 {
		t.Errorf("accent on white: %.1f", got)
	}
	for n := styleTitle; n < styleEnd; n++ {
		s := styleOf(n, "809")
		back := "FFFFFF"
		if len(s.Fill.Color) > 0 {
			back = s.Fill.Color[0]
		}
		if s.Font != nil && s.Font.Color != "" && contrast(s.Font.Color, back) < 4.5 {
			t.Errorf("style %d: %s on %s", n, s.Font.Color, back)
		}
	}
}

// TestOverflow: the timeline goes on in a second sheet, in order of time.
func TestOverflow(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.English)
	h.RowLimit = 50
	file, _ := sampleBundle(t, h, 120)
	b := readBook(t, member(t, file, "inzage-2026-0042.xlsx"))
	want := []string{
		"Read me", "What this says about you", "Summary", "Timeline", "Timeline (2)", "Timeline (3)", "Kinds of event", "Fields", "Your identifiers", "Not identifying", "Four reasons", "OneDrive", "Redacted", "Purposes", "Categories", "Recipients",
		"Transfers", "Retention periods", "Your rights", "Decisions", "Where we searched", "Not provided", "Origin", "Findings", "Questions for Microsoft", "Words",
	}
	if got := strings.Join(b.names, ","); got != strings.Join(want, ",") {
		t.Fatalf("sheets %s", got)
	}
	last, rows := "", 0
	for _, name := range want[3:6] {
		s := b.sheets[name]
		list := s.table(t, s.tables[0])
		if len(list) > 50 {
			t.Errorf("%s has %d rows", name, len(list))
		}
		rows += len(list)
		for _, r := range list {
			if r[0] != "Unknown" && r[0] < last {
				t.Errorf("%s: %s after %s", name, r[0], last)
			}
			last = r[0]
		}
	}
	if rows != 122 {
		t.Errorf("%d rows in all", rows)
	}
}

// FuzzNames: names in the zip are safe everywhere, unique, and always the same.
func FuzzNames(f *testing.F) {
	f.Add("../../etc/passwd", "..\\..\\x", "C:\\a")
	f.Add("CON", "con.txt", "a/CON/b.")
	f.Add("a.txt", "A.TXT", "a.txt/b")
	f.Add("..0", "...", "..a/b") // dots that lead nowhere
	f.Add("", "/", "//..//.")
	f.Add("\x00\xff", strings.Repeat("é", 300)+".json", "a~2")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		n, again := newNames(), newNames()
		seen := make(map[string]bool)
		for _, name := range []string{a, b, c, a, strings.ToUpper(b)} {
			got := n.pick(name)
			if got != again.pick(name) {
				t.Fatal("not the same twice")
			}
			low := strings.ToLower(got)
			if seen[low] || !utf8.ValidString(got) || got != path.Clean(got) || strings.HasPrefix(got, "/") || got == ".." || strings.HasPrefix(got, "../") || len(got) > 1200 {
				t.Fatalf("%q became %q", name, got)
			}
			seen[low] = true
			for part := range strings.SplitSeq(got, "/") {
				if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "\\<>:\"|?*\x00\n") || reserved(part) || strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") {
					t.Fatalf("%q became %q", name, got)
				}
			}
			for other := range seen {
				if strings.HasPrefix(other, low+"/") || strings.HasPrefix(low, other+"/") {
					t.Fatalf("%q is a folder of %q", low, other)
				}
			}
		}
	})
}
