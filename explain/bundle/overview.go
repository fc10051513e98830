package bundle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// overview counts what the summary shows.
type overview struct {
	zone        *time.Location
	first, last time.Time
	noTime      int64
	days        map[int64]int64 // days since 1970 on the zone's clock
	moreDays    int64           // records of days beyond the bound
	apps        map[string]int64
	moreApps    int64
	kinds       map[string]int64
	classes     map[schema.Class]int64
	raised      int64 // values more telling than their field should be
}

const (
	maxDays = 5_000
	maxApps = 1_000
)

func newOverview(zone *time.Location) *overview {
	return &overview{
		zone: zone, days: make(map[int64]int64), apps: make(map[string]int64),
		kinds: make(map[string]int64), classes: make(map[schema.Class]int64),
	}
}

func (o *overview) add(e *schema.Explanation) {
	o.when(e.Record.At)
	o.app(e.App)
	bump(o.kinds, e.DataKind)
	o.classes[e.Class]++
	for i := range e.Notes {
		if e.Notes[i].Raised != "" {
			o.raised++
		}
	}
}

// unreadable counts a record that has no explanation.
func (o *overview) unreadable(r *schema.Record) {
	o.when(r.At)
	o.app(r.App)
	bump(o.kinds, "")
	o.classes[schema.Unknown]++
}

func (o *overview) app(name string) {
	if _, ok := o.apps[name]; ok || len(o.apps) < maxApps {
		bump(o.apps, name)
	} else {
		o.moreApps++
	}
}

func (o *overview) when(at time.Time) {
	if at.IsZero() {
		o.noTime++
		return
	}
	if o.first.IsZero() || at.Before(o.first) {
		o.first = at
	}
	if at.After(o.last) {
		o.last = at
	}
	_, offset := at.In(o.zone).Zone()
	day := floorDiv(at.Unix()+int64(offset), 86400)
	if _, ok := o.days[day]; ok || len(o.days) < maxDays {
		o.days[day]++
	} else {
		o.moreDays++
	}
}

// bump counts under a key that may be part of a larger buffer.
func bump(m map[string]int64, key string) {
	if n, ok := m[key]; ok {
		m[key] = n + 1
		return
	}
	m[strings.Clone(key)] = 1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// counted is a name with how often it occurred.
type counted struct {
	name  string
	count int64
}

// ranked lists a tally, most frequent first.
func ranked(m map[string]int64) []counted {
	list := make([]counted, 0, len(m))
	for name, n := range m {
		list = append(list, counted{name, n})
	}
	slices.SortFunc(list, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.name, b.name))
	})
	return list
}

// period is one bar of the chart of events over time.
type period struct {
	start time.Time // its first day, midnight UTC
	count int64
}

const (
	maxDayBars   = 400   // longer than a year: by month
	maxMonthBars = 1_200 // longer than a century: only the months that occur
)

// periods lists the events per day, empty days included; per month where there
// are too many days to look at.
func (o *overview) periods() (list []period, monthly bool) {
	days := make([]int64, 0, len(o.days))
	for d := range o.days {
		days = append(days, d)
	}
	if len(days) == 0 {
		return nil, false
	}
	slices.Sort(days)
	from, to := days[0], days[len(days)-1]
	if to-from < maxDayBars {
		for d := from; d <= to; d++ {
			list = append(list, period{date(d), o.days[d]})
		}
		return list, false
	}
	for _, d := range days {
		t := date(d)
		month := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
		if n := len(list); n > 0 && list[n-1].start.Equal(month) {
			list[n-1].count += o.days[d]
			continue
		}
		for n := len(list); n > 0 && n < maxMonthBars; n = len(list) {
			next := list[n-1].start.AddDate(0, 1, 0)
			if !next.Before(month) {
				break
			}
			list = append(list, period{start: next})
		}
		list = append(list, period{month, o.days[d]})
	}
	return list, true
}

func date(day int64) time.Time { return time.Unix(day*86400, 0).UTC() }
