package bundle

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/explain/law"
	"inzage/schema"
)

// lawOf picks the legal texts for the sample.
func lawOf(t testing.TB, load func() (*law.Library, error), l schema.Lang) *law.Texts {
	t.Helper()
	lib, err := load()
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	return lib.For(law.Question{Day: schema.NewDate(2025, 12, 1), Profile: law.Rijk, Controller: law.PublicBody, Lang: l})
}

// ourLaw are the legal texts of the catalog, read once for all tests.
var ourLaw = sync.OnceValues(func() (*law.Library, error) { return law.Load(os.DirFS("../catalog/law")) })

// fewTexts are legal texts of our own, one or two a section, so that what the
// tests expect does not change when somebody words a text better.
func fewTexts() fs.FS {
	files := fstest.MapFS{}
	for _, s := range law.Sections() {
		role := ""
		if s == law.Recipients {
			role = "role: own, "
		}
		const rest = "review: 2030-01-01, proof: read, source: {nl: Bron, en: Source}"
		text := "section: " + string(s) + "\nentries:\n" +
			"  - {key: lead, " + rest + ", text: {nl: Zin bij zaak {case}., en: Sentence of case {case}.}}\n"
		text = strings.ReplaceAll(text, "{nl: Zin bij zaak {case}., en: Sentence of case {case}.}", `{nl: "Zin bij zaak {case}.", en: "Sentence of case {case}."}`)
		for _, key := range keysOf(s) {
			text += "  - {key: " + key + ", " + role + rest + ", name: {nl: naam " + key + ", en: name " + key + "}, text: {nl: tekst, en: text}, more: {nl: meer, en: more}}\n"
		}
		files[string(s)+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func keysOf(s law.Section) []string {
	switch s {
	case law.Purposes:
		return []string{"provide", "update", "secure"}
	case law.Categories:
		return []string{"required-service-data", "windows-diagnostic-data", "unknown"}
	default:
		return []string{"one"}
	}
}

// facetsAt gives the i-th sample its facets.
func facetsAt(i int, source string) schema.Facets {
	x := schema.Facets{
		Category: schema.CategoryUnknown, Service: "word", Platform: "web", Region: schema.RegionUnknown,
		Role: schema.RoleProcessor, Purpose: schema.PurposeProvide, Age: i % 50,
	}
	if source == "dataviewer" {
		x = schema.Facets{
			Category: schema.CategoryWindows, Service: "windows", Platform: "windows", Region: schema.RegionEU,
			Role: schema.RoleUnknown, Purpose: schema.PurposeUpdate, Age: -1,
		}
	}
	return x
}

// columnOf reads one column of a list by its header.
func columnOf(t testing.TB, b *plainBook, sheet, header string) []string {
	t.Helper()
	s := b.sheets[sheet]
	if s == nil || len(s.tables) != 1 {
		t.Fatalf("no list %q in %q", sheet, b.names)
	}
	at := -1
	for i, c := range s.tables[0].Columns {
		if c.Name == header {
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("%s has no column %q", sheet, header)
	}
	var list []string
	for _, r := range s.table(t, s.tables[0]) {
		list = append(list, r[at])
	}
	return list
}

func atoi(t testing.TB, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// troubled is a head whose texts are the organisation's own, and overdue.
func troubled(t testing.TB, h Head) Head {
	t.Helper()
	lib, err := law.Load(os.DirFS("../catalog/law"), fewTexts())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	h.Law = lib.For(law.Question{Day: schema.NewDate(2040, 1, 1), Profile: law.Overig, Lang: h.Lang})
	return h
}

// trouble feeds records with findings of more kinds and places than fit.
func trouble(t testing.TB) func(*Writer) Count {
	return func(w *Writer) Count {
		w.inventory.maxEvents = 1
		const n = 30
		for i := range n {
			e := sampleAt(1)
			e.Record.From.File, e.Record.Event, e.Rule = "f", "E"+strconv.Itoa(i), "rule"+strconv.Itoa(i)
			e.Facets.Service, e.Facets.Role, e.Facets.Purpose = "bing", schema.RoleController, schema.PurposeUnmapped
			e.Findings = []schema.FindingID{schema.FindingPurpose, schema.FindingOwnController}
			if err := w.Add(e); err != nil {
				t.Fatal(err)
			}
		}
		w.File(FileInfo{Name: "f", Count: Count{Read: n}})
		return Count{Read: n}
	}
}

// TestLegal: the sheets that the law asks for are there with what was counted,
// and what was not agreed is a finding.
func TestLegal(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.Dutch)
	dir := t.TempDir()
	w, total := sampleRun(t, dir, h, 60)
	odd := sampleAt(1)
	odd.Facets.Purpose, odd.Facets.Service, odd.Facets.Role = schema.PurposeUnmapped, "bing", schema.RoleController
	odd.Findings = []schema.FindingID{schema.FindingPurpose, schema.FindingExceptionAge}
	odd.Record.Event, odd.Described, odd.Rule = "Zzz.Unknown", false, "Zzz"
	odd.Record.From.File = "extra.json"
	if err := w.Add(odd); err != nil {
		t.Fatal(err)
	}
	w.File(FileInfo{Name: "extra.json", Source: "graphexport", Count: Count{Read: 1}})
	total.Read++
	res, err := w.Close(total)
	if err != nil {
		t.Fatal(causes(err))
	}
	b := readBook(t, member(t, res.Path, "inzage-2026-0042.xlsx"))
	for _, sheet := range []string{
		"Soorten gebeurtenis", "Doelen", "Categorieën", "Ontvangers", "Doorgifte", "Bewaartermijnen", "Uw rechten", "Besluiten",
		"Niet verstrekt", "Herkomst", "Bevindingen", "Vragen aan Microsoft", "Begrippen",
	} {
		if !slices.Contains(b.names, sheet) {
			t.Errorf("no sheet %q", sheet)
		}
	}
	var sum int64
	for _, n := range columnOf(t, b, "Doelen", "Aantal bij u") {
		sum += atoi(t, n)
	}
	if sum != 61 {
		t.Errorf("purposes count %d of 61 records", sum)
	}
	if got := columnOf(t, b, "Doelen", "Doel"); !slices.Contains(got, "Past bij geen doel") || len(got) != 4 {
		t.Errorf("purposes %q", got)
	}
	sum = 0
	for _, n := range columnOf(t, b, "Categorieën", "Aantal bij u") {
		sum += atoi(t, n)
	}
	if sum != 61 {
		t.Errorf("categories count %d of 61 records", sum)
	}
	want := []schema.Finding{
		{ID: schema.FindingExceptionAge, Severity: schema.SeverityHigh, Count: 1, Evidence: []schema.Evidence{{Code: "Zzz", Count: 1}}},
		{ID: schema.FindingPurpose, Severity: schema.SeverityMedium, Count: 1, Evidence: []schema.Evidence{{Code: "Zzz", Count: 1}}},
	}
	if d := gocmp.Diff(want, res.Findings); d != "" {
		t.Error(d)
	}
	if got := columnOf(t, b, "Bevindingen", "Wat ons opviel"); len(got) != 2 || got[0] != "OneDrive bewaarde namen of paden te lang" {
		t.Errorf("findings %q", got)
	}
	names := columnOf(t, b, "Vragen aan Microsoft", "Naam bij Microsoft")
	for _, name := range []string{"Zzz.Unknown", "Office.Excel.RareThing.Qqz", "data.Zx17q", "Bing"} {
		if !slices.Contains(names, name) {
			t.Errorf("no question about %s", name)
		}
	}
	if slices.Contains(names, "Office.Word.Online.Data.Activity.FileSaved") {
		t.Error("a question about what Microsoft describes")
	}
	var m struct {
		Law      lawUsed
		Placing  placings
		Findings []schema.Finding
	}
	if err := json.Unmarshal(member(t, res.Path, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Law.Profile != "rijk" || m.Law.Day != "2025-12-01" || m.Placing.Purposes["unmapped"] != 1 || m.Placing.Services["bing"] != 1 || len(m.Findings) != 2 {
		t.Errorf("manifest %+v", m)
	}
}

// TestWithoutLaw: a workbook of data alone has no legal sheets and no letter.
func TestWithoutLaw(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.Dutch)
	h.Law = nil
	path, _ := sampleBundle(t, h, 5)
	b := readBook(t, member(t, path, "inzage-2026-0042.xlsx"))
	if slices.Contains(b.names, "Doelen") || !slices.Contains(b.names, "Niet verstrekt") || !slices.Contains(b.names, "Soorten gebeurtenis") {
		t.Errorf("sheets %q", b.names)
	}
	for _, f := range members(t, path) {
		if strings.HasPrefix(f.Name, "brief") {
			t.Errorf("a letter: %s", f.Name)
		}
	}
}

// TestLetter: the decision, the dates and the remedy, the same as page and as
// text, and nothing that a value could smuggle in.
func TestLetter(t *testing.T) {
	t.Parallel()
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		h := sampleHead(t, l)
		h.Organisation = `<script>alert("x")</script> & Zonen`
		path, _ := sampleBundle(t, h, 20)
		name := map[schema.Lang]string{schema.Dutch: "brief", schema.English: "letter"}[l]
		page, plain := string(member(t, path, name+".html")), string(member(t, path, name+".txt"))
		if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") || strings.Contains(page, "http://") || strings.Contains(page, "src=") {
			t.Errorf("%s: the page holds what it should not", l)
		}
		flat := strings.Join(strings.Fields(plain), " ")
		want := []string{"2026-0042", "1 december 2025", "2 januari 2026", "Dan kunt u bezwaar maken.", "Het antwoord is ja", "Iets krijgt u niet, of niet helemaal.", "autoriteitpersoonsgegevens.nl", "privacy@gemeente.example"}
		if l == schema.English {
			want = []string{"2026-0042", "1 December 2025", "2 January 2026", "Then you can object.", "The answer is yes", "autoriteitpersoonsgegevens.nl"}
		}
		for _, s := range want {
			if !strings.Contains(flat, s) || !strings.Contains(page, s) {
				t.Errorf("%s: no %q in\n%s", l, s, plain)
			}
		}
		for line := range strings.Lines(plain) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > textWidth {
				t.Errorf("a line of %d: %s", len(line), line)
			}
		}
		if strings.ContainsAny(plain+page, "‹›") || strings.Contains(plain, "{") {
			t.Errorf("%s: a key or placeholder is left", l)
		}
	}
}

// TestLetterOfNothing: where nothing was found, the letter does not say yes.
func TestLetterOfNothing(t *testing.T) {
	t.Parallel()
	w, err := Create(t.TempDir(), "b.zip", sampleHead(t, schema.Dutch))
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.Close(Count{})
	if err != nil {
		t.Fatal(causes(err))
	}
	plain := strings.Join(strings.Fields(string(member(t, res.Path, "brief.txt"))), " ")
	if strings.Contains(plain, "Het antwoord is ja") || strings.Contains(plain, "Iets krijgt u niet") || !strings.Contains(plain, "geen gegevens over u lezen") {
		t.Error(plain)
	}
}

// TestOverdueTexts: a text that nobody looked at in time is said, and a finding.
func TestOverdueTexts(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.Dutch)
	lib, err := ourLaw()
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	h.Law = lib.For(law.Question{Day: schema.NewDate(2031, 1, 1), Profile: law.Overig, Lang: schema.Dutch})
	path, res := sampleBundle(t, h, 5)
	if n := len(res.Findings); n == 0 || res.Findings[n-1].ID != schema.FindingTexts || res.Findings[n-1].Count < 50 {
		t.Errorf("findings %+v", res.Findings)
	}
	b := readBook(t, member(t, path, "inzage-2026-0042.xlsx"))
	for _, s := range columnOf(t, b, "Doelen", "Bron en datum") {
		if s != "" && !strings.Contains(s, "moet opnieuw worden nagekeken") {
			t.Errorf("source %q", s)
		}
	}
}
