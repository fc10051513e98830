package bundle

import (
	"cmp"
	"slices"
	"strings"

	"inzage/schema"
)

// spread is where a record comes from and where it went, in codes of ours.
type spread struct {
	service, platform string
	region            schema.Region
}

// spreadOf takes the codes of a record out of its memory; what is not told is
// counted as unknown, never left out.
func spreadOf(x *schema.Facets) spread {
	return spread{
		strings.Clone(cmp.Or(x.Service, unknownCode)), strings.Clone(cmp.Or(x.Platform, unknownCode)),
		cmp.Or(x.Region, schema.RegionUnknown),
	}
}

const unknownCode = "unknown"

// add counts a record. There are as many keys as services, platforms and regions
// in the catalog; what would go beyond that many is counted as unknown.
func (m matrix) add(x *schema.Facets) {
	const most = 5_000
	at := spread{x.Service, x.Platform, x.Region}
	if _, ok := m[at]; !ok {
		if at = spreadOf(x); len(m) >= most {
			at = spread{unknownCode, unknownCode, at.region}
		}
	}
	m[at]++
}

// matrix counts records by where they come from and where they went.
type matrix map[spread]int64

// sum counts the records that fit.
func (m matrix) sum(fits func(spread) bool) (n int64) {
	for at, count := range m {
		if fits(at) {
			n += count
		}
	}
	return n
}

// platforms lists what a person can work on, also where nothing came from: that
// is an answer too. What cannot be told comes last.
func (m matrix) platforms() []string {
	list := []string{"windows", "macos", "ios", "android", "web"}
	seen := make(map[string]bool)
	for at := range m {
		seen[at.platform] = true
	}
	for _, p := range sortedKeys(seen) {
		if p != unknownCode && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return append(list, unknownCode)
}

// services lists the services that records came from, most records first; what
// cannot be told comes last.
func (m matrix) services() []string {
	counts := make(map[string]int64)
	for at, n := range m {
		if at.service != unknownCode {
			counts[at.service] += n
		}
	}
	var list []string
	for _, c := range ranked(counts) {
		list = append(list, c.name)
	}
	if m.sum(func(at spread) bool { return at.service == unknownCode }) > 0 {
		list = append(list, unknownCode)
	}
	return list
}

// spreads is on which devices, by which services, and to where.
func (b *book) spreads(s *section) {
	w, m := b.head.Words, b.placing.matrix
	platforms, regions := m.platforms(), schema.Regions()

	var rows [][]cell
	for _, p := range platforms {
		row := []cell{text(w.term("platform", p)), number(m.sum(func(at spread) bool { return at.platform == p }))}
		for _, r := range regions {
			row = append(row, number(m.sum(func(at spread) bool { return at.platform == p && at.region == r })))
		}
		rows = append(rows, row)
	}
	t := b.newTable("summary.regions", rows, "platform", "total")
	for _, r := range regions {
		t.cols = append(t.cols, column{header: w.term("region", string(r)), right: true})
	}
	s.add(heading(b.word("summary.regions")), lead(b.word("summary.regions.lead")), t)

	rows = nil
	for _, v := range m.services() {
		row := []cell{text(w.term("service", v)), number(m.sum(func(at spread) bool { return at.service == v }))}
		for _, p := range platforms {
			row = append(row, number(m.sum(func(at spread) bool { return at.service == v && at.platform == p })))
		}
		rows = append(rows, row)
	}
	t = b.newTable("summary.platforms", rows, "service", "total")
	for _, p := range platforms {
		t.cols = append(t.cols, column{header: w.term("platform", p), right: true})
	}
	s.add(heading(b.word("summary.platforms")), lead(b.word("summary.platforms.lead")), t)
}
