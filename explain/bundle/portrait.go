package bundle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// portrait counts what a person was seen doing: per week, program and topic.
// Only topics that are about people's own acts count; what programs do by
// themselves in the background says nothing about anyone's day. It is bounded;
// what does not fit is counted.
type portrait struct {
	zone       *time.Location
	weeks      map[weekKey]*weekTally
	max        int
	more       int64 // records beyond the bound
	noTime     int64
	background int64
	total      int64
	hours      [24]int64
	weekdays   [7]int64 // from Monday
	days       map[int64]bool
	topics     map[string]*topicTally
}

type weekKey struct {
	monday     int64 // days since 1970
	app, topic string
}

type weekTally struct {
	count    int64
	days     uint8 // bit i: seen on day i of the week, from Monday
	from, to int   // earliest and latest minute of a day
	first    anchor
}

type topicTally struct {
	count int64
	days  map[int64]bool
}

// anchor points to a record in the timeline.
type anchor struct {
	key, record int64
	file        string
	entry       int64 // its row, from 1, once the timeline was looked through
}

const maxWeekRows = 5_000

func newPortrait(zone *time.Location) *portrait {
	return &portrait{
		zone: zone, weeks: make(map[weekKey]*weekTally), max: maxWeekRows,
		days: make(map[int64]bool), topics: make(map[string]*topicTally),
	}
}

// acts lists the topics (terms/abouts) that are about what a person does, in the
// order of the page.
func acts() []string {
	return []string{
		"documents", "sharing", "mail", "calendar", "meetings", "calls", "chat", "contacts", "tasks", "notes", "search",
		"copilot", "browsing", "printing", "typing", "app-use", "sign-in", "settings", "privacy-settings", "accessibility",
		"addins", "feedback", "learning", "location",
	}
}

func (p *portrait) add(e *schema.Explanation, file string) {
	at := e.Record.At
	if !slices.Contains(acts(), e.About) {
		p.background++
		return
	}
	if at.IsZero() {
		p.noTime++
		return
	}
	local := at.In(p.zone)
	_, offset := local.Zone()
	day := floorDiv(at.Unix()+int64(offset), 86400)
	weekday := int(floorMod(day+3, 7)) // day 0, 1 January 1970, was a Thursday
	p.total++
	p.hours[local.Hour()]++
	p.weekdays[weekday]++
	seen(p.days, day)
	t := p.topics[e.About]
	if t == nil {
		t = &topicTally{days: make(map[int64]bool)}
		p.topics[strings.Clone(e.About)] = t
	}
	t.count++
	seen(t.days, day)

	key := weekKey{day - int64(weekday), e.App, e.About}
	w := p.weeks[key]
	minute := local.Hour()*60 + local.Minute()
	if w == nil {
		if len(p.weeks) >= p.max {
			p.more++
			return
		}
		w = &weekTally{from: minute, to: minute}
		key.app, key.topic = strings.Clone(key.app), strings.Clone(key.topic)
		p.weeks[key] = w
	}
	w.count++
	w.days |= 1 << weekday
	w.from, w.to = min(w.from, minute), max(w.to, minute)
	if k := sortKey(at); w.count == 1 || k < w.first.key {
		w.first = anchor{key: k, record: e.Record.From.Record, file: file}
	}
}

