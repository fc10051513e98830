package bundle

import (
	"archive/zip"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"inzage/explain/law"
	"inzage/schema"
)

// Head is what a bundle says about itself.
type Head struct {
	// Case is the case number; it names the workbook.
	Case string
	// Lang is the language of Words.
	Lang schema.Lang
	// Received is the day of the request. It is also the time of creation
	// that the files in the bundle carry: no clock is read.
	Received time.Time
	// Zone is the reader's time zone; nil is UTC.
	Zone *time.Location
	// Organisation and Author may be empty.
	Organisation, Author string
	// Catalog and Program are version numbers.
	Catalog, Program string
	// Words gives every text; it must be set.
	Words Words
	// Law gives the legal texts of the day; without them the answer has the
	// data only. Contact is how they name the organisation's people.
	Law     *law.Texts
	Contact Contact
	// Sources are the names of the sources that the program knows: of each it is
	// said how the search ended, or that nobody searched. Notices are what is
	// worth knowing of the person's account.
	Sources []string
	Notices []schema.Code
	// RowLimit is the number of rows of one Tijdlijn sheet; 0 is 250,000,
	// which opens in a few seconds.
	RowLimit int
	// BookRows and BookBytes bound a workbook: the rows of its lists, and about
	// the size of their XML before it is packed; 0 is a million rows and 600 MiB,
	// which packs to about 60 MB. A timeline that is longer goes on in numbered
	// workbooks.
	BookRows, BookBytes int
	// Sign is the key of the organisation; nil leaves the bundle unsigned.
	Sign ed25519.PrivateKey
	// PageRows is the number of rows of one list on one HTML page; 0 is
	// 5,000, which a browser shows without delay.
	PageRows int
}

// Result is a finished bundle.
type Result struct {
	// Path of the zip, its Size in bytes and its SHA256 in hex.
	Path, SHA256 string
	Size         int64
	Balance      Balance
	// Findings are for the data protection officer.
	Findings []schema.Finding
}

// Writer makes one bundle. Its methods must be called from one goroutine. After
// an error of writing, every call gives that error and Close makes nothing.
type Writer struct {
	head  Head
	temp  string // folder for everything that is not finished
	final string
	zip   *archive
	lines *made // records.jsonl
	rows  *spool
	clear *spool // values that OneDrive may send by exception
	cells []cell // of the row that is being made
	data  []byte // the same, as the spool keeps it
	line  []byte

	labels     *labels
	inventory  *inventory
	ids        *identifiers
	overview   *overview
	placing    *placing
	files      []received
	tallies    map[string]*fileTally
	lastFile   string
	lastTally  *fileTally
	names      *names
	raws       []rawFile
	told       []Search
	withheld   []withheldFile
	masked     *redactions
	acts       *portrait
	uncompared int64
	err        error
	closed     bool
}

const (
	defaultRowLimit = 250_000
	bundleName      = "bundle.zip"
	linesName       = "records.deflate"
	rowsName        = "timeline.rows"
	clearName       = "onedrive.rows"
	bookName        = "workbook.xlsx"
	recordsPath     = "machine/records.jsonl"
	manifestPath    = "manifest.json"
	signaturePath   = "manifest.sig"
	rawFolder       = "raw/"
)

