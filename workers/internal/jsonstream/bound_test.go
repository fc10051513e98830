package jsonstream

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// endless makes a long stream without having it: before, then middle over and
// over until size bytes are given, then after.
type endless struct {
	part          string // of what is being given
	before        string
	middle, after string
	size          int64
}

func (e *endless) Read(b []byte) (int, error) {
	if e.before != "" {
		e.part, e.before = e.before, ""
	}
	n := 0
	for n < len(b) {
		if e.part == "" {
			switch {
			case e.size > 0:
				e.part = e.middle
				e.size -= int64(len(e.middle))
			case e.after != "":
				e.part, e.after = e.after, ""
			case n == 0:
				return 0, io.EOF
			default:
				return n, nil
			}
		}
		k := copy(b[n:], e.part)
		e.part = e.part[k:]
		n += k
	}
	return n, nil
}

// TestSplitMemory reads long streams, each one line, in the memory of a few
// records. The test is not parallel: it measures what the process allocates.
func TestSplitMemory(t *testing.T) {
	const long, shorter = 64 << 20, 32 << 20 // more than a record may be, several times over
	record := `{"a":"` + strings.Repeat("x", 990) + `"}`
	for _, tt := range []struct {
		name string
		in   endless
		want map[schema.Code]int
		most uint64 // bytes allocated
	}{
		{"many records", endless{before: "[{}", middle: "," + record, after: "]", size: long}, map[schema.Code]int{"": 1 + (long+998)/999}, 1 << 20},
		{"one string", endless{before: `[{"a":"`, middle: strings.Repeat("x", 1000), after: `"},{}]`, size: long}, map[schema.Code]int{schema.CodeTooLarge: 1, "": 1}, 40 << 20},
		{"one object", endless{before: `{"a":0`, middle: `,"b":1,"c":{"d":"\"e\\"}`, after: `}{}`, size: shorter}, map[schema.Code]int{schema.CodeTooLarge: 1, "": 1}, 40 << 20},
		{"brackets", endless{middle: strings.Repeat("[", 1000), size: shorter}, map[schema.Code]int{}, 1 << 20},
		{"brackets inside", endless{before: `{"a":`, middle: strings.Repeat("[", 1000), size: shorter}, map[schema.Code]int{schema.CodeTooLarge: 1}, 40 << 20},
		{"braces", endless{middle: strings.Repeat("{", 1000), size: shorter}, map[schema.Code]int{schema.CodeTooLarge: 1}, 40 << 20},
		{"free text", endless{middle: "no records, [here] \"but\" } text ", size: shorter}, map[schema.Code]int{}, 1 << 20},
		{"white space", endless{middle: strings.Repeat(" ", 1000), size: shorter}, map[schema.Code]int{}, 1 << 20},
		{"digits", endless{before: "[", middle: strings.Repeat("1", 1000), size: shorter}, map[schema.Code]int{}, 1 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := map[schema.Code]int{}
			for p, err := range Split(&tt.in, 0, nil) {
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Raw) > Keep && p.Code != "" {
					t.Errorf("%d bytes of an unreadable record kept", len(p.Raw))
				}
				got[p.Code]++
			}
			runtime.ReadMemStats(&after)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error("pieces by code (-want +got):", diff)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > tt.most {
				t.Errorf("%d bytes allocated, more than %d", used, tt.most)
			}
		})
	}
}

// TestFlattenAllocs guards the promise of one allocation a record.
func TestFlattenAllocs(t *testing.T) {
	in := []byte(`{"name":"x","ext":{"cV":"1","cV":"2","list":[1,2,{"a":"b"}]},"path":"C:\\Users"}`)
	var f Flattener
	fields, _ := f.Flatten(nil, in)
	if n := testing.AllocsPerRun(1000, func() { fields, _ = f.Flatten(fields[:0], in) }); n > 1 {
		t.Errorf("%v allocations a record", n)
	}
}

