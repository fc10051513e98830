package bundle

import (
	"cmp"
	"slices"
	"time"

	"inzage/schema"
)

const (
	topEvents = 10
	topApps   = 12 // more bars cannot be read
)

// summary is Samenvatting: the counts, in tables and two charts.
func (b *book) summary(events []*eventRow) *section {
	s := b.newSection("summary", 58, 14, 24, 18, 18, 12, 12, 16)
	for _, f := range b.amounts() {
		s.add(lead(f))
	}
	if n := b.overview.noTime; n > 0 {
		s.add(lead(b.word("summary.notime", "count", b.head.Words.number(n))))
	}
	if n := b.overview.raised; n > 0 {
		s.add(lead(b.word("summary.raised", "count", b.head.Words.number(n))))
	}
	s.add(b.back())
	if b.all.Explained()+b.all.Unreadable == 0 {
		s.add(lead(b.word("nothing")))
		return s
	}
	b.topEvents(s, events)
	b.shares(s)
	s.add(pageBreak{})
	b.spreads(s)
	b.apps(s)
	s.add(pageBreak{}) // no chart is cut in two
	b.periods(s)
	return s
}

// titled is what a reader takes for one thing: kinds of event that are called
// the same, of one program.
type titled struct {
	title, app  string
	count       int64
	first, last time.Time
}

// topEvents is what happened most, in words.
func (b *book) topEvents(s *section, events []*eventRow) {
	if len(events) == 0 {
		return
	}
	list := b.byTitle(events)
	var rows [][]cell
	for _, h := range list[:min(topEvents, len(list))] {
		rows = append(rows, []cell{text(h.title), number(h.count), text(h.app), day(h.first), day(h.last)})
	}
	s.add(heading(b.word("summary.top")), b.newTable("summary.top", rows, "what", "count", "app", "first", "last"))
}

// byTitle adds up kinds of event that are called the same, the most first.
func (b *book) byTitle(events []*eventRow) []titled {
	at := make(map[[2]string]int, len(events))
	var list []titled
	for _, e := range events {
		title := cmp.Or(e.title, EventName(e.name, e.action), b.word("summary.unnamed"))
		i, seen := at[[2]string{title, e.app}]
		if !seen {
			i = len(list)
			at[[2]string{title, e.app}] = i
			list = append(list, titled{title: title, app: e.app})
		}
		list[i].add(e)
	}
	slices.SortStableFunc(list, func(x, y titled) int { return cmp.Compare(y.count, x.count) })
	return list
}

// add adds a kind of event. A zero time is not known.
func (h *titled) add(e *eventRow) {
	h.count += e.count
	if h.first.IsZero() || !e.first.IsZero() && e.first.Before(h.first) {
		h.first = e.first
	}
	if e.last.After(h.last) {
		h.last = e.last
	}
}

// shares is how the records divide over kinds of data and classes.
func (b *book) shares(s *section) {
	w := b.head.Words
	total := float64(b.all.Explained() + b.all.Unreadable)
	var rows [][]cell
	for _, c := range schema.Classes() {
		n := b.overview.classes[c]
		rows = append(rows, []cell{text(w.term("class", c.String())), number(n), percent(float64(n) / total)})
	}
	s.add(heading(b.word("summary.classes")), b.newTable("summary.classes", rows, "class", "count", "share"))

	rows = nil
	for _, k := range ranked(b.overview.kinds) {
		rows = append(rows, []cell{text(b.labels.kind(k.name)), number(k.count), percent(float64(k.count) / total)})
	}
	if rows != nil {
		s.add(heading(b.word("summary.kinds")), b.newTable("summary.kinds", rows, "kind", "count", "share"))
	}
}

// apps is how the records divide over apps.
func (b *book) apps(s *section) {
	list := ranked(b.overview.apps)
	if len(list) == 0 {
		return
	}
	c := &chart{bars: true, title: b.word("summary.apps.chart")}
	if len(list) > topApps {
		c.title = b.word("summary.apps.chart.top", "count", b.head.Words.number(topApps))
	}
	var rows [][]cell
	for i, a := range list {
		name := cmp.Or(a.name, b.word("summary.noapp"))
		rows = append(rows, []cell{text(name), number(a.count)})
		if i < topApps {
			c.points = append(c.points, point{visible(name), a.count})
		}
	}
	if n := b.overview.moreApps; n > 0 {
		rows = append(rows, []cell{text(b.word("summary.otherapps")), number(n)})
	}
	c.alt = b.word("summary.apps.chart.alt", "peak", c.points[0].label, "count", b.head.Words.number(c.points[0].count))
	s.add(heading(b.word("summary.apps")), c, b.newTable("summary.apps", rows, "app", "count"))
}

// periods is how the records divide over days or months.
func (b *book) periods(s *section) {
	list, monthly := b.overview.periods()
	if len(list) == 0 {
		return
	}
	// Text, not dates: a chart shows the text of its categories.
	months := b.head.Words.months()
	key, say := "summary.days", months.day
	if monthly {
		key, say = "summary.months", months.month
	}
	s.add(heading(b.word(key)))
	if n := b.overview.moreDays; n > 0 {
		s.add(lead(b.word("summary.moredays", "count", b.head.Words.number(n))))
	}
	c := &chart{title: b.word(key + ".chart")}
	var rows [][]cell
	for _, d := range list {
		label := say(d.start)
		rows = append(rows, []cell{text(label), number(d.count)})
		c.points = append(c.points, point{label, d.count})
	}
	top := slices.MaxFunc(list, func(x, y period) int { return cmp.Compare(x.count, y.count) })
	c.alt = b.word(key+".chart.alt", "peak", b.head.Words.date(top.start), "count", b.head.Words.number(top.count))
	s.add(c, b.newTable(key, rows, "day", "count"))
}
