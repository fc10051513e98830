package bundle

import (
	"strconv"

	"github.com/xuri/excelize/v2"
)

// chart is a picture of the first rows of a table. The table stands below it,
// so that nobody needs the picture.
type chart struct {
	title, alt string
	bars       bool // lying, one below the other; else standing, side by side
	points     []point
}

// point is one bar of a chart.
type point struct {
	label string
	count int64
}

// drawn is a chart on a sheet, the row of the header of its table, and how many
// rows high it is, with the gap below it.
type drawn struct {
	*chart
	header, rows int
}

// stretch is where something stands on a sheet: its rows, and over how many
// columns.
type stretch struct{ first, last, cols int }

// The size of a chart: its width in pixels, and its height in rows of the usual
// height, the gap below it included; it can be lower where a page ends.
const (
	chartWidth          = 540
	chartRows, leastLow = 15, 9
	rowPixels, gap      = 20, 30
)

// charts draws the charts of a sheet beside its tables, one below the other.
func (p *page) charts() error {
	cells, _ := p.places()
	for i, cell := range cells {
		if err := p.f.AddChart(p.sheet.name, cell, p.chart(p.drawn[i])); err != nil {
			return err
		}
	}
	return nil
}

// places lists the cells in which the charts so far begin, and the first row
// that none of them covers.
func (p *page) places() (cells []string, free int) {
	free = p.top
	for _, c := range p.drawn {
		col, row := p.beside(free, c.header)
		cells = append(cells, letter(col)+strconv.Itoa(row))
		free = row + c.rows
	}
	return cells, free
}

// pageBreak begins a new page on paper. No chart is to stand on two pages: the
// last one is made lower where it would, and where it would be too low to read,
// there is no new page.
func (p *page) pageBreak() error {
	if _, free := p.places(); free-1 > p.row+1 && len(p.drawn) > 0 {
		c := &p.drawn[len(p.drawn)-1]
		low := c.rows - (free - 1 - (p.row + 1))
		if low < leastLow {
			return nil
		}
		c.rows = low
	}
	return p.f.InsertPageBreak(p.sheet.name, "A"+strconv.Itoa(p.row+1))
}

// beside finds the place for a chart, from row free on and no further down than
// its table: as far to the left as there is room, so that the sheet does
// not get wider on paper than it must, and then as near to its table as can be.
func (p *page) beside(free, header int) (col, row int) {
	col = -1
	for at := free; at <= max(free, header-1); at++ {
		cols := 0
		for _, t := range p.taken {
			if t.first < at+chartRows && t.last >= at {
				cols = max(cols, t.cols)
			}
		}
		if col < 0 || cols <= col {
			col, row = cols, at
		}
	}
	return col, row
}

// across is over how many columns a sentence runs that starts in the first.
func (p *page) across(s string) int {
	room := float64(len(s))
	for i, width := range p.sheet.widths {
		if room -= width; room <= 0 {
			return i + 1
		}
	}
	return len(p.sheet.widths)
}

func (p *page) chart(c drawn) *excelize.Chart {
	sheet := quoted(p.sheet.name)
	cells := func(col string) string {
		return sheet + "!$" + col + "$" + strconv.Itoa(c.header+1) + ":$" + col + "$" + strconv.Itoa(c.header+len(c.points))
	}
	font := excelize.Font{Size: 10, Color: "404040", Family: "Calibri"}
	kind, rotate := excelize.Col, -45
	if c.bars {
		kind, rotate = excelize.Bar, 0
	}
	return &excelize.Chart{
		Type: kind,
		Series: []excelize.ChartSeries{{
			Name: sheet + "!$B$" + strconv.Itoa(c.header), Categories: cells("A"), Values: cells("B"),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{accent}},
		}},
		Format:    excelize.GraphicOptions{AltText: c.alt, Name: c.title, Positioning: "oneCell"},
		Dimension: excelize.ChartDimension{Width: chartWidth, Height: uint(c.rows*rowPixels - gap)},
		Legend:    excelize.ChartLegend{Position: "none"},
		Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{
			Text: c.title, Font: &excelize.Font{Bold: true, Size: 12, Color: accent, Family: "Calibri"},
		}}},
		VaryColors: new(false),
		GapWidth:   new(uint(40)),
		XAxis:      excelize.ChartAxis{Font: font, ReverseOrder: c.bars, Alignment: excelize.Alignment{TextRotation: rotate}, TickLabelSkip: len(c.points) / 12},
		YAxis:      excelize.ChartAxis{Font: font, None: c.bars, MajorGridLines: !c.bars, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "#,##0"}, Minimum: new(0.0)},
		PlotArea:   excelize.ChartPlotArea{ShowVal: c.bars},
		Border:     excelize.LineOptions{Type: excelize.LineNone},
	}
}
