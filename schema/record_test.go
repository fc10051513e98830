package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

func TestRecordField(t *testing.T) {
	t.Parallel()
	field := func(path, value string) schema.Field {
		return schema.Field{Path: path, Value: schema.NewPersonal(value)}
	}
	r := schema.Record{Fields: []schema.Field{
		field("a", "first"), field("b", ""), field("a", "second"), field("A", "capital"),
	}}
	for _, c := range []struct {
		path, want string
		ok         bool
	}{
		{"a", "second", true}, // the last of two
		{"A", "capital", true},
		{"b", "", true}, // empty, yet there
		{"c", "", false},
		{"", "", false},
	} {
		got, ok := r.Field(c.path)
		if got.Reveal() != c.want || ok != c.ok {
			t.Errorf("field %q is %q, %v; want %q, %v", c.path, got.Reveal(), ok, c.want, c.ok)
		}
	}
	if len(r.Fields) != 4 {
		t.Error("looking up a field lost one")
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	var tally schema.Tally
	tally.Repair(schema.RepairEncoding, 0)
	if tally.Repairs != nil {
		t.Errorf("no repair was counted as %v", tally.Repairs)
	}
	tally.Repair(schema.RepairEncoding, 1)
	tally.Repair(schema.RepairShortRow, 2)
	tally.Repair(schema.RepairShortRow, 3)
	want := map[schema.Repair]int64{schema.RepairEncoding: 1, schema.RepairShortRow: 5}
	if diff := cmp.Diff(want, tally.Repairs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var none *schema.Tally
	none.Repair(schema.RepairEncoding, 1) // a reader that nobody asked to count
}

func TestSubjectIdentifiers(t *testing.T) {
	t.Parallel()
	p := schema.NewPersonal
	s := schema.Subject{
		UPNs:     []schema.Personal{p("Jip@example.nl"), p("oude.naam@example.nl")},
		SIDs:     []schema.Personal{p("S-1-5-21-1-2-3-1001")},
		LocalIDs: []schema.Personal{p("m:00ABCDEF")},
	}
	for name, c := range map[string]struct{ got, want bool }{
		"the UPN":                  {s.HasUPN("Jip@example.nl"), true},
		"the UPN in other letters": {s.HasUPN("JIP@EXAMPLE.NL"), true},
		"an old UPN":               {s.HasUPN("oude.naam@example.nl"), true},
		"another UPN":              {s.HasUPN("janneke@example.nl"), false},
		"a part of the UPN":        {s.HasUPN("jip"), false},
		"no UPN":                   {s.HasUPN(""), false},
		"the SID":                  {s.HasSID("s-1-5-21-1-2-3-1001"), true},
		"a longer SID":             {s.HasSID("S-1-5-21-1-2-3-10010"), false},
		"the local id":             {s.HasLocalID("M:00abcdef"), true},
		"a UPN as local id":        {s.HasLocalID("Jip@example.nl"), false},
		"anything of nobody":       {schema.Subject{}.HasUPN(""), false},
	} {
		if c.got != c.want {
			t.Errorf("%s belongs to the subject: %v, want %v", name, c.got, c.want)
		}
	}
}
