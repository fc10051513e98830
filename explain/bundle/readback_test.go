package bundle

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// nasty are texts that break writers of spreadsheets.
func nasty() []string {
	return []string{
		"", " ", "  leading", "trailing\t", "=1+1", "+31 6 12345678", "-2", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")",
		"<b>&amp;\"'", "a\x00b\x01c", "a\xff\xfeb", "\ufffe\uffff", "\u202egnp.exe", "_x000D_", "_x005F_x0041_", "_xD800_", "__x0041__", "_x00",
		"a\r\nb\rc\nd", "😀\u200d", "é\u0301", "NaN", "1e999", "00123", "9007199254740993", strings.Repeat("x", 300), strings.Repeat("ab\n", 300),
		strings.Repeat("é", 33_000), strings.Repeat("😀", 40_000), strings.Repeat("\x01", 9_000), strings.Repeat("=", 70_000), "\u0085\u2028\x7f",
	}
}

// messy makes explanations that nobody would want.
func messy(r *rand.Rand, n int) []*schema.Explanation {
	texts := nasty()
	pick := func() string {
		s := texts[r.IntN(len(texts))]
		if r.IntN(3) == 0 {
			s += strconv.Itoa(r.IntN(5))
		}
		return s
	}
	name := func() string { return shortOf(pick(), 400) }
	list := make([]*schema.Explanation, n)
	for i := range list {
		e := &schema.Explanation{
			App: name(), Title: name(), Text: schema.NewPersonal(pick()), Layer: schema.EventLayers()[r.IntN(6)],
			DataKind: "kind" + strconv.Itoa(r.IntN(3)), Class: schema.Classes()[r.IntN(7)],
			Record: schema.Record{
				Source: "s" + strconv.Itoa(r.IntN(2)), Event: name(), Action: texts[r.IntN(4)],
				From: schema.Origin{File: "file" + strconv.Itoa(r.IntN(3)), Record: int64(i + 1), Offset: -1},
			},
		}
		switch r.IntN(12) {
		case 0: // unknown
		case 1:
			e.Record.At = time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC)
		case 2:
			e.Record.At = time.Date(12_000, 1, 1, 0, 0, 0, 0, time.UTC)
		default:
			e.Record.At = time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(4*86_400_000)) * time.Millisecond)
		}
		for range r.IntN(6) {
			e.Record.Fields = append(e.Record.Fields, schema.Field{Path: name(), Kind: schema.Kind(r.IntN(6)), Value: schema.NewPersonal(pick())})
			e.Notes = append(e.Notes, schema.Note{Meaning: name(), Why: name(), Class: schema.Classes()[r.IntN(7)], Identifier: []string{"", "", "sid"}[r.IntN(3)]})
		}
		list[i] = e
	}
	return list
}

func shortOf(s string, n int) string { s, _ = shorten(s, n); return s }

// write makes a bundle of explanations whose files balance.
func write(t testing.TB, h Head, list []*schema.Explanation) []byte {
	t.Helper()
	dir := t.TempDir()
	w, err := Create(dir, "b.zip", h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	counts := make(map[string]int64)
	for _, e := range list {
		counts[e.Record.From.File]++
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range sortedKeys(counts) {
		w.File(FileInfo{Name: f, Source: "s0", Count: Count{Read: counts[f]}})
	}
	res, err := w.Close(Count{Read: int64(len(list))})
	if err != nil {
		t.Fatal(causes(err))
	}
	return member(t, res.Path, w.bookPath(1))
}

// wantRow is what a row of the timeline must show, worked out from the record.
func wantRow(h Head, e *schema.Explanation) []string {
	at := cmp.Or(serialOf(e.Record.At, h.Zone), h.Words("bundle.time.unknown"))
	text := e.Text.Reveal()
	if text == "" {
		text = e.Title
	}
	event := e.Record.Event
	if e.Record.Action != "" {
		event += " · " + e.Record.Action
	}
	row := []string{
		at, e.App, e.Title, text, e.About, e.DataKind, e.Class.String(), string(e.Layer), fileLabel(h, e.Record.From.File),
		strconv.FormatInt(e.Record.From.Record, 10), event,
	}
	for i := range row {
		row[i] = visible(row[i])
	}
	return row
}

// fileLabel finds the number of a file: they were first seen in this order.
func fileLabel(h Head, file string) string {
	return strconv.Itoa(slices.Index(strings.Split(h.Author, ","), file)+1) + " · " + file
}

// serialOf is the wall clock as days since 1899-12-30, by another road.
func serialOf(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	l := at.In(zone)
	if l.Year() < 1900 || l.Year() > 9999 {
		return l.Format("2006-01-02 15:04:05")
	}
	wall := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
	days := float64(wall.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))) / float64(24*time.Hour)
	return strconv.FormatFloat(36526+days, 'f', 6, 64)
}

