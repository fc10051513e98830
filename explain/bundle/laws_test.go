package bundle

import (
	"cmp"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"inzage/schema"
)

func writeFile(path string, b []byte) error { return os.WriteFile(path, b, 0o600) }

// contrast of two colours as WCAG defines it.
func contrast(a, b string) float64 {
	light := func(hex string) float64 {
		var sum float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, _ := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := light(a)+0.05, light(b)+0.05
	return max(x, y) / min(x, y)
}

// FuzzVisible: what is shown is XML text, and nothing but hidden characters and
// bytes changes.
func FuzzVisible(f *testing.F) {
	for _, s := range nasty() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := visible(s)
		if !utf8.ValidString(v) || visible(v) != v || clean(v) != len(v) {
			t.Fatalf("%q became %q", s, v)
		}
		if clean(s) == len(s) && v != s {
			t.Fatalf("%q was changed", s)
		}
		p := pieces(v)
		if p == nil {
			p = []string{v}
		}
		if strings.Join(p, "") != v {
			t.Fatal("pieces do not add up")
		}
		for _, x := range p {
			if units(x)+markRoom > cellUnits+markRoom || strings.Count(x, "\n") > cellBreaks || !utf8.ValidString(x) {
				t.Fatal("a piece does not fit a cell")
			}
		}
		if fits(s) && len(p) != 1 {
			t.Fatal("said to fit, and does not")
		}
		if lines(s, 30) < 1 || lines(s, 30) > maxLines {
			t.Fatal("lines")
		}
	})
}

// TestLines: as LibreOffice breaks them.
func TestLines(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"":         1,
		"short":    1,
		"one\ntwo": 2,
		"export/12887bc0-8d5a-4e41-8b58-c4054eacaa81/ad56b9e8-18b0-465a-a8b0-63efc3ee6287/1005/ProductAndServicePerformance.json": 4,
		strings.Repeat("x", 70):   2,
		strings.Repeat("ab ", 30): 3,
	} {
		if got := lines(s, 36); got != want {
			t.Errorf("%q: %d lines, want %d", s, got, want)
		}
	}
}

// TestSplit: at Excel's limit to the unit, with two-unit characters.
func TestSplit(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		text string
		want int
	}{
		{strings.Repeat("a", 32767), 1},
		{strings.Repeat("a", 32768), 2},
		{strings.Repeat("😀", 16383), 1},
		{strings.Repeat("😀", 16384), 2},
		{strings.Repeat("é", 32767), 1},
		{strings.Repeat("\n", 253), 1},
		{strings.Repeat("\n", 254), 2},
		{strings.Repeat("a", 32700*3), 3},
	} {
		if got := max(1, len(pieces(x.text))); got != x.want {
			t.Errorf("%d units in %d pieces, want %d", units(x.text), got, x.want)
		}
	}
}

