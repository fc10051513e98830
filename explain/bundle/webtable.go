package bundle

import (
	"cmp"
	"strconv"
	"time"
)

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
		w.time(c.at, " 15:04:05", time.RFC3339)
	case cellDay:
		w.time(c.at, "", time.DateOnly)
	case cellLink:
		w.element("a", c.text, "href", w.way(c))
	}
}

// time writes a day and, where clock is its layout, a time, on the clock of the
// reader, and as a program reads it.
func (w *web) time(at time.Time, clock, exact string) {
	l := at.In(w.head.Zone)
	year, month, day := l.Date()
	if at.IsZero() || year < 0 || year > 9999 {
		w.text(w.timeText(at))
		return
	}
	w.buf = append(l.AppendFormat(append(w.buf, `<time datetime="`...), exact), `">`...)
	w.buf = append(strconv.AppendInt(w.buf, int64(day), 10), ' ')
	w.text(w.months[month-1])
	w.buf = strconv.AppendInt(append(w.buf, ' '), int64(year), 10)
	w.buf = append(l.AppendFormat(w.buf, clock), "</time>"...)
}
