package bundle

import (
	"cmp"
	"slices"
	"strings"

	"inzage/explain/finding"
	"inzage/schema"
)

// placing counts where records belong: per category and per purpose, and what
// the data protection officer must know of them. All its keys are codes of ours
// or keys of catalog entries, so it stays small and holds nothing of the data.
type placing struct {
	categories map[schema.Category]*placed
	purposes   map[schema.Purpose]int64
	regions    map[schema.Region]int64
	roles      map[schema.Role]int64
	services   tags
	platforms  tags
	findings   finding.List
	matrix     matrix
}

// placed is what is known of a group of records.
type placed struct {
	count               int64
	oldest              int // age in days, -1 where none is known
	services, platforms tags
	regions             tags
}

func newPlacing() *placing {
	return &placing{
		categories: make(map[schema.Category]*placed), purposes: make(map[schema.Purpose]int64),
		regions: make(map[schema.Region]int64), roles: make(map[schema.Role]int64),
		matrix: make(matrix),
	}
}

func (p *placing) add(e *schema.Explanation) {
	x := &e.Facets
	category := cmp.Or(x.Category, schema.CategoryUnknown)
	of := p.categories[category]
	if of == nil {
		of = newPlaced()
		p.categories[category] = of
	}
	of.add(x)
	p.purposes[cmp.Or(x.Purpose, schema.PurposeUnmapped)]++
	p.regions[cmp.Or(x.Region, schema.RegionUnknown)]++
	p.roles[cmp.Or(x.Role, schema.RoleUnknown)]++
	p.services.add(x.Service)
	p.platforms.add(x.Platform)
	p.matrix.add(x)
	for _, id := range e.Findings {
		p.findings.Notice(id, cmp.Or(e.Rule, string(eventLayer(e.Layer))), 1)
	}
}

func newPlaced() *placed { return &placed{oldest: -1} }

func (p *placed) add(x *schema.Facets) {
	p.count++
	p.oldest = max(p.oldest, x.Age)
	p.services.add(x.Service)
	p.platforms.add(x.Platform)
	p.regions.add(string(x.Region))
}

// tags counts a handful of codes.
type tags []counted

const maxTags = 100

func (t *tags) add(code string) {
	if code == "" {
		code = "unknown"
	}
	for i := range *t {
		if (*t)[i].name == code {
			(*t)[i].count++
			return
		}
	}
	if len(*t) < maxTags {
		*t = append(*t, counted{code, 1})
	}
}

// codes lists the tags, most frequent first.
func (t tags) codes() []string {
	sorted := slices.Clone(t)
	slices.SortFunc(sorted, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.name, b.name))
	})
	list := make([]string, len(sorted))
	for i, c := range sorted {
		list[i] = c.name
	}
	return list
}

// counts gives the tags as a map, for the manifest.
func (t tags) counts() map[string]int64 {
	m := make(map[string]int64, len(t))
	for _, c := range t {
		m[c.name] = c.count
	}
	return m
}

// ownFacets copies facets out of the record's memory.
func ownFacets(x schema.Facets) schema.Facets {
	x.Service, x.Platform = strings.Clone(x.Service), strings.Clone(x.Platform)
	return x
}
