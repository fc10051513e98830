package sourcetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

func TestLeaves(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		{`{"a":"x","b":[1,{"c":true}],"d":null,"e":{}}`, []string{"x", "1", "true", "null"}},
		{"{\"a\":1}\n{\"a\":9007199254740993}", []string{"1", "9007199254740993"}},
		{`["a",["b"]]`, []string{"a", "b"}},
		{`{"a":{"b":"c"},"d":"e"}`, []string{"c", "e"}},
		{`{"a":"x","b":tru`, nil},
		{`not JSON`, nil},
		{``, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, leaves([]byte(tt.text)), cmp.Transformer("length", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Errorf("%s: %s", tt.text, diff)
		}
	}
}

func TestPresent(t *testing.T) {
	t.Parallel()
	found := map[string]bool{"deep": true, "1": true}
	for v, want := range map[string]bool{
		"deep": true, "raw": true, "gone": false,
		`{"a":["deep",1]}`: true, `{"a":["deep",2]}`: false, "{": false,
	} {
		if got := present(v, found, "some raw text"); got != want {
			t.Errorf("present(%q) = %v", v, got)
		}
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	r := result{Records: []schema.Record{
		{From: schema.Origin{Record: 1, Offset: 0}},
		{From: schema.Origin{Record: 2, Offset: 10}, Unreadable: schema.CodeSyntax},
		{From: schema.Origin{Record: 3, Offset: 20}},
		{From: schema.Origin{Record: 4, Offset: 30}},
	}}
	for cut, want := range map[int64]int{5: 0, 10: 1, 29: 1, 30: 2, 99: 2} {
		if got := len(before(r, cut)); got != want {
			t.Errorf("cut at %d: %d records are whole, want %d", cut, got, want)
		}
	}
}
