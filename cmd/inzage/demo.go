package main

import (
	"io/fs"
	"os"
	"path/filepath"

	"inzage/explain/bundle"
	"inzage/explain/law"
	"inzage/schema"
	"inzage/testdata"
)

// demo fills a request with the sample case inside the program. Its files are
// laid out in a temporary folder, since inputs are read from disk.
func (a *app) demo(r *request) error {
	demo, err := testdata.Demo()
	if err != nil {
		return schema.Fail(schema.CodeInternal, "find sample case", err)
	}
	data, err := fs.ReadFile(demo, "person.yaml")
	if err != nil {
		return schema.Fail(schema.CodeInternal, "read sample case", err)
	}
	if r.subject, r.others, err = parsePerson(data); err != nil {
		return err
	}
	r.received = schema.NewDate(2026, 11, 16)
	if o := r.organisation; o.Name == "" {
		o.Name = "Gemeente Waterland aan Zee"
		if o.Controller == law.Untold {
			o.Controller = law.PublicBody
		}
		if o.contact() == (bundle.Contact{}) {
			o.Contact, o.DPO = "privacy@waterlandaanzee.example", "fg@waterlandaanzee.example"
			o.Objection, o.Website = "Postbus 1, 9999 ZZ Waterland aan Zee", "www.waterlandaanzee.example"
		}
	}
	temp, remove, err := scratch("")
	if err != nil {
		return err
	}
	r.cleanup = remove
	if err := os.CopyFS(temp, demo); err != nil {
		r.cleanup()
		return schema.Fail(schema.CodeIO, "lay out sample case", err)
	}
	r.in = []string{filepath.Join(temp, "input")}
	return nil
}
