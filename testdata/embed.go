// Package testdata holds what several packages test with, and the sample case
// that the program carries ("inzage run --demo").
package testdata

import (
	"embed"
	"io/fs"
)

//go:embed all:demo
var files embed.FS

// Demo is the sample case: an invented employee of an invented municipality.
// person.yaml says who, input/ holds what came back.
func Demo() (fs.FS, error) { return fs.Sub(files, "demo") }
