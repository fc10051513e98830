package register

import (
	"maps"
	"slices"
	"strings"
)

// Column is what a column of a list of sub-processors says.
type Column string

// The columns that are known. Name is the only one that a list must have.
const (
	ColumnName     Column = "name"
	ColumnCountry  Column = "country"
	ColumnPlace    Column = "place"
	ColumnServices Column = "services"
	ColumnWork     Column = "work"
	ColumnData     Column = "data"
	ColumnSince    Column = "since"
)

// ColumnNames lists them.
func ColumnNames() []Column {
	return []Column{ColumnName, ColumnCountry, ColumnPlace, ColumnServices, ColumnWork, ColumnData, ColumnSince}
}

// columnOf tells what a head says, by what such lists call their columns, or "".
func columnOf(head string) Column {
	switch folded(head) {
	case "name", "entityname", "nameofentity", "legalname", "legalentity", "legalentityname", "company", "companyname", "subprocessor",
		"subprocessorname", "nameofsubprocessor", "subcontractor", "subcontractorname", "subverwerker", "naam", "bedrijf":
		return ColumnName
	case "country", "headquarters", "headquarterslocation", "corporatelocation", "corporateheadquarters", "entitycountry",
		"countryofincorporation", "hqlocation", "hqcountry", "land":
		return ColumnCountry
	case "processinglocation", "processinglocations", "locationofprocessing", "dataprocessinglocation", "dataprocessinglocations",
		"location", "locations", "plaats":
		return ColumnPlace
	case "service", "services", "onlineservice", "onlineservices", "microsoftonlineservice", "microsoftonlineservices", "product",
		"products", "productorservice", "applicableservice", "applicableservices", "dienst", "diensten":
		return ColumnServices
	case "purpose", "function", "functions", "work", "serviceprovided", "servicesprovided", "typeofservice", "typeofservices", "role",
		"description", "descriptionofservice", "descriptionofservices", "processingactivity", "processingactivities", "doel", "werk":
		return ColumnWork
	case "data", "datatype", "datatypes", "typeofdata", "typesofdata", "dataprocessed", "dataaccessed", "categoriesofdata",
		"personaldata", "customerdata", "gegevens":
		return ColumnData
	case "since", "dateadded", "effectivedate", "startdate", "added", "sinds":
		return ColumnSince
	}
	return ""
}

// Table is a list as it was read: its rows, and how many of its lines were none.
// Kept rows and these counts are all lines that hold something.
type Table struct {
	Rows []Company
	// Heads are the columns, and what each was taken for; "" for one that stands
	// under Company.Other.
	Heads []Head
	// Before stand above the heads, as a title does; Repeated are the heads once
	// more; Nameless have no name, as a remark under the table, or a cell that was
	// merged with the one above: whose such a line is, is not guessed.
	Before, Repeated, Nameless int
}

// Head is a column.
type Head struct {
	Text string `json:"text"`
	Is   Column `json:"is"`
}

// ReadTable reads the lines of a table. named says what columns are whose heads are
// not known, or known as something else; nil where nobody says so. The heads are
// the first line in which a name and one more column are found; ok is false where
// there is none, and then Heads are the cells of the first line with two.
func ReadTable(lines [][]string, named map[string]Column) (t Table, ok bool) {
	at := slices.IndexFunc(lines, func(cells []string) bool { return isHeads(heads(cells, named)) })
	if at < 0 {
		if first := slices.IndexFunc(lines, func(cells []string) bool { return filled(cells) > 1 }); first >= 0 {
			t.Heads = heads(lines[first], named)
		}
		return t, false
	}
	t.Heads = heads(lines[at], named)
	for i, cells := range lines {
		switch {
		case filled(cells) == 0 || i == at:
		case i < at:
			t.Before++
		case slices.Equal(heads(cells, named), t.Heads):
			t.Repeated++
		default:
			t.take(cells)
		}
	}
	return t, true
}

// take takes a line in.
func (t *Table) take(cells []string) {
	var c Company
	for i, cell := range cells {
		if cell = clean(cell); cell == "" {
			continue
		}
		var head Head
		if i < len(t.Heads) {
			head = t.Heads[i]
		}
		if to := c.column(head.Is); to != nil && *to == "" {
			*to = cell
			continue
		}
		if c.Other == nil {
			c.Other = make(map[string]string)
		}
		key := head.Text
		for c.Other[key] != "" || key == "" { // two columns of one name, or a cell beside the table
			key += "*"
		}
		c.Other[key] = cell
	}
	if folded(c.Name) == "" {
		t.Nameless++
		return
	}
	t.Rows = append(t.Rows, c)
}

// column is where what a column says is kept.
func (c *Company) column(is Column) *string {
	switch is {
	case ColumnName:
		return &c.Name
	case ColumnCountry:
		return &c.Country
	case ColumnPlace:
		return &c.Place
	case ColumnServices:
		return &c.Services
	case ColumnWork:
		return &c.Work
	case ColumnData:
		return &c.Data
	case ColumnSince:
		return &c.Since
	}
	return nil
}

func heads(cells []string, named map[string]Column) []Head {
	list := make([]Head, 0, len(cells))
	for _, cell := range cells {
		h := Head{Text: clean(cell)}
		h.Is = columnOf(h.Text)
		for _, text := range slices.Sorted(maps.Keys(named)) {
			if folded(text) == folded(h.Text) {
				h.Is = named[text]
			}
		}
		list = append(list, h)
	}
	return list
}

// isHeads reports whether a line names a name and one more column: a remark can be
// one word.
func isHeads(list []Head) bool {
	known := 0
	for _, h := range list {
		if h.Is != "" {
			known++
		}
	}
	return known > 1 && slices.ContainsFunc(list, func(h Head) bool { return h.Is == ColumnName })
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if clean(c) != "" {
			n++
		}
	}
	return n
}

// clean is a cell on one line: tables that were copied from a page have ends of
// lines and runs of spaces in them.
func clean(cell string) string { return strings.Join(strings.Fields(cell), " ") }
