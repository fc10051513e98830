package pages

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"inzage/explain/overlay"
	"inzage/schema"
)

// Overlay writes the page as one file of the catalog's part "published": what
// Microsoft lists, as evidence beside the catalog's own texts.
func (p *Page) Overlay() ([]byte, error) {
	o := overlay.Page{Page: p.Name, Title: p.Title, Date: p.Date, Family: string(p.Family)}
	for i := range p.Events {
		o.Events = appendEvent(o.Events, &p.Events[i])
	}
	for i := range p.Blocks {
		b := &p.Blocks[i]
		o.Common = append(o.Common, overlay.Block{Name: b.Name, All: b.All, Fields: overlayFields(b.Fields)})
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(o), enc.Close()); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write overlay", err)
	}
	return out.Bytes(), nil
}

// appendEvent adds an event and, after it, those that the page writes as fields
// of it: data names them as any other.
func appendEvent(to []overlay.Event, e *Event) []overlay.Event {
	out := overlay.Event{
		Old: e.Old, Category: e.Category, Subtype: e.Subtype, Removed: e.Removed, From: e.From, Text: e.Text, Fields: overlayFields(e.Fields),
	}
	for _, n := range e.Names {
		out.Names = append(out.Names, n.Name)
	}
	to = append(to, out)
	for i := range e.Parts {
		part := &e.Parts[i]
		part.Category, part.Subtype = e.Category, e.Subtype
		to = appendEvent(to, part)
	}
	return to
}

func overlayFields(fields []Field) []overlay.Field {
	out := make([]overlay.Field, len(fields))
	for i := range fields {
		f := &fields[i]
		out[i] = overlay.Field{Name: f.Name, Path: f.Path, Also: f.Also, Old: f.Old, Type: f.Type, Removed: f.Removed, Text: f.Text}
	}
	return out
}

// ReadOverlay reads the pages that were written with Overlay from the folder
// "published" of a catalog. Its errors have CodeIO, CodeTooLarge or, where a
// file is not as Overlay writes it, CodeCatalog.
func ReadOverlay(fsys fs.FS) ([]*Page, error) {
	files, err := fs.Glob(fsys, "published/*.yaml")
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "list overlay", err)
	}
	pages := make([]*Page, 0, len(files))
	for _, file := range files {
		data, err := readBounded(fsys, file)
		if err != nil {
			return nil, err
		}
		var o overlay.Page
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		if err := d.Decode(&o); err != nil {
			return nil, schema.Fail(schema.CodeCatalog, "read overlay", err)
		}
		if o.Page == "" {
			o.Page = strings.TrimSuffix(path.Base(file), ".yaml")
		}
		pages = append(pages, pageOf(&o))
	}
	return pages, nil
}

func readBounded(fsys fs.FS, file string) ([]byte, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "open overlay", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, 4*maxPage+1))
	switch {
	case err != nil:
		return nil, schema.Fail(schema.CodeIO, "read overlay", err)
	case len(data) > 4*maxPage:
		return nil, schema.Fail(schema.CodeTooLarge, "read overlay", nil)
	}
	return data, nil
}

func pageOf(o *overlay.Page) *Page {
	p := &Page{Name: o.Page, Title: o.Title, Date: o.Date, Family: Family(o.Family), Odd: map[Odd]int{}}
	for i := range o.Events {
		e := &o.Events[i]
		out := Event{Old: e.Old, Category: e.Category, Subtype: e.Subtype, Removed: e.Removed, From: e.From, Text: e.Text, Fields: pageFields(e.Fields)}
		for _, n := range e.Names {
			out.Names = append(out.Names, Name{Name: n})
		}
		p.Events = append(p.Events, out)
	}
	for i := range o.Common {
		b := &o.Common[i]
		p.Blocks = append(p.Blocks, Block{Name: b.Name, All: b.All, Fields: pageFields(b.Fields)})
	}
	return p
}

func pageFields(fields []overlay.Field) []Field {
	out := make([]Field, len(fields))
	for i := range fields {
		f := &fields[i]
		out[i] = Field{Name: f.Name, Path: f.Path, Also: f.Also, Old: f.Old, Type: f.Type, Removed: f.Removed, Text: f.Text}
	}
	return out
}
