package bundle

import (
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// list is a sheet that is one long table. excelize makes everything of it but
// the rows, which fill writes.
type list struct {
	key    string   // of its texts in the catalog
	sheet  string   // name
	table  string   // name
	lead   []string // sentences between title and table
	cols   []column
	rows   int // exactly what fill writes, at least 1: a table has a row
	header int // row number of the table's header
	fill   func(*sheetRows) error
}

// column is a column of a list; its header is the text of its key.
type column struct {
	key   string
	width float64 // in characters
	style int     // of the header
}

func words(key string, width float64) column { return column{key, width, styleHeader} }
func count(key string, width float64) column { return column{key, width, styleHeaderRight} }

// lastCell is the address of the last cell of the list.
func (l *list) lastCell() string {
	return string(rune('A'+len(l.cols)-1)) + strconv.Itoa(l.header+l.rows)
}

// placeholder makes the sheet of a list without its rows. Row 1 says what the
// sheet is and how far it goes (screen readers start there), then come
// sentences, a link back, and the header of the table.
func (b *book) placeholder(l *list) error {
	if _, err := b.f.NewSheet(l.sheet); err != nil {
		return err
	}
	if err := b.widths(l.sheet, l.cols); err != nil {
		return err
	}
	l.header = len(l.lead) + 3
	p := &page{book: b, sheet: l.sheet, cols: l.cols}
	p.put(styleTitle, 28, b.word(l.key+".title", "sheet", l.sheet, "first", b.head.Words.number(int64(l.header+1)),
		"last", b.head.Words.number(int64(l.header+l.rows))))
	for _, s := range l.lead {
		p.put(styleLead, 0, s)
	}
	p.put(styleLink, 20, link{b.word("back"), b.links[0]})
	headers := make([]any, len(l.cols))
	for i, c := range l.cols {
		headers[i] = header{b.word(l.key + ".col." + c.key), c.style}
	}
	p.cells(0, headers...)
	if p.err != nil {
		return p.err
	}
	top := "A" + strconv.Itoa(l.header)
	if err := b.addTable(l.sheet, top+":"+l.lastCell(), l.table); err != nil {
		return err
	}
	below := "A" + strconv.Itoa(l.header+1)
	err := b.f.SetPanes(l.sheet, &excelize.Panes{
		Freeze: true, YSplit: l.header, TopLeftCell: below, ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: "A1", ActiveCell: "A1", Pane: "bottomLeft"}},
	})
	if err != nil {
		return err
	}
	return b.page(l.sheet, l.lastCell(), l.header)
}

func (b *book) widths(sheet string, cols []column) error {
	for i, c := range cols {
		name := string(rune('A' + i))
		if err := b.f.SetColWidth(sheet, name, name, c.width); err != nil {
			return err
		}
	}
	return nil
}

// addTable makes a range a table: grey bands, with the filter buttons.
func (b *book) addTable(sheet, ref, name string) error {
	return b.f.AddTable(sheet, &excelize.Table{
		Range: ref, Name: name, StyleName: "TableStyleLight1", ShowRowStripes: new(true),
	})
}

// page fills the cells of a sheet with excelize, row by row from the top.
type page struct {
	*book
	sheet string
	cols  []column
	row   int
	err   error
}

// link is a cell that leads to the start of a sheet.
type link struct{ text, sheet string }

// header is a header cell; numbers have theirs on the right.
type header struct {
	text  string
	style int
}

// day and percent are cells shown as such; strong is bold text.
type (
	day     time.Time
	percent float64
	strong  string
)

// put writes a row of one cell; a height of 0 is the usual one.
func (p *page) put(style, height int, v any) {
	p.row++
	p.cell(1, style, v)
	if height > 0 && p.err == nil {
		p.err = p.f.SetRowHeight(p.sheet, p.row, float64(height))
	}
}

// cells writes a row in one style, dates and numbers in their own.
func (p *page) cells(style int, vs ...any) {
	p.row++
	high := 1
	for i, v := range vs {
		p.cell(i+1, style, v)
		if i < len(p.cols) {
			high = max(high, lines(textOf(v), p.cols[i].width))
		}
	}
	if high > 1 && p.err == nil {
		p.err = p.f.SetRowHeight(p.sheet, p.row, float64(rowHeight(high)))
	}
}

// textOf is the text of a cell that can wrap.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case strong:
		return string(v)
	case link:
		return v.text
	case header:
		return v.text
	}
	return ""
}

func (p *page) cell(col, style int, v any) {
	if p.err != nil {
		return
	}
	at := string(rune('A'+col-1)) + strconv.Itoa(p.row)
	switch v := v.(type) {
	case string:
		p.text(at, v)
	case strong:
		style = styleStrong
		p.text(at, string(v))
	case link:
		if style == styleText {
			style = styleTextLink
		}
		p.text(at, v.text)
		if p.err == nil {
			p.err = p.f.SetCellHyperLink(p.sheet, at, quoted(v.sheet)+"!A1", "Location")
		}
	case int64:
		style = styleNumber
		p.err = p.f.SetCellInt(p.sheet, at, v)
	case percent:
		style = stylePercent
		p.err = p.f.SetCellFloat(p.sheet, at, float64(v), 4, 64)
	case header:
		style = v.style
		p.text(at, v.text)
	case day:
		style = p.day(at, time.Time(v))
	}
	if p.err == nil {
		p.err = p.f.SetCellStyle(p.sheet, at, at, style)
	}
}

// text writes a text as a cell can hold it.
func (p *page) text(at, s string) {
	p.err = p.f.SetCellStr(p.sheet, at, brief(visible(s)))
}

// day writes a date cell, text where Excel has no such date, and returns the
// style for it.
func (p *page) day(at string, d time.Time) int {
	y, m, n := d.Date()
	serial, ok := appendSerial(nil, time.Date(y, m, n, 0, 0, 0, 0, time.UTC), time.UTC)
	if !ok {
		p.text(at, d.Format(time.DateOnly))
		return styleText
	}
	v, _ := strconv.ParseInt(string(serial), 10, 64)
	p.err = p.f.SetCellInt(p.sheet, at, v)
	return styleDay
}

// heading starts a new block; the space above it is the height of its row.
func (p *page) heading(s string) { p.put(styleHeading, 34, s) }

// table writes a table with its header.
func (p *page) table(name string, headers []string, rows [][]any) {
	first := p.row + 1
	vs := make([]any, len(headers))
	for i, h := range headers {
		vs[i] = header{h, styleHeader}
		if len(rows) > 0 {
			switch rows[0][i].(type) {
			case int64, percent:
				vs[i] = header{h, styleHeaderRight}
			}
		}
	}
	p.cells(0, vs...)
	for _, r := range rows {
		p.cells(styleText, r...)
	}
	if p.err != nil || len(rows) == 0 {
		return
	}
	last := string(rune('A'+len(headers)-1)) + strconv.Itoa(p.row)
	p.err = p.addTable(p.sheet, "A"+strconv.Itoa(first)+":"+last, name)
}
