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
		SmallYears: &finding.Known{Kinds: 7, Described: 3, Derived: 3, Unknown: 1, Records: 8, RecordsKnown: 4},
		Questions:  finding.Questions{Asked: 4, Answered: 1, Unavailable: 1, Open: 2},
	}
	if diff := cmp.Diff(want, u.Statistic(5, asked)); diff != "" {
		t.Error(diff)
	}
}

// TestYears: a year begins where people live, a year of few kinds is not told
// apart, and of one year alone only what was recorded and asked in it counts.
func TestYears(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	asked := []register.Question{
		{Asked: schema.NewDate(2025, time.May, 1), Outcome: register.Open},
		{Asked: schema.NewDate(2026, time.May, 1), Outcome: register.Answered},
	}
	of := func(year int) finding.Statistic {
		u := finding.Unknowns{Year: year, Zone: zone}
		for _, x := range []struct {
			name string
			at   time.Time
		}{
			{"a", time.Date(2024, time.June, 1, 0, 0, 0, 0, time.UTC)},
			{"a", time.Date(2025, time.December, 31, 22, 59, 0, 0, time.UTC)},
			{"b", time.Date(2025, time.December, 31, 22, 59, 0, 0, time.UTC)},
			{"a", time.Date(2025, time.December, 31, 23, 0, 0, 0, time.UTC)}, // 2026 in Amsterdam
			{"b", time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)},
			{"a", time.Time{}},
		} {
			u.Add(explained(x.name, x.at))
		}
		return u.Statistic(2, asked)
	}
	two := finding.Known{Kinds: 2, Unknown: 2, Records: 2}
	all := of(0)
	if diff := cmp.Diff([]finding.YearKnown{{2025, two}, {2026, two}}, all.Years); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&finding.Known{Kinds: 2, Unknown: 2, Records: 2}, all.SmallYears); diff != "" || all.Records != 6 || all.Kinds != 2 || all.Questions.Asked != 2 {
		t.Errorf("%+v\n%s", all, diff)
	}
	one := of(2026)
	if diff := cmp.Diff(two, one.Known); diff != "" || one.Year != 2026 || one.Outside != 4 || one.Years != nil || one.SmallYears != nil ||
		one.Questions != (finding.Questions{Asked: 1, Answered: 1}) {
		t.Errorf("%+v\n%s", one, diff)
	}
}