// Create starts the bundle dir/name. Until Close everything stands in a folder
// that only this user can read, dir/.inzage-<case>.partial; what a run that
// died left there is removed first. The bundle itself appears in one step, when
// it is complete. Two writers of one case in one folder at the same time are a
// mistake: the first of them fails.
func Create(dir, name string, h Head) (*Writer, error) {
	if h.Words == nil || h.Case == "" || name == "" || name != filepath.Base(name) {
		return nil, schema.Fail(schema.CodeUsage, "create bundle", nil)
	}
	if h.Zone == nil {
		h.Zone = time.UTC
	}
	if h.RowLimit <= 0 {
		h.RowLimit = defaultRowLimit
	}
	if h.BookRows <= 0 {
		h.BookRows = defaultBookRows
	}
	if h.BookBytes <= 0 {
		h.BookBytes = defaultBookBytes
	}
	if h.PageRows <= 0 {
		h.PageRows = defaultPageRows
	}
	h.Lang = lang(h.Lang)
	y, m, d := h.Received.Date()
	h.Received = time.Date(max(y, 1980), m, d, 0, 0, 0, 0, time.UTC) // a zip has no earlier days

	w := &Writer{
		head: h, temp: filepath.Join(dir, ".inzage-"+fileCase(h.Case)+".partial"), final: filepath.Join(dir, name),
		labels: newLabels(h.Words), inventory: newInventory(), ids: newIdentifiers(),
		overview: newOverview(h.Zone), placing: newPlacing(), masked: newRedactions(), acts: newPortrait(h.Zone),
		tallies: make(map[string]*fileTally), names: newNames(),
	}
	if err := w.open(); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

// fileCase is the case number as a part of a file name.
func fileCase(c string) string { return safePart(strings.NewReplacer("/", "-", "\\", "-").Replace(c)) }

func (w *Writer) open() (err error) {
	if err = os.RemoveAll(w.temp); err == nil {
		err = os.Mkdir(w.temp, 0o700)
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "create bundle folder", err)
	}
	if w.zip, err = newArchive(filepath.Join(w.temp, bundleName), w.head.Received); err != nil {
		return err
	}
	w.rows = newSpool(filepath.Join(w.temp, rowsName))
	w.clear = newSpool(filepath.Join(w.temp, clearName))
	w.lines, err = newMade(filepath.Join(w.temp, linesName), true)
	return err
}

// keep remembers the first error.
func (w *Writer) keep(err error) error {
	if w.err == nil {
		w.err = err
	}
	return err
}

// usable is nil while the writer can take more.
func (w *Writer) usable() error {
	if w.closed {
		return schema.Fail(schema.CodeInternal, "write to closed bundle", nil)
	}
	return w.err
}

// Add takes one explained record of the subject. It keeps nothing of e but
// copies, the catalog's own texts (Meaning, Why) excepted. A record of somebody
// else is refused: it must not come near the bundle.
func (w *Writer) Add(e *schema.Explanation) error {
	if err := w.usable(); err != nil {
		return err
	}
	if e.Record.Unreadable != "" {
		return w.Unreadable(&e.Record)
	}
	if e.Record.Owner == schema.OwnerOther {
		return schema.Fail(schema.CodeOtherPerson, "add record", nil)
	}
	w.own(e.Record.From.File).balance.Layers[eventLayer(e.Layer)]++
	w.inventory.add(e)
	w.ids.add(e)
	w.overview.add(e)
	w.masked.add(&e.Record, e.Title)
	w.placing.add(e)
	w.acts.add(e, w.own(e.Record.From.File).label)
	if err := w.keep(w.excepted(e)); err != nil {
		return err
	}
	w.line = AppendJSON(w.line, e)
	return w.record(e.Record.At, w.timelineRow(e))
}

// Unreadable takes a record that could not be read. It gets a row and a line of
// its own, with the text as it was received.
func (w *Writer) Unreadable(r *schema.Record) error {
	if err := w.usable(); err != nil {
		return err
	}
	if r.Unreadable == "" {
		return schema.Fail(schema.CodeInternal, "add unreadable record", nil)
	}
	own := w.own(r.From.File)
	own.unreadable++
	if own.reasons == nil {
		own.reasons = make(map[schema.Code]int64)
	}
	own.reasons[r.Unreadable]++
	w.overview.unreadable(r)
	w.placing.matrix.add(&schema.Facets{})
	w.masked.add(r, w.head.Words("bundle.unreadable.title"))
	w.line = AppendUnreadable(w.line, r)
	return w.record(r.At, w.unreadableRow(r))
}

// Duplicate takes a record of the subject that an earlier file of the case holds
// too, at the place of. It gets a line but no row: the row is there already.
func (w *Writer) Duplicate(r *schema.Record, of schema.Origin) error {
	if err := w.usable(); err != nil {
		return err
	}
	w.own(r.From.File).duplicates++
	w.line = append(AppendDuplicate(w.line, r, of), '\n')
	if len(w.line) < 64<<10 {
		return nil
	}
	return w.flush()
}

// Uncompared says how many records were not compared with those of other files.
func (w *Writer) Uncompared(n int64) { w.uncompared = n }

// record writes the line that was just made, and the row.
func (w *Writer) record(at time.Time, row []cell) error {
	w.line = append(w.line, '\n')
	if len(w.line) >= 64<<10 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.cells = row
	w.data = appendCells(w.data[:0], row)
	return w.keep(w.rows.add(sortKey(at), w.data))
}

