package jsonstream

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

func TestSplitPages(t *testing.T) {
	t.Parallel()
	const (
		text = schema.RepairFreeText
		cut  = schema.RepairTruncated
	)
	tests := []struct {
		name, in string
		want     []string
		repairs  repairs
	}{
		{"page", `{"@odata.context":"https://x","@odata.count":2,"value":[{"a":1},{"a":2}]}`, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"nothing else", `{"value":[{"a":1}]}`, []string{`{"a":1}`}, nil},
		{"empty", `{ "value" : [ ] , "@odata.nextLink" : "y" }`, nil, nil},
		{"notes behind", "{\n\"value\": [\n{\"a\":1}\n],\n\"@odata.nextLink\": \"y\\\"]}\",\"@odata.count\":null\n}\n", []string{`{"a":1}`}, nil},
		{"pages", `{"value":[{"a":1}]}` + "\n" + `{"value":[{"a":2}]}`, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"pages in an array", `[{"value":[{"a":1}]},{"value":[{"a":2}]}]`, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"no page", `[{"a":1},{"a":2}]`, []string{`{"a":1}`, `{"a":2}`}, nil},
		{"a record with values", `{"id":"x","value":[{"a":1}]}`, []string{`{"id":"x","value":[{"a":1}]}`}, nil},
		{"values that are none", `{"value":[1]}`, []string{`{"value":[1]}`}, nil},
		{"page in a page", `{"value":[{"value":[{"a":1}]}]}`, []string{`{"value":[{"a":1}]}`}, nil},
		{"lists in a record", `{"value":[{"a":[[1],[2]]}]}`, []string{`{"a":[[1],[2]]}`}, nil},
		{"cut in a record", `{"value":[{"a":1},{"a`, []string{`{"a":1}`, `truncated: {"a`}, repairs{cut: 1}},
		{"cut behind the records", `{"value":[{"a":1}]`, []string{`{"a":1}`}, repairs{cut: 1}},
		{"cut in a note", `{"value":[{"a":1}],"@odata.next`, []string{`{"a":1}`}, repairs{cut: 1}},
		{"something else behind", `{"value":[{"a":1}],"x":{"b":2}}`, []string{`{"a":1}`, `{"b":2}`}, repairs{text: 2}},
	}
	for _, tc := range tests {
		var tally schema.Tally
		var got []string
		for _, p := range collect(t, SplitPages(strings.NewReader(tc.in), 0, &tally)) {
			if p.Code != "" {
				p.Raw = string(p.Code) + ": " + p.Raw
			}
			got = append(got, p.Raw)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
		if d := cmp.Diff(tc.repairs, tally.Repairs); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}

// FuzzSplitPages: where nothing is called "value", pages make no difference; the
// records of a valid array are the same inside a page; and it does not matter in
// what portions the text is read.
func FuzzSplitPages(f *testing.F) {
	for _, s := range []string{
		`[{"a":1},{"a":[2]}]`, `{"value":[{"a":1}],"@odata.nextLink":"x"}`, `{"value":[{"a":1}],"x":{}}`, `{"@odata.count":1,"value":[`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var whole, bytewise schema.Tally
		got := collect(t, SplitPages(bytes.NewReader(in), 0, &whole))
		if d := cmp.Diff(got, collect(t, SplitPages(iotest.OneByteReader(bytes.NewReader(in)), 0, &bytewise))); d != "" || !cmp.Equal(whole, bytewise) {
			t.Fatalf("depends on how the text is read: %s", d)
		}
		at := int64(0)
		for _, p := range got {
			if p.Offset < at || string(in[p.Offset:][:len(p.Raw)]) != p.Raw {
				t.Fatalf("%q is not what stands at %d", p.Raw, p.Offset)
			}
			at = p.Offset + p.Size
		}
		if !bytes.Contains(in, []byte(`"value"`)) {
			if d := cmp.Diff(collect(t, Split(bytes.NewReader(in), 0, nil)), got); d != "" {
				t.Fatalf("another result without pages: %s", d)
			}
		}
		value, err := jsontext.NewDecoder(bytes.NewReader(in), lenient()...).ReadValue()
		if err != nil || !bytes.HasPrefix(value, []byte("[{")) {
			return
		}
		page := `{"@odata.context":"x","value":` + string(value) + `,"@odata.nextLink":"y"}`
		var want, inside []string
		for _, p := range collect(t, Split(bytes.NewReader(value), 0, nil)) {
			want = append(want, p.Raw)
		}
		for _, p := range collect(t, SplitPages(strings.NewReader(page), 0, nil)) {
			inside = append(inside, p.Raw)
		}
		if d := cmp.Diff(want, inside); d != "" {
			t.Fatalf("other records in a page: %s", d)
		}
	})
}
