package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
)

// What somebody can hand in with a request: dumps of the Diagnostic Data Viewer,
// an export that was downloaded by hand. The bytes go from the connection into the
// sealed store, a part at a time, and nowhere else.
const (
	// usuallyLargest is how large a file may be where Options.Largest does not say,
	// in bytes; all files of a request together may be four times that.
	usuallyLargest = 4 << 30
	mostFiles      = 100
	// mostForm is how many files one form may bring.
	mostForm = 20
	// receiving is how many files can come in at once: each takes two parts of
	// memory, 32 MiB.
	receiving = 4
	// receivingOfOne is how many of these one person can have.
	receivingOfOne = 2
	// patience is how long who sends may be silent.
	patience = time.Minute
	// resumeFrom is from which size on the page sends a file in pieces, so that
	// what breaks off can go on, in bytes.
	resumeFrom = 100 << 20
	// piece is how large the pieces are, in bytes: a part of the store each.
	piece = 16 << 20
)

func (d *Desk) largest() int64 { return cmp.Or(d.Largest, usuallyLargest) }

// fileRoutes are the addresses where files are handed in: by who asked, and by
// the admins for others.
func (d *Desk) fileRoutes() []route {
	var list []route
	for base, roles := range map[string][]Role{"/requests/{case}": {Employee}, "/cases/{case}": {Admin}} {
		list = append(list,
			route{"GET", base + "/files", false, roles, d.filesPage},
			route{"POST", base + "/files", false, roles, d.handIn},
			route{"POST", base + "/files/back", false, roles, d.takeBack},
			route{"POST", base + "/files/forget", false, roles, d.forget},
			route{"POST", base + "/uploads", false, roles, d.tus(tusCreate)},
			route{"HEAD", base + "/uploads/{upload}", false, roles, d.tus(tusWhere)},
			route{"PATCH", base + "/uploads/{upload}", false, roles, d.tus(tusGoOn)},
			route{"DELETE", base + "/uploads/{upload}", false, roles, d.tus(tusDrop)},
		)
	}
	return list
}

// filesPage is what was handed in with a request.
type filesPage struct {
	schema.Standing
	Base string // of the addresses of the case: /requests/<case> or /cases/<case>
	Own  bool   // names of files are for the person alone
	Can  bool   // hand in more
	// Later says that a bundle is being made just now, which will lack it.
	Later   bool
	Files   []handed
	Coming  []coming
	Refused []refusal
	MB      int64  // that a file may have
	Script  string // the name of what sends it
	Resume  int64  // from how many bytes on a file is sent in pieces
	Piece   int64  // of how many bytes
}

// handed is a file that was handed in.
type handed struct {
	N                  int
	Name, Size, SHA256 string
}

// coming is a file that did not come in whole.
type coming struct {
	ID, Name   string
	Mark       string // by what the page's script knows the file again
	Got, Whole string
	Percent    int64
	Size       int64 // of the whole file, in bytes
}

// refusal is a file that was not taken, and why; or of which that is not known.
type refusal struct {
	Name, Why string
	Unsure    bool
}

// unsure is what the page's script says of an upload that is there no more: it was
// taken or refused, and the answer did not arrive.
const unsure schema.Code = "unsure"

// base is where the pages of the case are, for this visitor.
func (v *visit) base() string {
	if strings.HasPrefix(v.r.URL.Path, "/cases/") {
		return "/cases/" + v.request.Case
	}
	return "/requests/" + v.request.Case
}

// upload is the box for what is handed in with the case.
func (d *Desk) upload(ctx context.Context, v *visit) (*queue.Box, error) {
	vault, err := d.Queue.Vault(ctx, v.request.ID)
	if err != nil {
		return nil, err
	}
	return vault.Box(workers.Upload), nil
}

func (d *Desk) filesPage(v *visit) error {
	var refused []refusal
	for _, code := range v.r.URL.Query()["refused"] {
		one := refusal{Why: d.why(v, schema.Code(code)), Unsure: schema.Code(code) == unsure}
		if one.Unsure {
			refused = append(refused, one)
		} else { // the first says what the heading is
			refused = slices.Insert(refused, 0, one)
		}
	}
	return d.showFiles(v, http.StatusOK, refused)
}

// why says in words why a file was not taken.
func (d *Desk) why(v *visit, code schema.Code) string {
	for _, key := range []string{"desk.files.refused." + string(code), "code." + string(code)} {
		if d.Catalog.HasText(key) {
			return d.Catalog.Text(v.lang, key, "mb", itoa(int(d.largest()>>20)), "files", mostFiles)
		}
	}
	return d.Catalog.Text(v.lang, "desk.files.refused.other")
}

