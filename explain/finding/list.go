// Package finding looks in explained records for what the data protection officer
// must know: what differs from an agreement, a promise or a setting, or must be
// found out. A finding is a code and counts; it never holds anything of the data.
//
// What a record shows by itself is found by explain (schema.Explanation.Findings);
// this package adds what follows from the settings of the tenant and from the
// registers, and counts both. It is pure.
package finding

import (
	"cmp"
	"maps"
	"slices"

	"inzage/schema"
)

// MaxEvidence bounds the places that a finding lists.
const MaxEvidence = 20

// maxNoticed bounds the places that are counted: keys are the catalog's, but
// nothing here says so.
const maxNoticed = 5_000

// List counts findings. The zero value is empty. It is not safe for concurrent
// use.
type List struct {
	found map[schema.FindingID]*noticed
}

// noticed is a finding while it is counted.
type noticed struct {
	count, more int64
	evidence    map[string]int64
}

// Notice counts a finding n times; key is one of our codes or the key of the
// catalog entry where it was found.
func (l *List) Notice(id schema.FindingID, key string, n int64) {
	if n == 0 {
		return
	}
	if l.found == nil {
		l.found = make(map[schema.FindingID]*noticed)
	}
	of := l.found[id]
	if of == nil {
		of = &noticed{evidence: make(map[string]int64)}
		l.found[id] = of
	}
	of.count += n
	if _, ok := of.evidence[key]; ok || len(of.evidence) < maxNoticed {
		of.evidence[key] += n
	} else {
		of.more += n
	}
}

// Findings gives what was counted, the most urgent first.
func (l *List) Findings() []schema.Finding {
	order := []schema.Severity{schema.SeverityHigh, schema.SeverityMedium, schema.SeverityLow}
	var list []schema.Finding
	for _, id := range slices.Sorted(maps.Keys(l.found)) {
		of := l.found[id]
		f := schema.Finding{ID: id, Severity: id.Severity(), Count: of.count, More: of.more}
		keys := slices.SortedFunc(maps.Keys(of.evidence), func(a, b string) int {
			return cmp.Or(cmp.Compare(of.evidence[b], of.evidence[a]), cmp.Compare(a, b))
		})
		for i, key := range keys {
			if i < MaxEvidence {
				f.Evidence = append(f.Evidence, schema.Evidence{Code: key, Count: of.evidence[key]})
			} else {
				f.More += of.evidence[key]
			}
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b schema.Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity)), cmp.Compare(b.Count, a.Count))
	})
	return list
}
