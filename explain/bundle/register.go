package bundle

import (
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// Register is one table as a workbook of its own: dates and stages of cases, for
// a data protection officer. It is no part of an answer.
type Register struct {
	Title string // the sheet's name and the document's: 31 characters at most, none of []:*?/\
	Lang  schema.Lang
	Made  time.Time // stands in the properties; the same in gives the same bytes
	// Columns are the heads, all different; a row has a value for each: a text, an
	// int, or a schema.Date, of which the zero one is an empty cell.
	Columns []string
	Rows    [][]any
}

// WriteRegister writes the workbook. The error has CodeInternal where excelize
// refuses something, else that of w.
func WriteRegister(w io.Writer, r Register) error {
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	fail := func(err error) error { return schema.Fail(schema.CodeInternal, "write register", err) }
	if err := x.SetSheetName("Sheet1", r.Title); err != nil {
		return fail(err)
	}
	at := r.Made.UTC().Format(time.RFC3339)
	if err := x.SetDocProps(&excelize.DocProperties{Title: r.Title, Creator: "inzage", Language: string(r.Lang), Created: at, Modified: at}); err != nil {
		return fail(err)
	}
	format := "yyyy-mm-dd"
	day, err := x.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return fail(err)
	}
	if err := x.SetSheetRow(r.Title, "A1", &r.Columns); err != nil {
		return fail(err)
	}
	for i, row := range r.Rows {
		for j, v := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+2)
			if err != nil {
				return fail(err)
			}
			if err := setCell(x, r.Title, cell, v, day); err != nil {
				return fail(err)
			}
		}
	}
	last, err := excelize.CoordinatesToCellName(len(r.Columns), max(len(r.Rows)+1, 2)) // a table has a row
	if err != nil {
		return fail(err)
	}
	end, err := excelize.ColumnNumberToName(len(r.Columns))
	if err != nil {
		return fail(err)
	}
	if err := x.SetColWidth(r.Title, "A", end, 20); err != nil {
		return fail(err)
	}
	if err := x.AddTable(r.Title, &excelize.Table{Range: "A1:" + last, Name: "cases", StyleName: "TableStyleLight1"}); err != nil {
		return fail(err)
	}
	if err := x.SetPanes(r.Title, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fail(err)
	}
	if _, err := x.WriteTo(w); err != nil {
		return schema.Fail(schema.CodeIO, "write register", err)
	}
	return nil
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
