package bundle

import (
	"iter"
	"math"
	"time"
)

// span is one sheet's stretch of a long table: so many entries, which take so
// many rows of the sheet.
type span struct {
	entries, rows int
	first, last   time.Time // of a list in order of time
}

// size is how much of something there is: rows of a sheet, and about how many
// bytes of XML they take.
type size struct{ rows, bytes int }

func (s size) plus(o size) size { return size{s.rows + o.rows, s.bytes + o.bytes} }

// over tells whether s does not fit in o.
func (s size) over(o size) bool { return s.rows > o.rows || s.bytes > o.bytes }

// endless is room for everything.
func endless() size { return size{math.MaxInt, math.MaxInt} }

// spot is where a row that a link leads to stands: on which of the list's
// sheets, and how far below its header.
type spot struct{ sheet, row int }

// divided is a list over workbooks: of each, the spans of its sheets.
type divided [][]span

// rowsOf counts the rows and entries of one workbook's spans.
func rowsOf(spans []span) (rows, entries int) {
	for _, s := range spans {
		rows += s.rows
		entries += s.entries
	}
	return rows, entries
}

// divide divides a list over sheets of RowLimit rows and over workbooks of so
// much room, of which the first has something in it already. The rows of one
// entry stay together, and every workbook has one at least. Where links lead to
// rows of the list, it notes where these are.
func (b *book) divide(t *table, room, taken size, wanted map[int64]bool) (divided, error) {
	list := divided{{{}}}
	entries, sheet := int64(0), 0
	for cells, err := range t.rows {
		if err != nil {
			return nil, err
		}
		n := measure(cells)
		spans := &list[len(list)-1]
		s := &(*spans)[len(*spans)-1]
		switch {
		case s.entries == 0:
		case taken.plus(n).over(room):
			list, taken = append(list, []span{{}}), size{}
			s, sheet = &list[len(list)-1][0], sheet+1
		case s.rows+n.rows > b.head.RowLimit:
			*spans = append(*spans, span{})
			s, sheet = &(*spans)[len(*spans)-1], sheet+1
		}
		if cells[0].kind == cellMoment {
			if s.entries == 0 {
				s.first = cells[0].at
			}
			s.last = cells[0].at
		}
		if entries++; wanted[entries] {
			b.spots[entries] = spot{sheet, s.rows + 1}
		}
		s.entries++
		s.rows += n.rows
		taken = taken.plus(n)
	}
	return list, nil
}

// measure is how much of a sheet the cells take.
func measure(cells []cell) size {
	n := size{rows: 1}
	for i := range cells {
		c := &cells[i]
		n.bytes += 60
		if c.kind != cellTerm { // those are shared
			n.bytes += len(c.text)
		}
		if !fits(c.text) {
			n.rows = max(n.rows, len(pieces(visible(c.text))))
		}
	}
	return n
}

// pulled gives the rows of a list one by one, to who divides it. Advance goes to
// the next row: cells, which are there where more is true and err is nil.
type pulled struct {
	next  func() ([]cell, error, bool)
	stop  func()
	cells []cell
	err   error
	more  bool
}

func pull(rows iter.Seq2[[]cell, error]) *pulled {
	next, stop := iter.Pull2(rows)
	return &pulled{next: next, stop: stop}
}

func (p *pulled) advance() { p.cells, p.err, p.more = p.next() }
