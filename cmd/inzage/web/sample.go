package web

import (
	"net/http"

	"inzage/schema"
	"inzage/workers"
)

// samplePage shows an admin what the rows of an answer are like, without what
// stands in them: each kind of row once, and not how many there are.
type samplePage struct {
	Case   string
	Shapes []shape
}

type shape struct {
	workers.Shape
	Name, KindName string
	Counts         []classCount
}

// classCount is how many fields of a class a row has.
type classCount struct {
	N     int
	Class schema.Class
}

func (d *Desk) sample(v *visit) error {
	if v.request.Bundle == "" {
		return schema.Fail(schema.CodeConflict, "show sample", nil)
	}
	vault, err := d.Queue.Vault(v.ctx(), v.request.ID)
	if err != nil {
		return err
	}
	o, err := workers.ReadOutline(v.ctx(), vault)
	if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
		return err
	}
	p := samplePage{Case: v.request.Case}
	for _, one := range o.Shapes {
		s := shape{Shape: one, Name: d.sourceName(v, one.Source), KindName: one.Kind}
		if key := "kind." + one.Kind; d.Catalog.HasText(key) {
			s.KindName = d.Catalog.Text(v.lang, key)
		}
		for _, class := range schema.Classes() {
			if n := one.Fields[class.String()]; n > 0 {
				s.Counts = append(s.Counts, classCount{n, class})
			}
		}
		p.Shapes = append(p.Shapes, s)
	}
	return d.show(v, http.StatusOK, "sample", p)
}