// TestSamples reads real files. They are not part of the repository.
func TestSamples(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("INZAGE_REFERENCE")
	if dir == "" {
		t.Skip("INZAGE_REFERENCE names no folder with samples")
	}
	for _, tt := range []struct {
		file    string
		pieces  int
		field   string // one that each record has
		repairs repairs
	}{
		{"admin-export/teams-meetingRecap.json", 1, "properties.EventName", nil},
		{"admin-export/word-web-copilot.json", 1, "properties.EventName", nil},
		{"diagnostic-data-viewer/census-6-events.txt", 6, "ext.mscv.cV", repairs{schema.RepairDuplicateKey: 6}},
		{"diagnostic-data-viewer/Microsoft.Windows.Kernel.Power.OSStateChange.txt", 1, "data.BatteryDischarging", nil},
	} {
		t.Run(filepath.Base(tt.file), func(t *testing.T) {
			t.Parallel()
			in, err := os.ReadFile(filepath.Join(dir, "samples", filepath.FromSlash(tt.file)))
			if err != nil {
				t.Fatal(err)
			}
			var tally schema.Tally
			f := Flattener{Tally: &tally}
			n := 0
			text, _ := Decode(strings.NewReader(string(in)), &tally)
			for p, err := range Split(text, 0, &tally) {
				if err != nil {
					t.Fatal(err)
				}
				n++
				var rec schema.Record
				if f.Read(&rec, p); rec.Unreadable != "" {
					t.Errorf("record %d: %s", n, rec.Unreadable)
				}
				if _, ok := rec.Field(tt.field); !ok {
					t.Errorf("record %d: no %s", n, tt.field)
				}
				checkFlatten(t, p.Raw)
			}
			if n != tt.pieces {
				t.Errorf("%d records", n)
			}
			if diff := cmp.Diff(tt.repairs, tally.Repairs); diff != "" {
				t.Error("repairs (-want +got):", diff)
			}
			checkLaws(t, in, DefaultLimit)
			for _, broken := range breakings(in) {
				checkLaws(t, broken, DefaultLimit)
			}
		})
	}
}

// breakings are copies of in that were cut off or lost one byte.
func breakings(in []byte) [][]byte {
	var out [][]byte
	for i := 0; i < len(in); i += 1 + len(in)/50 {
		out = append(out, in[:i], append(append([]byte(nil), in[:i]...), in[i+1:]...))
	}
	return out
}

// TestOneBrokenRecord: whatever single byte of a record is missing, or doubled,
// or replaced by a quote or bracket, its neighbours come back as they are, and
// so does something in its place.
func TestOneBrokenRecord(t *testing.T) {
	t.Parallel()
	const n, hurt = 9, 4
	for _, layout := range []struct{ name, before, between, after, record string }{
		{"lines", "", "\n", "\n", `{"name":"n%d","data":{"a":[1,{"b":"c"},{"d":"e"}],"f":"g"}}`},
		{"array", "[", ",", "]", `{"name":"n%d","data":{"a":"b","c":1},"d":"e"}`},
		{"pretty", "[\n  ", ",\n  ", "\n]\n", "{\n    \"name\": \"n%d\",\n    \"data\":\n    {\n      \"a\": [\n        {\"b\": 1},\n        {\"c\": 2}\n      ]\n    }\n  }"},
		{"export", "[", ",", "]", "{\n  \"name\": \"n%d\",\n  \"properties\": {\n    \"a\": \"b\"\n  }\n}"},
	} {
		t.Run(layout.name, func(t *testing.T) {
			t.Parallel()
			var records []string
			for i := range n {
				records = append(records, fmt.Sprintf(layout.record, i))
			}
			whole := records[hurt]
			for i := range whole {
				for _, instead := range []string{"", whole[i:i+1] + whole[i:i+1], `"`, "{", "}", "[", "]", ",", ":", `\\`, "\n"} {
					if instead == ":" && i == len(whole)-1 {
						continue // the next record is then a value in this one
					}
					records[hurt] = whole[:i] + instead + whole[i+1:]
					in := layout.before + strings.Join(records, layout.between) + layout.after
					found := map[string]int{}
					n := 0
					for p, err := range Split(strings.NewReader(in), 0, nil) {
						if err != nil {
							t.Fatal(err)
						}
						n++
						found[string(p.Raw)]++
					}
					for k, r := range records {
						if k != hurt && found[r] != 1 {
							t.Errorf("with %q for byte %d of record %d, record %d is lost", instead, i, hurt, k)
						}
					}
					if n < len(records) {
						t.Errorf("with %q for byte %d, record %d left no trace", instead, i, hurt)
					}
				}
			}
		})
	}
}
