// Package guides holds the guides for employees, admins and data protection
// officers as text, and the script that collects a Data Viewer dump; the desk
// serves them.
package guides

import (
	"embed"
	"io/fs"
)

//go:embed *.md *.ps1
var files embed.FS

// FS returns the files: <guide>.<language>.md, and the script.
func FS() fs.FS { return files }
