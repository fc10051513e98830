package bundle

import (
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// Register is one table on a sheet of its own: dates and stages of cases, or what
// a comparison found, for a data protection officer. It is no part of an answer.
type Register struct {
	Title string // the sheet's name: 31 characters at most, none of []:*?/\
	Lang  schema.Lang
	Made  time.Time // stands in the properties; the same in gives the same bytes
	// Columns are the heads, all different; a row has a value for each: a text, an
	// int or int64, or a schema.Date, of which the zero one is an empty cell.
	Columns []string
	Rows    [][]any
	// Widths are those of the columns, in characters; 20 where there is none.
	Widths []float64
}

// WriteRegister writes a workbook with a sheet for each register; the title,
// language and time of the first are the document's. The error has CodeInternal
// where excelize refuses something, else that of w.
func WriteRegister(w io.Writer, list ...Register) error {
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	fail := func(err error) error { return schema.Fail(schema.CodeInternal, "write register", err) }
	first := list[0]
	at := first.Made.UTC().Format(time.RFC3339)
	if err := x.SetDocProps(&excelize.DocProperties{Title: first.Title, Creator: "inzage", Language: string(first.Lang), Created: at, Modified: at}); err != nil {
		return fail(err)
	}
	styles, err := registerStyles(x)
	if err != nil {
		return fail(err)
	}
	if err := x.SetSheetName("Sheet1", first.Title); err != nil {
		return fail(err)
	}
	for i, r := range list {
		name := "cases"
		if i > 0 {
			name += strconv.Itoa(i + 1)
			if _, err := x.NewSheet(r.Title); err != nil {
				return fail(err)
			}
		}
		if err := r.sheet(x, name, styles); err != nil {
			return fail(err)
		}
	}
	if _, err := x.WriteTo(w); err != nil {
		return schema.Fail(schema.CodeIO, "write register", err)
	}
	return nil
}

// registerStyles makes the workbook's own styles that a register needs; its days are
// written as programs sort them.
func registerStyles(x *excelize.File) (map[int]int, error) {
	made := make(map[int]int)
	for _, n := range []int{styleHeader, styleHeaderRight, styleText, styleNumber, styleDay} {
		s := styleOf(n, "")
		if n == styleDay {
			s.CustomNumFmt = new("yyyy-mm-dd")
		}
		var err error
		if made[n], err = x.NewStyle(s); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// sheet fills the sheet of a register, as a table of that name.
func (r *Register) sheet(x *excelize.File, table string, styles map[int]int) error {
	for j := range r.Columns {
		if err := x.SetColWidth(r.Title, letter(j), letter(j), r.width(j)); err != nil {
			return err
		}
	}
	if err := r.row(x, 1, styles, len(r.Columns), func(j int) (any, int) {
		if len(r.Rows) > 0 && styleOfValue(r.Rows[0][j]) == styleNumber {
			return r.Columns[j], styleHeaderRight
		}
		return r.Columns[j], styleHeader
	}); err != nil {
		return err
	}
	for i, row := range r.Rows {
		if err := r.row(x, i+2, styles, len(row), func(j int) (any, int) { return row[j], styleOfValue(row[j]) }); err != nil {
			return err
		}
	}
	last := letter(len(r.Columns)-1) + strconv.Itoa(max(len(r.Rows)+1, 2)) // a table has a row
	if err := x.AddTable(r.Title, &excelize.Table{Range: "A1:" + last, Name: table, StyleName: "TableStyleLight1"}); err != nil {
		return err
	}
	if err := onPaper(x, r.Title); err != nil {
		return err
	}
	if err := x.SetDefinedName(printTitles(r.Title, 1)); err != nil {
		return err
	}
	return x.SetPanes(r.Title, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// width is the width of a column, in characters.
func (r *Register) width(j int) float64 {
	if j < len(r.Widths) {
		return r.Widths[j]
	}
	return 20
}

// row writes a row of so many cells, as high as its texts.
func (r *Register) row(x *excelize.File, at int, styles map[int]int, cells int, cell func(j int) (value any, style int)) error {
	high := 1
	for j := range cells {
		v, style := cell(j)
		if err := setCell(x, r.Title, letter(j)+strconv.Itoa(at), v, styles[style]); err != nil {
			return err
		}
		room := r.width(j)
		if at == 1 {
			room -= headButton
		}
		if s, ok := v.(string); ok {
			high = max(high, lines(s, room))
		}
	}
	if high == 1 {
		return nil // the program that opens it knows its font better
	}
	return x.SetRowHeight(r.Title, at, float64(rowHeight(high)))
}

// headButton is how many characters the button beside the head of a column takes.
const headButton = 3

// styleOfValue is the style of a cell with that value.
func styleOfValue(v any) int {
	switch v.(type) {
	case int, int64:
		return styleNumber
	case schema.Date:
		return styleDay
	}
	return styleText
}

func setCell(x *excelize.File, sheet, cell string, v any, style int) error {
	if d, isDay := v.(schema.Date); isDay {
		if v = nil; !d.IsZero() {
			v = midnight(d)
		}
	}
	if err := x.SetCellValue(sheet, cell, v); err != nil {
		return err
	}
	return x.SetCellStyle(sheet, cell, cell, style)
}

// midnight is midnight, which a workbook shows as a day alone.
func midnight(d schema.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}