// joined puts the parts of long rows together again and rounds serials.
func joined(rows [][]string) [][]string {
	var out [][]string
	for _, r := range rows {
		r = slices.Clone(r)
		if f, err := strconv.ParseFloat(r[0], 64); err == nil && f < 3e6 {
			r[0] = strconv.FormatFloat(f, 'f', 6, 64)
		}
		part := 1
		marked := make([]bool, len(r))
		for i := range r {
			var k, n int
			if c, _ := fmt.Sscanf(r[i], "(deel %d van %d)", &k, &n); c == 2 {
				_, r[i], _ = strings.Cut(r[i], ") ")
				part, marked[i] = max(part, k), true
			}
		}
		if part == 1 {
			out = append(out, r)
			continue
		}
		last := out[len(out)-1]
		for i, s := range r {
			if marked[i] {
				last[i] += s
			}
		}
	}
	return out
}

// TestReadBack: whatever goes in stands in the workbook, row by row in the order
// of time, as read by excelize and by a reader of a few lines.
func TestReadBack(t *testing.T) {
	t.Parallel()
	h := sampleHead(t, schema.Dutch)
	h.Words = catalog(t).only("bundle.").in(schema.Dutch)
	for _, limit := range []int{0, 25} {
		h.RowLimit = limit
		h.Author = ""
		list := messy(rand.New(rand.NewPCG(1, uint64(limit))), 120)
		book := write(t, h, list)

		for _, e := range list {
			if f := e.Record.From.File; !strings.Contains(h.Author, f) {
				h.Author = strings.TrimPrefix(h.Author+","+f, ",")
			}
		}
		slices.SortStableFunc(list, func(a, b *schema.Explanation) int { return cmp.Compare(keyOf(a), keyOf(b)) })
		var want [][]string
		for _, e := range list {
			want = append(want, wantRow(h, e))
		}
		plain := readBook(t, book)
		x, err := excelize.OpenReader(bytes.NewReader(book), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = x.Close() }()
		var got, other [][]string
		sheets := 0
		for _, name := range plain.names {
			if !strings.HasPrefix(name, "Tijdlijn") {
				continue
			}
			sheets++
			s := plain.sheets[name]
			rows := s.table(t, s.tables[0])
			got = append(got, rows...)
			all, err := x.GetRows(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all[len(all)-len(rows):] {
				other = append(other, append(r, make([]string, len(timelineColumns())-len(r))...))
			}
			for c, v := range s.cells {
				if n := units(v); n > 32767 {
					t.Errorf("%s!%s holds %d units", name, c, n)
				}
				if strings.Count(v, "\n") > 253 {
					t.Errorf("%s!%s has more line breaks than Excel takes", name, c)
				}
			}
		}
		if limit > 0 && sheets < 3 {
			t.Errorf("%d sheets for the timeline, want more", sheets)
		}
		if d := gocmp.Diff(want, joined(got)); d != "" {
			t.Errorf("limit %d, plain reader: (-given +read)\n%.3000s", limit, d)
		}
		if d := gocmp.Diff(want, joined(other)); d != "" {
			t.Errorf("limit %d, excelize: (-given +read)\n%.3000s", limit, d)
		}
	}
}

func keyOf(e *schema.Explanation) int64 {
	if e.Record.At.IsZero() {
		return math.MaxInt64
	}
	return e.Record.At.UnixMicro()
}

// FuzzCell: a cell of ours reads back as what was given, made visible, and is
// text whatever it looks like.
func FuzzCell(f *testing.F) {
	for _, s := range nasty() {
		f.Add(shortOf(s, 2000))
	}
	x := excelize.NewFile()
	if err := x.SetCellStr("Sheet1", "A1", "text"); err != nil {
		f.Fatal(err)
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	template := b.Bytes()
	f.Fuzz(func(t *testing.T, s string) {
		if pieces(visible(s)) != nil {
			t.Skip("longer than a cell: TestReadBack has those")
		}
		var r row
		r.begin()
		r.text(0, s)
		r.integer(0, 7)
		r.end()
		xml, last := numbered(nil, r.buf, 1)
		if last != 2 || bytes.IndexByte(xml, 0) >= 0 {
			t.Fatalf("row number %d, xml %q", last, xml)
		}
		book := splice(t, template, xml)
		if got := readBook(t, book).sheets["Sheet1"]; got.cells["A2"] != visible(s) || got.cells["B2"] != "7" {
			t.Errorf("plain reader: %q, given %q", got.cells["A2"], s)
		}
		x, err := excelize.OpenReader(bytes.NewReader(book))
		if err != nil {
			t.Fatal(err)
		}
		got, err := x.GetCellValue("Sheet1", "A2")
		if err != nil || got != visible(s) {
			t.Errorf("excelize: %q %v, given %q", got, err, s)
		}
		if kind, _ := x.GetCellType("Sheet1", "A2"); s != "" && kind != excelize.CellTypeInlineString {
			t.Errorf("type %v", kind)
		}
	})
}
