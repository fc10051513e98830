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
	format := "yyyy-mm-dd"
	day, err := x.NewStyle(&excelize.Style{CustomNumFmt: &format})
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
		if err := r.sheet(x, name, day); err != nil {
			return fail(err)
		}
	}
	if _, err := x.WriteTo(w); err != nil {
		return schema.Fail(schema.CodeIO, "write register", err)
	}
	return nil
}

// sheet fills the sheet of a register, as a table of that name.
func (r *Register) sheet(x *excelize.File, table string, day int) error {
	if err := x.SetSheetRow(r.Title, "A1", &r.Columns); err != nil {
		return err
	}
	for i, row := range r.Rows {
		for j, v := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+2)
			if err != nil {
				return err
			}
			if err := setCell(x, r.Title, cell, v, day); err != nil {
				return err
			}
		}
	}
	last, err := excelize.CoordinatesToCellName(len(r.Columns), max(len(r.Rows)+1, 2)) // a table has a row
	if err != nil {
		return err
	}
	for i := range r.Columns {
		width := 20.0
		if i < len(r.Widths) {
			width = r.Widths[i]
		}
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := x.SetColWidth(r.Title, col, col, width); err != nil {
			return err
		}
	}
	if err := x.AddTable(r.Title, &excelize.Table{Range: "A1:" + last, Name: table, StyleName: "TableStyleLight1"}); err != nil {
		return err
	}
	landscape, wide, high, fit := "landscape", 1, 0, true // on paper as wide as a page
	if err := x.SetPageLayout(r.Title, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	if err := x.SetSheetProps(r.Title, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	return x.SetPanes(r.Title, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func setCell(x *excelize.File, sheet, cell string, v any, day int) error {
	d, isDay := v.(schema.Date)
	switch {
	case !isDay:
		return x.SetCellValue(sheet, cell, v)
	case d.IsZero():
		return nil
	}
	if err := x.SetCellValue(sheet, cell, midnight(d)); err != nil {
		return err
	}
	return x.SetCellStyle(sheet, cell, cell, day)
}

// midnight is midnight, which a workbook shows as a day alone.
func midnight(d schema.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}
