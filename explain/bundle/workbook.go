package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// book is the workbook while it is built: excelize's file, and the lists whose
// rows we write ourselves.
type book struct {
	*Writer
	f     *excelize.File
	all   *Balance
	lists []*list
	links []string // sheet names in order, for the contents
	stop  func()
}

// workbook writes the workbook to out.
func (w *Writer) workbook(out io.Writer, all *Balance) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	b := &book{Writer: w, f: f, all: all, stop: func() {}}
	defer func() { b.stop() }()
	if err := b.plan(); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return schema.Fail(schema.CodeOf(err), "build workbook", err)
	}
	z := newParts(out, b.places())
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	if _, err := f.WriteToBuffer(); err != nil { // the buffer stays empty
		code := schema.CodeOf(err)
		return schema.Fail(code, "write workbook", err)
	}
	return nil
}

// plan lists the sheets with rows of our own, and shares the texts that their
// rows will need before excelize numbers its own.
func (b *book) plan() error {
	spans, err := b.spans()
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(b.Writer.rows.sorted(false))
	b.stop = stop
	for i, s := range spans {
		b.lists = append(b.lists, b.timelineList(i+1, s, next))
	}
	events := b.inventory.byCount()
	for _, e := range events {
		for _, f := range e.fields {
			b.sharing.at(f.meaning)
			b.sharing.at(f.why)
			b.sharing.at(b.labels.layers[f.layer])
			b.sharing.at(b.labels.class(f.class))
		}
	}
	b.lists = append(b.lists, b.fieldList(events), b.identifierList(), b.plainList(events), b.missingList(), b.originList())
	return nil
}

// build makes everything but the rows of the lists.
func (b *book) build() error {
	if err := addStyles(b.f); err != nil {
		return err
	}
	readme, summary := b.word("readme.sheet"), b.word("summary.sheet")
	if err := b.f.SetSheetName("Sheet1", readme); err != nil {
		return err
	}
	if err := b.shareStrings(); err != nil {
		return err
	}
	b.links = []string{readme, summary}
	if _, err := b.f.NewSheet(summary); err != nil {
		return err
	}
	for _, l := range b.lists {
		if slices.ContainsFunc(b.links, func(s string) bool { return strings.EqualFold(s, l.sheet) }) {
			return schema.Fail(schema.CodeCatalog, "name sheets", errors.New("two sheets with one name"))
		}
		b.links = append(b.links, l.sheet)
		if err := b.placeholder(l); err != nil {
			return err
		}
	}
	if err := b.summary(summary); err != nil {
		return err
	}
	if err := b.readme(readme); err != nil {
		return err
	}
	b.f.SetActiveSheet(0)
	if types := b.f.ContentTypes; types != nil { // excelize adds these in the order of a map
		sort.Slice(types.Defaults, func(i, j int) bool { return types.Defaults[i].Extension < types.Defaults[j].Extension })
	}
	return b.properties()
}

// shareStrings gives the rows' shared texts the numbers that the rows use:
// excelize numbers strings in the order in which it first sees them. They pass
// through a sheet that is removed again; the strings stay.
func (b *book) shareStrings() error {
	const sheet = "strings"
	if _, err := b.f.NewSheet(sheet); err != nil {
		return err
	}
	for _, s := range b.sharing.list {
		if err := b.f.SetCellStr(sheet, "A1", s); err != nil {
			return err
		}
	}
	return b.f.DeleteSheet(sheet)
}

func (b *book) properties() error {
	at := b.head.Received.Format(time.RFC3339)
	err := b.f.SetDocProps(&excelize.DocProperties{
		Title: visible(b.word("title", "case", b.head.Case)), Subject: b.word("subject"), Identifier: visible(b.head.Case),
		Creator: visible(cmp.Or(b.head.Author, b.head.Organisation, "inzage")), LastModifiedBy: "inzage",
		Language: string(b.head.Lang), Created: at, Modified: at,
		Description: b.word("description"), Version: b.head.Catalog,
	})
	if err != nil {
		return err
	}
	return b.f.SetAppProps(&excelize.AppProperties{Application: "inzage", Company: visible(b.head.Organisation)})
}