// seen adds a day, as long as there is room.
func seen(days map[int64]bool, day int64) {
	if len(days) < maxDays {
		days[day] = true
	}
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// weekRow is one row of the list of weeks.
type weekRow struct {
	weekKey
	*weekTally
}

// sorted lists the weeks in order of time, in each the topics in theirs.
func (p *portrait) sorted() []weekRow {
	order := make(map[string]int)
	for i, a := range acts() {
		order[a] = i
	}
	list := make([]weekRow, 0, len(p.weeks))
	for k, w := range p.weeks {
		list = append(list, weekRow{k, w})
	}
	slices.SortFunc(list, func(a, b weekRow) int {
		return cmp.Or(cmp.Compare(a.monday, b.monday), cmp.Compare(order[a.topic], order[b.topic]), cmp.Compare(a.app, b.app))
	})
	return list
}

// find looks the first record of each row of the list up in the timeline.
func (b *book) find(list []weekRow) error {
	wanted := make(map[int64][]*anchor, len(list))
	for _, w := range list {
		wanted[w.first.key] = append(wanted[w.first.key], &w.first)
	}
	b.linked = make(map[int64]bool, len(list))
	var n int64
	for cells, err := range b.Writer.rows.cells() {
		if err != nil {
			return err
		}
		n++
		for _, a := range wanted[sortKey(cells[0].at)] {
			if a.entry == 0 && a.is(cells) {
				a.entry, b.linked[n] = n, true
			}
		}
	}
	return nil
}

// is reports whether the cells are the record's row: it has the file's label and
// the number of the record.
func (a *anchor) is(cells []cell) bool {
	file, record := false, false
	for i := range cells {
		record = record || cells[i].kind == cellNumber && cells[i].n == a.record
		file = file || cells[i].kind == cellTerm && cells[i].text == a.file
	}
	return file && record
}

// portrait is Wat dit over u zegt.
func (b *book) portrait() *section {
	p, w := b.acts, b.head.Words
	s := b.newSection("portrait", 24, 22, 24, 78, 12, 24)
	if p.total == 0 {
		s.add(lead(b.word("portrait.none")), b.back())
		return s
	}
	s.add(result(b.word("portrait.days", "days", w.number(int64(len(p.days))), "count", w.number(p.total))))
	s.add(lead(b.word("portrait.recorded")), lead(b.word("portrait.when")))
	early, late := p.outside()
	if early+late > 0 {
		s.add(lead(b.word("portrait.outside", "hours", w.number(early), "weekend", w.number(late))))
	}
	if p.background > 0 {
		s.add(lead(b.word("portrait.background", "count", w.number(p.background))))
	}
	if p.noTime > 0 {
		s.add(lead(b.word("portrait.notime", "count", w.number(p.noTime))))
	}
	s.add(b.back())
	b.topics(s)
	s.add(pageBreak{}) // a chart is not cut in two
	b.clock(s)
	b.weekdays(s)
	s.add(pageBreak{})
	b.weeks(s)
	return s
}

// outside counts what was before 7 or after 19 o'clock, and in weekends.
func (p *portrait) outside() (hours, weekend int64) {
	for h, n := range p.hours {
		if h < 7 || h >= 19 {
			hours += n
		}
	}
	return hours, p.weekdays[5] + p.weekdays[6]
}

// topics is what it was about, most frequent first.
func (b *book) topics(s *section) {
	w := b.head.Words
	names := sortedKeys(b.acts.topics)
	slices.SortStableFunc(names, func(x, y string) int {
		return cmp.Compare(b.acts.topics[y].count, b.acts.topics[x].count)
	})
	c := &chart{bars: true, title: b.word("portrait.topics.chart")}
	var rows [][]cell
	for i, n := range names {
		t := b.acts.topics[n]
		rows = append(rows, []cell{text(w.term("about", n)), number(t.count), number(int64(len(t.days))), text(w.explain("about", n))})
		if i < topApps {
			c.points = append(c.points, point{w.term("about", n), t.count})
		}
	}
	c.alt = b.word("portrait.topics.chart.alt", "peak", c.points[0].label, "count", w.number(c.points[0].count))
	s.add(heading(b.word("portrait.topics")), c, b.newTable("portrait.topics", rows, "topic", "count", "days", "means"))
}

// clock is on which hours of the day.
func (b *book) clock(s *section) {
	w := b.head.Words
	c := &chart{title: b.word("portrait.hours.chart")}
	var rows [][]cell
	peak := 0
	for h, n := range b.acts.hours {
		label := b.word("portrait.hour", "from", w.number(int64(h)), "to", w.number(int64(h+1)))
		rows = append(rows, []cell{text(label), number(n)})
		c.points = append(c.points, point{label, n})
		if n > b.acts.hours[peak] {
			peak = h
		}
	}
	c.alt = b.word("portrait.hours.chart.alt", "peak", c.points[peak].label, "count", w.number(c.points[peak].count))
	s.add(heading(b.word("portrait.hours")), c, b.newTable("portrait.hours", rows, "hour", "count"))
}

// weekdays is on which days of the week.
func (b *book) weekdays(s *section) {
	w := b.head.Words
	c := &chart{bars: true, title: b.word("portrait.weekdays.chart")}
	var rows [][]cell
	peak := 0
	for d, n := range b.acts.weekdays {
		rows = append(rows, []cell{text(b.weekday(d)), number(n)})
		c.points = append(c.points, point{b.weekday(d), n})
		if n > b.acts.weekdays[peak] {
			peak = d
		}
	}
	c.alt = b.word("portrait.weekdays.chart.alt", "peak", c.points[peak].label, "count", w.number(c.points[peak].count))
	s.add(heading(b.word("portrait.weekdays")), c, b.newTable("portrait.weekdays", rows, "day", "count"))
}

func (b *book) weekday(d int) string {
	return b.word("portrait.weekday." + []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}[d])
}

// weeks is each week in sentences, with the way to the rows of the timeline.
func (b *book) weeks(s *section) {
	w := b.head.Words
	list := b.acts.sorted()
	if err := b.find(list); err != nil {
		_ = b.keep(err)
		return
	}
	s.add(heading(b.word("portrait.weeks")), lead(b.word("portrait.weeks.lead")))
	if b.acts.more > 0 {
		s.add(lead(b.word("portrait.weeks.more", "count", w.number(b.acts.more))))
	}
	var rows [][]cell
	for _, r := range list {
		app := cmp.Or(r.app, b.word("summary.noapp"))
		way := linkTo(b.word("portrait.rows"), "timeline")
		way.n = r.first.entry
		rows = append(rows, []cell{
			text(w.date(date(r.monday))), text(app), text(w.term("about", r.topic)), text(b.sentence(r, app)), number(r.count), way,
		})
	}
	s.add(b.newTable("portrait.weeks", rows, "week", "app", "topic", "seen", "count", "rows"))
}

// sentence says what was recorded in a week, and when.
func (b *book) sentence(r weekRow, app string) string {
	w := b.head.Words
	var days []string
	for d := range 7 {
		if r.days&(1<<d) != 0 {
			days = append(days, b.weekday(d))
		}
	}
	on := days[0]
	if n := len(days); n > 1 {
		on = b.word("portrait.and", "list", strings.Join(days[:n-1], ", "), "last", days[n-1])
	}
	what := b.word("portrait.what." + r.topic)
	said := b.word("portrait.sentence", "app", app, "count", w.number(r.count), "what", what)
	if r.from == r.to {
		return said + " " + b.word("portrait.sentence.at", "days", on, "time", b.minute(r.from))
	}
	return said + " " + b.word("portrait.sentence.between", "days", on, "from", b.minute(r.from), "to", b.minute(r.to))
}

// minute is a time of day.
func (b *book) minute(m int) string {
	return time.Date(2000, 1, 1, m/60, m%60, 0, 0, time.UTC).Format(b.word("portrait.clock"))
}
