package bundle

import (
	"errors"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// The styles of the workbook, by the number that excelize gives them: it counts
// from 1 in the order in which they are made, and addStyles makes them in this
// order. Rows of our own encoder use the numbers.
const (
	styleTitle = iota + 1
	styleAnswer
	styleLead
	styleLink
	styleHeading
	styleHeader
	styleHeaderRight
	styleText
	styleStrong
	styleTextLink
	styleDate
	styleDay
	styleNumber
	styleRight
	stylePercent
	styleEnd
)

// One accent colour, for titles, headers, links and bars: 9.5 to 1 on white.
// Text has no colour of its own, so that high-contrast settings work.
const (
	accent = "1F4568"
	line   = "D0D7DE"
)

// addStyles makes the styles. Months are short words in the language of locale,
// a Windows language code: no reader has to guess which number is the month.
func addStyles(f *excelize.File, locale string) error {
	for want := styleTitle; want < styleEnd; want++ {
		got, err := f.NewStyle(styleOf(want, locale))
		if err == nil && got != want {
			err = errors.New("styles are not numbered in order")
		}
		if err != nil {
			return schema.Fail(schema.CodeInternal, "make styles", err)
		}
	}
	return nil
}

func styleOf(n int, locale string) *excelize.Style {
	const share = "0.0%"
	day := "[$-" + locale + "]d mmm yyyy"
	date := day + " hh:mm:ss"
	plain := &excelize.Alignment{Vertical: "center"}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	left := &excelize.Alignment{Vertical: "top", Horizontal: "left"}
	right := &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}
	rule := []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	link := &excelize.Font{Color: accent, Underline: "single", Family: "Calibri", Size: 11}
	s := &excelize.Style{Border: rule, Alignment: top}
	switch n {
	case styleTitle:
		s = &excelize.Style{Alignment: plain, Font: &excelize.Font{Bold: true, Size: 18, Color: accent, Family: "Calibri"}}
	case styleAnswer:
		s = &excelize.Style{Alignment: plain, Font: &excelize.Font{Bold: true, Size: 12, Family: "Calibri"}}
	case styleLead:
		s = &excelize.Style{Alignment: plain}
	case styleLink:
		s = &excelize.Style{Alignment: plain, Font: link}
	case styleHeading:
		s = &excelize.Style{
			Alignment: &excelize.Alignment{Vertical: "bottom"},
			Font:      &excelize.Font{Bold: true, Size: 13, Color: accent, Family: "Calibri"},
		}
	case styleHeader, styleHeaderRight:
		s = &excelize.Style{
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
			Font:      &excelize.Font{Bold: true, Color: "FFFFFF", Family: "Calibri", Size: 11},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{accent}},
		}
		if n == styleHeaderRight {
			s.Alignment.Horizontal, s.Alignment.Indent = "right", 1
		}
	case styleStrong:
		s.Font = &excelize.Font{Bold: true, Family: "Calibri", Size: 11}
	case styleTextLink:
		s.Font = link
	case styleDate:
		s.Alignment, s.CustomNumFmt = left, new(date)
	case styleDay:
		s.Alignment, s.CustomNumFmt = left, new(day)
	case styleNumber:
		s.Alignment, s.NumFmt = right, 3 // #,##0
	case styleRight:
		s.Alignment = right
	case stylePercent:
		s.Alignment, s.CustomNumFmt = right, new(share)
	}
	return s
}
