package web

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"inzage/schema"
)

// draft is a list of requests that an admin handed in, and that is filed when the
// admin has looked at it and says so. It is in memory, as long as the session:
// nothing of a list that was not confirmed is kept.
type draft struct {
	id string

	mu   sync.Mutex // held while the list is looked at, changed or filed
	list []applicant
	// wrong and about say why the list as a whole could not be read.
	wrong, about string
}

// atOnce is how long one request over HTTP goes on filing; a click goes on with
// the rest.
const atOnce = 20 * time.Second

// listPage is the draft as a page.
type listPage struct {
	ID           string
	Wrong, About string
	Rows         []applicant
	Columns      []string
	// How many of the lines can be filed still, were filed, are of somebody with
	// an open case, and have something wrong.
	Ready, Filed, Same, Flawed int
	Max                        int
}

// files reports whether a line is one to file.
func (a *applicant) files() bool {
	return len(a.Flaws) == 0 && a.Same == "" && a.Twin == 0 && a.Case == ""
}

func (d *Desk) listPage(v *visit) error {
	p := listPage{Columns: columns(), Max: maxLines}
	one := d.sessions.draft(v.who.token)
	if one == nil {
		return d.show(v, http.StatusOK, "intakelist", p)
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	p.ID, p.Wrong, p.About, p.Rows = one.id, one.wrong, one.about, one.list
	for i := range p.Rows {
		switch a := &p.Rows[i]; {
		case a.Case != "":
			p.Filed++
		case len(a.Flaws) > 0:
			p.Flawed++
		case a.Same != "" || a.Twin > 0:
			p.Same++
		default:
			p.Ready++
		}
	}
	return d.show(v, http.StatusOK, "intakelist", p)
}

// readDraft reads a list that was handed in. Nothing is filed.
func (d *Desk) readDraft(v *visit) error {
	v.allow(maxList + maxForm)
	in, _, err := v.r.FormFile("list")
	if errors.Is(err, http.ErrMissingFile) {
		return d.keepDraft(v, &draft{wrong: "none"})
	}
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return d.keepDraft(v, &draft{wrong: "large"})
		}
		return schema.Fail(schema.CodeUsage, "read list", err)
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxList+1))
	if err != nil {
		return schema.Fail(schema.CodeUsage, "read list", err)
	}
	if len(text) > maxList {
		return d.keepDraft(v, &draft{wrong: "large"})
	}
	one := new(draft)
	if one.list, one.wrong, one.about = readList(text, d.today()); one.wrong == "" {
		d.Reception.Lock()
		defer d.Reception.Unlock()
		for i := range one.list {
			if a := &one.list[i]; len(a.Flaws) == 0 {
				if a.Same, err = d.openCase(v.ctx(), a.subject()); err != nil {
					return err
				}
			}
		}
	}
	return d.keepDraft(v, one)
}

func (d *Desk) keepDraft(v *visit, one *draft) error {
	one.id = rand.Text()
	d.sessions.keepDraft(v.who.token, one)
	return v.to("/intake/list")
}

// fileDraft files the lines that can be filed, each once however often this is
// asked: a line that was filed has its case, and nobody files while another does.
func (d *Desk) fileDraft(v *visit) error {
	one := d.sessions.draft(v.who.token)
	if one == nil || one.id != v.r.FormValue("draft") { // another list took its place
		return schema.Fail(schema.CodeConflict, "file list", nil)
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	begun, filed, left := time.Now(), 0, 0
	for i := range one.list {
		a := &one.list[i]
		if a.files() && time.Since(begun) <= atOnce {
			if err := d.fileLine(v, a); err != nil {
				if v.ctx().Err() != nil { // the browser went away; what was filed has its case
					return err
				}
				a.Failed = schema.CodeOf(err)
			}
		}
		switch {
		case a.Case != "": // by this click or one before: who clicks twice reads the whole
			filed++
		case a.files():
			left++
		}
	}
	notice := "desk.list.filed"
	if left > 0 {
		notice = "desk.list.filed.part"
	}
	d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, notice, "filed", filed, "left", left))
	return v.to("/intake/list")
}

// fileLine files one, unless its person has an open case by now.
func (d *Desk) fileLine(v *visit, a *applicant) error {
	d.Reception.Lock()
	defer d.Reception.Unlock()
	var err error
	if a.Same, err = d.openCase(v.ctx(), a.subject()); err != nil || a.Same != "" {
		return err
	}
	r, err := d.file(v, a)
	if r.Case != "" { // opened, if nothing else
		a.Case, a.Failed = r.Case, ""
	}
	return err
}

// dropDraft forgets the list.
func (d *Desk) dropDraft(v *visit) error {
	d.sessions.keepDraft(v.who.token, nil)
	return v.to("/intake/list")
}
