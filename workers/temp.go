package workers

import (
	"os"
	"path/filepath"

	"inzage/schema"
)

// SweepTemp empties the private folder for work in hand of what a process that
// was killed left there. No two processes share one.
func SweepTemp(folder string) error {
	list, err := os.ReadDir(folder)
	if err != nil {
		return schema.Fail(schema.CodeIO, "sweep work folder", err)
	}
	for _, entry := range list {
		if err := os.RemoveAll(filepath.Join(folder, entry.Name())); err != nil {
			return schema.Fail(schema.CodeIO, "sweep work folder", err)
		}
	}
	return nil
}
