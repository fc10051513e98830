package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"inzage/explain"
	"inzage/schema"
)

//go:embed templates static
var files embed.FS

// pages are the templates per language, and what they use.
type pages struct {
	catalog *explain.Catalog
	lang    map[schema.Lang]map[string]*template.Template
	static  map[string]asset // by name
	// The names of the style sheet, of the script of the pages that need one, and of
	// that of every page with a session.
	cssName, jsName, sessionName string
}

// asset is what a browser may keep: its name changes with what is in it.
type asset struct {
	kind string
	text []byte
}

// keep adds an asset, and returns its name.
func (p *pages) keep(name, ext, kind string, text []byte) string {
	sum := sha256.Sum256(text)
	name += "-" + hex.EncodeToString(sum[:6]) + ext
	p.static[name] = asset{kind, text}
	return name
}

// loadPages reads every page in both languages. The style sheet is the design
// system's files, in the order of their names, then the desk's, then the
// organisation's: what comes later goes before.
func loadPages(c *explain.Catalog, theme []byte) (*pages, error) {
	p := &pages{catalog: c, lang: make(map[schema.Lang]map[string]*template.Template), static: make(map[string]asset)}
	sheets, err := fs.Glob(files, "static/nlds/*.css")
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "find style sheets", err)
	}
	var css []byte
	for _, name := range append(sheets, "static/desk.css") {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, schema.Fail(schema.CodeInternal, "read style sheet", err)
		}
		css = append(append(css, text...), '\n')
	}
	p.cssName = p.keep("desk", ".css", "text/css", append(css, theme...))
	for script, name := range map[string]*string{"desk": &p.jsName, "session": &p.sessionName} {
		text, err := files.ReadFile("static/" + script + ".js")
		if err != nil {
			return nil, schema.Fail(schema.CodeInternal, "read script", err)
		}
		*name = p.keep(script, ".js", "text/javascript", text)
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "find pages", err)
	}
	shared := []string{"templates/frame.html", "templates/parts.html"}
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		p.lang[l] = make(map[string]*template.Template)
		for _, name := range names {
			if slices.Contains(shared, name) {
				continue
			}
			t, err := template.New("frame").Funcs(p.funcs(l)).ParseFS(files, append(slices.Clone(shared), name)...)
			if err != nil {
				return nil, schema.Fail(schema.CodeCatalog, "read page", err)
			}
			p.lang[l][strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")] = t
		}
	}
	return p, nil
}

// funcs are what pages can say.
func (p *pages) funcs(l schema.Lang) template.FuncMap {
	return template.FuncMap{
		"t":    func(key string, args ...any) string { return p.catalog.Text(l, key, args...) },
		"day":  func(d schema.Date) string { return p.catalog.Day(l, d) },
		"date": func(d schema.Date) string { return p.date(l, d) },
		"left": func(days int) string { return p.catalog.Left(l, days) },
	}
}

// date says a date without its weekday: "7 april 2025".
func (p *pages) date(l schema.Lang, d schema.Date) string {
	if d.IsZero() {
		return ""
	}
	return p.catalog.Text(l, "desk.date", "day", d.Day(), "month", p.catalog.Text(l, "engine.month."+itoa(int(d.Month()))), "year", d.Year())
}

// moment says when something happened, where the organisation is.
func (d *Desk) moment(l schema.Lang, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(d.Zone)
	return d.Catalog.Text(l, "desk.moment", "date", d.pages.date(l, schema.CivilDate(at, d.Zone)), "time", at.Format("15:04"))
}

// frame is what is around every page.
type frame struct {
	Lang         schema.Lang
	Other        schema.Lang // to change to
	CSS          string
	Organisation string
	Name         string // who is signed in; empty for nobody
	Nav          []navItem
	Back         string // where a change of language, and a new sign-in, lead
	Session      *lasts // nil for nobody
	Notice       string
	Body         any
}

type navItem struct {
	Path, Key string
	Here      bool
}

// show writes a page.
func (d *Desk) show(v *visit, status int, name string, body any) error {
	f := frame{Lang: v.lang, Other: schema.English, CSS: d.pages.cssName, Organisation: d.Organisation, Back: "/", Body: body}
	if v.lang == schema.English {
		f.Other = schema.Dutch
	}
	if v.r.Method == http.MethodGet {
		f.Back = v.r.URL.RequestURI()
	}
	if v.who != nil {
		f.Name = v.who.Name.Reveal()
		f.Session = d.lasts(v)
		if !v.quiet {
			f.Notice = d.sessions.noticed(v.who.token)
		}
		for _, item := range []struct {
			navItem
			roles []Role
		}{
			{navItem{Path: "/requests", Key: "desk.nav.requests"}, []Role{Employee}},
			{navItem{Path: "/cases", Key: "desk.nav.cases"}, []Role{Admin, Reader}},
			{navItem{Path: "/oversight", Key: "desk.nav.oversight"}, []Role{Officer}},
		} {
			if v.has(item.roles...) {
				item.Here = strings.HasPrefix(v.r.URL.Path, item.Path)
				f.Nav = append(f.Nav, item.navItem)
			}
		}
	}
	var page bytes.Buffer // whole, or an error page in its place
	if err := d.pages.lang[v.lang][name].ExecuteTemplate(&page, "frame", f); err != nil {
		return schema.Fail(schema.CodeInternal, "write page", err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", string(v.lang))
	v.w.WriteHeader(status)
	_, _ = v.w.Write(page.Bytes()) // who went away needs no answer
	return nil
}

// sorry answers a visit that came to nothing.
func (d *Desk) sorry(v *visit, err error) {
	code := schema.CodeOf(err)
	if code == codeSignIn {
		next := "/"
		if v.r.Method == http.MethodGet {
			next = v.r.URL.RequestURI()
		}
		_ = v.to("/sign-in?next=" + escape(next))
		return
	}
	status, key := http.StatusInternalServerError, "internal"
	switch code {
	case codeForbidden:
		status, key = http.StatusForbidden, "forbidden"
	case codeTooFast:
		status, key = http.StatusTooManyRequests, "too-fast"
	case schema.CodeNotFound:
		status, key = http.StatusNotFound, "not-found"
	case schema.CodeConflict:
		status, key = http.StatusConflict, "conflict"
	case schema.CodeFourEyes:
		status, key = http.StatusConflict, "four-eyes"
	case schema.CodeTooLate:
		status, key = http.StatusConflict, "too-late"
	case schema.CodeErased:
		status, key = http.StatusGone, "erased"
	case schema.CodeUsage:
		status, key = http.StatusBadRequest, "usage"
	case schema.CodeUnreachable, schema.CodeFull:
		status, key = http.StatusServiceUnavailable, "unreachable"
	default:
	}
	if err := d.show(v, status, "sorry", "desk.sorry."+key); err != nil {
		http.Error(v.w, string(schema.CodeInternal), http.StatusInternalServerError)
	}
}

// static serves the style sheet and the scripts.
func (d *Desk) static(v *visit) error {
	file, ok := d.pages.static[v.r.PathValue("file")]
	if !ok {
		return schema.Fail(schema.CodeNotFound, "find file", nil)
	}
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	v.w.Header().Set("Content-Type", file.kind+"; charset=utf-8")
	_, _ = v.w.Write(file.text)
	return nil
}
