package bundle

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"inzage/schema"
)

// compiled compiles the schema that the bundle publishes.
func compiled(t testing.TB, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("records.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("records.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t testing.TB, s *jsonschema.Schema, line string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// TestRecordsSchema: every line is what the schema in the same bundle says, and
// the schema refuses what is not.
func TestRecordsSchema(t *testing.T) {
	t.Parallel()
	path, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 60)
	s := compiled(t, member(t, path, recordsSchemaPath))
	lines := strings.Split(strings.TrimSuffix(string(member(t, path, recordsPath)), "\n"), "\n")
	for i, line := range lines {
		if err := valid(t, s, line); err != nil {
			t.Errorf("line %d: %v\n%s", i+1, err, line)
		}
	}
	e := sampleAt(1)
	e.Record.Masked = []schema.Mask{{At: 0, Kind: "person", Why: "other-person", Count: 2}}
	if err := valid(t, s, string(AppendJSON(nil, e))); err != nil {
		t.Error(err)
	}
	for name, change := range map[string][2]string{
		"an unknown class":    {`"class":"`, `"class":"x`},
		"an unknown layer":    {`"layer":"`, `"layer":"x`},
		"a key of no meaning": {`"event":`, `"new":1,"event":`},
		"no time":             {`"time":`, `"when":`},
		"a number as value":   {`"value":"`, `"value":1,"words":"`},
	} {
		bad := strings.Replace(lines[0], change[0], change[1], 1)
		if bad == lines[0] {
			t.Fatal(name, "changes nothing")
		}
		if valid(t, s, bad) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestCSV: the table for programs has the rows of the sheet, exact times, and no
// text that a spreadsheet would calculate; what was put in front can be undone.
func TestCSV(t *testing.T) {
	t.Parallel()
	for l, comma := range map[schema.Lang]rune{schema.Dutch: ';', schema.English: ','} {
		h := sampleHead(t, l)
		w, err := Create(t.TempDir(), "b.zip", h)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Abort()
		var want [][2]string
		start := time.Date(2025, 10, 1, 7, 0, 0, 123456789, time.UTC)
		for i, s := range nasty() {
			e := sampleAt(1)
			e.Text, e.Title = schema.NewPersonal(s), "title"
			e.Record.At = start.Add(time.Duration(i) * time.Minute)
			if s == "" {
				s = "title"
			}
			want = append(want, [2]string{e.Record.At.In(h.Zone).Format(time.RFC3339Nano), strings.ReplaceAll(visible(s), "\r\n", "\n")})
			if err := w.Add(e); err != nil {
				t.Fatal(err)
			}
		}
		c := Count{Read: int64(len(want))}
		w.File(FileInfo{Name: sampleAt(1).Record.From.File, Source: "graphexport", Count: c})
		res, err := w.Close(c)
		if err != nil {
			t.Fatal(causes(err))
		}
		b, marked := bytes.CutPrefix(member(t, res.Path, csvPath), []byte("\ufeff"))
		if !marked {
			t.Error("no byte order mark")
		}
		r := csv.NewReader(bytes.NewReader(b))
		r.Comma = comma
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		text := len(timelineColumns())
		for i, col := range timelineColumns() {
			if col.header == "text" {
				text = i
			}
		}
		var got [][2]string
		for _, row := range rows[1:] {
			for _, v := range row[1:] {
				if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
					t.Errorf("a spreadsheet would calculate %.20q", v)
				}
			}
			got = append(got, [2]string{row[0], strings.TrimPrefix(row[text], "'")})
		}
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("%s (-given +read)\n%.2000s", l, d)
		}
	}
}
