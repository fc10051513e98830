package bundle

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // the style sheet
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"
)

//go:embed style.css
var pageStyle string

// web is a page while it is written.
type web struct {
	*book
	markup
	sections answer
	timeline *table
	ids      map[*table]string
	ways     map[string]string // where a link to a section leads
	written  int64             // rows of the timeline so far
}

func (b *book) newWeb(out io.Writer, a answer) *web {
	w := &web{book: b, markup: markup{out: out}, sections: a, ids: make(map[*table]string), ways: make(map[string]string)}
	for _, s := range a {
		if s.key == "timeline" {
			w.timeline = s.long
		}
		w.ways[s.key] = "#" + s.key
		for _, x := range s.blocks {
			if t, ok := x.(*table); ok {
				w.ids[t] = "t" + strconv.Itoa(len(w.ids)+1)
			}
		}
	}
	return w
}

// start writes everything before the heading of the page. The policy lets
// nothing in but this very style sheet: no script, no picture, no other file,
// no form.
func (w *web) start(name string) {
	style := pageStyle + w.labelRules()
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	w.buf = append(w.buf, "<!DOCTYPE html>\n"...)
	w.open("html", "lang", string(w.head.Lang))
	w.line()
	w.open("head")
	w.line()
	w.open("meta", "charset", "utf-8")
	w.line()
	w.open("meta", "http-equiv", "Content-Security-Policy", "content", policy)
	w.line()
	w.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
	w.line()
	w.open("meta", "name", "referrer", "content", "no-referrer")
	w.line()
	w.open("meta", "name", "color-scheme", "content", "light dark")
	w.line()
	w.element("title", name)
	w.line()
	w.open("style")
	w.buf = append(w.buf, style...)
	w.shut("style")
	w.line()
	w.shut("head")
	w.line()
	w.open("body")
	w.line()
}

