package bundle

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

const (
	topEvents = 10
	topApps   = 12 // more bars cannot be read
)

// summary makes Samenvatting: the counts, in tables and two charts.
func (b *book) summary(sheet string) error {
	p := &page{book: b, sheet: sheet}
	p.cols = []column{words("", 58), count("", 14), words("", 24), words("", 16), words("", 16)}
	if err := b.widths(sheet, p.cols); err != nil {
		return err
	}
	p.put(styleTitle, 34, b.word("summary.title"))
	for _, s := range b.findings() {
		p.put(styleLead, 0, s)
	}
	if n := b.overview.noTime; n > 0 {
		p.put(styleLead, 0, b.word("summary.notime", "count", b.head.Words.number(n)))
	}
	if n := b.overview.raised; n > 0 {
		p.put(styleLead, 0, b.word("summary.raised", "count", b.head.Words.number(n)))
	}
	p.put(styleLink, 20, link{b.word("back"), b.links[0]})
	if b.all.Explained()+b.all.Unreadable == 0 {
		p.put(styleLead, 0, b.word("nothing"))
		if p.err != nil {
			return p.err
		}
		return b.page(sheet, "A"+strconv.Itoa(p.row), 0)
	}
	chartRow := p.row + 1
	b.topEvents(p)
	b.shares(p)
	apps := b.apps(p)
	days := b.periods(p)
	if p.err != nil {
		return p.err
	}
	if err := b.charts(sheet, chartRow, days, apps); err != nil {
		return err
	}
	if err := b.f.SetPanes(sheet, &excelize.Panes{
		Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
	}); err != nil {
		return err
	}
	return b.page(sheet, "E"+strconv.Itoa(p.row), 0)
}

// topEvents is what happened most, in words.
func (b *book) topEvents(p *page) {
	events := b.inventory.byCount()
	if len(events) == 0 {
		return
	}
	p.heading(b.word("summary.top"))
	var rows [][]any
	for _, e := range events[:min(topEvents, len(events))] {
		title := cmp.Or(e.title, eventName(e.name, e.action), b.word("summary.unnamed"))
		row := []any{title, e.count, e.app, any(b.word("time.unknown")), any(b.word("time.unknown"))}
		if !e.first.IsZero() {
			row[3], row[4] = day(e.first.In(b.head.Zone)), day(e.last.In(b.head.Zone))
		}
		rows = append(rows, row)
	}
	p.table(b.word("summary.top.table"), b.headers("summary.top", "what", "count", "app", "first", "last"), rows)
}

// shares is how the records divide over kinds of data and classes.
func (b *book) shares(p *page) {
	w := b.head.Words
	total := float64(b.all.Explained() + b.all.Unreadable)
	p.heading(b.word("summary.classes"))
	var rows [][]any
	for _, c := range schema.Classes() {
		n := b.overview.classes[c]
		rows = append(rows, []any{w.term("class", c.String()), n, percent(float64(n) / total)})
	}
	p.table(b.word("summary.classes.table"), b.headers("summary.classes", "class", "count", "share"), rows)

	kinds := ranked(b.overview.kinds)
	if len(kinds) == 0 {
		return
	}
	p.heading(b.word("summary.kinds"))
	rows = nil
	for _, k := range kinds {
		rows = append(rows, []any{b.labels.kind(k.name), k.count, percent(float64(k.count) / total)})
	}
	p.table(b.word("summary.kinds.table"), b.headers("summary.kinds", "kind", "count", "share"), rows)
}

// block is where a table with the data of a chart stands.
type block struct {
	first, last int // rows of the data
	bars        int // of which the chart shows the first so many
	peak        string
	count       int64
	monthly     bool
}

// apps is how the records divide over apps.
func (b *book) apps(p *page) block {
	list := ranked(b.overview.apps)
	if len(list) == 0 {
		return block{}
	}
	p.heading(b.word("summary.apps"))
	rows := make([][]any, 0, len(list)+1)
	for _, a := range list {
		rows = append(rows, []any{cmp.Or(a.name, b.word("summary.noapp")), a.count})
	}
	if n := b.overview.moreApps; n > 0 {
		rows = append(rows, []any{b.word("summary.otherapps"), n})
	}
	p.table(b.word("summary.apps.table"), b.headers("summary.apps", "app", "count"), rows)
	first := p.row - len(rows) + 1
	return block{
		first: first, last: p.row, bars: min(len(list), topApps),
		peak: cmp.Or(list[0].name, b.word("summary.noapp")), count: list[0].count,
	}
}

