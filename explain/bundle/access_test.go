package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// barrier is something in a workbook that keeps a person out: a rule of those
// that Microsoft's Accessibility Checker and WCAG 2.2 have for documents.
type barrier string

const (
	barrierHeaders  barrier = "headers"     // a table without header, or with two the same
	barrierStart    barrier = "start"       // A1, where screen readers begin, says nothing
	barrierMerged   barrier = "merged"      // merged cells
	barrierBlank    barrier = "blank"       // an empty row or column that makes room
	barrierName     barrier = "name"        // a sheet without a name of its own
	barrierAlt      barrier = "alt"         // a picture without words
	barrierContrast barrier = "contrast"    // less than 4.5 to 1
	barrierLanguage barrier = "language"    // no language, title or author
	barrierColour   barrier = "colour-only" // something that only colour says
	barrierLink     barrier = "link"        // leads nowhere, out, or has no words
	barrierFrozen   barrier = "frozen"      // the header scrolls away
	barrierPrint    barrier = "print"       // does not fit on paper, or the header is on the first page only
	barrierForeign  barrier = "foreign"     // macros, or parts of other files
	barrierContents barrier = "contents"    // a sheet that the first sheet does not lead to
)

// ooxml is the parts of a workbook, read by nothing but the XML reader.
type ooxml struct {
	parts map[string][]byte
	found map[barrier]bool
	log   func(string, ...any)
}

type xmlSheet struct {
	Props struct {
		Setup struct {
			Fit bool `xml:"fitToPage,attr"`
		} `xml:"pageSetUpPr"`
	} `xml:"sheetPr"`
	Pane struct {
		Y     int    `xml:"ySplit,attr"`
		State string `xml:"state,attr"`
	} `xml:"sheetViews>sheetView>pane"`
	Rows []struct {
		N     int       `xml:"r,attr"`
		Cells []xmlCell `xml:"c"`
	} `xml:"sheetData>row"`
	Merged      []struct{} `xml:"mergeCells>mergeCell"`
	Conditional []struct{} `xml:"conditionalFormatting"`
	Links       []struct {
		Ref      string `xml:"ref,attr"`
		Location string `xml:"location,attr"`
		ID       string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
	} `xml:"hyperlinks>hyperlink"`
	Page struct {
		Orientation string `xml:"orientation,attr"`
		Size        int    `xml:"paperSize,attr"`
	} `xml:"pageSetup"`
	Foot string `xml:"headerFooter>oddFooter"`
}

type xmlCell struct {
	Ref    string `xml:"r,attr"`
	Type   string `xml:"t,attr"`
	Style  int    `xml:"s,attr"`
	Value  string `xml:"v"`
	Inline string `xml:"is>t"`
}

type xmlStyles struct {
	Fonts []struct {
		Bold      *struct{} `xml:"b"`
		Underline *struct{} `xml:"u"`
		Color     struct {
			RGB string `xml:"rgb,attr"`
		} `xml:"color"`
	} `xml:"fonts>font"`
	Fills []struct {
		Color struct {
			RGB string `xml:"rgb,attr"`
		} `xml:"patternFill>fgColor"`
	} `xml:"fills>fill"`
	Formats []struct {
		Font int `xml:"fontId,attr"`
		Fill int `xml:"fillId,attr"`
	} `xml:"cellXfs>xf"`
}

// barriers looks a workbook through for everything that keeps people out.
func barriers(t testing.TB, book []byte) map[barrier]bool {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	x := &ooxml{parts: make(map[string][]byte), found: make(map[barrier]bool), log: t.Logf}
	for _, f := range z.File {
		x.parts[f.Name] = content(t, f)
	}
	x.look(t)
	return x.found
}

func (x *ooxml) find(b barrier, about string, args ...any) {
	x.found[b] = true
	x.log("%s: %s", b, fmt.Sprintf(about, args...))
}

