package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// book composes the answer from what the writer counted.
type book struct {
	*Writer
	all       *Balance
	linked    map[int64]bool // rows of the timeline, from 1, that a link leads to
	books     []*workbook
	timelines []timelineSheet     // the sheets of the timeline, in all workbooks
	spots     map[int64]spot      // where the linked rows stand
	pulled    []*pulled           // to be stopped
	leaves    map[string][]volume // sections that go on in pages of their own
}

// word is a text of this package.
func (b *book) word(key string, args ...any) string { return b.head.Words("bundle."+key, args...) }

// answer is every section, in the order in which a person reads them. A new
// section is a line here.
func (b *book) answer() answer {
	events := b.inventory.byCount()
	a := answer{
		b.readme(),
		b.portrait(),
		b.summary(events),
		b.timeline(),
		b.kindList(events),
		b.fieldList(events),
		b.identifierList(),
		b.plainList(events),
		b.reasonList(events),
		b.exceptedList(),
		b.redactedList(),
	}
	a = append(a, b.legal()...)
	a = append(a, b.searchedList(), b.missingList(), b.originList(), b.findingList(), b.questionList(events))
	if b.head.Law != nil {
		a = append(a, b.glossary())
	}
	return a
}

// workbook is the answer as a workbook, or a part of it, while it is made:
// excelize's file, and the sheets with long tables, whose rows we write
// ourselves.
type workbook struct {
	*book
	number  int // from 1
	f       *excelize.File
	sheets  []*sheet
	sharing *sharing
	tables  [][]byte // parts that are set aside, in the order of their numbers
}

// workbooks writes the workbooks into the bundle, one after the other.
func (b *book) workbooks(a answer) error {
	defer func() {
		for _, p := range b.pulled {
			p.stop()
		}
	}()
	if err := b.plan(a); err != nil {
		return err
	}
	for _, w := range b.books {
		if err := w.pack(); err != nil {
			return err
		}
	}
	return nil
}

// pack makes the workbook beside the zip and carries it in. It is a zip itself:
// stored, so that it opens from inside the bundle without being unpacked twice.
func (w *workbook) pack() error {
	path := filepath.Join(w.temp, bookName)
	out, err := newMade(path, false)
	if err != nil {
		return err
	}
	defer func() { _ = out.file.Close() }()
	if err := w.write(out); err != nil {
		return err
	}
	if err := out.finish(); err != nil {
		return err
	}
	if err := w.zip.carry(w.bookPath(w.number), out, zip.Store); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return schema.Fail(schema.CodeIO, "remove part of bundle", err)
	}
	w.sharing, w.f, w.tables = nil, nil, nil // of the next workbook there may be many
	return nil
}

// write writes the workbook to out.
func (w *workbook) write(out io.Writer) error {
	w.f = excelize.NewFile()
	defer func() { _ = w.f.Close() }()
	if err := w.share(); err != nil {
		return err
	}
	if err := w.build(); err != nil {
		return schema.Fail(schema.CodeOf(err), "build workbook", err)
	}
	z := newParts(out, w)
	w.f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	if _, err := w.f.WriteToBuffer(); err != nil { // the buffer stays empty
		return schema.Fail(schema.CodeOf(err), "write workbook", err)
	}
	return nil
}

// share collects the texts that the rows share, before excelize numbers its own.
func (w *workbook) share() error {
	w.sharing = newSharing()
	for _, s := range w.sheets {
		for range s.span.entries {
			s.terms.advance()
			if s.terms.err != nil {
				return s.terms.err
			}
			for i := range s.terms.cells {
				if c := &s.terms.cells[i]; c.kind == cellTerm && c.text != "" {
					w.sharing.add(c.text)
				}
			}
		}
	}
	return nil
}

// build makes everything but the rows of long tables.
func (w *workbook) build() error {
	if err := addStyles(w.f, w.word("date.locale")); err != nil {
		return err
	}
	if err := w.f.SetSheetName("Sheet1", w.sheets[0].name); err != nil {
		return err
	}
	if err := w.shareStrings(); err != nil {
		return err
	}
	taken := make(map[string]bool)
	for i, s := range w.sheets {
		low := strings.ToLower(s.name)
		if taken[low] {
			return schema.Fail(schema.CodeCatalog, "name sheets", errors.New("two sheets with one name"))
		}
		taken[low] = true
		if i > 0 {
			if _, err := w.f.NewSheet(s.name); err != nil {
				return err
			}
		}
	}
	for _, s := range w.sheets {
		if err := w.draw(s); err != nil {
			return err
		}
	}
	for i, t := range w.tables {
		w.f.Pkg.Store(tablePart(i+1), t)
	}
	w.f.SetActiveSheet(0)
	if types := w.f.ContentTypes; types != nil { // excelize adds these in the order of a map
		sort.Slice(types.Defaults, func(i, j int) bool { return types.Defaults[i].Extension < types.Defaults[j].Extension })
	}
	return w.properties()
}

// setAside leaves of the table that was added last its number and name. excelize
// reads those of every table of the workbook, twice, for each that is added, and of
// the columns too what it has no use for. The tables are put back when all are there.
func (w *workbook) setAside(name string) error {
	n := len(w.tables) + 1
	part, ok := w.f.Pkg.Load(tablePart(n))
	if !ok {
		return schema.Fail(schema.CodeInternal, "add table", errors.New("its part has another name"))
	}
	w.tables = append(w.tables, part.([]byte))
	w.f.Pkg.Store(tablePart(n), fmt.Appendf(nil, `<table xmlns=%q id="%d" name=%q/>`, excelize.NameSpaceSpreadSheet.Value, n, name))
	return nil
}

