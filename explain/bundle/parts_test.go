package bundle

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// inParts is a head whose timeline needs many sheets and workbooks.
func inParts(t testing.TB, l schema.Lang) Head {
	h := sampleHead(t, l)
	h.RowLimit, h.BookRows = 9, 150
	return h
}

// booksOf reads all workbooks of a bundle, the first one first.
func booksOf(t testing.TB, path string) (names []string, books []*plainBook) {
	t.Helper()
	for _, f := range members(t, path) {
		if strings.HasSuffix(f.Name, ".xlsx") {
			names, books = append(names, f.Name), append(books, readBook(t, content(t, f)))
		}
	}
	return names, books
}

// timelineOf gives the rows of the timeline over all workbooks.
func timelineOf(t testing.TB, books []*plainBook, sheet string) (rows [][]string, sheets int) {
	t.Helper()
	for _, b := range books {
		for _, name := range b.names {
			if s := b.sheets[name]; strings.HasPrefix(name, sheet) {
				sheets++
				rows = append(rows, s.table(t, s.tables[0])...)
			}
		}
	}
	return rows, sheets
}

// TestParts: a timeline that is too long for one workbook goes on in others. No
// row is lost, the first workbook says what is where, and its links still lead to
// the rows.
func TestParts(t *testing.T) {
	t.Parallel()
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		name := map[schema.Lang]string{schema.Dutch: "Tijdlijn", schema.English: "Timeline"}[l]
		whole, _ := sampleBundle(t, sampleHead(t, l), 300)
		_, one := booksOf(t, whole)
		want, _ := timelineOf(t, one, name)

		path, _ := sampleBundle(t, inParts(t, l), 300)
		names, books := booksOf(t, path)
		got, sheets := timelineOf(t, books, name)
		if d := gocmp.Diff(want, got); d != "" || len(got) != 302 || len(books) < 3 || sheets < 30 {
			t.Fatalf("%s: %d rows on %d sheets in %d workbooks\n%.2000s", l, len(got), sheets, len(books), d)
		}

		index := books[0].sheets[map[schema.Lang]string{schema.Dutch: "Delen", schema.English: "Parts"}[l]]
		rows := index.table(t, index.tables[0])
		if len(rows) != len(books) {
			t.Fatalf("%s: %d workbooks in the index, %d in the bundle", l, len(rows), len(books))
		}
		here := 0
		for i, r := range rows {
			own, n := timelineOf(t, books[i:i+1], name)
			first, last := own[0][0], own[len(own)-1][0]
			wanted := []string{names[i], first, last, r[3], strconv.Itoa(len(own)), strconv.Itoa(len(own))}
			if d := gocmp.Diff(wanted, r); d != "" {
				t.Errorf("%s: index (-workbook +index)\n%s", l, d)
			}
			for s := range strings.SplitSeq(strings.ReplaceAll(r[3], " tot en met ", " to "), " to ") {
				if books[i].sheets[s] == nil {
					t.Errorf("%s: no sheet %q in %s", l, s, names[i])
				}
			}
			if total := len(own); i > 0 && total > 150 || n > 150/9+1 {
				t.Errorf("%s: %d rows on %d sheets in %s", l, total, n, names[i])
			}
			if i == 0 {
				here = len(own)
			}
		}
		readme := books[0].sheets[books[0].names[0]]
		said := strings.Join(sortedValues(readme.cells), "\n")
		for _, n := range []int{len(books), here, 302 - here} {
			if !strings.Contains(said, ": "+strconv.Itoa(n)+".") {
				t.Errorf("%s: the first sheet does not say %d", l, n)
			}
		}
		if h := books[1].sheets[books[1].names[0]]; !strings.Contains(h.cells["A1"], strconv.Itoa(len(books))) || !strings.Contains(h.cells["A3"], names[0]) {
			t.Errorf("%s: the second workbook begins with %q, %q", l, h.cells["A1"], h.cells["A3"])
		}
	}
}

