package finding_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/explain/finding"
	"inzage/explain/register"
	"inzage/schema"
)

// TestUnknowns: kinds are counted once, and a small group is not told apart.
func TestUnknowns(t *testing.T) {
	t.Parallel()
	var u finding.Unknowns
	add := func(name string, layer schema.Layer, category schema.Category) {
		e := explained(name, time.Time{})
		e.Layer, e.Facets.Category = layer, category
		u.Add(e)
	}
	for i := range 3 {
		add(fmt.Sprint("E", i), schema.LayerEvent, schema.CategoryRequired)
		add(fmt.Sprint("C", i), schema.LayerComposed, schema.CategoryRequired)
	}
	add("E1", schema.LayerEvent, schema.CategoryRequired)
	add("N", schema.LayerNone, schema.CategoryUnknown)
	asked := []register.Question{{Outcome: register.Open}, {Outcome: register.Answered}, {Outcome: register.Unavailable}, {Outcome: register.Open}}
	required := finding.Known{Kinds: 6, Described: 3, Derived: 3, Records: 7, RecordsKnown: 4}
	want := finding.Statistic{
		Version: 1, Least: 5,
		Known:      finding.Known{Kinds: 7, Described: 3, Derived: 3, Unknown: 1, Records: 8, RecordsKnown: 4},
		Categories: map[schema.Category]finding.Known{schema.CategoryRequired: required},
		Small:      finding.Known{Kinds: 1, Unknown: 1, Records: 1},
		Questions:  finding.Questions{Asked: 4, Answered: 1, Unavailable: 1, Open: 2},
	}
	if diff := cmp.Diff(want, u.Statistic(5, asked)); diff != "" {
		t.Error(diff)
	}
}
