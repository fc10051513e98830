package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// plainBook is a workbook as read by the few lines below, which share nothing
// with the code that wrote it.
type plainBook struct {
	names  []string // sheets in order
	sheets map[string]*plainSheet
}

type plainSheet struct {
	cells  map[string]string
	kinds  map[string]string // the t attribute of the cell
	rows   []int
	links  map[string]string // cell → location
	tables []plainTable
	merged bool
	ref    string // declared dimension
	frozen int
}

type plainTable struct {
	Name    string `xml:"displayName,attr"`
	ID      int    `xml:"id,attr"`
	Ref     string `xml:"ref,attr"`
	Columns []struct {
		Name string `xml:"name,attr"`
	} `xml:"tableColumns>tableColumn"`
}

type relations struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Target string `xml:"Target,attr"`
		Type   string `xml:"Type,attr"`
	} `xml:"Relationship"`
}

func readBook(t testing.TB, book []byte) *plainBook {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, f := range z.File {
		if _, twice := files[f.Name]; twice {
			t.Fatalf("part %s stands twice in the workbook", f.Name)
		}
		files[f.Name] = content(t, f)
	}
	parse := func(name string, into any) {
		t.Helper()
		if err := xml.Unmarshal(files[name], into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var wb struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	parse("xl/workbook.xml", &wb)
	var rels relations
	parse("xl/_rels/workbook.xml.rels", &rels)
	var sst struct {
		Items []struct {
			Text string `xml:"t"`
		} `xml:"si"`
	}
	parse("xl/sharedStrings.xml", &sst)
	out := &plainBook{sheets: make(map[string]*plainSheet)}
	for _, s := range wb.Sheets {
		part := ""
		for _, r := range rels.List {
			if r.ID == s.ID {
				part = path.Join("xl", strings.TrimPrefix(r.Target, "/xl/"))
			}
		}
		var x struct {
			Dimension struct {
				Ref string `xml:"ref,attr"`
			} `xml:"dimension"`
			Pane struct {
				Y int `xml:"ySplit,attr"`
			} `xml:"sheetViews>sheetView>pane"`
			Rows []struct {
				N     int `xml:"r,attr"`
				Cells []struct {
					Ref    string  `xml:"r,attr"`
					Type   string  `xml:"t,attr"`
					Value  string  `xml:"v"`
					Inline *string `xml:"is>t"`
					Form   *string `xml:"f"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
			Links []struct {
				Ref      string `xml:"ref,attr"`
				Location string `xml:"location,attr"`
			} `xml:"hyperlinks>hyperlink"`
			Merged []struct{} `xml:"mergeCells>mergeCell"`
		}
		parse(part, &x)
		p := &plainSheet{
			cells: make(map[string]string), kinds: make(map[string]string), links: make(map[string]string),
			merged: len(x.Merged) > 0, ref: x.Dimension.Ref, frozen: x.Pane.Y,
		}
		last := 0
		for _, r := range x.Rows {
			if r.N != last+1 {
				t.Errorf("%s: row %d follows row %d", s.Name, r.N, last)
			}
			last = r.N
			p.rows = append(p.rows, r.N)
			for _, c := range r.Cells {
				if c.Form != nil {
					t.Errorf("%s!%s is a formula", s.Name, c.Ref)
				}
				if !strings.HasSuffix(c.Ref, strconv.Itoa(r.N)) {
					t.Errorf("%s!%s stands in row %d", s.Name, c.Ref, r.N)
				}
				v := c.Value
				switch {
				case c.Inline != nil:
					v = unprotect(*c.Inline)
				case c.Type == "s":
					n, err := strconv.Atoi(v)
					if err != nil || n >= len(sst.Items) {
						t.Fatalf("%s!%s: no shared string %q", s.Name, c.Ref, v)
					}
					v = unprotect(sst.Items[n].Text)
				}
				p.cells[c.Ref], p.kinds[c.Ref] = v, c.Type
			}
		}
		for _, l := range x.Links {
			p.links[l.Ref] = l.Location
		}
		var own relations
		if b, ok := files[path.Join("xl/worksheets/_rels", path.Base(part)+".rels")]; ok {
			if err := xml.Unmarshal(b, &own); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range own.List {
			if strings.HasSuffix(r.Type, "/table") {
				var tab plainTable
				parse(path.Join("xl/worksheets", r.Target), &tab)
				p.tables = append(p.tables, tab)
			}
		}
		out.names = append(out.names, s.Name)
		out.sheets[s.Name] = p
	}
	return out
}

var protected = regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)

// unprotect undoes _xHHHH_ as Excel does.
func unprotect(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return protected.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 32)
		return string(rune(n))
	})
}

// table reads the rows under a table's header.
func (s *plainSheet) table(t testing.TB, tab plainTable) [][]string {
	t.Helper()
	m := regexp.MustCompile(`^A(\d+):([A-Z])(\d+)$`).FindStringSubmatch(tab.Ref)
	if m == nil {
		t.Fatalf("odd range of table %s: %s", tab.Name, tab.Ref)
	}
	from, _ := strconv.Atoi(m[1])
	to, _ := strconv.Atoi(m[3])
	if n := int(m[2][0]-'A') + 1; n != len(tab.Columns) {
		t.Errorf("table %s has %d columns in a range of %d", tab.Name, len(tab.Columns), n)
	}
	for i, c := range tab.Columns {
		if got := s.cells[string(rune('A'+i))+m[1]]; got != c.Name {
			t.Errorf("table %s: column %q has header cell %q", tab.Name, c.Name, got)
		}
	}
	var rows [][]string
	for n := from + 1; n <= to; n++ {
		row := make([]string, len(tab.Columns))
		for i := range row {
			row[i] = s.cells[string(rune('A'+i))+strconv.Itoa(n)]
		}
		rows = append(rows, row)
	}
	return rows
}