// labelRules name, on a narrow screen, each cell after its column: there, a row
// is a block and its cells stand below each other.
func (w *web) labelRules() string {
	var b strings.Builder
	b.WriteString("@media (max-width:56rem){\n")
	for _, s := range w.sections {
		for _, x := range s.blocks {
			t, ok := x.(*table)
			if !ok {
				continue
			}
			for i, g := range groups(t.cols) {
				b.WriteString("#" + w.ids[t] + " tbody>tr>:nth-child(" + strconv.Itoa(i+1) + ")::before{content:" + cssString(g[0].header) + "}\n")
			}
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// masthead is the top of the page, its heading included.
func (w *web) masthead(name string) {
	w.element("a", w.word("web.skip"), "class", "skip", "href", "#main")
	w.line()
	w.open("header")
	if w.head.Organisation != "" {
		w.element("p", w.head.Organisation)
	}
	w.element("h1", name, "id", "h")
	w.element("p", w.word("web.case", "case", w.head.Case, "received", w.head.Words.date(w.head.Received)))
	w.shut("header")
	w.line()
	w.open("main", "id", "main", "tabindex", "-1")
	w.line()
}

// end finishes the page.
func (w *web) end() error {
	w.shut("main")
	w.line()
	w.open("footer")
	w.element("p", w.word("web.foot"))
	w.shut("footer")
	w.shut("body")
	w.shut("html")
	w.line()
	w.flush()
	return w.err
}

// section writes a chapter. The first one has no heading of its own: it is what
// the page begins with.
func (w *web) section(s *section, first bool) {
	label, level := "h-"+s.key, "h3"
	if first {
		label, level = "h", "h2"
	}
	w.open("section", "id", s.key, "aria-labelledby", label)
	w.line()
	var bars []point
	for _, x := range s.blocks {
		switch x := x.(type) {
		case title:
			if !first {
				w.element("h2", string(x), "id", "h-"+s.key)
			}
		case result:
			w.element("p", string(x), "class", "result")
		case lead:
			w.element("p", string(x))
		case heading:
			w.element(level, string(x))
		case crossing:
			w.open("p", "class", "way")
			w.element("a", x.text, "href", w.ways[x.to])
			w.shut("p")
		case contents:
			w.contents()
		case *chart:
			bars = x.points
			if !x.bars {
				w.figure(x)
			}
		case *table:
			w.table(x, bars)
			bars = nil
		case sheetLead, pageBreak: // of other forms
		}
		w.line()
	}
	w.shut("section")
	w.line()
}

// contents is the list of chapters.
func (w *web) contents() {
	w.open("nav", "aria-label", w.word("readme.contents"))
	w.open("ul")
	w.line()
	for _, s := range w.sections[1:] {
		w.open("li")
		w.element("a", s.name, "href", "#"+s.key)
		w.element("span", w.word(s.key+".about"))
		w.shut("li")
		w.line()
	}
	w.shut("ul")
	w.shut("nav")
}

// figure draws a chart of standing bars. Its words are text beside the picture,
// so that they can grow; its numbers are the table below it.
func (w *web) figure(c *chart) {
	var top int64 = 1
	for _, p := range c.points {
		top = max(top, p.count)
	}
	w.open("figure")
	w.element("figcaption", c.title)
	width := 1000 / float64(len(c.points))
	w.open("svg", "viewBox", "0 0 1000 100", "preserveAspectRatio", "none", "role", "img", "aria-label", c.alt)
	for i, p := range c.points {
		high := 100 * float64(p.count) / float64(top)
		w.open("rect", "x", coordinate(float64(i)*width+width*0.1), "y", coordinate(100-high), "width", coordinate(width*0.8), "height", coordinate(high))
		w.shut("rect")
	}
	w.shut("svg")
	w.open("p", "class", "ends")
	w.element("span", c.points[0].label)
	w.element("span", c.points[len(c.points)-1].label)
	w.shut("p")
	w.element("p", c.alt)
	w.shut("figure")
	w.line()
}

func coordinate(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// table writes a table with all its rows. Bars are drawn in the first of them.
func (w *web) table(t *table, bars []point) {
	tall := len(bars) > tallRows
	if tall {
		w.open("div", "class", "tall", "role", "region", "tabindex", "0", "aria-label", t.caption)
	}
	w.begin(t, few(t, bars))
	var top int64 = 1
	for _, p := range bars {
		top = max(top, p.count)
	}
	n := 0
	for cells, err := range t.rows {
		if err != nil {
			if w.err == nil {
				w.err = err
			}
			return
		}
		part := 0.0
		if n < len(bars) {
			part = float64(bars[n].count) / float64(top)
		}
		w.row(t, cells, part)
		n++
	}
	w.shut("tbody")
	w.shut("table")
	if tall {
		w.shut("div")
	}
}

// few is the class of a table that needs no more room than its texts.
func few(t *table, bars []point) string {
	if len(t.cols) <= 2 || bars != nil {
		return "few"
	}
	return ""
}

// groups are the columns of the page: each a column of the table, with those
// that stand under it.
func groups(cols []column) [][]column {
	var list [][]column
	for _, c := range cols {
		if c.under {
			list[len(list)-1] = append(list[len(list)-1], c)
		} else {
			list = append(list, []column{c})
		}
	}
	return list
}

// begin writes a table up to its first row.
func (w *web) begin(t *table, class string) {
	w.open("table", "id", w.ids[t], "class", class, "role", "table")
	w.element("caption", t.caption)
	w.open("thead", "role", "rowgroup")
	w.open("tr", "role", "row")
	for _, g := range groups(t.cols) {
		class := ""
		if g[0].right {
			class = "n"
		}
		w.open("th", "scope", "col", "role", "columnheader", "class", class)
		w.text(g[0].header)
		for _, c := range g[1:] {
			w.element("span", c.header, "class", "u")
		}
		w.shut("th")
	}
	w.shut("tr")
	w.shut("thead")
	w.line()
	w.open("tbody", "role", "rowgroup")
	w.line()
}

// row writes a row; a part of more than 0 is drawn as a bar after the last cell.
func (w *web) row(t *table, cells []cell, part float64) {
	w.open("tr", "role", "row", "id", w.rowID(t))
	open := ""
	for i := range cells {
		col, c := &t.cols[i], &cells[i]
		if !col.under {
			if open != "" {
				w.shut(open)
			}
			open = w.cell(col, c, i+1 < len(cells) && t.cols[i+1].bare)
			continue
		}
		if c.kind <= cellStrong && c.text == "" {
			continue
		}
		w.open("p", "class", "u")
		if !col.bare {
			w.element("span", col.header, "class", "k")
			w.text(" ")
		}
		w.value(c)
		w.shut("p")
	}
	if part > 0 {
		w.open("svg", "class", "bar", "viewBox", "0 0 100 10", "preserveAspectRatio", "none", "aria-hidden", "true")
		w.open("rect", "width", coordinate(100*part), "height", "10")
		w.shut("rect")
		w.shut("svg")
	}
	w.shut(open)
	w.shut("tr")
	w.line()
}

// rowID is the id of a row that a link leads to.
func (w *web) rowID(t *table) string {
	if t != w.timeline {
		return ""
	}
	w.written++
	if !w.linked[w.written] {
		return ""
	}
	return "r" + strconv.FormatInt(w.written, 10)
}

// way is where a link leads: to a section, a row of the timeline, or a page.
func (w *web) way(c *cell) string {
	if c.n == 0 {
		return cmp.Or(w.ways[c.to], c.to)
	}
	row, rest := "#r"+strconv.FormatInt(c.n, 10), c.n
	for _, v := range w.leaves[c.to] {
		if rest <= v.entries {
			return v.path + row
		}
		rest -= v.entries
	}
	return row
}

// cell opens the cell of a column, writes its value and returns its tag. A value
// that is continued is the heading of what follows.
func (w *web) cell(col *column, c *cell, continued bool) string {
	switch {
	case c.kind == cellStrong:
		w.open("th", "scope", "row", "role", "rowheader")
		w.element("p", c.text)
		return "th"
	case col.right:
		w.open("td", "class", "n", "role", "cell")
	default:
		w.open("td", "role", "cell")
	}
	class := ""
	if continued {
		class = "t"
	}
	w.open("p", "class", class)
	w.value(c)
	w.shut("p")
	return "td"
}

// value writes what is in a cell.
func (w *web) value(c *cell) {
	switch c.kind {
	case cellText, cellTerm, cellStrong, cellRight:
		w.text(c.text)
	case cellNumber:
		w.text(w.head.Words.number(c.n))
	case cellPercent:
		w.text(w.head.Words.share(c.part))
	case cellMoment:
		w.time(c.at, time.DateTime, time.RFC3339)
	case cellDay:
		w.time(c.at, time.DateOnly, time.DateOnly)
	case cellLink:
		w.element("a", c.text, "href", w.way(c))
	}
}

// time writes a time on the clock of the reader, and as a program reads it.
func (w *web) time(at time.Time, shown, exact string) {
	l := at.In(w.head.Zone)
	if y := l.Year(); at.IsZero() || y < 0 || y > 9999 {
		w.text(w.timeText(at))
		return
	}
	w.element("time", l.Format(shown), "datetime", l.Format(exact))
}
