package bundle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// sheet is a sheet of the workbook: a section, or a stretch of a long one.
type sheet struct {
	*section
	name   string
	table  string // name of the long table
	span   span
	rows   *pulled // of the long table
	terms  *pulled // the same, for the texts that they share
	above  []any   // what stands on it above the long table, and the table
	next   bool    // it continues the sheet before it
	header int     // row of the long table's header
}

// title says what the sheet is and, of a list, how far it goes: screen readers
// start there.
func (w *workbook) title(s *sheet, t title) string {
	if s.long == nil {
		return string(t)
	}
	return w.word("rows", "title", string(t), "sheet", s.name, "first", w.head.Words.number(int64(s.header+1)),
		"last", w.head.Words.number(int64(s.header+s.span.rows)))
}

// draw makes everything of a sheet but the rows of a long table, which fill
// writes: of those, excelize makes a placeholder.
func (w *workbook) draw(s *sheet) error {
	p := &page{workbook: w, sheet: s}
	for i, width := range s.widths {
		if p.err == nil {
			p.err = w.f.SetColWidth(s.name, letter(i), letter(i), width)
		}
	}
	blocks := s.blocks
	if s.long != nil {
		blocks = s.above
	}
	for _, x := range blocks {
		p.block(x)
	}
	if p.err != nil {
		return p.err
	}
	frozen, cursor := 1, "A2"
	last := letter(max(p.cols, 1)-1) + strconv.Itoa(p.row)
	if s.long != nil {
		frozen, cursor = s.header, "A1"
		last = letter(len(s.long.cols)-1) + strconv.Itoa(s.header+s.span.rows)
	}
	err := w.f.SetPanes(s.name, &excelize.Panes{
		Freeze: true, YSplit: frozen, TopLeftCell: "A" + strconv.Itoa(frozen+1), ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: cursor, ActiveCell: cursor, Pane: "bottomLeft"}},
	})
	if err == nil {
		err = p.charts()
	}
	if err != nil {
		return err
	}
	return w.layout(s, last)
}

// above counts the rows above a long table.
func above(blocks []any) int {
	n := 0
	for _, x := range blocks {
		switch x.(type) {
		case title, result, lead, sheetLead, heading, crossing:
			n++
		}
	}
	return n
}

// period says in a sentence from when to when a sheet with a part of a list in
// order of time goes.
func (w *workbook) period(s *sheet) []any {
	from, to := s.span.first, s.span.last
	if from.IsZero() || s.span.entries == 0 {
		return nil
	}
	words := w.head.Words
	day := words.date(from.In(w.head.Zone))
	switch {
	case to.IsZero():
		return []any{lead(w.word("list.open", "from", day))}
	case day == words.date(to.In(w.head.Zone)):
		return []any{lead(w.word("list.day", "day", day))}
	default:
		return []any{lead(w.word("list.period", "from", day, "to", words.date(to.In(w.head.Zone))))}
	}
}

// headerHeight is that of a header of one line, in points: it has air.
const headerHeight = 22

func letter(i int) string { return string(rune('A' + i)) }

// page fills the cells of a sheet with excelize, row by row from the top.
type page struct {
	*workbook
	sheet *sheet
	row   int
	cols  int // of the widest table
	top   int // row of the first heading: charts stand from there
	drawn []drawn
	taken []stretch // by tables and sentences
	err   error
}