// TestPartsLinks: the same row, whether it is in the workbook of the link or not.
func TestPartsLinks(t *testing.T) {
	t.Parallel()
	whole, _ := sampleBundle(t, sampleHead(t, schema.English), 300)
	path, _ := sampleBundle(t, inParts(t, schema.English), 300)
	_, one := booksOf(t, whole)
	_, books := booksOf(t, path)
	follow := func(books []*plainBook) (rows []string, far int) {
		s := books[0].sheets["What this says about you"]
		for _, at := range sortedKeys(s.links) {
			var n, row int
			var sheet string
			said, _, _ := strings.Cut(s.links[at], "!")
			if !strings.Contains(said, "Timeline") && !strings.Contains(said, "Parts") {
				continue
			}
			in := books[0]
			if c, _ := fmt.Sscanf(s.cells[at], "In part %d: sheet ", &n); c == 1 {
				_, sheet, _ = strings.Cut(s.cells[at], "sheet ")
				sheet, _, _ = strings.Cut(sheet, ", row ")
				_, end, _ := strings.Cut(s.cells[at], ", row ")
				row, _ = strconv.Atoi(end)
				in = books[n-1]
				far++
			} else {
				to, end, _ := strings.Cut(s.links[at], "!A")
				sheet = strings.Trim(to, "'")
				row, _ = strconv.Atoi(end)
			}
			rows = append(rows, at+" "+in.sheets[sheet].cells["A"+strconv.Itoa(row)]+" "+in.sheets[sheet].cells["J"+strconv.Itoa(row)])
		}
		return rows, far
	}
	want, none := follow(one)
	got, far := follow(books)
	if d := gocmp.Diff(want, got); d != "" || none > 0 || far == 0 || far == len(got) {
		t.Errorf("%d of %d links lead out of the workbook\n%s", far, len(got), d)
	}
}

