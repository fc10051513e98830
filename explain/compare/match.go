package compare

import (
	"cmp"
	"slices"
	"time"
)

// window is how far two times may be apart in the rounds that go by time.
const window = 2 * time.Second

// pair is two events that are one.
type pair struct {
	a, b *item
	rule Rule
}

// match finds the events that two sides have both, one to one:
//
//  1. exact: the same name, key, and number in the same series of the client
//     ("seq" and "epoch");
//  2. near: the same name, key and data, at most two seconds apart;
//  3. weak: the same name, at most two seconds apart.
//
// In the rounds that go by time both sides stand in the order of time, and each
// event takes the nearest that is left; of two as near, the first. By then the
// clock of the second side is set right by the skew that the first round shows:
// the median of how much later it has the same event.
func match(a, b []*item) (pairs []pair, skew time.Duration, exact int) {
	pairs = bySeries(a, b)
	exact = len(pairs)
	skew = median(pairs)
	pairs = append(pairs, byTime(a, b, skew, Near, func(x *item) string { return x.name + "\x00" + x.key + "\x00" + string(x.hash[:]) })...)
	pairs = append(pairs, byTime(a, b, skew, Weak, func(x *item) string { return x.name })...)
	return pairs, skew, exact
}

// bySeries is the first round.
func bySeries(a, b []*item) (pairs []pair) {
	id := func(x *item) string { return x.name + "\x00" + x.key + "\x00" + x.seq }
	waiting := make(map[string][]*item)
	for _, x := range b {
		if x.seq != "" {
			waiting[id(x)] = append(waiting[id(x)], x)
		}
	}
	for _, x := range a {
		if list := waiting[id(x)]; x.seq != "" && len(list) > 0 {
			waiting[id(x)] = list[1:]
			pairs = append(pairs, take(x, list[0], Exact))
		}
	}
	return pairs
}

func take(a, b *item, rule Rule) pair {
	a.matched, b.matched = true, true
	return pair{a, b, rule}
}

// median is the median of how much later the second of a pair is; of two in the
// middle the earlier.
func median(pairs []pair) time.Duration {
	var list []time.Duration
	for _, p := range pairs {
		if !p.a.at.IsZero() && !p.b.at.IsZero() {
			list = append(list, p.b.at.Sub(p.a.at))
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)-1)/2]
}

// byTime matches what is left of events that are alike by id.
func byTime(a, b []*item, skew time.Duration, rule Rule, id func(*item) string) (pairs []pair) {
	waiting := make(map[string][]*item)
	for _, x := range inTime(b) {
		waiting[id(x)] = append(waiting[id(x)], x)
	}
	for _, x := range inTime(a) {
		key := id(x)
		list := waiting[key]
		for len(list) > 0 && list[0].at.Add(-skew).Before(x.at.Add(-window)) {
			list = list[1:] // too early for this one, and so for all that follow
		}
		gap := func(i int) time.Duration { return list[i].at.Add(-skew).Sub(x.at).Abs() }
		nearest := 0
		for i := 1; i < len(list) && gap(i) <= gap(nearest); i++ {
			if gap(i) < gap(nearest) {
				nearest = i
			}
		}
		if len(list) > 0 && gap(nearest) <= window {
			pairs = append(pairs, take(x, list[nearest], rule))
			copy(list[1:], list[:nearest]) // the earlier ones are left for those that follow
			list = list[1:]
		}
		waiting[key] = list
	}
	return pairs
}

// inTime lists what is left and has a time, in the order of time, else as it came.
func inTime(list []*item) []*item {
	var left []*item
	for _, x := range list {
		if !x.matched && !x.at.IsZero() {
			left = append(left, x)
		}
	}
	slices.SortStableFunc(left, func(a, b *item) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	return left
}

// differing lists the paths of the fields that two events do not share.
func differing(a, b *item) (paths []string) {
	add := func(p part) {
		if len(paths) == 0 || paths[len(paths)-1] != p.path {
			paths = append(paths, p.path)
		}
	}
	i, j := 0, 0
	for i < len(a.data) || j < len(b.data) {
		switch {
		case j == len(b.data):
			add(a.data[i])
			i++
		case i == len(a.data):
			add(b.data[j])
			j++
		case a.data[i] == b.data[j]:
			i, j = i+1, j+1
		case cmp.Or(cmp.Compare(a.data[i].path, b.data[j].path), cmp.Compare(a.data[i].sum, b.data[j].sum)) < 0:
			add(a.data[i])
			i++
		default:
			add(b.data[j])
			j++
		}
	}
	return paths
}
