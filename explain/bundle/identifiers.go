package bundle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// identifiers counts every distinct value by which the person, a device, a
// session or a document can be recognised. It is bounded; what does not fit is
// counted. Tallies hold no pointers, so a full table costs the collector little, and
// stand in blocks, so that it is never copied.
type identifiers struct {
	kinds   map[string]map[string]int32
	tallies [][]idTally
	count   int
	sources []string // by number, see idTally.sources
	bytes   int
	max     int
	more    int64 // occurrences of values beyond the bound
}

type idTally struct {
	first, last int64 // Unix milliseconds, 0 where unknown
	count       int64
	sources     uint64 // bit i: seen in source i
}

const (
	maxIdentifiers     = 200_000
	maxIdentifierBytes = 64 << 20
	tallyBlock         = 4096
)

func newIdentifiers() *identifiers {
	return &identifiers{kinds: make(map[string]map[string]int32), max: maxIdentifiers}
}

func (d *identifiers) add(e *schema.Explanation) {
	for i := range e.Record.Fields {
		if i == len(e.Notes) {
			return
		}
		kind := e.Notes[i].Identifier
		value := e.Record.Fields[i].Value
		if kind == "" || value.IsEmpty() || e.Record.Fields[i].Kind == schema.Null || isMasked(&e.Record, i) {
			continue
		}
		d.see(kind, value.Reveal(), e.Record.Source, e.Record.At)
	}
}

func (d *identifiers) see(kind, value, source string, at time.Time) {
	values := d.kinds[kind]
	n, ok := values[value]
	if !ok {
		if d.count >= d.max || d.bytes+len(value) > maxIdentifierBytes {
			d.more++
			return
		}
		if values == nil {
			values = make(map[string]int32)
			d.kinds[strings.Clone(kind)] = values
		}
		n = int32(d.count)
		values[strings.Clone(value)] = n
		d.bytes += len(value)
		if d.count%tallyBlock == 0 {
			d.tallies = append(d.tallies, make([]idTally, tallyBlock))
		}
		d.count++
	}
	t := d.tally(n)
	t.count++
	t.sources |= d.source(source)
	if at.IsZero() {
		return
	}
	ms := at.UnixMilli()
	if t.first == 0 || ms < t.first {
		t.first = ms
	}
	if t.last == 0 || ms > t.last {
		t.last = ms
	}
}

func (d *identifiers) tally(n int32) *idTally { return &d.tallies[n/tallyBlock][n%tallyBlock] }

// source is the bit of a source. There are a handful; should there ever be more
// than 64, the last ones share a bit.
func (d *identifiers) source(name string) uint64 {
	for i, s := range d.sources {
		if s == name {
			return 1 << i
		}
	}
	if len(d.sources) < 64 {
		d.sources = append(d.sources, strings.Clone(name))
	}
	return 1 << (len(d.sources) - 1)
}

// identifierRow is one row of the sheet.
type identifierRow struct {
	kind, value string
	tally       idTally
}

// sorted lists the values by kind, most frequent first. Kinds with few values
// come first: who the person is before the many sessions.
func (d *identifiers) sorted() []identifierRow {
	list := make([]identifierRow, 0, d.count)
	for kind, values := range d.kinds {
		for value, n := range values {
			list = append(list, identifierRow{kind, value, *d.tally(n)})
		}
	}
	slices.SortFunc(list, func(a, b identifierRow) int {
		if a.kind != b.kind {
			return cmp.Or(cmp.Compare(len(d.kinds[a.kind]), len(d.kinds[b.kind])), cmp.Compare(a.kind, b.kind))
		}
		return cmp.Or(cmp.Compare(b.tally.count, a.tally.count), cmp.Compare(a.value, b.value))
	})
	return list
}

// names lists the sources of a tally by name.
func (d *identifiers) names(sources uint64) []string {
	var list []string
	for i, s := range d.sources {
		if sources&(1<<i) != 0 {
			list = append(list, s)
		}
	}
	slices.Sort(list)
	return list
}
