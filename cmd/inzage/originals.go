package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"inzage/explain/bundle"
	"inzage/schema"
	"inzage/workers"
)

// receipt is what the organisation keeps beside the bundle: which files it was
// made from, and which of them the person did not get. It ties the bundle to
// the originals, and must not reach the person: the hash of a file with a
// colleague's address in it would let a reader try every colleague's.
type receipt struct {
	Bundle       string             `json:"bundle"`
	BundleSHA256 string             `json:"bundle_sha256"`
	Originals    []workers.Original `json:"originals"`
}

func (r *request) originals() string { return r.caseNumber + ".originals.json" }

func (r *request) keepOriginals(s *workers.Summary, b bundle.Result) error {
	data, err := json.MarshalIndent(receipt{r.file(), b.SHA256, s.Originals}, "", "  ")
	if err != nil {
		return schema.Fail(schema.CodeInternal, "write list of originals", err)
	}
	if err := os.WriteFile(filepath.Join(r.out, r.originals()), append(data, '\n'), 0o600); err != nil {
		return schema.Fail(schema.CodeIO, "write list of originals", err)
	}
	return nil
}