// tablePart is where excelize puts the table with a number.
func tablePart(n int) string { return "xl/tables/table" + strconv.Itoa(n) + ".xml" }

// shareStrings gives the rows' shared texts the numbers that the rows use:
// excelize numbers strings in the order in which it first sees them. They pass
// through a sheet that is removed again; the strings stay.
func (w *workbook) shareStrings() error {
	const sheet = "strings"
	if _, err := w.f.NewSheet(sheet); err != nil {
		return err
	}
	for _, s := range w.sharing.list {
		if err := w.f.SetCellStr(sheet, "A1", s); err != nil {
			return err
		}
	}
	return w.f.DeleteSheet(sheet)
}

// named is what the workbook is called.
func (w *workbook) named() string {
	if len(w.books) == 1 {
		return w.word("title", "case", w.head.Case)
	}
	words := w.head.Words
	return w.word("parts.name", "case", w.head.Case, "number", words.number(int64(w.number)), "total", words.number(int64(len(w.books))))
}

func (w *workbook) properties() error {
	at := w.head.Received.Format(time.RFC3339)
	err := w.f.SetDocProps(&excelize.DocProperties{
		Title: visible(w.named()), Subject: w.word("subject"), Identifier: visible(w.head.Case),
		Creator: visible(cmp.Or(w.head.Author, w.head.Organisation, "inzage")), LastModifiedBy: "inzage",
		Language: string(w.head.Lang), Created: at, Modified: at,
		Description: w.word("description"), Version: w.head.Catalog,
	})
	if err != nil {
		return err
	}
	return w.f.SetAppProps(&excelize.AppProperties{Application: "inzage", Company: visible(w.head.Organisation)})
}

// places finds the parts of the sheets with long tables: excelize names the part
// of a sheet after the sheet's id.
func (w *workbook) places() []place {
	ids := make(map[string]int)
	for id, name := range w.f.GetSheetMap() {
		ids[name] = id
	}
	var list []place
	for _, s := range w.sheets {
		if s.long != nil {
			list = append(list, place{"xl/worksheets/sheet" + strconv.Itoa(ids[s.name]) + ".xml", s})
		}
	}
	return list
}

// parts is the zip of the workbook. It is handed to excelize, keeps the parts
// that excelize gives it, and writes them in the order of their names when all
// are there; then come the lists, their placeholders filled with rows.
type parts struct {
	*workbook
	zip    *zip.Writer
	places []place
	kept   []*kept
}

// place is a sheet with a long table, and the part where it stands.
type place struct {
	name  string
	sheet *sheet
}

// kept is one part of the workbook as excelize made it.
type kept struct {
	name string
	bytes.Buffer
}

func newParts(out io.Writer, w *workbook) *parts {
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, newPacker(nil).compress)
	return &parts{workbook: w, zip: z, places: w.places()}
}

// Create implements excelize.ZipWriter.
func (p *parts) Create(name string) (io.Writer, error) {
	k := &kept{name: name}
	p.kept = append(p.kept, k)
	return k, nil
}

// AddFS implements excelize.ZipWriter; excelize does not call it.
func (p *parts) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close implements excelize.ZipWriter: it writes everything.
func (p *parts) Close() error {
	slices.SortFunc(p.kept, func(a, b *kept) int { return strings.Compare(a.name, b.name) })
	for _, k := range p.kept {
		if slices.ContainsFunc(p.places, func(x place) bool { return x.name == k.name }) {
			continue
		}
		w, err := p.create(k.name)
		if err == nil {
			_, err = w.Write(k.Bytes())
		}
		if err != nil {
			return schema.Fail(schema.CodeIO, "write workbook part", err)
		}
	}
	for _, x := range p.places { // in their own order: a list over several sheets is one stream
		i := slices.IndexFunc(p.kept, func(k *kept) bool { return k.name == x.name })
		if i < 0 {
			return schema.Fail(schema.CodeInternal, "write list", errors.New("excelize gave no sheet for it"))
		}
		if err := p.fill(p.kept[i], x.sheet); err != nil {
			return err
		}
	}
	if err := p.zip.Close(); err != nil {
		return schema.Fail(schema.CodeIO, "finish workbook", err)
	}
	return nil
}

// create opens a part. Workbooks carry the first day that a zip knows, as Excel
// writes them.
func (p *parts) create(name string) (io.Writer, error) {
	return p.zip.CreateHeader(&zip.FileHeader{
		Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC),
	})
}

// fill writes a sheet with a long table: the head of its placeholder, our rows,
// its tail.
func (p *parts) fill(k *kept, s *sheet) error {
	out, err := p.create(k.name)
	if err != nil {
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	const end = "</sheetData>"
	head, tail, ok := bytes.Cut(k.Bytes(), []byte(end))
	if !ok {
		return schema.Fail(schema.CodeInternal, "write list", errors.New("placeholder without data"))
	}
	if _, err := out.Write(head); err != nil {
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	rows := &sheetRows{row: row{cols: s.long.cols}, workbook: p.workbook, out: out, next: s.header}
	for range s.span.entries {
		s.rows.advance()
		if s.rows.err != nil {
			return s.rows.err
		}
		if !s.rows.more {
			return schema.Fail(schema.CodeInternal, "write list", errors.New("fewer rows than were counted"))
		}
		if err := rows.add(s.rows.cells); err != nil {
			return err
		}
	}
	if err := rows.flush(); err != nil {
		return err
	}
	if rows.next != s.header+s.span.rows {
		return schema.Fail(schema.CodeInternal, "write list", errors.New("other number of rows than its table has"))
	}
	if _, err := out.Write(append([]byte(end), tail...)); err != nil {
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	return nil
}
