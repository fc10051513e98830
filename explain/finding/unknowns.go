package finding

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"inzage/explain/register"
	"inzage/schema"
)

// Unknowns counts how much of what was recorded nobody describes in public: the
// yearly figure for the talks with Microsoft. It holds counts only, and none of a
// group that is too small to hide a person's use. It is not safe for concurrent
// use.
type Unknowns struct {
	// Year is the only one that counts; 0 is every year, and what has no time.
	Year int
	Zone *time.Location // in which a year begins; nil is UTC

	kinds   kinds
	years   map[int]kinds // 0: without a time
	outside int64
}

// kinds are kinds of event by name.
type kinds map[string]*kind

// kind is one kind of event.
type kind struct {
	records  int64
	layer    schema.Layer
	category schema.Category
}

// Add takes an explained record in. Records without a name are one kind.
func (u *Unknowns) Add(e *schema.Explanation) {
	year := 0
	if at := e.Record.At; !at.IsZero() {
		year = at.In(cmp.Or(u.Zone, time.UTC)).Year()
	}
	if u.Year != 0 && year != u.Year {
		u.outside++
		return
	}
	if u.kinds == nil {
		u.kinds, u.years = make(kinds), make(map[int]kinds)
	}
	if u.years[year] == nil {
		u.years[year] = make(kinds)
	}
	u.kinds.add(e)
	u.years[year].add(e)
}

func (m kinds) add(e *schema.Explanation) {
	k := m[e.Record.Event]
	if k == nil {
		k = &kind{layer: e.Layer, category: e.Facets.Category}
		m[strings.Clone(e.Record.Event)] = k // the record is short-lived
	}
	k.records++
}

// Known says how many kinds of event and records are described, derived from their
// name only, or not at all.
type Known struct {
	Kinds        int64 `json:"kinds"`
	Described    int64 `json:"described"` // an entry of their own, or their family's
	Derived      int64 `json:"derived"`   // from what stands in the name
	Unknown      int64 `json:"unknown"`
	Records      int64 `json:"records"`
	RecordsKnown int64 `json:"records_described"`
}

// Questions counts what was asked of Microsoft.
type Questions struct {
	Asked       int64 `json:"asked"`
	Answered    int64 `json:"answered"`
	Unavailable int64 `json:"unavailable"`
	Open        int64 `json:"open"`
}

// Statistic is the figure of a year.
type Statistic struct {
	Version int    `json:"version"`
	Catalog string `json:"catalog"`
	Known
	// Categories are those with at least Least kinds; the others are in Small.
	Categories map[schema.Category]Known `json:"categories"`
	Small      Known                     `json:"small_categories"`
	Least      int64                     `json:"least"`
	// Year is the only one that was counted, and Outside how many records were of
	// another, or of no time.
	Year    int   `json:"year,omitempty"`
	Outside int64 `json:"outside_year,omitempty"`
	// Years are those with at least Least kinds, where every year counts; records
	// of the others, and those without a time, are in SmallYears.
	Years      []YearKnown `json:"years,omitempty"`
	SmallYears *Known      `json:"small_years,omitempty"`
	Questions  Questions   `json:"questions"`
}

// YearKnown is the figure of one year.
type YearKnown struct {
	Year int `json:"year"`
	Known
}

// Statistic adds up; groups with fewer than least kinds are counted together. Of a
// year alone only the questions count that were asked in it.
func (u *Unknowns) Statistic(least int64, asked []register.Question) Statistic {
	s := Statistic{Version: 1, Categories: make(map[schema.Category]Known), Least: least, Year: u.Year, Outside: u.outside}
	by := make(map[schema.Category]*Known)
	for _, k := range u.kinds {
		if by[k.category] == nil {
			by[k.category] = new(Known)
		}
		by[k.category].count(k)
		s.count(k)
	}
	for _, category := range slices.Sorted(maps.Keys(by)) {
		if of := by[category]; of.Kinds < least {
			s.Small.add(of)
		} else {
			s.Categories[category] = *of
		}
	}
	if u.Year == 0 {
		u.byYear(&s)
	}
	for _, q := range asked {
		if u.Year != 0 && q.Asked.Year() != u.Year {
			continue
		}
		s.Questions.Asked++
		switch q.Outcome {
		case register.Answered:
			s.Questions.Answered++
		case register.Unavailable:
			s.Questions.Unavailable++
		case register.Open:
			s.Questions.Open++
		}
	}
	return s
}

// byYear tells the years apart that are large enough.
func (u *Unknowns) byYear(s *Statistic) {
	for _, year := range slices.Sorted(maps.Keys(u.years)) {
		var n Known
		for _, k := range u.years[year] {
			n.count(k)
		}
		if year != 0 && n.Kinds >= s.Least {
			s.Years = append(s.Years, YearKnown{year, n})
			continue
		}
		if s.SmallYears == nil {
			s.SmallYears = new(Known)
		}
		s.SmallYears.add(&n)
	}
}

func (n *Known) count(k *kind) {
	n.Kinds++
	n.Records += k.records
	switch k.layer {
	case schema.LayerEvent, schema.LayerFamily:
		n.Described++
		n.RecordsKnown += k.records
	case schema.LayerNone:
		n.Unknown++
	default:
		n.Derived++
	}
}

func (n *Known) add(x *Known) {
	n.Kinds += x.Kinds
	n.Described += x.Described
	n.Derived += x.Derived
	n.Unknown += x.Unknown
	n.Records += x.Records
	n.RecordsKnown += x.RecordsKnown
}
