package bundle

import (
	"iter"
	"slices"
	"strconv"
)

// A timeline that is too long for one workbook goes on in others, which are
// numbered. The first has everything else, and a sheet that names them all.

const (
	defaultBookRows  = 1_000_000
	defaultBookBytes = 600 << 20 // of XML, which packs to about 60 MB
)

// plan divides the answer over workbooks, and over the sheets of each.
func (b *book) plan(a answer) error {
	b.spots = make(map[int64]spot)
	lists := make(map[*section]divided)
	var taken size
	for _, s := range a {
		if s.long == nil || s.key == "timeline" {
			continue
		}
		d, err := b.divide(s.long, endless(), size{}, nil)
		if err != nil {
			return err
		}
		lists[s] = d
		rows, _ := rowsOf(d[0])
		taken.rows += rows
	}
	room := size{b.head.BookRows, b.head.BookBytes}
	i := slices.IndexFunc(a, func(s *section) bool { return s.key == "timeline" })
	long, err := b.divide(a[i].long, room, taken, b.linked)
	if err != nil {
		return err
	}
	lists[a[i]] = long
	if len(long) > 1 {
		parts := b.partList(long)
		if lists[parts], err = b.divide(parts.long, endless(), size{}, nil); err != nil {
			return err
		}
		a = slices.Insert(slices.Clone(a), i, parts)
		a[0] = b.announce(a[0], long)
	}
	for n := range long {
		w := &workbook{book: b, number: n + 1, sharing: newSharing()}
		b.books = append(b.books, w)
		if n > 0 {
			w.sheets = append(w.sheets, b.opening(n+1, long))
		}
	}
	for _, s := range a {
		b.spread(s, lists[s])
	}
	return nil
}

// timelineSheet is a sheet of the timeline, and the workbook that it is in.
type timelineSheet struct {
	in *workbook
	*sheet
}

// spread makes the sheets of a section.
func (b *book) spread(s *section, d divided) {
	if s.long == nil {
		w := b.books[0]
		w.sheets = append(w.sheets, &sheet{section: s, name: s.name})
		return
	}
	rows, terms, number := pull(s.long.rows), pull(s.long.rows), 0
	b.pulled = append(b.pulled, rows, terms)
	for n, spans := range d {
		w := b.books[n]
		for _, x := range spans {
			sh := &sheet{section: s, name: s.name, table: s.long.name, span: x, rows: rows, terms: terms}
			sh.above = slices.Concat(s.blocks[:1], w.period(sh), s.blocks[1:])
			sh.header = above(sh.above) + 1
			if number++; number > 1 {
				sh.name, sh.table, sh.next = numberedSheet(s.name, number), sh.table+"_"+strconv.Itoa(number), true
			}
			w.sheets = append(w.sheets, sh)
			if s.key == "timeline" {
				b.timelines = append(b.timelines, timelineSheet{w, sh})
			}
		}
	}
}

func numberedSheet(name string, n int) string {
	if n == 1 {
		return name
	}
	return name + " (" + strconv.Itoa(n) + ")"
}

// bookPath is the name of the n-th workbook in the zip.
func (w *Writer) bookPath(n int) string {
	name := "inzage-" + fileCase(w.head.Case)
	if n > 1 {
		name += "-" + w.head.Words("bundle.volume.file", "number", strconv.Itoa(n))
	}
	return name + ".xlsx"
}

// workbookPart is what is in one workbook of several.
type workbookPart struct {
	path          string
	sheets        string
	entries, rows int
	span
}

// inParts says of each workbook what it has of the timeline.
func (b *book) inParts(d divided) []workbookPart {
	var list []workbookPart
	name, number := b.word("timeline.sheet"), 0
	for n, spans := range d {
		p := workbookPart{path: b.bookPath(n + 1), sheets: numberedSheet(name, number+1)}
		p.rows, p.entries = rowsOf(spans)
		p.first, p.last = spans[0].first, spans[len(spans)-1].last
		if number += len(spans); len(spans) > 1 {
			p.sheets = b.word("parts.sheets", "first", p.sheets, "last", numberedSheet(name, number))
		}
		list = append(list, p)
	}
	return list
}

// partList is Delen: the workbooks, and which time is in which.
func (b *book) partList(d divided) *section {
	var rows [][]cell
	for _, p := range b.inParts(d) {
		rows = append(rows, []cell{
			strong(p.path), moment(p.first), moment(p.last), text(p.sheets), number(int64(p.entries)), number(int64(p.rows)),
		})
	}
	return b.newList("parts", []string{b.word("parts.lead"), b.word("parts.zip")}, []column{
		col("file", 44), col("first", 22), col("last", 22), col("sheets", 40), numbers("count", 16), numbers("rows", 16),
	}, each(rows))
}

// announce is the first section, saying how much is where.
func (b *book) announce(s *section, d divided) *section {
	w := b.head.Words
	_, here := rowsOf(d[0])
	all := 0
	for _, spans := range d {
		_, n := rowsOf(spans)
		all += n
	}
	i := slices.IndexFunc(s.blocks, func(x any) bool { _, ok := x.(heading); return ok })
	x := *s
	x.blocks = slices.Insert(slices.Clone(s.blocks), i,
		any(sheetLead(b.word("parts.many", "count", w.number(int64(len(d)))))),
		any(sheetLead(b.word("parts.here", "here", w.number(int64(here)), "rest", w.number(int64(all-here))))),
		any(crossing{b.word("parts.way"), "parts"}))
	return &x
}

// opening is the first sheet of a workbook that continues the first.
func (b *book) opening(n int, d divided) *sheet {
	w := b.head.Words
	s := &section{key: "readme", name: b.word("readme.sheet"), widths: []float64{42, 92}}
	_, count := rowsOf(d[n-1])
	s.add(title(b.word("parts.opening", "number", w.number(int64(n)), "total", w.number(int64(len(d))))),
		result(b.word("parts.count", "count", w.number(int64(count)))),
		lead(b.word("parts.first", "file", b.bookPath(1))),
		heading(b.word("readme.contents")), contents{})
	return &sheet{section: s, name: s.name}
}

// withParts gives the rows of the list of files, with the workbooks that continue
// the first one behind it. How many there are is known when a form asks.
func (b *book) withParts(rows [][]cell) iter.Seq2[[]cell, error] {
	return func(yield func([]cell, error) bool) {
		list := rows
		if n := len(b.books); n > 1 {
			names := b.bookPath(2)
			if n > 2 {
				names = b.word("parts.sheets", "first", names, "last", b.bookPath(n))
			}
			list = slices.Insert(slices.Clone(rows), 1, []cell{strong(names), text(b.word("readme.files.parts"))})
		}
		each(list)(yield)
	}
}
