package finding

import (
	"maps"
	"slices"
	"strings"

	"inzage/explain/register"
	"inzage/schema"
)

// Unknowns counts how much of what was recorded nobody describes in public: the
// yearly figure for the talks with Microsoft. It holds counts only, and none of a
// group that is too small to hide a person's use. It is not safe for concurrent
// use.
type Unknowns struct {
	kinds map[string]*kind
}

// kind is one kind of event.
type kind struct {
	records  int64
	layer    schema.Layer
	category schema.Category
}

// Add takes an explained record in. Records without a name are one kind.
func (u *Unknowns) Add(e *schema.Explanation) {
	if u.kinds == nil {
		u.kinds = make(map[string]*kind)
	}
	k := u.kinds[e.Record.Event]
	if k == nil {
		k = &kind{layer: e.Layer, category: e.Facets.Category}
		u.kinds[strings.Clone(e.Record.Event)] = k // the record is short-lived
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
	Questions  Questions                 `json:"questions"`
}

// Statistic adds up; groups with fewer than least kinds are counted together.
func (u *Unknowns) Statistic(least int64, asked []register.Question) Statistic {
	s := Statistic{Version: 1, Categories: make(map[schema.Category]Known), Least: least}
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
	for _, q := range asked {
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
