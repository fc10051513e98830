package explain

import (
	"testing"

	"inzage/schema"
)

// TestExplainAllocations guards what a record costs in memory once its name is
// known: the notes, the sentence, and words for the values that are new. What
// is not counted in nanoseconds here is in docs/benchmarks.md.
func TestExplainAllocations(t *testing.T) {
	// Not parallel: AllocsPerRun counts what others allocate too.
	for _, tc := range []struct {
		name    string
		catalog *Catalog
	}{{"catalog", builtin(t)}, {"ten times the catalog", grown(t)}} {
		for _, kind := range []struct {
			name    string
			records []schema.Record
			most    float64
		}{{"export, 13 fields", exported(200), 10}, {"viewer, 52 fields", viewed(200), 12}} {
			x := tc.catalog.For(Reader{Lang: schema.Dutch, Zone: amsterdam(t)})
			for _, r := range kind.records { // names are learnt
				x.Explain(r)
			}
			i := 0
			got := testing.AllocsPerRun(1000, func() {
				x.Explain(kind.records[i%len(kind.records)])
				i++
			})
			t.Logf("%s, %s: %.0f allocations a record", tc.name, kind.name, got)
			if got > kind.most {
				t.Errorf("%s, %s: %.0f allocations a record, at most %.0f", tc.name, kind.name, got, kind.most)
			}
		}
	}
}

// TestMaskAllocations guards what looking for other people costs where there are
// none: values that are new in each record are looked through, the rest is
// remembered.
func TestMaskAllocations(t *testing.T) {
	// Not parallel: AllocsPerRun counts what others allocate too.
	for _, kind := range []struct {
		name    string
		records []schema.Record
		most    float64
	}{{"export, 13 fields", exported(200), 10}, {"viewer, 52 fields", viewed(200), 2}} {
		c := builtin(t)
		who := Reader{Lang: schema.Dutch, Zone: amsterdam(t)}
		x, m := c.For(who), c.Masker(who, Others{})
		for _, r := range kind.records {
			m.Learn(x, r)
		}
		i := 0
		got := testing.AllocsPerRun(1000, func() {
			m.Learn(x, kind.records[i%len(kind.records)])
			i++
		})
		t.Logf("%s: %.0f allocations a record", kind.name, got)
		if got > kind.most {
			t.Errorf("%s: %.0f allocations a record, at most %.0f", kind.name, got, kind.most)
		}
	}
}

// TestSameValueAgain holds that what is remembered of a value is what would be
// worked out anew, however values follow each other.
func TestSameValueAgain(t *testing.T) {
	t.Parallel()
	c := builtin(t)
	x := c.For(Reader{Lang: schema.Dutch, Zone: amsterdam(t)})
	for _, v := range []schema.Field{
		{Path: "data.Size", Value: schema.NewPersonal("12")},
		{Path: "data.Size", Value: schema.NewPersonal("12")},
		{Path: "data.Size", Value: schema.NewPersonal("12"), Kind: schema.Number},
		{Path: "data.Size", Value: schema.NewPersonal("jan@waterland.example")},
		{Path: "data.Size", Value: schema.NewPersonal("jan@waterland.example")},
		{Path: "data.Size", Value: schema.NewPersonal("")},
		{Path: "data.Size", Kind: schema.Null},
		{Path: "data.Size", Kind: schema.EmptyArray},
		{Path: "data.Size", Value: schema.NewPersonal("12")},
	} {
		r := schema.Record{Event: "Office.Word.X", Fields: []schema.Field{v}}
		got, want := x.Explain(r).Notes[0], c.For(Reader{Lang: schema.Dutch, Zone: amsterdam(t)}).Explain(r).Notes[0]
		if !got.Words.Equal(want.Words) {
			t.Errorf("%d bytes, kind %d: other words than anew", v.Value.Len(), v.Kind)
		}
		got.Words, want.Words = schema.Personal{}, schema.Personal{}
		if got != want {
			t.Errorf("%d bytes, kind %d: remembered %+v, anew %+v", v.Value.Len(), v.Kind, got, want)
		}
	}
}