// word is a text of this package.
func (b *book) word(key string, args ...any) string { return b.head.Words("bundle."+key, args...) }

// places finds the parts of the lists: excelize names the part of a sheet after
// the sheet's id.
func (b *book) places() []place {
	list := make([]place, len(b.lists))
	for id, name := range b.f.GetSheetMap() {
		for i, l := range b.lists {
			if l.sheet == name {
				list[i] = place{"xl/worksheets/sheet" + strconv.Itoa(id) + ".xml", l}
			}
		}
	}
	return list
}

// page sets what every sheet has: how it prints and that it has no grid.
func (b *book) page(sheet string, last string, header int) error {
	if err := b.f.SetSheetDimension(sheet, "A1:"+last); err != nil {
		return err
	}
	if err := b.f.SetSheetView(sheet, 0, &excelize.ViewOptions{ShowGridLines: new(false)}); err != nil {
		return err
	}
	if err := b.f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: new(true)}); err != nil {
		return err
	}
	const a4 = 9
	err := b.f.SetPageLayout(sheet, &excelize.PageLayoutOptions{
		Size: new(a4), Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0),
	})
	if err != nil {
		return err
	}
	err = b.f.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{
		Left: new(0.4), Right: new(0.4), Top: new(0.5), Bottom: new(0.6), Header: new(0.3), Footer: new(0.3),
	})
	if err != nil {
		return err
	}
	foot := "&L" + strings.ReplaceAll(visible(b.head.Case), "&", "&&") + " · &A&R" + b.word("page", "page", "&P", "pages", "&N")
	if err := b.f.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: foot}); err != nil {
		return err
	}
	if header == 0 {
		return nil
	}
	h := strconv.Itoa(header)
	return b.f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: quoted(sheet) + "!$" + h + ":$" + h, Scope: sheet,
	})
}

// quoted is a sheet's name as a formula or link wants it.
func quoted(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'" }

// parts is the zip of the workbook. It is handed to excelize, keeps the parts
// that excelize gives it, and writes them in the order of their names when all
// are there; then come the lists, their placeholders filled with rows.
type parts struct {
	zip    *zip.Writer
	places []place
	kept   []*kept
}

// place is a list and the part where its sheet stands.
type place struct {
	name string
	list *list
}

// kept is one part of the workbook as excelize made it.
type kept struct {
	name string
	bytes.Buffer
}

func newParts(out io.Writer, places []place) *parts {
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, deflater())
	return &parts{zip: z, places: places}
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
	for _, x := range p.places { // in their own order: the timeline is one stream
		i := slices.IndexFunc(p.kept, func(k *kept) bool { return k.name == x.name })
		if i < 0 {
			return schema.Fail(schema.CodeInternal, "write list", errors.New("excelize gave no sheet for it"))
		}
		if err := p.fill(p.kept[i], x.list); err != nil {
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

// fill writes a list: the head of its placeholder, our rows, its tail.
func (p *parts) fill(k *kept, l *list) error {
	w, err := p.create(k.name)
	if err != nil {
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	const end = "</sheetData>"
	head, tail, ok := bytes.Cut(k.Bytes(), []byte(end))
	if !ok {
		return schema.Fail(schema.CodeInternal, "write list", errors.New("placeholder without data"))
	}
	if _, err := w.Write(head); err != nil {
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	rows := &sheetRows{row: row{cols: l.cols}, out: w, next: l.header}
	if err := l.fill(rows); err != nil {
		return err
	}
	if rows.next != l.header+l.rows {
		return schema.Fail(schema.CodeInternal, "write list", errors.New("other number of rows than its table has"))
	}
	if _, err := w.Write(append([]byte(end), tail...)); err != nil {
		return schema.Fail(schema.CodeIO, "write list", err)
	}
	return nil
}
