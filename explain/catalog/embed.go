// Package catalog holds the knowledge of the product as data files; the format
// is described in docs/catalog-format.md. It holds no code but this.
package catalog

import (
	"embed"
	"io/fs"
)

//go:embed all:*
var files embed.FS

// FS returns the built-in catalog.
func FS() fs.FS { return files }
