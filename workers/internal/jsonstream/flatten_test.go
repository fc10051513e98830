package jsonstream

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// leaf is a schema.Field that can be compared and shown.
type leaf struct {
	Path  string
	Kind  schema.Kind
	Value string
}

func leaves(fields []schema.Field) []leaf {
	var out []leaf
	for _, f := range fields {
		out = append(out, leaf{f.Path, f.Kind, f.Value.Reveal()})
	}
	return out
}

func TestFlatten(t *testing.T) {
	t.Parallel()
	const (
		str, num, boolean, null = schema.String, schema.Number, schema.Bool, schema.Null
		extra, trailing         = schema.RepairExtraComma, schema.RepairTrailingComma
		opened, double          = schema.RepairOpenedJSON, schema.RepairDuplicateKey
		half, invalid, control  = schema.RepairLoneSurrogate, schema.RepairInvalidUTF8, schema.RepairControlChar
	)
	tests := []struct {
		name, in string
		want     []leaf
		repairs  repairs
	}{
		{"kinds", ` {"a":"x","b":-1.50e+2,"c":true,"d":false,"e":null,"f":{},"g":[ ]} `, []leaf{
			{"a", str, "x"},
			{"b", num, "-1.50e+2"},
			{"c", boolean, "true"},
			{"d", boolean, "false"},
			{"e", null, "null"},
			{"f", schema.EmptyObject, "{}"},
			{"g", schema.EmptyArray, "[]"},
		}, nil},
		{"paths", `{"a":{"b":[{"c":1},[2,3]]},"d.e":{"":4},"":{"f":5}}`, []leaf{
			{"a.b[0].c", num, "1"}, {"a.b[1][0]", num, "2"}, {"a.b[1][1]", num, "3"}, {"d.e.", num, "4"}, {".f", num, "5"},
		}, nil},
		{"array at the top", `[{"a":1},2]`, []leaf{{"[0].a", num, "1"}, {"[1]", num, "2"}}, nil},
		{"value alone", `"x"`, []leaf{{"", str, "x"}}, nil},
		{"empty alone", `{}`, []leaf{{"", schema.EmptyObject, "{}"}}, nil},
		{"large number", `{"a":18446744073709551617,"b":1.10}`, []leaf{{"a", num, "18446744073709551617"}, {"b", num, "1.10"}}, nil},
		{"white space", "{ \"a\" :\r\n\t1 , \"b\" : [ 1 , 2 ] }", []leaf{{"a", num, "1"}, {"b[0]", num, "1"}, {"b[1]", num, "2"}}, nil},
		{"escapes", `{"a":"\"\\\/\b\f\n\r\tA\u00e9\ud83d\uDE00\u0000é😀` + "\x7f" + `"}`, []leaf{{"a", str, "\"\\/\b\f\n\r\tAé😀\x00é😀\x7f"}}, nil},
		{"escaped key", `{"\u0061\"":1}`, []leaf{{`a"`, num, "1"}}, nil},

		{"double keys", `{"a":1,"b":{"a":2},"a":3,"\u0061":4}`, []leaf{{"a", num, "1"}, {"b.a", num, "2"}, {"a", num, "3"}, {"a", num, "4"}}, repairs{double: 2}},
		{"double objects", `{"a":{"b":1},"a":{"b":2}}`, []leaf{{"a.b", num, "1"}, {"a.b", num, "2"}}, repairs{double: 1}},
		{"trailing commas", `{"a":[1,],"b":2,}`, []leaf{{"a[0]", num, "1"}, {"b", num, "2"}}, repairs{trailing: 2}},
		{"extra commas", `{,"a":[,1,,2,,],"b":[,]}`, []leaf{{"a[0]", num, "1"}, {"a[1]", num, "2"}, {"b", schema.EmptyArray, "[]"}}, repairs{extra: 5, trailing: 1}},
		{"control characters", "{\"a\":\"x\ny\x00\",\"b\t\":\"\\n\x01\"}", []leaf{{"a", str, "x\ny\x00"}, {"b\t", str, "\n\x01"}}, repairs{control: 4}},
		{"halves", `{"a":"\ud800","b":"x\uDC00\ud83dy","c":"\ud800\ud83d\ude00"}`, []leaf{{"a", str, `\ud800`}, {"b", str, `x\uDC00\ud83dy`}, {"c", str, `\ud800😀`}}, repairs{half: 4}},
		{"invalid bytes", "{\"a\":\"x\xffé\xe2\x82\",\"\x80\":1,\"b\":\"\\n\xc0\"}", []leaf{{"a", str, `x\xffé\xe2\x82`}, {`\x80`, num, "1"}, {"b", str, "\n\\xc0"}}, repairs{invalid: 5}},

		{"opened", `{"a":"{\"b\":[1,\"x\"]}","c":" [true] "}`, []leaf{{"a.b[0]", num, "1"}, {"a.b[1]", str, "x"}, {"c[0]", boolean, "true"}}, repairs{opened: 2}},
		{"opened empty", `{"a":"{}"}`, []leaf{{"a", schema.EmptyObject, "{}"}}, repairs{opened: 1}},
		{"opened with double keys", `{"a":"{\"b\":1,\"b\":2}"}`, []leaf{{"a.b", num, "1"}, {"a.b", num, "2"}}, repairs{opened: 1, double: 1}},
		{"opened alone", `"[1]"`, []leaf{{"[0]", num, "1"}}, repairs{opened: 1}},
		{"not valid", `{"a":"{\"b\":1,}","c":"[1","d":"{x}","e":"[1] ","f":"{} x","g":"\"x\"","h":"1","i":"["}`, []leaf{
			{"a", str, `{"b":1,}`}, {"c", str, "[1"}, {"d", str, "{x}"}, {"e[0]", num, "1"}, {"f", str, "{} x"}, {"g", str, `"x"`}, {"h", str, "1"}, {"i", str, "["},
		}, repairs{opened: 1}},
		{"repaired is not opened", "{\"a\":\"[1,\n\\\"\xff\\\"]\"}", []leaf{{"a", str, "[1,\n\"\\xff\"]"}}, repairs{control: 1, invalid: 1}},
		{"control characters are not opened", `{"a":"[\"x\ny\"]"}`, []leaf{{"a", str, "[\"x\ny\"]"}}, nil},
		{"half in an opened string", `{"a":"[\"\\ud800\"]"}`, []leaf{{"a[0]", str, `\ud800`}}, repairs{opened: 1, half: 1}},
		{"inner one not valid", `{"a":"[\"[1]\",\"[2\"]"}`, []leaf{{"a[0][0]", num, "1"}, {"a[1]", str, "[2"}}, repairs{opened: 2}},
		{"outer one not valid", `{"a":"[\"[1]\",2"}`, []leaf{{"a", str, `["[1]",2`}}, nil},
		{"five levels", `{"a":` + quoted(5, `{"b":1}`) + `}`, []leaf{{"a[0][0][0][0]", str, `[{"b":1}]`}}, repairs{opened: 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tally := schema.Tally{}
			f := Flattener{Tally: &tally}
			for range 2 { // with and without what the first record taught
				tally.Repairs = nil
				fields, code := f.Flatten(nil, []byte(tt.in))
				if code != "" {
					t.Fatal(code)
				}
				if diff := cmp.Diff(tt.want, leaves(fields)); diff != "" {
					t.Error("fields (-want +got):", diff)
				}
				if diff := cmp.Diff(tt.repairs, tally.Repairs); diff != "" {
					t.Error("repairs (-want +got):", diff)
				}
			}
		})
	}
}

