package bundle

import (
	"iter"
	"time"
)

// The answer is a list of sections, described once and without any form. Each
// form renders all of them: the workbook makes a sheet of a section, the page a
// chapter. Whoever adds a section writes no XML and no HTML.
type answer []*section

// section is one part of the answer.
type section struct {
	key    string // of its texts in the catalog: key.sheet, key.about, …
	name   string // of the sheet and of the chapter, unique
	blocks []any  // what stands in it, in order: the types below, and *table
	widths []float64
	long   *table // the one table of a section that is a list; its last block
}

// What can stand in a section. Tables are *table, charts *chart.
type (
	title     string // once, first
	result    string // the sentence that answers the question
	lead      string // a sentence
	sheetLead string // a sentence about the use of a sheet, in the workbook only
	heading   string // starts a part
	crossing  struct{ text, to string }
	contents  struct{} // what stands where
	pageBreak struct{} // on paper, a new page
)

// table is rows under headers.
type table struct {
	name    string // in the workbook: letters, digits and underscores
	caption string // what it shows, for who cannot see where it stands
	cols    []column
	rows    iter.Seq2[[]cell, error] // at least one; the slice may be used again
}

// column is a column of a table. Where a form has less room than a sheet, a
// column that is under another stands below it, in the same cell.
type column struct {
	header string
	width  float64 // in characters
	right  bool    // numbers
	under  bool    // never the first column
	bare   bool    // under, and clear without its header
}

// cell is one value, made by the functions below.
type cell struct {
	kind cellKind
	text string
	to   string // section, of a link
	n    int64
	part float64
	at   time.Time
}

type cellKind uint8

const (
	cellText    cellKind = iota // a value of the data, or a text of its own
	cellTerm                    // a label or a name that many rows share
	cellStrong                  // heads its row
	cellNumber                  // a count or a position, never an identifier
	cellRight                   // words in a column of numbers
	cellMoment                  // a time, to the second
	cellDay                     // a day
	cellPercent                 // a part of 1
	cellLink                    // leads to a section
)

func text(s string) cell          { return cell{kind: cellText, text: s} }
func term(s string) cell          { return cell{kind: cellTerm, text: s} }
func strong(s string) cell        { return cell{kind: cellStrong, text: s} }
func number(n int64) cell         { return cell{kind: cellNumber, n: n} }
func right(s string) cell         { return cell{kind: cellRight, text: s} }
func moment(t time.Time) cell     { return cell{kind: cellMoment, at: t} }
func day(t time.Time) cell        { return cell{kind: cellDay, at: t} }
func percent(part float64) cell   { return cell{kind: cellPercent, part: part} }
func linkTo(text, to string) cell { return cell{kind: cellLink, text: text, to: to} }

// each gives rows that are in memory.
func each(rows [][]cell) iter.Seq2[[]cell, error] {
	return func(yield func([]cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// add puts blocks at the end of the section.
func (s *section) add(blocks ...any) { s.blocks = append(s.blocks, blocks...) }

// newSection starts a section with its title and the way back to the first one.
func (b *book) newSection(key string, widths ...float64) *section {
	s := &section{key: key, name: b.word(key + ".sheet"), widths: widths}
	s.add(title(b.word(key + ".title")))
	return s
}

// back leads to the first section.
func (b *book) back() crossing { return crossing{b.word("back"), "readme"} }

// newTable makes a table with the texts of its key.
func (b *book) newTable(key string, rows [][]cell, cols ...string) *table {
	t := &table{name: b.word(key + ".table"), caption: b.word(key), rows: each(rows)}
	for i, c := range cols {
		col := column{header: b.word(key + ".col." + c)}
		if len(rows) > 0 {
			k := rows[0][i].kind
			col.right = k == cellNumber || k == cellPercent
		}
		t.cols = append(t.cols, col)
	}
	return t
}

// newList makes a section that is one long table: sentences above it, and rows
// that are made when a form asks for them. A list without rows says so.
func (b *book) newList(key string, leads []string, cols []column, rows iter.Seq2[[]cell, error]) *section {
	s := b.newSection(key)
	for _, l := range leads {
		s.add(lead(l))
	}
	t := &table{name: b.word(key + ".table"), caption: b.word(key + ".about")}
	for _, c := range cols {
		c.header = b.word(key + ".col." + c.header)
		t.cols = append(t.cols, c)
		s.widths = append(s.widths, c.width)
	}
	t.rows = func(yield func([]cell, error) bool) {
		none := true
		for r, err := range rows {
			none = false
			if !yield(r, err) {
				return
			}
		}
		if none {
			r := make([]cell, len(cols))
			r[0] = text(b.word("nothing"))
			yield(r, nil)
		}
	}
	s.long = t
	s.add(b.back(), t)
	return s
}

// col and numbers are columns of a list; the key names the header's text.
func col(key string, width float64) column { return column{header: key, width: width} }

func numbers(key string, width float64) column { return column{header: key, width: width, right: true} }

// follows makes a column stand under the one before it, as its continuation.
func (c column) follows() column { c.under, c.bare = true, true; return c }

// below makes a column stand under the one before it where there is less room.
func (c column) below() column { c.under = true; return c }
