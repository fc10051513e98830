package bundle

import (
	"crypto/sha256"
	_ "embed" // the style sheet
	"encoding/base64"
	"io"
	"strconv"
	"strings"
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
	months   *months
}

func (b *book) newWeb(out io.Writer, a answer) *web {
	w := &web{book: b, markup: markup{out: out}, sections: a, ids: make(map[*table]string), ways: make(map[string]string), months: b.head.Words.months()}
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
