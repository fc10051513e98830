package bundle

import (
	"io"
	"slices"
	"strconv"
	"time"
)

// The page is the answer as HTML: one file that needs no network, no script and
// no other file, with the same sections in the same order as the workbook. A
// list that is too long for a browser goes on in pages of its own, of which the
// page holds an index.

const (
	defaultPageRows = 5_000
	maxPageBytes    = 4 << 20 // of texts, in one table
	tallRows        = 15      // a chart's table with more rows gets a box of its own
)

// volume is a page with a stretch of a list.
type volume struct {
	path     string
	entries  int64
	from, to time.Time // of a list in order of time
}

// webPages writes the page, and those that continue it, into the bundle.
func (b *book) webPages(a answer) error {
	a = slices.Clone(a)
	b.leaves = make(map[string][]volume)
	last := 1 // number of the page written last
	for i, s := range a {
		if s.long == nil {
			continue
		}
		large, err := b.large(s.long)
		if err != nil {
			return err
		}
		if !large {
			continue
		}
		list, err := b.volumes(s, last)
		if err != nil {
			return err
		}
		last += len(list)
		b.leaves[s.key] = list
		a[i] = b.index(s, list)
	}
	return b.zip.stream(b.pagePath(1), func(out io.Writer) error {
		w := b.newWeb(out, a)
		w.start(b.word("title", "case", b.head.Case))
		w.masthead(string(a[0].blocks[0].(title)))
		for i, s := range a {
			w.section(s, i == 0)
		}
		return w.end()
	})
}

// index is the section with, for its list, the pages over which that is divided.
func (b *book) index(s *section, list []volume) *section {
	t := &table{caption: s.long.caption, cols: []column{{header: b.word("volume.col.page")}}}
	dated := !list[0].from.IsZero()
	if dated {
		t.cols = append(t.cols, column{header: b.word("volume.col.from")}, column{header: b.word("volume.col.to")})
	}
	t.cols = append(t.cols, column{header: b.word("volume.col.rows"), right: true})
	var rows [][]cell
	for i, v := range list {
		row := []cell{linkTo(b.word("volume.name", "number", b.head.Words.number(int64(i+1))), v.path)}
		if dated {
			row = append(row, moment(v.from), moment(v.to))
		}
		rows = append(rows, append(row, number(v.entries)))
	}
	t.rows = each(rows)
	x := *s
	x.blocks = append(slices.Clone(s.blocks[:len(s.blocks)-1]), lead(b.word("volume.lead", "count", b.head.Words.number(int64(len(list))))), t)
	return &x
}

// pagePath is the name of the n-th page in the zip.
func (b *book) pagePath(n int) string {
	name := "inzage-" + fileCase(b.head.Case)
	if n > 1 {
		name += "-" + b.word("volume.file", "number", strconv.Itoa(n))
	}
	return name + ".html"
}

// large tells whether a list is too long for the page.
func (b *book) large(t *table) (bool, error) {
	rows, bytes := 0, 0
	for cells, err := range t.rows {
		if err != nil {
			return false, err
		}
		rows++
		bytes += weight(cells)
		if rows > b.head.PageRows || bytes > maxPageBytes {
			return true, nil
		}
	}
	return false, nil
}

func weight(cells []cell) int {
	n := 0
	for i := range cells {
		n += len(cells[i].text)
	}
	return n
}

// volumes writes a list in pages of its own, numbered from the one after last.
func (b *book) volumes(s *section, last int) ([]volume, error) {
	var list []volume
	rows := pull(s.long.rows)
	defer rows.stop()
	rows.advance()
	for rows.more {
		n := last + len(list) + 1
		v := volume{path: b.pagePath(n)}
		err := b.zip.stream(v.path, func(out io.Writer) error {
			title := b.word("volume.title", "section", s.name, "number", b.head.Words.number(int64(len(list)+1)))
			w := b.newWeb(out, answer{s})
			w.start(title)
			w.masthead(title)
			w.open("p", "class", "way")
			w.element("a", b.word("volume.main"), "href", b.pagePath(1)+"#"+s.key)
			if len(list) > 0 {
				w.text(" · ")
				w.element("a", b.word("volume.previous"), "href", b.pagePath(n-1))
			}
			w.shut("p")
			w.begin(s.long, "")
			for _, x := range list {
				w.written += x.entries
			}
			if err := w.stretch(s.long, rows, &v); err != nil {
				return err
			}
			w.shut("tbody")
			w.shut("table")
			if rows.more {
				w.open("p", "class", "way")
				w.element("a", b.word("volume.next"), "href", b.pagePath(n+1))
				w.shut("p")
			}
			return w.end()
		})
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.err
}

// stretch writes as many rows as a page holds.
func (w *web) stretch(t *table, rows *pulled, v *volume) error {
	for bytes := 0; rows.more && (v.entries == 0 || v.entries < int64(w.head.PageRows) && bytes <= maxPageBytes); rows.advance() {
		if rows.err != nil {
			return rows.err
		}
		if c := &rows.cells[0]; c.kind == cellMoment {
			if v.entries == 0 {
				v.from = c.at
			}
			v.to = c.at
		}
		bytes += weight(rows.cells)
		v.entries++
		w.row(t, rows.cells, 0)
	}
	return nil
}