// FuzzJSON: a line is valid JSON whatever the record holds, stays one line, and
// gives back every path and value.
func FuzzJSON(f *testing.F) {
	for _, s := range nasty() {
		f.Add(shortOf(s, 500), uint8(len(s)), int64(len(s)))
	}
	f.Fuzz(func(t *testing.T, s string, kind uint8, n int64) {
		e := &schema.Explanation{
			Record: schema.Record{
				Source: s, Event: s, Action: s, Spaces: []string{s, s}, DataType: s, At: time.Unix(n%1e11, n%1e9),
				From:   schema.Origin{File: s, Record: n, Offset: n},
				Fields: []schema.Field{{Path: s, Kind: schema.Kind(kind % 6), Value: schema.NewPersonal(s)}, {Path: "b"}},
			},
			App: s, Title: s, Text: schema.NewPersonal(s), Layer: schema.Layer(s),
			Notes: []schema.Note{{Meaning: s, Why: s, Words: schema.NewPersonal(s), Identifier: s, Raised: s}},
		}
		line := AppendJSON(nil, e)
		if !json.Valid(line) || !utf8.Valid(line) || strings.ContainsAny(string(line), "\n\u2028\u2029") {
			t.Fatalf("%q", line)
		}
		var got struct {
			Text   string
			Fields []struct {
				Path, Text string
				Value      *string
			}
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		want := s
		if !utf8.ValidString(s) {
			return // shown as \xNN
		}
		if got.Text != want || len(got.Fields) != 2 || got.Fields[0].Path != want || got.Fields[0].Text != want {
			t.Fatalf("given %q, read %+v", s, got)
		}
		if v := got.Fields[0].Value; schema.Kind(kind%6) == schema.Null && v != nil || schema.Kind(kind%6) != schema.Null && *v != want {
			t.Fatalf("value %q", s)
		}
		e.Record.Unreadable, e.Record.Raw = schema.CodeSyntax, schema.NewPersonal(s)
		if line := AppendJSON(nil, e); !json.Valid(line) {
			t.Fatalf("%q", line)
		}
	})
}

// TestSpool: what goes in comes out sorted and complete, from memory and disk.
func TestSpool(t *testing.T) {
	t.Parallel()
	for _, run := range []int{64, 1000, runBytes} {
		r := rand.New(rand.NewPCG(3, uint64(run)))
		s := newSpool(filepath.Join(t.TempDir(), "rows"))
		s.run = run
		type item struct {
			key  int64
			data string
		}
		var want []item
		for i := range 2000 {
			x := item{int64(r.IntN(300)) - 150, strconv.Itoa(i) + strings.Repeat("x", r.IntN(90))}
			want = append(want, x)
			if err := s.add(x.key, []byte(x.data)); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(want, func(a, b item) int { return cmp.Compare(a.key, b.key) })
		for range 2 {
			i := 0
			for e, err := range s.sorted() {
				if err != nil {
					t.Fatal(err)
				}
				if e.key != want[i].key || string(e.data) != want[i].data {
					t.Fatalf("run %d, entry %d: %d %s, want %+v", run, i, e.key, e.data, want[i])
				}
				i++
			}
			if i != len(want) {
				t.Fatalf("%d entries", i)
			}
			for _, err := range s.sorted() {
				if err != nil {
					t.Fatal(err)
				}
				break // stops when told
			}
		}
		s.close()
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"": "", "a.b": "a.b", "a[0].b": "a[].b", "a[12][3]": "a[][]", "a[x]": "a[x]", "a[1": "a[1", "[1]]": "[]]", "a[1x].b[2]": "a[1x].b[]",
	} {
		if got := string(fold(nil, path)); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// TestInventory: fields are counted per kind of event, positions folded, the
// strongest class kept with its own reason.
func TestInventory(t *testing.T) {
	t.Parallel()
	v := newInventory()
	e := &schema.Explanation{Record: schema.Record{Event: "E", Fields: []schema.Field{
		{Path: "list[0].name", Value: schema.NewPersonal("")}, {Path: "list[1].name", Value: schema.NewPersonal("two")}, {Path: "x"},
	}}, Notes: make([]schema.Note, 3)}
	e.Notes[0] = schema.Note{Class: schema.AggregateTechnical, Why: "technical", Meaning: "m", Layer: schema.LayerRule}
	e.Notes[1] = schema.Note{Class: schema.DirectIdentifier, Why: "name", Meaning: "other", Layer: schema.LayerRule}
	for range 3 {
		v.add(e)
	}
	row := v.events[eventKey{"E", ""}]
	if len(row.fields) != 2 || v.rows != 2 {
		t.Fatalf("%d fields", len(row.fields))
	}
	f := row.fields[0]
	if f.path != "list[].name" || f.count != 6 || f.class != schema.DirectIdentifier || f.why != "name" || f.meaning != "m" || f.example != "two" {
		t.Errorf("%+v", f)
	}
	v.maxRows, v.maxEvents = 2, 1
	e.Record.Fields[2].Path = "new"
	v.add(e)
	e.Record.Event = "F"
	v.add(e)
	if v.moreFields != 4 || v.moreEvents != 1 || v.rows != 2 {
		t.Errorf("beyond the bounds: %d fields, %d events, %d rows", v.moreFields, v.moreEvents, v.rows)
	}
}

// TestSerial holds Excel's count of days against known ones.
func TestSerial(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("x", 2*3600)
	for _, x := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), "25569.0833333333"},
		{time.Date(2025, 11, 3, 10, 0, 0, 0, time.UTC), "45964.5"},
		{time.Date(2025, 11, 2, 22, 0, 0, 0, time.UTC), "45964"},
		{time.Date(1900, 3, 1, 0, 0, 0, 0, zone), "61"},
		{time.Date(1900, 2, 28, 0, 0, 0, 0, zone), ""},
		{time.Date(9999, 12, 31, 0, 0, 0, 0, zone), "2958465"},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, zone), ""},
		{time.Time{}, ""},
	} {
		got, ok := appendSerial(nil, x.at, zone)
		if string(got) != x.want || ok != (x.want != "") {
			t.Errorf("%v: %s %v, want %s", x.at, got, ok, x.want)
		}
	}
}

// TestPeriods: every day of a short time, every month of a long one.
func TestPeriods(t *testing.T) {
	t.Parallel()
	o := newOverview(time.UTC)
	if list, _ := o.periods(); list != nil {
		t.Error("bars for nothing")
	}
	o.when(time.Date(2025, 1, 30, 12, 0, 0, 0, time.UTC))
	o.when(time.Date(2025, 2, 2, 12, 0, 0, 0, time.UTC))
	if list, monthly := o.periods(); monthly || len(list) != 4 || list[0].count != 1 || list[1].count != 0 {
		t.Errorf("%v %v", list, monthly)
	}
	o.when(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	list, monthly := o.periods()
	var sum int64
	for _, p := range list {
		sum += p.count
	}
	if !monthly || len(list) != 16 || sum != 3 {
		t.Errorf("%d bars, sum %d", len(list), sum)
	}
}
