package bundle

import (
	"io"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// ReadRows reads the cells of a workbook as they show, sheet by sheet in its order,
// for lists that others publish as a workbook. It takes no more than size bytes
// unpacked. The error has CodeSyntax: it is no workbook, or a larger one.
func ReadRows(r io.Reader, size int64) (sheets [][][]string, err error) {
	x, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: size, UnzipXMLSizeLimit: size})
	if err != nil {
		return nil, schema.Fail(schema.CodeSyntax, "open workbook", err)
	}
	defer func() { _ = x.Close() }()
	for _, name := range x.GetSheetList() {
		rows, err := x.GetRows(name)
		if err != nil {
			return nil, schema.Fail(schema.CodeSyntax, "read workbook", err)
		}
		sheets = append(sheets, rows)
	}
	return sheets, nil
}
