package jsonstream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// TestSplitAnyDialect joins N random objects in random ways and wants N back.
func TestSplitAnyDialect(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	joints := []struct{ before, between, after string }{
		{"[", ",", "]"},
		{"", "\n", ""},
		{"", ",\r\n", "\n"},
		{"", "", ""},
		{",", ",", ","},
		{"[\n", "\n,\n", "\n]\n"},
		{"", "\nsome text\n", ""},
		{"[", "][", "]"},
		{bom + "[", ",", ""},
		{"x = ", ";\ny = ", ";"},
		{"[[", "],[", "]]"},
		{"", "]\n[", ""},
	}
	for range 500 {
		j := joints[rng.IntN(len(joints))]
		var in strings.Builder
		var want []string
		in.WriteString(j.before)
		for i := range 1 + rng.IntN(20) {
			if i > 0 {
				in.WriteString(j.between)
			}
			object := randomObject(rng, 3)
			want = append(want, object)
			in.WriteString(object)
		}
		in.WriteString(j.after)
		var got []string
		for _, p := range collect(t, newSplitter(strings.NewReader(in.String()), 0, 64, nil).pieces) {
			got = append(got, p.Raw)
			if p.Code != "" {
				t.Fatalf("%s in %q", p.Code, in.String())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: (-want +got): %s", in.String(), diff)
		}
	}
}

func randomObject(rng *rand.Rand, depth int) string {
	var b strings.Builder
	b.WriteString("{")
	layout := []string{"", " ", "\n", "\n  "}[rng.IntN(4)]
	for i := range rng.IntN(5) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "%s%q:%s%s", layout, randomText(rng), layout, randomValue(rng, depth))
	}
	b.WriteString(layout + "}")
	return b.String()
}

func randomValue(rng *rand.Rand, depth int) string {
	n := 6
	if depth == 0 {
		n = 4
	}
	switch rng.IntN(n) {
	case 0:
		return `"` + randomText(rng) + `"`
	case 1:
		return "-12.5e+3"
	case 2:
		return "null"
	case 3:
		return "true"
	case 4:
		return randomObject(rng, depth-1)
	}
	items := make([]string, rng.IntN(4))
	for i := range items {
		items[i] = randomValue(rng, depth-1)
	}
	return "[" + strings.Join(items, ",\n") + "]"
}

func randomText(rng *rand.Rand) string {
	parts := []string{"a", "é", `},{`, `{`, `}`, `[`, `]`, `\\`, `\"`, `\n`, ",", ":", " ", `{\"a\":1}`, `\u00e9`}
	var b strings.Builder
	for range rng.IntN(8) {
		b.WriteString(parts[rng.IntN(len(parts))])
	}
	return b.String()
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		`[{"a":1},{"a":"x`, "{\"a\":\"x}\n{\"a\":2}", "text [1,\"a\"] {\"b\":{}}", bom + ",{},{},", "[[[[{}]]],1]]",
		`{"a":"\\\"},{"}`, "{\"a\":[1,2\n\n  {\"a\":3}", "[INFO] {\"a\":1}", "{\"a\":\"" + strings.Repeat(" ", 300) + "{\"b\":1}",
	} {
		f.Add([]byte(s), uint16(0))
		f.Add([]byte(s), uint16(5))
	}
	f.Fuzz(func(t *testing.T, in []byte, limit uint16) {
		n := int(limit)
		if n == 0 {
			n = DefaultLimit
		}
		checkLaws(t, in, n)
		if value, err := jsontext.NewDecoder(bytes.NewReader(in), lenient()...).ReadValue(); err == nil && value[0] == '{' && limit == 0 {
			pieces := collect(t, Split(bytes.NewReader(in), 0, nil))
			if len(pieces) == 0 || pieces[0].Raw != string(value) || pieces[0].Code != "" {
				t.Fatal("a valid object did not come back")
			}
		}
	})
}
