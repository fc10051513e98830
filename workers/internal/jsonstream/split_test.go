package jsonstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// cutOut is a Piece that outlives its step.
type cutOut struct {
	Raw          string
	Offset, Size int64
	Ordinal      int64
	Code         schema.Code
}

func collect(t *testing.T, pieces iter.Seq2[Piece, error]) []cutOut {
	t.Helper()
	var out []cutOut
	for p, err := range pieces {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, cutOut{string(p.Raw), p.Offset, p.Size, p.Ordinal, p.Code})
	}
	return out
}

type repairs = map[schema.Repair]int64

func TestSplit(t *testing.T) {
	t.Parallel()
	const (
		text     = schema.RepairFreeText
		extra    = schema.RepairExtraComma
		trailing = schema.RepairTrailingComma
		cut      = schema.RepairTruncated
		mark     = schema.RepairByteOrderMark
	)
	tests := []struct {
		name, in string
		want     []string // with "code: " before what could not be cut out
		repairs  repairs
	}{
		{"nothing", "", nil, nil},
		{"white space", " \r\n\t", nil, nil},
		{"empty array", "[ ]", nil, nil},
		{"one object", `{"a":1}`, []string{`{"a":1}`}, nil},
		{"array", `[{"a":1}, {"b":[{"c":"}"}]}]`, []string{`{"a":1}`, `{"b":[{"c":"}"}]}`}, nil},
		{"array of one", "[{\n  \"a\": 1\n}]\n", []string{"{\n  \"a\": 1\n}"}, nil},
		{"lines", "{\"a\":1}\r\n{\"a\":2}\n", []string{`{"a":1}`, `{"a":2}`}, nil},
		{"commas only", "{\"a\":1},\n{\"a\":2}", []string{`{"a":1}`, `{"a":2}`}, nil},
		{"glued", `{"a":1}{"a":2}`, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"arrays glued", `[{"a":1}][{"a":2}]{}`, []string{`{"a":1}`, `{"a":2}`, `{}`}, nil},
		{"array of arrays of objects", `[[{"a":1}],[{"a":2}]]`, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"empty objects", `{}{ }`, []string{`{}`, `{ }`}, nil},
		{"escapes", `{"a":"\\"}{"a":"\\\"}{"}`, []string{`{"a":"\\"}`, `{"a":"\\\"}{"}`}, nil},
		{"byte order mark", "\xef\xbb\xbf{}\n\xef\xbb\xbf[{}]", []string{`{}`, `{}`}, repairs{mark: 2}},

		{"no opening bracket", `{"a":1},{"a":2}]`, []string{`{"a":1}`, `{"a":2}`}, repairs{text: 1}},
		{"no closing bracket", `[{"a":1},{"a":2}`, []string{`{"a":1}`, `{"a":2}`}, repairs{cut: 1}},
		{"cut behind a comma", `[{"a":1},`, []string{`{"a":1}`}, repairs{cut: 1, trailing: 1}},
		{"commas for brackets", `,{"a":1},{"a":2},`, []string{`{"a":1}`, `{"a":2}`}, repairs{extra: 1, trailing: 1}},
		{"comma before bracket", `[{"a":1},]`, []string{`{"a":1}`}, repairs{trailing: 1}},
		{"comma behind bracket", `[,{"a":1}]`, []string{`{"a":1}`}, repairs{extra: 1}},
		{"double commas", `[{"a":1},,,{"a":2}]`, []string{`{"a":1}`, `{"a":2}`}, repairs{extra: 2}},
		{"bracket too many", `[{"a":1}]]`, []string{`{"a":1}`}, repairs{text: 1}},
		{"brace too many", "{\"a\":1}}\n{\"a\":2}", []string{`{"a":1}`, `{"a":2}`}, repairs{text: 1}},

		{"text before", "Report of today:\n[{\"a\":1}]", []string{`{"a":1}`}, repairs{text: 1}},
		{"text in the line", `data = [{"a":1}];`, []string{`{"a":1}`}, repairs{text: 2}},
		{"text between", "{\"a\":1}\n-- and, then --\nmore\n{\"a\":2}", []string{`{"a":1}`, `{"a":2}`}, repairs{text: 1}},
		{"text in an array", `[{"a":1}, see below, {"a":2}]`, []string{`{"a":1}`, `{"a":2}`}, repairs{text: 1}},
		{"log lines", "[INFO] 12:00, ok {\"a\":1}\n[INFO] x {\"a\":2}\n", []string{`{"a":1}`, `{"a":2}`}, repairs{text: 2}},
		{"braces in text", "categories {1, 24} are\n{\"a\":1}", []string{`{"a":1}`}, repairs{text: 1}},
		{"quotes in text", "he said \"hello\n{\"a\":1}", []string{`{"a":1}`}, repairs{text: 1}},
		{"values in lines", "1\n\"a\"\nnull\n", nil, repairs{text: 1}},
		{"zeros at the end", "{\"a\":1}\x00\x00\x00", []string{`{"a":1}`}, repairs{text: 1}},

		{"values", `["a{", -1.5e3, null, true]`, []string{`"a{"`, `-1.5e3`, `null`, `true`}, nil},
		{"values at the end", `[1,2`, []string{`1`, `2`}, repairs{cut: 1}},
		{"no values", `[nul, 01, 1.]`, nil, repairs{text: 1}},
		{"rows", `[["time","x"],[1,[2]],[]]`, []string{`["time","x"]`, `[1,[2]]`, `[]`}, nil},
		{"row with an object", `[["a",{"b":1}],["c",{"d":2}]]`, []string{`["a",{"b":1}]`, `["c",{"d":2}]`}, nil},

		{"cut in an object", `[{"a":1},{"a":"x`, []string{`{"a":1}`, `truncated: {"a":"x`}, repairs{cut: 1}},
		{"cut in an escape", `{"a":"x\`, []string{`truncated: {"a":"x\`}, nil},
		{"cut in a value", `["abc`, []string{`truncated: "abc`}, repairs{cut: 1}},
		{
			"no quote, lines", "{\"a\":\"x}\n{\"a\":2}\n{\"a\":3}",
			[]string{`syntax: {"a":"x}`, `{"a":2}`, `{"a":3}`},
			nil,
		},
		{
			"no quote, commas in one line", `[{"a":"x},{"a":2},{"a":3}]`,
			[]string{`syntax: {"a":"x}`, `{"a":2}`, `{"a":3}`},
			nil,
		},
		{
			"no quote, glued", `{"a":"x}{"a":2}{"a":3}`,
			[]string{`syntax: {"a":"x}`, `{"a":2}`, `{"a":3}`},
			nil,
		},
		{
			"no quote, indented",
			"[\n  {\n    \"a\": \"x,\n    \"b\": \n    {\n      \"c\": [\n        {\"d\": 1}\n      ]\n    }\n  },\n  {\n    \"a\": 2\n  }\n]",
			[]string{
				"syntax: {\n    \"a\": \"x,\n    \"b\": \n    {\n      \"c\": [\n        {\"d\": 1}\n      ]\n    }\n  }",
				"{\n    \"a\": 2\n  }",
			},
			nil,
		},
		{
			"no quote, bracket and brace in one line", "[{\n \"a\": \"x,\n \"b\": {\n  \"c\": 1 }\n},{\n \"a\": 2\n}]",
			[]string{"syntax: {\n \"a\": \"x,\n \"b\": {\n  \"c\": 1 }\n}", "{\n \"a\": 2\n}"},
			nil,
		},
		{"quote too many", "{\"a\":\"x\"y\"}\n{\"a\":2}\n", []string{`syntax: {"a":"x"y"}`, `{"a":2}`}, nil},
		{"no closing brace, lines", "{\"a\":{\"b\":1}\n{\"a\":2}", []string{`syntax: {"a":{"b":1}`, `{"a":2}`}, nil},
		{"no closing brace, commas", `[{"a":1,{"a":2}]`, []string{`syntax: {"a":1`, `{"a":2}`}, nil},
		{"no closing bracket inside", "{\"a\":[1,2\n{\"a\":3}", []string{`syntax: {"a":[1,2`, `{"a":3}`}, nil},
		{"wrong bracket", "{\"a\":[1}\n{\"a\":2}", []string{`syntax: {"a":[1}`, `{"a":2}`}, nil},
		{"stray brackets", "{\"a\":1[2],\"b\":3}{}", []string{`{"a":1[2],"b":3}`, `{}`}, nil},
		{"wrong last bracket", `[{"a":1],{"a":2}]`, []string{`syntax: {"a":1]`, `{"a":2}`}, nil},
		{"broken value", "[\"x,\n{\"a\":2}]", []string{`syntax: "x`, `{"a":2}`}, nil},

		{"objects in arrays in lines", "{\"a\":[\n{\"b\":1},\n{\"b\":2}\n]}", []string{"{\"a\":[\n{\"b\":1},\n{\"b\":2}\n]}"}, nil},
		{"JSON in a string", `{"a":"[{\"b\":1},{\"b\":2}]"}`, []string{`{"a":"[{\"b\":1},{\"b\":2}]"}`}, nil},
		{"the seam as a value", `{"a":"},{","b":"}\n{"}`, []string{`{"a":"},{","b":"}\n{"}`}, nil},
		{"line break in a string", "{\"a\":\"x\n{\"}", []string{"{\"a\":\"x\n{\"}"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var tally schema.Tally
			var got []string
			for _, p := range collect(t, Split(strings.NewReader(tt.in), 0, &tally)) {
				if s := tt.in[p.Offset : p.Offset+p.Size]; s != p.Raw {
					t.Errorf("piece %d is %q but its place holds %q", p.Ordinal, p.Raw, s)
				}
				if p.Code != "" {
					p.Raw = string(p.Code) + ": " + p.Raw
				}
				got = append(got, p.Raw)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error("pieces (-want +got):", diff)
			}
			if diff := cmp.Diff(tt.repairs, tally.Repairs); diff != "" {
				t.Error("repairs (-want +got):", diff)
			}
			checkLaws(t, []byte(tt.in), DefaultLimit)
		})
	}
}

// checkLaws holds Split to what must be true of any input.
func checkLaws(t *testing.T, in []byte, limit int) {
	t.Helper()
	var tally schema.Tally
	want := collect(t, Split(bytes.NewReader(in), limit, &tally))

	end, told := int64(0), int64(0)
	for i, p := range want {
		if p.Offset < end || p.Size <= 0 || p.Offset+p.Size > int64(len(in)) || p.Ordinal != int64(i+1) {
			t.Fatalf("piece %d of %d bytes at %d, after %d", p.Ordinal, p.Size, p.Offset, end)
		}
		told += checkGap(t, in[end:p.Offset])
		whole := string(in[p.Offset : p.Offset+p.Size])
		if large := p.Size > int64(limit); large != (p.Code == schema.CodeTooLarge) || !large && p.Raw != whole || !strings.HasPrefix(whole, p.Raw) {
			t.Fatalf("piece %d is not what stands in its place, or has the wrong code %q", p.Ordinal, p.Code)
		}
		end = p.Offset + p.Size
	}
	told += checkGap(t, in[end:])
	if got := tally.Repairs[schema.RepairFreeText]; got < told || got > int64(len(want)+1) {
		t.Fatalf("%d stretches of text counted, %d seen", got, told)
	}

	for name, r := range map[string]io.Reader{
		"one byte at a time": iotest.OneByteReader(bytes.NewReader(in)),
		"halves":             iotest.HalfReader(bytes.NewReader(in)),
		"end with data":      iotest.DataErrReader(bytes.NewReader(in)),
	} {
		var again schema.Tally
		got := collect(t, newSplitter(r, limit, 16, &again).pieces)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: other pieces (-want +got): %s", name, diff)
		}
		if diff := cmp.Diff(tally, again); diff != "" {
			t.Fatalf("%s: other repairs (-want +got): %s", name, diff)
		}
	}
	for stop := range min(len(want), 3) {
		n := 0
		for _, err := range Split(bytes.NewReader(in), limit, nil) {
			if n++; err != nil || n > stop {
				break // the runtime panics if the sequence goes on
			}
		}
	}
}

// checkGap returns 1 if the gap holds free text.
func checkGap(t *testing.T, gap []byte) int64 {
	t.Helper()
	if strings.Trim(strings.ReplaceAll(string(gap), bom, ""), " \t\r\n,[]") != "" {
		return 1
	}
	return 0
}

func TestSplitTooLarge(t *testing.T) {
	t.Parallel()
	long := `{"a":"` + strings.Repeat("x", 3000) + `"}`
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{"between others", "{}" + long + "{}", []string{"", "too-large", ""}},
		{"just within", `{"a":"` + strings.Repeat("x", 92) + `"}{}`, []string{"", ""}},
		{"just beyond", `{"a":"` + strings.Repeat("x", 93) + `"}{}`, []string{"too-large", ""}},
		{"cut off", "{}" + long[:2000], []string{"", "too-large"}},
		{"broken", strings.Replace(long, `"}`, "}\n{\"a\":1}", 1), []string{"too-large", ""}},
		{"value", `["` + strings.Repeat("x", 200) + `",1]`, []string{"too-large", ""}},
		{"brackets", `{"a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}{}", []string{"too-large", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for p, err := range Split(strings.NewReader(tt.in), 100, nil) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(p.Code))
				if text, cut := p.Text(); int64(text.Len())+cut != p.Size {
					t.Errorf("%d bytes kept and %d cut of %d", text.Len(), cut, p.Size)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error("codes (-want +got):", diff)
			}
			checkLaws(t, []byte(tt.in), 100)
		})
	}
}

func TestPieceText(t *testing.T) {
	t.Parallel()
	for _, tail := range []string{"x", "é", "€", "😀", "\xff", "\x80\x80\x80\x80"} {
		raw := []byte(strings.Repeat("x", Keep-1) + tail + "more")
		text, cut := Piece{Raw: raw, Size: int64(len(raw))}.Text()
		if got := text.Reveal(); !strings.HasPrefix(string(raw), got) || len(got) < Keep-1 || len(got) > Keep ||
			int64(len(got))+cut != int64(len(raw)) || len(tail) > 1 && tail[0] > 0xbf && tail != "\xff" && len(got) != Keep-1 {
			t.Errorf("tail %q: %d bytes kept, %d cut", tail, len(got), cut)
		}
	}
}

func TestSplitError(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk gone")
	for _, tt := range []struct {
		name  string
		err   error
		code  schema.Code
		codes []schema.Code
		in    string
	}{
		{"in a record", cause, schema.CodeIO, []schema.Code{"", schema.CodeTruncated}, `[{"a":1},{"a":`},
		{"between records", cause, schema.CodeIO, []schema.Code{""}, `[{"a":1},`},
		{"of the input", schema.Fail(schema.CodeLimit, "read file", nil), schema.CodeLimit, []schema.Code{""}, `[{"a":1},`},
		{"inside the system", fmt.Errorf("read: %w", io.EOF), schema.CodeIO, []schema.Code{""}, `{"a":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var tally schema.Tally
			var codes []schema.Code
			var failure error
			for p, err := range Split(io.MultiReader(strings.NewReader(tt.in), iotest.ErrReader(tt.err)), 0, &tally) {
				if err != nil {
					failure = err
					continue
				}
				codes = append(codes, p.Code)
			}
			if !errors.Is(failure, tt.err) || schema.CodeOf(failure) != tt.code {
				t.Errorf("got %v", failure)
			}
			if diff := cmp.Diff(tt.codes, codes); diff != "" {
				t.Error("pieces before the error (-want +got):", diff)
			}
			if tally.Repairs != nil {
				t.Error("a failed read was counted as a cut-off file")
			}
		})
	}
}

// idle returns neither bytes nor an error.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestSplitIdleReader(t *testing.T) {
	t.Parallel()
	for _, err := range Split(idle{}, 0, nil) {
		if !errors.Is(err, io.ErrNoProgress) {
			t.Error("got", err)
		}
	}
}