// quoted wraps text in an array in a string, so often.
func quoted(times int, text string) string {
	for range times {
		text = strconv.Quote("[" + text + "]")
	}
	return text
}

func TestFlattenClosed(t *testing.T) {
	t.Parallel()
	f := Flattener{Closed: true}
	fields, _ := f.Flatten(nil, []byte(`{"a":"{\"b\":1}"}`))
	if diff := cmp.Diff([]leaf{{"a", schema.String, `{"b":1}`}}, leaves(fields)); diff != "" {
		t.Error(diff)
	}
}

func TestFlattenUnreadable(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tt := range []struct {
		name, in string
		code     schema.Code
	}{
		{"nothing", "", schema.CodeSyntax},
		{"white space", " ", schema.CodeSyntax},
		{"cut off", `{"a":1`, schema.CodeSyntax},
		{"cut in a string", `{"a":"x`, schema.CodeSyntax},
		{"cut in an escape", `{"a":"x\`, schema.CodeSyntax},
		{"cut in a unit", `{"a":"\u12`, schema.CodeSyntax},
		{"two values", `{} {}`, schema.CodeSyntax},
		{"no comma", `{"a":1 "b":2}`, schema.CodeSyntax},
		{"no comma in an array", `[1 2]`, schema.CodeSyntax},
		{"no colon", `{"a" 1}`, schema.CodeSyntax},
		{"no key", `{1:2}`, schema.CodeSyntax},
		{"no value", `{"a":}`, schema.CodeSyntax},
		{"wrong bracket", `[1}`, schema.CodeSyntax},
		{"wrong quotes", `{'a':1}`, schema.CodeSyntax},
		{"comment", `{"a":1/**/}`, schema.CodeSyntax},
		{"escape", `["\x"]`, schema.CodeSyntax},
		{"unit", `["\u00g0"]`, schema.CodeSyntax},
		{"zero before", `[01]`, schema.CodeSyntax},
		{"no fraction", `[1.]`, schema.CodeSyntax},
		{"no exponent", `[1e]`, schema.CodeSyntax},
		{"minus", `[-]`, schema.CodeSyntax},
		{"not a number", `[NaN]`, schema.CodeSyntax},
		{"literal", `[nul]`, schema.CodeSyntax},
		{"commas only", `,`, schema.CodeSyntax},
		{"deep", nested(256), ""},
		{"too deep", nested(257), schema.CodeTooDeep},
		{"a million deep", nested(1e6), schema.CodeTooDeep},
		{"paths without end", `{"` + strings.Repeat("k", 1<<16) + `":[` + strings.Repeat("1,", 1<<16) + `1]}`, schema.CodeTooLarge},
		{"the same in a string", `{"a":"{\"` + strings.Repeat("k", 1<<16) + `\":[` + strings.Repeat("1,", 1<<16) + `1]}"}`, schema.CodeTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tally := schema.Tally{}
			f := Flattener{Tally: &tally}
			before := []schema.Field{{Path: "before"}}
			fields, code := f.Flatten(before, []byte(tt.in))
			if code != tt.code {
				t.Errorf("got code %q", code)
			}
			if code != "" && (len(fields) != 1 || tally.Repairs != nil) {
				t.Error("an unreadable record left a trace")
			}
			if fields, code = f.Flatten(nil, []byte(`{"a":1}`)); code != "" || len(fields) != 1 || fields[0].Path != "a" {
				t.Error("the next record was not read")
			}
		})
	}
}

// TestFlattenDeepString: an opened string cannot be nested deeper than a record.
func TestFlattenDeepString(t *testing.T) {
	t.Parallel()
	in := strings.Repeat("[", 200) + `"` + strings.Repeat("[", 57) + strings.Repeat("]", 57) + `"` + strings.Repeat("]", 200)
	var f Flattener
	fields, code := f.Flatten(nil, []byte(in))
	if code != "" || len(fields) != 1 || fields[0].Kind != schema.String {
		t.Errorf("code %q, %d fields", code, len(fields))
	}
}

// TestFlattenOwnsMemory: fields outlive the bytes they were read from, and the
// records after theirs.
func TestFlattenOwnsMemory(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"k\n":"value","l":"esc\taped","m":12,"n":[{"o":"[\"in\"]"}]}`)
	var f Flattener
	fields, _ := f.Flatten(nil, raw)
	want := leaves(fields)
	for i := range want {
		want[i].Path, want[i].Value = strings.Clone(want[i].Path), strings.Clone(want[i].Value)
	}
	for i := range raw {
		raw[i] = '#'
	}
	for i := range 5000 {
		f.Flatten(nil, fmt.Appendf(nil, `{"k%d":"x\ty%d"}`, i, i))
	}
	if diff := cmp.Diff(want, leaves(fields)); diff != "" {
		t.Error(diff)
	}
}

// TestFlattenForgets: keys that never come back do not fill the memory.
func TestFlattenForgets(t *testing.T) {
	t.Parallel()
	var f Flattener
	var fields []schema.Field
	for i := range 200_000 {
		fields, _ = f.Flatten(fields[:0], fmt.Appendf(nil, `{"key%d":1}`, i))
		if want := "key" + strconv.Itoa(i); fields[0].Path != want {
			t.Fatalf("path %q", fields[0].Path)
		}
		if f.paths.kept > maxKept+1024 {
			t.Fatalf("%d bytes kept", f.paths.kept)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	in := `{"a":1}{"a":}{"a":"` + strings.Repeat("x", Keep) + `"}{"a"`
	var f Flattener
	rec := schema.Record{Source: "source"}
	var got []string
	for p, err := range Split(strings.NewReader(in), 2*Keep, nil) {
		if err != nil {
			t.Fatal(err)
		}
		f.Read(&rec, p)
		got = append(got, fmt.Sprintf("%d@%d %s %d fields, %d kept, %d cut", rec.From.Record, rec.From.Offset, rec.Unreadable, len(rec.Fields), rec.Raw.Len(), rec.Cut))
	}
	want := []string{
		"1@0  1 fields, 0 kept, 0 cut", "2@7 syntax 0 fields, 6 kept, 0 cut",
		"3@13  1 fields, 0 kept, 0 cut", fmt.Sprintf("4@%d truncated 0 fields, 4 kept, 0 cut", 13+8+Keep),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// checkFlatten compares Flatten with the other parser and holds it to its laws.
func checkFlatten(t *testing.T, in []byte) {
	t.Helper()
	var tally schema.Tally
	f := Flattener{Tally: &tally, Closed: true}
	fields, code := f.Flatten(nil, in)
	got := leaves(fields)
	want, deep, ok := reference(in)
	switch {
	case ok && deep:
		if code != schema.CodeTooDeep {
			t.Fatalf("code %q for a record that is too deep", code)
		}
	case ok && tally.Repairs[schema.RepairLoneSurrogate] == 0 && utf8.Valid(in):
		if code != "" {
			t.Fatalf("code %q for a valid record", code)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal("fields (-want +got):", diff)
		}
	case ok:
		if code != "" || len(got) != len(want) {
			t.Fatalf("code %q, %d fields for %d", code, len(got), len(want))
		}
	case code == "":
		delete(tally.Repairs, schema.RepairDuplicateKey)
		delete(tally.Repairs, schema.RepairInvalidUTF8)
		delete(tally.Repairs, schema.RepairLoneSurrogate)
		if len(tally.Repairs) == 0 {
			t.Fatal("read what is not valid without telling")
		}
	}

	open := Flattener{Tally: new(schema.Tally)}
	first, code1 := open.Flatten(nil, in)
	once := open.Tally.Repairs
	open.Tally.Repairs = nil
	second, code2 := open.Flatten(nil, in)
	if code1 != code2 || code1 != code {
		t.Fatalf("codes %q, %q and %q for the same record", code, code1, code2)
	}
	if diff := cmp.Diff(leaves(first), leaves(second)); diff != "" {
		t.Fatal("other fields the second time:", diff)
	}
	if diff := cmp.Diff(once, open.Tally.Repairs); diff != "" {
		t.Fatal("other repairs the second time:", diff)
	}
	for _, field := range first {
		if !utf8.ValidString(field.Path) || !utf8.ValidString(field.Value.Reveal()) {
			t.Fatal("a field is not UTF-8")
		}
	}
}

func TestFlattenRandom(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		in := []byte(randomObject(rng, 4))
		checkFlatten(t, in)
		for range 1 + rng.IntN(3) {
			in[rng.IntN(len(in))] = "{}[]\",:\\ \n0atu\xff"[rng.IntN(15)]
		}
		checkFlatten(t, in)
	}
}

func FuzzFlatten(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,{"b":"c"}],"a":null}`, `{"a":"[\"\\ud800\"]"}`, `{,"a":1,}`, "[\"\x01\xff\\u0000\"]", `{"":{"":[]}}`,
		`[-0.0e+10,"\ud83d\ude00",true]`, `"{}"`, quoted(5, "1"), `{"ext":{"mscv":{"cV":"1","cV":"2"}},"data":{}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(checkFlatten)
}
