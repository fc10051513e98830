package bundle

import (
	"cmp"

	"inzage/schema"
)

// valueCounts counts the values of an event by why they say nothing about a
// person, or are not there.
type valueCounts struct {
	all      int64
	never    int64 // never personal by themselves
	stripped int64 // reduced before they were sent
	withheld int64 // replaced in the bundle, since they are about others
}

func (c *valueCounts) add(e *schema.Explanation) {
	c.all += int64(len(e.Record.Fields))
	for i := range e.Notes {
		switch e.Notes[i].Class {
		case schema.DeviceOrSoftware, schema.AggregateTechnical:
			c.never++
		case schema.Stripped:
			c.stripped++
		default:
		}
	}
	for _, m := range e.Record.Masked {
		c.withheld += m.Count
	}
}

// reasonList is Vier redenen: per kind of event how much never was about the
// person, was stripped before sending, is withheld here, or has expired. These
// are four different things, and each has a text of its own.
func (b *book) reasonList(events []*eventRow) *section {
	w := b.head.Words
	var sum valueCounts
	rows := make([][]cell, 0, len(events))
	for _, e := range events {
		v := &e.values
		sum.never, sum.stripped, sum.withheld = sum.never+v.never, sum.stripped+v.stripped, sum.withheld+v.withheld
		rows = append(rows, []cell{
			strong(brief(cmp.Or(e.title, b.word("summary.unnamed")))), number(v.all), number(v.never), number(v.stripped), number(v.withheld),
			day(e.first), text(brief(EventName(e.name, e.action))),
		})
	}
	leads := []string{
		b.word("four.lead"),
		b.word("four.never", "count", w.number(sum.never)),
		b.word("four.stripped", "count", w.number(sum.stripped)),
		b.word("four.withheld", "count", w.number(sum.withheld)),
		b.word("four.expired"),
		b.word("plain.whole"),
	}
	if n := b.inventory.moreEvents; n > 0 {
		leads = append(leads, b.word("kinds.more", "count", w.number(n)))
	}
	return b.newList("four", leads, []column{
		col("title", 40), numbers("all", 14), numbers("never", 16), numbers("stripped", 16), numbers("withheld", 16),
		col("oldest", 20), col("event", 46),
	}, each(rows))
}