func (w *Writer) flush() error {
	_, err := w.lines.Write(w.line)
	w.line = w.line[:0]
	if err != nil {
		return w.keep(schema.Fail(schema.CodeIO, "write records", err))
	}
	return nil
}

// Raw copies an input file into the bundle, byte for byte, and returns its hash
// and size. Where it cannot be opened nothing is written and the bundle goes
// on; where it breaks off half-way the bundle cannot be finished.
func (w *Writer) Raw(name string, open func() (io.ReadCloser, error)) (sha256 string, size int64, err error) {
	if err := w.usable(); err != nil {
		return "", 0, err
	}
	r, err := open()
	if err != nil {
		return "", 0, schema.Fail(schema.CodeOf(orIO(err)), "open input file", err)
	}
	path := rawFolder + w.names.pick(name)
	p, err := w.zip.copy(path, r)
	if e := r.Close(); err == nil && e != nil {
		err = schema.Fail(schema.CodeIO, "close input file", e)
	}
	if err != nil {
		return "", 0, w.keep(err)
	}
	w.raws = append(w.raws, rawFile{Path: path, Name: visible(name)})
	return p.SHA256, p.Size, nil
}

// File tells what was received and what came out of it, once per input file and
// after all records of that file. The writer keeps fi as it is.
func (w *Writer) File(fi FileInfo) {
	own := w.own(fi.Name)
	own.balance.Count = fi.Count
	w.files = append(w.files, received{fi, own})
	// A later file may have the same name, as archives allow.
	delete(w.tallies, fi.Name)
	w.lastFile, w.lastTally = "", nil
}

// Close holds the counts against each other, finishes the bundle and puts it in
// its place, over an older one with the same name. On an error nothing is left.
func (w *Writer) Close(total Count) (Result, error) {
	if err := w.usable(); err != nil {
		w.Abort()
		return Result{}, err
	}
	res, err := w.finish(total, (*book).workbooks)
	w.Abort() // all that is left is the folder
	return res, err
}

// finish closes the bundle; workbooks writes its workbooks.
func (w *Writer) finish(total Count, workbooks func(*book, answer) error) (Result, error) {
	all, err := w.settle(total)
	if err != nil {
		return Result{}, err
	}
	w.line = append(AppendSummary(w.line, &all), '\n')
	if err := w.flush(); err != nil {
		return Result{}, err
	}
	if err := w.lines.finish(); err != nil {
		return Result{}, err
	}
	b := &book{Writer: w, all: &all}
	a := b.answer()
	if err := workbooks(b, a); err != nil {
		return Result{}, err
	}
	if err := b.webPages(a); err != nil {
		return Result{}, err
	}
	if err := b.letters(); err != nil {
		return Result{}, err
	}
	if err := b.machine(a); err != nil {
		return Result{}, err
	}
	// Last, since the manifest vouches for the zip up to itself (soFar).
	if err := w.zip.carry(recordsPath, w.lines, zip.Deflate); err != nil {
		return Result{}, err
	}
	m, err := b.manifest()
	if err != nil {
		return Result{}, err
	}
	if err := w.zip.put(manifestPath, m); err != nil {
		return Result{}, err
	}
	if w.head.Sign != nil {
		if err := w.zip.put(signaturePath, ed25519.Sign(w.head.Sign, m)); err != nil {
			return Result{}, err
		}
	}
	if err := w.zip.close(); err != nil {
		return Result{}, err
	}
	if err := os.Rename(filepath.Join(w.temp, bundleName), w.final); err != nil {
		return Result{}, schema.Fail(schema.CodeIO, "place bundle", err)
	}
	return Result{Path: w.final, Size: w.zip.size, SHA256: w.zip.digest(), Balance: all, Findings: b.found()}, nil
}

// Abort gives up and removes everything that was not finished. After Close it
// does nothing, so it can be deferred.
func (w *Writer) Abort() {
	if w.closed {
		return
	}
	w.closed = true
	if w.zip != nil {
		_ = w.zip.file.Close()
	}
	if w.lines != nil {
		_ = w.lines.file.Close()
	}
	if w.rows != nil {
		w.rows.close()
		w.clear.close()
	}
	if err := os.RemoveAll(w.temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		_ = w.keep(schema.Fail(schema.CodeIO, "remove bundle folder", err))
	}
}
