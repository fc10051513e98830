package table

import (
	"strings"
	"testing"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
)

func TestHeader(t *testing.T) {
	t.Parallel()
	text := "#TYPE X\r\nsep=;\r\n\ufeff\" Name \";When\r\na;1\r\nName;When\r\nb\r\n#TYPE Y\r\nc;2;3\r\n\xff;4\r\n"
	var tally schema.Tally
	in := NewReader(strings.NewReader(text), ';')
	h, err := ReadHeader(in, &tally)
	check(t, err)
	if d := cmp.Diff(Header{"Name", "When"}, h); d != "" || h.Column("WHEN") != 1 || h.Column("x") != -1 {
		t.Error(d)
	}
	var got []string
	for {
		r, err := h.Next(in, &tally)
		if err != nil {
			break
		}
		got = append(got, Text(r.Cells[0], &tally))
	}
	if d := cmp.Diff([]string{"a", "b", "c", `\xff`}, got); d != "" {
		t.Error(d)
	}
	want := map[schema.Repair]int64{
		schema.RepairTypeLine: 2, schema.RepairFreeText: 2, schema.RepairShortRow: 1, schema.RepairLongRow: 1,
		schema.RepairInvalidUTF8: 1, schema.RepairByteOrderMark: 1,
	}
	if d := cmp.Diff(want, tally.Repairs); d != "" {
		t.Error(d)
	}
}

func TestRecognise(t *testing.T) {
	t.Parallel()
	fits := func(h Header, _ *Reader) bool { return h.Column("b") >= 0 }
	for text, want := range map[string]byte{"a,b\n": ',', "a;b": ';', "a\tb\n1\t2": '\t', "b": 0, "": 0, "a,c": 0, "\"a\"x\n": 0} {
		if comma, ok := Recognise(text, fits); comma != want || ok != (want != 0) {
			t.Errorf("%q: %q, %v", text, comma, ok)
		}
	}
}
