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

// charts draws the charts of a sheet beside its tables, one below the other.
func (p *page) charts() error {
	const rows = 16 // that a chart covers, and a gap
	for i, c := range p.drawn {
		at := letter(p.cols+1) + strconv.Itoa(p.top+i*rows)
		if err := p.f.AddChart(p.sheet.name, at, p.chart(c)); err != nil {
			return err
		}
	}
	return nil
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
		Dimension: excelize.ChartDimension{Width: 640, Height: 300},
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
