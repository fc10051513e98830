package bundle

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// What `make bench` holds the bundle against, made of its own parts; variants_test.go
// starts them. Exported for that alone.

// ClosePlain is Close with the rows of the workbooks written by the stream writer of
// excelize instead of our own encoder. Its long sheets have no table, no heights of
// rows and no shared texts: that is in its favour.
func (w *Writer) ClosePlain(total Count) (Result, error) {
	defer w.Abort()
	return w.finish(total, func(b *book, a answer) error {
		defer func() {
			for _, p := range b.pulled {
				p.stop()
			}
		}()
		if err := b.plan(a); err != nil {
			return err
		}
		for _, k := range b.books {
			if err := k.packPlain(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *workbook) packPlain() error {
	out, err := newMade(filepath.Join(w.temp, bookName), false)
	if err != nil {
		return err
	}
	defer func() { _ = out.file.Close() }()
	w.f = excelize.NewFile()
	defer func() { _ = w.f.Close() }()
	if err := w.build(); err != nil {
		return err
	}
	for _, s := range w.sheets {
		if s.long != nil {
			if err := w.plainRows(s); err != nil {
				return err
			}
		}
	}
	if err := w.f.Write(out); err != nil {
		return err
	}
	if err := out.finish(); err != nil {
		return err
	}
	if err := w.zip.carry(w.bookPath(w.number), out, zip.Store); err != nil {
		return err
	}
	return os.Remove(out.file.Name())
}

func (w *workbook) plainRows(s *sheet) error {
	head, err := w.f.GetRows(s.name)
	if err != nil {
		return err
	}
	stream, err := w.f.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	row := 0
	write := func(cells []any) error {
		row++
		return stream.SetRow("A"+strconv.Itoa(row), cells)
	}
	for _, texts := range head {
		var cells []any
		for _, t := range texts {
			cells = append(cells, t)
		}
		if err := write(cells); err != nil {
			return err
		}
	}
	var cells []any
	for range s.span.entries {
		s.rows.advance()
		if s.rows.err != nil {
			return s.rows.err
		}
		cells = cells[:0]
		for i := range s.rows.cells {
			cells = append(cells, w.plainCell(&s.rows.cells[i]))
		}
		if err := write(cells); err != nil {
			return err
		}
	}
	return stream.Flush()
}

func (w *workbook) plainCell(c *cell) excelize.Cell {
	switch c.kind {
	case cellNumber:
		return excelize.Cell{StyleID: styleNumber, Value: c.n}
	case cellMoment, cellDay:
		if c.at.IsZero() {
			return excelize.Cell{StyleID: styleText, Value: w.timeText(c.at)}
		}
		local := c.at.In(w.head.Zone)
		_, offset := local.Zone()
		return excelize.Cell{StyleID: styleDate, Value: c.at.UTC().Add(time.Duration(offset) * time.Second)}
	case cellText, cellTerm, cellStrong, cellRight, cellLink, cellPercent:
	}
	return excelize.Cell{StyleID: styleText, Value: brief(visible(c.text))}
}

// BareRows writes n rows of the timeline from cells that are in memory, as a sheet's
// XML into one packed file: what the encoder of rows costs by itself.
func BareRows(h Head, folder string, list []*schema.Explanation, n int) (took time.Duration, err error) {
	w, err := Create(folder, "rows.zip", h)
	if err != nil {
		return 0, err
	}
	defer w.Abort()
	kept := make([][]cell, len(list))
	for i, e := range list {
		kept[i] = slices.Clone(w.timelineRow(e))
	}
	begun := time.Now()
	out, err := newMade(filepath.Join(folder, "rows"), true)
	if err != nil {
		return 0, err
	}
	defer func() { _ = out.file.Close() }()
	b := &workbook{book: &book{Writer: w}, sharing: newSharing()}
	rows := &sheetRows{row: row{cols: timelineColumns()}, workbook: b, out: out}
	for i := range n {
		cells := kept[i%len(kept)]
		for k := range cells {
			if cells[k].kind == cellTerm && cells[k].text != "" {
				b.sharing.add(cells[k].text)
			}
		}
		if err := rows.add(cells); err != nil {
			return 0, err
		}
	}
	if err := errors.Join(rows.flush(), out.finish()); err != nil {
		return 0, err
	}
	return time.Since(begun), nil
}

// Cells writes a workbook of one sheet from rows as cells.c reads them: sorted by
// time on disk, as the timeline is.
func Cells(h Head, tsv, folder string) error {
	h.RowLimit, h.BookRows, h.BookBytes = 1_048_000, math.MaxInt, math.MaxInt
	w, err := Create(folder, "cells.zip", h)
	if err != nil {
		return err
	}
	defer w.Abort()
	f, err := os.Open(tsv)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var row []cell
	var data []byte
	for lines.Scan() {
		row = row[:0]
		var at time.Time
		i := 0
		for text := range strings.SplitSeq(lines.Text(), "\t") {
			c := term(text)
			switch i {
			case 0:
				if at, err = time.Parse("2006-01-02T15:04:05", text); err != nil {
					return err
				}
				c = moment(at)
			case 3:
				c.kind = cellText
			case 9:
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return err
				}
				c = number(n)
			}
			row = append(row, c)
			i++
		}
		if len(row) != len(timelineColumns()) {
			return fmt.Errorf("a row of %d cells", len(row))
		}
		data = appendCells(data[:0], row)
		if err := w.rows.add(sortKey(at), data); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	b := &book{Writer: w, all: &Balance{}}
	defer func() {
		for _, p := range b.pulled {
			p.stop()
		}
	}()
	if err := b.plan(answer{b.timeline()}); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(folder, "cells.xlsx"))
	if err != nil {
		return err
	}
	return errors.Join(b.books[0].write(out), out.Close())
}