// block writes what stands next on the sheet.
func (p *page) block(x any) {
	switch x := x.(type) {
	case title:
		p.put(styleTitle, 34, text(p.title(p.sheet, x)))
	case result:
		p.put(styleAnswer, 22, text(string(x)))
	case lead:
		p.put(styleLead, 0, text(string(x)))
	case sheetLead:
		p.put(styleLead, 0, text(string(x)))
	case heading: // the space above it is the height of its row
		if p.top == 0 {
			p.top = p.row + 1
		}
		p.put(styleHeading, 34, text(string(x)))
	case crossing:
		p.put(styleLink, 20, linkTo(x.text, x.to))
	case contents:
		p.table(p.contents())
	case pageBreak:
		if p.err == nil {
			p.err = p.pageBreak()
		}
	case *table:
		if x == p.sheet.long {
			p.header(x)
			p.addTable(p.sheet.table, len(x.cols), p.row, p.row+p.sheet.span.rows)
			return
		}
		p.table(x)
	case *chart: // it stands beside the table that comes next
		p.drawn = append(p.drawn, drawn{x, p.row + 1, chartRows})
	}
}

// contents is the table of sheets.
func (p *page) contents() *table {
	var rows [][]cell
	for _, s := range p.sheets[1:] {
		about := p.word(s.key + ".about")
		if s.next {
			about = p.word("list.next", "sheet", s.section.name)
		}
		rows = append(rows, []cell{linkTo(s.name, s.name), text(about)})
	}
	return p.newTable("readme.contents", rows, "sheet", "about")
}

// header writes the header of a table.
func (p *page) header(t *table) {
	cells := make([]cell, len(t.cols))
	for i, c := range t.cols {
		cells[i] = text(c.header)
	}
	p.row++
	for i, c := range t.cols {
		style := styleHeader
		if c.right {
			style = styleHeaderRight
		}
		p.cell(i, style, cells[i])
	}
	p.height(cells, headerHeight)
	p.cols = max(p.cols, len(t.cols))
}

// table writes a table whose rows are few.
func (p *page) table(t *table) {
	p.header(t)
	first := p.row
	for cells, err := range t.rows {
		if p.err == nil {
			p.err = err
		}
		p.row++
		for i, c := range cells {
			p.cell(i, styleText, c)
		}
		p.height(cells, 0)
	}
	p.addTable(t.name, len(t.cols), first, p.row)
}

// addTable makes rows a table: grey bands, with the filter buttons.
func (p *page) addTable(name string, cols, first, last int) {
	p.taken = append(p.taken, stretch{first, last, cols})
	if p.err != nil || first == last {
		return
	}
	p.err = p.f.AddTable(p.sheet.name, &excelize.Table{
		Range: "A" + strconv.Itoa(first) + ":" + letter(cols-1) + strconv.Itoa(last),
		Name:  name, StyleName: "TableStyleLight1", ShowRowStripes: new(true),
	})
	if p.err == nil {
		p.err = p.setAside(name)
	}
}

// put writes a row of one cell; a height of 0 is the usual one.
func (p *page) put(style, height int, c cell) {
	p.row++
	p.cell(0, style, c)
	p.taken = append(p.taken, stretch{p.row, p.row, p.across(c.text)})
	if height > 0 && p.err == nil {
		p.err = p.f.SetRowHeight(p.sheet.name, p.row, float64(height))
	}
}

// height makes a row as high as its wrapped texts, and as least at least, in
// points; 0 leaves a row of one line to the program that opens it.
func (p *page) height(cells []cell, least int) {
	high := 1
	for i, c := range cells {
		if i < len(p.sheet.widths) {
			high = max(high, lines(c.text, p.sheet.widths[i]))
		}
	}
	if high > 1 {
		least = max(least, rowHeight(high))
	}
	if least > 0 && p.err == nil {
		p.err = p.f.SetRowHeight(p.sheet.name, p.row, float64(least))
	}
}