// periods is how the records divide over days or months.
func (b *book) periods(p *page) block {
	list, monthly := b.overview.periods()
	if len(list) == 0 {
		return block{}
	}
	// Text, not dates: a chart shows the text of its categories.
	key, layout := "summary.days", time.DateOnly
	if monthly {
		key, layout = "summary.months", "2006-01"
	}
	p.heading(b.word(key))
	if n := b.overview.moreDays; n > 0 {
		p.put(styleLead, 0, b.word("summary.moredays", "count", b.head.Words.number(n)))
	}
	rows := make([][]any, len(list))
	for i, d := range list {
		rows[i] = []any{d.start.Format(layout), d.count}
	}
	p.table(b.word(key+".table"), b.headers(key, "day", "count"), rows)
	top := slices.MaxFunc(list, func(x, y period) int { return cmp.Compare(x.count, y.count) })
	return block{
		first: p.row - len(rows) + 1, last: p.row, bars: len(rows), monthly: monthly,
		peak: b.head.Words.date(top.start), count: top.count,
	}
}

// charts draws both charts beside the tables. Their data stands in the tables,
// so that nobody needs the picture.
func (b *book) charts(sheet string, row int, days, apps block) error {
	number := b.head.Words.number
	if days.bars > 0 {
		key := "summary.days.chart"
		if days.monthly {
			key = "summary.months.chart"
		}
		err := b.chart(sheet, "G"+strconv.Itoa(row), excelize.Col, days, b.word(key),
			b.word(key+".alt", "peak", days.peak, "count", number(days.count)))
		if err != nil {
			return err
		}
	}
	if apps.bars == 0 {
		return nil
	}
	title := b.word("summary.apps.chart")
	if apps.last-apps.first >= topApps {
		title = b.word("summary.apps.chart.top", "count", number(topApps))
	}
	return b.chart(sheet, "G"+strconv.Itoa(row+16), excelize.Bar, apps, title,
		b.word("summary.apps.chart.alt", "peak", visible(apps.peak), "count", number(apps.count)))
}

func (b *book) chart(sheet, at string, kind excelize.ChartType, data block, title, alt string) error {
	cells := func(col string) string {
		return quoted(sheet) + "!$" + col + "$" + strconv.Itoa(data.first) + ":$" + col + "$" + strconv.Itoa(data.first+data.bars-1)
	}
	font := excelize.Font{Size: 10, Color: "404040", Family: "Calibri"}
	bars := kind == excelize.Bar
	rotate := -45
	if bars {
		rotate = 0
	}
	c := &excelize.Chart{
		Type: kind,
		Series: []excelize.ChartSeries{{
			Name: quoted(sheet) + "!$B$" + strconv.Itoa(data.first-1), Categories: cells("A"), Values: cells("B"),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{accent}},
		}},
		Format:    excelize.GraphicOptions{AltText: alt, Name: title, Positioning: "oneCell"},
		Dimension: excelize.ChartDimension{Width: 640, Height: 300},
		Legend:    excelize.ChartLegend{Position: "none"},
		Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{
			Text: title, Font: &excelize.Font{Bold: true, Size: 12, Color: accent, Family: "Calibri"},
		}}},
		VaryColors: new(false),
		GapWidth:   new(uint(40)),
		XAxis:      excelize.ChartAxis{Font: font, ReverseOrder: bars, Alignment: excelize.Alignment{TextRotation: rotate}, TickLabelSkip: data.bars / 12},
		YAxis:      excelize.ChartAxis{Font: font, None: bars, MajorGridLines: !bars, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "#,##0"}, Minimum: new(0.0)},
		PlotArea:   excelize.ChartPlotArea{ShowVal: bars},
		Border:     excelize.LineOptions{Type: excelize.LineNone},
	}
	return b.f.AddChart(sheet, at, c)
}