func (d *Desk) showFiles(v *visit, status int, refused []refusal) error {
	p := filesPage{
		Standing: v.request.On(d.today()), Base: v.base(), Refused: refused, MB: d.largest() >> 20, Resume: resumeFrom, Piece: piece, Script: d.pages.jsName,
		Own: strings.HasPrefix(v.base(), "/requests/"), Later: v.request.State == schema.StateBuilding && !v.request.Build.Settled(),
	}
	if _, p.Can = v.request.State.Next(schema.EntryHandedIn); v.request.State == schema.StateErased {
		return d.show(v, status, "files", p)
	}
	box, err := d.upload(v.ctx(), v)
	if err != nil {
		return err
	}
	blobs, err := box.Blobs(v.ctx())
	if err != nil {
		return err
	}
	for i, b := range blobs {
		h := handed{N: i + 1, Size: d.bytes(v.lang, b.Size), SHA256: b.SHA256}
		if p.Own {
			h.Name = b.Name
		}
		p.Files = append(p.Files, h)
	}
	list, err := box.Uploads(v.ctx())
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b queue.Incoming) int { return a.Moved.Compare(b.Moved) })
	for _, u := range list {
		c := coming{ID: u.ID, Mark: u.Mark, Got: d.bytes(v.lang, u.Size), Whole: d.bytes(v.lang, u.Whole), Percent: 100 * u.Size / u.Whole, Size: u.Whole}
		if p.Own {
			c.Name = u.Name
		}
		p.Coming = append(p.Coming, c)
	}
	return d.show(v, status, "files", p)
}

// bytes says a size: "12 kB", "3,4 MB".
func (d *Desk) bytes(l schema.Lang, n int64) string {
	unit, rest := "kB", float64(n)/1000
	for _, next := range []string{"MB", "GB"} {
		if rest < 1000 {
			break
		}
		unit, rest = next, rest/1000
	}
	text := decimal(rest)
	if l == schema.Dutch {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text + " " + unit
}

// handIn takes what a form brings. It works in any browser, and does not go on
// where it broke off; for that there is tus.go.
func (d *Desk) handIn(v *visit) error {
	if _, can := v.request.State.Next(schema.EntryHandedIn); !can {
		return schema.Fail(schema.CodeConflict, "hand in files", nil)
	}
	v.allow(mostForm * d.largest())
	form, err := v.r.MultipartReader()
	if err != nil {
		return schema.Fail(schema.CodeUsage, "read form", nil)
	}
	leave, err := d.begin(v)
	if err != nil {
		return err
	}
	defer leave()
	box, err := d.upload(v.ctx(), v)
	if err != nil {
		return err
	}
	var came []*queue.Upload
	defer func() { drop(v.ctx(), came) }()
	var refused []refusal
	refuse := func(name string, err error) bool {
		code := schema.CodeOf(err)
		if !refusable(code) {
			return false
		}
		refused = append(refused, refusal{Name: name, Why: d.why(v, code)})
		return true
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return schema.Fail(schema.CodeUsage, "read form", nil)
		}
		if part.FileName() == "" {
			continue
		}
		name := inputs.Shown(part.FileName())
		u, err := d.receive(v, box, name, part)
		switch {
		case err != nil && !refuse(name, err):
			return err
		case err == nil:
			came = append(came, u)
		}
		if len(came)+len(refused) > mostForm {
			return schema.Fail(schema.CodeUsage, "read form", nil)
		}
	}
	if len(came)+len(refused) == 0 {
		refuse("", schema.Fail(schema.CodeNothingFound, "hand in files", nil))
	}
	taken, left, err := d.accept(v, box, came, refuse)
	came = nil
	drop(v.ctx(), left) // before the page that would show them
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return d.showFiles(v, http.StatusUnprocessableEntity, refused)
	}
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.files.done", "count", taken))
	return v.to(v.base() + "/files")
}

// refusable reports whether the code is about the file, so that who hands it in
// can do something about it.
func refusable(code schema.Code) bool {
	switch code {
	case schema.CodeTooLarge, schema.CodeNothingFound, schema.CodeLimit, schema.CodeEncryptedMember, schema.CodeDamagedArchive,
		schema.CodeUnknownFormat, schema.CodeFormatList, schema.CodeConcealed, schema.CodeNotDecoded, schema.CodeConsumerExport, schema.CodeHashDiffers,
		schema.CodeFull, schema.CodeInfected, schema.CodeScanLimit, schema.CodeNotScanned:
		return true
	default:
		return false
	}
}

// begin waits for nobody: where enough files are coming in, who is next tries
// again a little later.
func (d *Desk) begin(v *visit) (leave func(), err error) {
	who := v.who.Actor
	p := &d.places
	p.Lock()
	defer p.Unlock()
	if p.taken >= receiving || p.of[who] >= receivingOfOne {
		return nil, schema.Fail(schema.CodeUnreachable, "receive file", nil)
	}
	p.taken++
	p.of[who]++
	return func() {
		p.Lock()
		defer p.Unlock()
		p.taken--
		if p.of[who]--; p.of[who] == 0 {
			delete(p.of, who)
		}
	}, nil
}

// receive stores one file of a form.
func (d *Desk) receive(v *visit, box *queue.Box, name string, part *multipart.Part) (*queue.Upload, error) {
	u, err := box.Begin(v.ctx(), name, d.largest(), "", "")
	if err != nil {
		return nil, err
	}
	if _, err = u.Write(v.ctx(), 0, &patient{part, http.NewResponseController(v.w)}); err == nil {
		err = u.Ended(v.ctx())
	}
	if err != nil {
		drop(v.ctx(), []*queue.Upload{u})
		return nil, err
	}
	return u, nil
}

// patient reads from who may take long, as long as something comes.
type patient struct {
	io.Reader
	conn *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	return p.Reader.Read(b)
}

// drop gives uploads up; what cannot be dropped now, the sweep forgets later.
func drop(ctx context.Context, list []*queue.Upload) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer stop()
	for _, u := range list {
		_ = u.Drop(ctx)
	}
}