func (p *page) cell(col, style int, c cell) {
	if p.err != nil {
		return
	}
	at := letter(col) + strconv.Itoa(p.row)
	switch c.kind {
	case cellText, cellTerm:
		p.text(at, c.text)
	case cellRight:
		style = styleRight
		p.text(at, c.text)
	case cellStrong:
		style = styleStrong
		p.text(at, c.text)
	case cellLink:
		if style == styleText {
			style = styleTextLink
		}
		said, to := p.target(c)
		p.text(at, said)
		if p.err == nil {
			p.err = p.f.SetCellHyperLink(p.sheet.name, at, to, "Location")
		}
	case cellNumber:
		style = styleNumber
		p.err = p.f.SetCellInt(p.sheet.name, at, c.n)
	case cellPercent:
		style = stylePercent
		p.err = p.f.SetCellFloat(p.sheet.name, at, c.part, 4, 64)
	case cellDay, cellMoment:
		style = p.day(at, c.at)
	}
	if p.err == nil {
		p.err = p.f.SetCellStyle(p.sheet.name, at, at, style)
	}
}

// target is where a link leads, and what it says: to the start of a section or a
// sheet, or to a row of the timeline. Where that is in another workbook, it says
// so and leads to the list of them: links between files break when one moves.
func (p *page) target(c cell) (said, to string) {
	if x, ok := p.spots[c.n]; ok {
		s := p.timelines[x.sheet]
		row := s.header + x.row
		if s.in == p.workbook {
			return c.text, quoted(s.name) + "!A" + strconv.Itoa(row)
		}
		c.to = "parts"
		c.text = p.word("parts.elsewhere", "number", p.head.Words.number(int64(s.in.number)), "sheet", s.name, "row", p.head.Words.number(int64(row)))
	}
	name := c.to
	if i := slices.IndexFunc(p.sheets, func(s *sheet) bool { return s.key == c.to }); i >= 0 {
		name = p.sheets[i].name
	}
	return c.text, quoted(name) + "!A1"
}

// text writes a text as a cell can hold it.
func (p *page) text(at, s string) {
	p.err = p.f.SetCellStr(p.sheet.name, at, brief(visible(s)))
}

// day writes a date cell, text where Excel has no such date, and returns the
// style for it.
func (p *page) day(at string, d time.Time) int {
	y, m, n := d.In(p.head.Zone).Date()
	serial, ok := appendSerial(nil, time.Date(y, m, n, 0, 0, 0, 0, time.UTC), time.UTC)
	if d.IsZero() || !ok {
		p.text(at, p.timeText(d))
		return styleText
	}
	v, _ := strconv.ParseInt(string(serial), 10, 64)
	p.err = p.f.SetCellInt(p.sheet.name, at, v)
	return styleDay
}

// layout sets what every sheet has: how it prints and that it has no grid.
func (w *workbook) layout(s *sheet, last string) error {
	name := s.name
	if err := w.f.SetSheetDimension(name, "A1:"+last); err != nil {
		return err
	}
	if err := w.f.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: new(false)}); err != nil {
		return err
	}
	if err := onPaper(w.f, name); err != nil {
		return err
	}
	foot := "&L" + strings.ReplaceAll(visible(w.head.Case), "&", "&&") + " · &A&R" + w.word("page", "page", "&P", "pages", "&N")
	if err := w.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: foot}); err != nil {
		return err
	}
	if s.long == nil {
		return nil
	}
	return w.f.SetDefinedName(printTitles(name, s.header))
}

// onPaper lays a sheet out for paper: A4, lying down, as wide as a page.
func onPaper(f *excelize.File, sheet string) error {
	if err := f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: new(true)}); err != nil {
		return err
	}
	const a4 = 9
	err := f.SetPageLayout(sheet, &excelize.PageLayoutOptions{
		Size: new(a4), Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0),
	})
	if err != nil {
		return err
	}
	return f.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{
		Left: new(0.4), Right: new(0.4), Top: new(0.5), Bottom: new(0.6), Header: new(0.3), Footer: new(0.3),
	})
}

// printTitles is the name by which a row stands on top of each printed page.
func printTitles(sheet string, row int) *excelize.DefinedName {
	h := strconv.Itoa(row)
	return &excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: quoted(sheet) + "!$" + h + ":$" + h, Scope: sheet}
}

// quoted is a sheet's name as a formula or link wants it.
func quoted(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'" }