// TestPartsVerified: the manifest vouches for every workbook.
func TestPartsVerified(t *testing.T) {
	t.Parallel()
	path, _ := sampleBundle(t, inParts(t, schema.Dutch), 300)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := verified(t, b, nil); !r.Complete {
		t.Fatalf("%+v", r)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	const gone = "inzage-2026-0042-deel-2.xlsx"
	for _, f := range members(t, path) {
		if f.Name != gone {
			put(t, z, f.Name, content(t, f))
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff([]Finding{{gone, FindingMissing}}, verified(t, out.Bytes(), nil).Findings); d != "" {
		t.Error(d)
	}
}

// TestDivide: a list goes to the next sheet, and to the next workbook, where the
// rows or the bytes are full; what one entry needs stays together.
func TestDivide(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000) // four rows
	for name, x := range map[string]struct {
		rows        []string
		sheet       int
		room, taken size
		want        [][]int // rows of the sheets of each workbook
	}{
		"nothing":               {nil, 2, size{4, 1e9}, size{}, [][]int{{0}}},
		"sheets":                {[]string{"a", "b", "c"}, 2, size{4, 1e9}, size{}, [][]int{{2, 1}}},
		"workbooks":             {[]string{"a", "b", "c", "d", "e"}, 2, size{4, 1e9}, size{}, [][]int{{2, 2}, {1}}},
		"the first has less":    {[]string{"a", "b", "c", "d", "e"}, 2, size{4, 1e9}, size{3, 0}, [][]int{{1}, {2, 2}}},
		"the first has nothing": {[]string{"a", "b"}, 2, size{4, 1e9}, size{9, 0}, [][]int{{1}, {1}}},
		"together":              {[]string{"a", long, "b"}, 5, size{5, 1e9}, size{}, [][]int{{5}, {1}}},
		"longer than a sheet":   {[]string{"a", long, "b"}, 2, size{9, 1e9}, size{}, [][]int{{1, 4, 1}}},
		"bytes":                 {[]string{"aaaaaaaaaa", "b", "cccccccccc"}, 9, size{9, 131}, size{}, [][]int{{2}, {1}}},
	} {
		b := &book{Writer: &Writer{head: Head{RowLimit: x.sheet}}, spots: make(map[int64]spot)}
		var rows [][]cell
		for _, s := range x.rows {
			rows = append(rows, []cell{text(s)})
		}
		d, err := b.divide(&table{rows: each(rows)}, x.room, x.taken, map[int64]bool{2: true})
		if err != nil {
			t.Fatal(err)
		}
		var got [][]int
		for _, spans := range d {
			var of []int
			for _, s := range spans {
				of = append(of, s.rows)
			}
			got = append(got, of)
		}
		if diff := gocmp.Diff(x.want, got); diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
		if at, ok := b.spots[2]; ok != (len(x.rows) > 1) {
			t.Errorf("%s: second entry at %v", name, at)
		}
	}
}

// TestPartsRealSize makes a bundle of two and a half million records with the
// limits that people get, half a million identifiers that are all different among
// them, and says how large its workbooks are and what memory it took at most.
func TestPartsRealSize(t *testing.T) {
	if os.Getenv("INZAGE_LONG") == "" {
		t.Skip("INZAGE_LONG is not set: this takes minutes")
	}
	t.Parallel()
	const n = 2_500_000
	list := heavy()
	for _, e := range list {
		e.Record.Fields, e.Notes = e.Record.Fields[:3], e.Notes[:3]
	}
	h := sampleHead(t, schema.Dutch)
	w, err := Create(t.TempDir(), "b.zip", h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		e := list[i%len(list)]
		e.Record.At = start.Add(time.Duration(i*7919%30_000_000) * time.Second)
		e.Record.From.Record = int64(i + 1)
		e.Text = schema.NewPersonal(fmt.Sprintf("Windows legde vast dat programma %08x werd gestart op uw apparaat, in venster %d.", i*2654435761, i%997))
		e.Record.Fields[0].Value = schema.NewPersonal(fmt.Sprintf("%08x-89ab-4cde-8f01-23456789abcd", i%500_000))
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	w.File(FileInfo{Name: "DiagnosticData.csv", Count: Count{Read: n}})
	res, err := w.Close(Count{Read: n})
	if err != nil {
		t.Fatal(causes(err))
	}
	// Without a limit of the collector's, which the program sets.
	peak := peakMemory()
	t.Logf("peak memory %d MiB", peak)
	if peak > 256 {
		t.Error("memory grows with the number of records")
	}
	rows := 0
	for _, f := range members(t, res.Path) {
		if !strings.HasSuffix(f.Name, ".xlsx") {
			continue
		}
		own := 0
		for _, s := range sheetSizes(t, content(t, f)) {
			if s > defaultRowLimit+10 {
				t.Errorf("%s: a sheet of %d rows", f.Name, s)
			}
			if s > 10_000 {
				own += s
			}
		}
		t.Logf("%s: %d rows of long lists, %.1f MB", f.Name, own, float64(f.UncompressedSize64)/1e6)
		if own > defaultBookRows+100 || f.UncompressedSize64 > 90e6 {
			t.Errorf("%s is too large", f.Name)
		}
		rows += own
	}
	if most := n + maxIdentifiers; rows < most || rows > most+1000 { // headers and sentences too
		t.Errorf("%d rows, %d records and %d identifiers", rows, n, maxIdentifiers)
	}
	if w.ids.more == 0 || w.ids.count != maxIdentifiers {
		t.Errorf("%d identifiers are listed and %d occurrences of more are counted", w.ids.count, w.ids.more)
	}
}

// peakMemory is the most memory that this process had, in MiB; 0 where the system
// does not tell.
func peakMemory() int {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(kib)
	return n / 1024
}

// sheetSizes counts the rows of the sheets of a workbook without reading cells.
func sheetSizes(t testing.TB, book []byte) []int {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var list []int
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			list = append(list, bytes.Count(content(t, f), []byte("<row ")))
		}
	}
	slices.Sort(list)
	return list
}

func sortedValues(m map[string]string) []string {
	var list []string
	for _, k := range sortedKeys(m) {
		list = append(list, m[k])
	}
	return list
}
