package web

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"inzage/docs/guides"
	"inzage/schema"
)

// guideNames are the guides, in the order in which they are offered.
func guideNames() []string { return []string{"employee", "admin", "dpo"} }

// guideScript collects a dump of the Diagnostic Data Viewer.
const guideScript = "collect-dataviewer.ps1"

// guide is one guide in one language.
type guide struct {
	Title string
	Text  template.HTML
}

// loadGuides makes pages of the guides. They are text of ours, and yet raw HTML
// in them would not pass: goldmark leaves it out.
func loadGuides() (map[string]guide, error) {
	all := make(map[string]guide)
	for _, name := range guideNames() {
		for _, l := range []schema.Lang{schema.Dutch, schema.English} {
			file := name + "." + string(l)
			source, err := fs.ReadFile(guides.FS(), file+".md")
			if err != nil {
				return nil, schema.Fail(schema.CodeInternal, "read guide", err)
			}
			if all[file], err = readGuide(source); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func readGuide(source []byte) (guide, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.Table))
	doc := md.Parser().Parse(text.NewReader(source))
	var g guide
	var links []*ast.Link
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 1 {
				g.Title = string(n.Lines().Value(source))
			}
		case *ast.Link:
			links = append(links, n)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return g, schema.Fail(schema.CodeInternal, "read guide", err)
	}
	for _, link := range links {
		if target := string(link.Destination); target == guideScript {
			link.Destination = []byte("/guides/" + target)
		} else if !strings.Contains(target, "://") { // a page that the desk does not have: its name stays
			unlink(link)
		}
	}
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, source, doc); err != nil {
		return g, schema.Fail(schema.CodeInternal, "write guide", err)
	}
	dressed := strings.NewReplacer(
		"<h1>", `<h1 class="nl-heading nl-heading--level-1">`, "<h2>", `<h2 class="nl-heading nl-heading--level-2">`,
		"<h3>", `<h3 class="nl-heading nl-heading--level-3">`, "<p>", `<p class="nl-paragraph">`,
		"<table>", `<div class="desk-scroll" tabindex="0"><table class="utrecht-table utrecht-table--html-table desk-table">`, "</table>", "</table></div>",
	).Replace(out.String())
	g.Text = template.HTML(dressed) //nolint:gosec // rendered of our own text, without raw HTML
	return g, nil
}

// unlink puts what a link shows in the place of the link.
func unlink(link *ast.Link) {
	for child := link.FirstChild(); child != nil; {
		next := child.NextSibling()
		link.Parent().InsertBefore(link.Parent(), link, child)
		child = next
	}
	link.Parent().RemoveChild(link.Parent(), link)
}

func (d *Desk) guideList(v *visit) error {
	type item struct{ Name, Title string }
	var list []item
	for _, name := range guideNames() {
		list = append(list, item{name, d.guides[name+"."+string(v.lang)].Title})
	}
	return d.show(v, http.StatusOK, "guides", list)
}

// guide shows a guide in the visitor's language, or gives the script.
func (d *Desk) guide(v *visit) error {
	name := v.r.PathValue("guide")
	if name == guideScript {
		script, err := fs.ReadFile(guides.FS(), guideScript)
		if err != nil {
			return schema.Fail(schema.CodeInternal, "read script", err)
		}
		v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		v.w.Header().Set("Content-Disposition", `attachment; filename="`+guideScript+`"`)
		_, _ = v.w.Write(script)
		return nil
	}
	g, ok := d.guides[name+"."+string(v.lang)]
	if !ok {
		return schema.Fail(schema.CodeNotFound, "find guide", nil)
	}
	return d.show(v, http.StatusOK, "guide", g)
}
