package web

import (
	"slices"

	"inzage/schema"
)

// overview is how all cases stand, for lists and figures. It is read by many and
// never changed.
type overview struct {
	seq uint64 // of the register that it was made from
	day schema.Date
	all []schema.Standing // the earliest due date first
	kpi *kpi
}

// overview reckons anew where a case, or the day, changed since the last time:
// what a page of 10,000 cases costs is reckoning 10,000 deadlines.
func (d *Desk) overview() *overview {
	d.seen.Lock()
	defer d.seen.Unlock()
	seq, day := d.Register.Seq(), d.today() // before the list: what comes in meanwhile makes another
	if o := d.seen.overview; o != nil && o.seq == seq && o.day == day {
		return o
	}
	o := &overview{seq: seq, day: day, kpi: new(kpi)}
	for r := range d.Register.All() {
		o.all = append(o.all, r.On(day))
		o.kpi.count(r, schema.CivilDate(r.Answered, d.Zone))
	}
	slices.SortStableFunc(o.all, func(a, b schema.Standing) int { return a.Due.Compare(b.Due) })
	d.seen.overview = o
	return o
}
