package bundle

import (
	"iter"
	"time"
)

// span is one sheet's stretch of a long table: so many entries, which take so
// many rows of the sheet.
type span struct {
	entries, rows int
	first, last   time.Time // of a list in order of time
}

// tallEntry is an entry of a list, counted from 1, that takes more than one row.
type tallEntry struct {
	entry int64
	more  int
}

// maxSheetBytes bounds the texts of one sheet. Escaped, they can be six times as
// long; a part of more than 4 GiB needs a form of zip that not every program
// reads.
const maxSheetBytes = 600 << 20

// spans divides a list over sheets, and shares the texts that its rows will
// need before excelize numbers its own. The rows of one entry stay together.
func (w *workbook) spans(t *table) ([]span, error) {
	list := []span{{}}
	size, entries := 0, int64(0)
	for cells, err := range t.rows {
		if err != nil {
			return nil, err
		}
		s := &list[len(list)-1]
		n, bytes := w.measure(cells)
		entries++
		if n > 1 {
			w.tall[t] = append(w.tall[t], tallEntry{entries, n - 1})
		}
		if s.entries > 0 && (s.rows+n > w.head.RowLimit || size+bytes > maxSheetBytes) {
			list = append(list, span{})
			s, size = &list[len(list)-1], 0
		}
		if cells[0].kind == cellMoment {
			if s.entries == 0 {
				s.first = cells[0].at
			}
			s.last = cells[0].at
		}
		s.entries++
		s.rows += n
		size += bytes
	}
	return list, nil
}

// measure is how many rows of a sheet the cells take, and about how many bytes.
func (w *workbook) measure(cells []cell) (rows, bytes int) {
	rows = 1
	for i := range cells {
		c := &cells[i]
		bytes += len(c.text) + 60
		if c.kind == cellTerm && c.text != "" {
			w.sharing.at(c.text)
		}
		if !fits(c.text) {
			rows = max(rows, len(pieces(visible(c.text))))
		}
	}
	return rows, bytes
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