func (x *ooxml) read(t testing.TB, name string, into any) {
	t.Helper()
	if b, ok := x.parts[name]; ok {
		if err := xml.Unmarshal(b, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func (x *ooxml) look(t testing.TB) {
	var core struct {
		Title    string `xml:"title"`
		Creator  string `xml:"creator"`
		Language string `xml:"language"`
	}
	x.read(t, "docProps/core.xml", &core)
	if core.Title == "" || core.Creator == "" || core.Language != "nl" && core.Language != "en" {
		x.find(barrierLanguage, "%+v", core)
	}
	for name, part := range x.parts {
		if strings.Contains(name, "vbaProject") || strings.Contains(name, "externalLinks/") || strings.Contains(name, "embeddings/") {
			x.find(barrierForeign, "%s", name)
		}
		if strings.HasPrefix(name, "xl/drawings/drawing") {
			for _, m := range regexp.MustCompile(`<xdr:cNvPr [^>]*>`).FindAll(part, -1) {
				if alt := regexp.MustCompile(` descr="([^"]{15,})"`).FindSubmatch(m); alt == nil {
					x.find(barrierAlt, "%s", m)
				}
			}
		}
	}
	var wb struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
		Names []struct {
			Name  string `xml:"name,attr"`
			Sheet int    `xml:"localSheetId,attr"`
			Text  string `xml:",chardata"`
		} `xml:"definedNames>definedName"`
	}
	x.read(t, "xl/workbook.xml", &wb)
	var rels relations
	x.read(t, "xl/_rels/workbook.xml.rels", &rels)
	var shared struct {
		Items []struct {
			Text string `xml:"t"`
		} `xml:"si"`
	}
	x.read(t, "xl/sharedStrings.xml", &shared)
	var styles xmlStyles
	x.read(t, "xl/styles.xml", &styles)

	sheets, parts, cells := make([]xmlSheet, len(wb.Sheets)), make([]string, len(wb.Sheets)), make(map[string]map[string]string)
	for i, s := range wb.Sheets {
		for _, r := range rels.List {
			if r.ID == s.ID {
				parts[i] = path.Join("xl", strings.TrimPrefix(r.Target, "/xl/"))
			}
		}
		x.read(t, parts[i], &sheets[i])
		if cells[s.Name] != nil || regexp.MustCompile(`(?i)^(sheet|blad)\s?\d*$|^$|.{32}`).MatchString(s.Name) {
			x.find(barrierName, "%q", s.Name)
		}
		values := make(map[string]string)
		for _, r := range sheets[i].Rows {
			for _, c := range r.Cells {
				v := c.Value + c.Inline
				if n, err := strconv.Atoi(c.Value); c.Type == "s" && err == nil {
					v = shared.Items[n].Text
				}
				values[c.Ref] = v
			}
		}
		cells[s.Name] = values
	}
	reached := make(map[string]bool)
	for i, s := range wb.Sheets {
		sh := &sheets[i]
		for _, l := range sh.Links {
			target, at, _ := strings.Cut(strings.TrimPrefix(l.Location, "'"), "'!")
			if l.ID != "" || cells[target][at] == "" || cells[s.Name][l.Ref] == "" || strings.Contains(cells[s.Name][l.Ref], "://") {
				x.find(barrierLink, "%s!%s to %q", s.Name, l.Ref, l.Location)
			}
			if i == 0 {
				reached[target] = true
			}
		}
		repeated := ""
		for _, n := range wb.Names {
			if n.Name == "_xlnm.Print_Titles" && n.Sheet == i {
				repeated = n.Text
			}
		}
		headers := x.tables(t, parts[i], cells[s.Name])
		x.sheet(s.Name, sh, cells[s.Name], headers, repeated)
		x.styles(s.Name, sh, &styles, cells[s.Name], headers)
	}
	for _, s := range wb.Sheets[1:] {
		if !reached[s.Name] {
			x.find(barrierContents, "%s", s.Name)
		}
	}
}

// tables looks at the tables of a sheet, and gives the rows of their headers.
func (x *ooxml) tables(t testing.TB, part string, values map[string]string) (rows []int) {
	t.Helper()
	var own relations
	x.read(t, path.Join("xl/worksheets/_rels", path.Base(part)+".rels"), &own)
	for _, r := range own.List {
		if !strings.HasSuffix(r.Type, "/table") {
			continue
		}
		var tab struct {
			plainTable
			Headers string `xml:"headerRowCount,attr"`
		}
		x.read(t, path.Join("xl/worksheets", r.Target), &tab)
		m := regexp.MustCompile(`^A(\d+):`).FindStringSubmatch(tab.Ref)
		if m == nil {
			x.find(barrierHeaders, "%s is at %s", tab.Name, tab.Ref)
			continue
		}
		n, _ := strconv.Atoi(m[1])
		rows = append(rows, n)
		seen := make(map[string]bool)
		for i, c := range tab.Columns {
			low := strings.ToLower(c.Name)
			if tab.Headers == "0" || strings.TrimSpace(c.Name) == "" || seen[low] || values[letter(i)+m[1]] != c.Name {
				x.find(barrierHeaders, "%s: %q", tab.Name, c.Name)
			}
			seen[low] = true
		}
	}
	return rows
}

// sheet looks at how a sheet is built, what stays in view and how it prints.
func (x *ooxml) sheet(name string, sh *xmlSheet, values map[string]string, headers []int, repeated string) {
	if _, err := strconv.ParseFloat(values["A1"], 64); strings.TrimSpace(values["A1"]) == "" || err == nil {
		x.find(barrierStart, "%s: %q", name, values["A1"])
	}
	if len(sh.Merged) > 0 {
		x.find(barrierMerged, "%s", name)
	}
	for i, r := range sh.Rows {
		filled := slices.ContainsFunc(r.Cells, func(c xmlCell) bool { return values[c.Ref] != "" })
		if r.N != i+1 || !filled {
			x.find(barrierBlank, "%s: row %d", name, i+1)
			break
		}
	}
	frozen := 1
	if len(headers) == 1 && repeated != "" {
		frozen = headers[0]
	}
	if sh.Pane.State != "frozen" || sh.Pane.Y != frozen {
		x.find(barrierFrozen, "%s: %+v, want %d", name, sh.Pane, frozen)
	}
	fits := sh.Props.Setup.Fit && sh.Page.Orientation == "landscape" && sh.Page.Size == 9 && strings.Contains(sh.Foot, "&P")
	// A list, one table with everything above it a sentence, repeats its header.
	list := len(headers) == 1 && len(values) > 0 && headers[0]+1 < len(sh.Rows) && len(sh.Rows) > 60
	if !fits || list && repeated == "" {
		x.find(barrierPrint, "%s: %+v %q, repeated %q", name, sh.Page, sh.Foot, repeated)
	}
}

// styles looks at colours: whether text can be read, and whether colour alone
// says something. A header is white on a colour, and is a header for programs
// too; a heading is bold, a link is underlined.
func (x *ooxml) styles(name string, sh *xmlSheet, st *xmlStyles, values map[string]string, headers []int) {
	if len(sh.Conditional) > 0 {
		x.find(barrierColour, "%s: conditional formats", name)
	}
	for _, r := range sh.Rows {
		for _, c := range r.Cells {
			if values[c.Ref] == "" || c.Style >= len(st.Formats) {
				continue
			}
			f := st.Formats[c.Style]
			font, fill := st.Fonts[f.Font], st.Fills[f.Fill]
			ink, paper := strings.TrimPrefix(font.Color.RGB, "FF"), "FFFFFF"
			if fill.Color.RGB != "" {
				paper = fill.Color.RGB[len(fill.Color.RGB)-6:]
				if !slices.Contains(headers, r.N) {
					x.find(barrierColour, "%s!%s has a fill", name, c.Ref)
				}
			}
			if ink == "" {
				ink = "000000"
			} else if font.Bold == nil && font.Underline == nil {
				x.find(barrierColour, "%s!%s has a colour", name, c.Ref)
			}
			if contrast(ink[len(ink)-6:], paper) < 4.5 {
				x.find(barrierContrast, "%s!%s: %s on %s", name, c.Ref, ink, paper)
			}
		}
	}
}

// TestBarriersAreFound: each rule of the checklist finds the workbook that
// breaks it, and nothing in the one that does not.
func TestBarriersAreFound(t *testing.T) {
	t.Parallel()
	bundle, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 100)
	book := member(t, bundle, "inzage-2026-0042.xlsx")
	for name, x := range map[string]struct {
		part, old, new string
		want           barrier
	}{
		"nothing":             {"", "", "", ""},
		"no header":           {`tables/table4\.xml`, `(<table [^>]*?)(>)`, `$1 headerRowCount="0"$2`, barrierHeaders},
		"two headers alike":   {`tables/table4\.xml`, `(<tableColumn id="1" name=)"[^"]*"(.*<tableColumn id="2" name=)"[^"]*"`, `$1"Tijd"$2"Tijd"`, barrierHeaders},
		"empty A1":            {`worksheets/sheet2\.xml`, `<c r="A1"[^>]*>.*?</c>`, `<c r="A1"/>`, barrierStart},
		"merged cells":        {`worksheets/sheet2\.xml`, `</sheetData>`, `</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>`, barrierMerged},
		"empty row":           {`worksheets/sheet2\.xml`, `(<row r="3"[^>]*>).*?</row>`, `$1</row>`, barrierBlank},
		"name of no meaning":  {`xl/workbook\.xml`, `<sheet name="Begrippen"`, `<sheet name="Blad 20"`, barrierName},
		"chart without words": {`drawings/drawing1\.xml`, ` descr="[^"]*"`, ` descr=""`, barrierAlt},
		"pale text":           {`xl/styles\.xml`, `FF1F4568`, `FFC0C0C0`, barrierContrast},
		"only a colour":       {`xl/styles\.xml`, `<b( val="1")?(/>|></b>)`, ``, barrierColour},
		"no language":         {`docProps/core\.xml`, `<dc:language>nl</dc:language>`, ``, barrierLanguage},
		"red by rule":         {`worksheets/sheet2\.xml`, `</sheetData>`, `</sheetData><conditionalFormatting sqref="A1"/>`, barrierColour},
		"link to nowhere":     {`worksheets/sheet1\.xml`, `location="&#39;Tijdlijn&#39;!A1"`, `location="&#39;Nergens&#39;!A1"`, barrierLink},
		"link to the web":     {`worksheets/sheet1\.xml`, `(<hyperlink )`, `$1 r:id="rId9" `, barrierLink},
		"header scrolls away": {`worksheets/sheet4\.xml`, `<pane [^>]*?(/>|></pane>)`, ``, barrierFrozen},
		"upright paper":       {`worksheets/sheet4\.xml`, `orientation="landscape"`, `orientation="portrait"`, barrierPrint},
		"no page number":      {`worksheets/sheet4\.xml`, `&amp;P`, ``, barrierPrint},
		"header on one page":  {`xl/workbook\.xml`, `<definedName [^>]*>[^<]*Tijdlijn[^<]*</definedName>`, ``, barrierPrint},
		"a sheet left out":    {`worksheets/sheet1\.xml`, `<hyperlink [^>]*&#39;Begrippen&#39;[^>]*?(/>|></hyperlink>)`, ``, barrierContents},
		"part of other files": {`docProps/app\.xml`, ``, ``, barrierForeign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := book
			if x.part != "" {
				broken = altered(t, book, x.part, x.old, x.new)
			}
			found := barriers(t, broken)
			if x.want == "" && len(found) > 0 || x.want != "" && !found[x.want] {
				t.Errorf("found %v, want %q", sortedKeys(found), x.want)
			}
		})
	}
}

// altered is the workbook with one part changed; where there is nothing to
// change, with a part more.
func altered(t testing.TB, book []byte, part, old, changed string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	hits := 0
	for _, f := range in.File {
		b := content(t, f)
		if regexp.MustCompile(part+"$").MatchString(f.Name) && old != "" {
			was := b
			if b = regexp.MustCompile(`(?s)`+old).ReplaceAll(was, []byte(changed)); gocmp.Equal(was, b) {
				t.Fatalf("nothing to change in %s: %.1500s", f.Name, was)
			}
			hits++
		}
		put(t, z, f.Name, b)
	}
	if old == "" {
		put(t, z, "xl/externalLinks/externalLink1.xml", []byte("<externalLink/>"))
		hits++
	}
	if err := z.Close(); err != nil || hits != 1 {
		t.Fatal(err, hits)
	}
	return out.Bytes()
}
