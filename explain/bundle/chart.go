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

// drawn is a chart on a sheet, and the row of the header of its table.
type drawn struct {
	*chart
	header int
}

// stretch is where something stands on a sheet: its rows, and over how many
// columns.
type stretch struct{ first, last, cols int }

// The size of a chart: in pixels, and in rows of the usual height with a gap.
const (
	chartWidth, chartHeight = 540, 270
	chartRows               = 15
)

// charts draws the charts of a sheet beside its tables, one below the other.
func (p *page) charts() error {
	free := p.top // the first row that no chart covers
	for _, c := range p.drawn {
		col, row := p.beside(free, c.header)
		free = row + chartRows
		if err := p.f.AddChart(p.sheet.name, letter(col)+strconv.Itoa(row), p.chart(c)); err != nil {
			return err
		}
	}
	return nil
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
		Dimension: excelize.ChartDimension{Width: chartWidth, Height: chartHeight},
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
