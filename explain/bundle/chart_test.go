package bundle

import (
	"regexp"
	"strconv"
	"testing"

	"inzage/schema"
)

// TestChartsAreNotCutByPages: on paper no chart stands on two pages, also where
// the table beside it has fewer rows than the chart is high.
func TestChartsAreNotCutByPages(t *testing.T) {
	t.Parallel()
	path, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 60)
	book := member(t, path, "inzage-2026-0042.xlsx")
	rows := func(part, pattern string) (list []int) {
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(partOf(t, book, part), -1) {
			row, err := strconv.Atoi(found[1])
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, row)
		}
		return list
	}
	above := rows("xl/drawings/drawing1.xml", `<xdr:from>.*?<xdr:row>(\d+)</xdr:row>`) // rows above each chart
	high := rows("xl/drawings/drawing1.xml", `<xdr:to>.*?<xdr:rowOff>(\d+)</xdr:rowOff>`)
	ends := rows("xl/worksheets/sheet2.xml", `<brk id="(\d+)"`) // last rows of pages
	if len(above) != 3 || len(high) != 3 || len(ends) == 0 {
		t.Fatalf("charts below the rows %v, pages that end with %v", above, ends)
	}
	for i, from := range above {
		const unit = 9_525 * rowPixels // of a row of the usual height, in English Metric Units
		last := from + (high[i]+unit-1)/unit
		for _, end := range ends {
			if from < end && end < last {
				t.Errorf("the chart in rows %d to %d is cut behind row %d", from+1, last, end)
			}
		}
	}
}
