package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"inzage/schema"
)

// scratchName begins the name of a folder for what a command must put down for a
// while, and scratchLock is the file in it that is locked for as long.
const (
	scratchName = ".inzage-scratch-"
	scratchLock = "in-use"
)

// scratch makes a private folder in the folder dir, "" being the system's for
// temporary files, and returns it with what removes it. What is put there is
// personal data in plain text: so what commands left there that were killed, which
// is known by its lock, goes first.
func scratch(dir string) (folder string, remove func(), err error) {
	if dir == "" {
		dir = os.TempDir()
	}
	sweepScratch(dir)
	if folder, err = os.MkdirTemp(dir, scratchName); err != nil { // 0700
		return "", nil, schema.Fail(schema.CodeIO, "make temporary folder", err)
	}
	lock := flock.New(filepath.Join(folder, scratchLock), flock.SetPermissions(0o600))
	remove = func() {
		_ = lock.Close()
		_ = os.RemoveAll(folder)
	}
	if ours, err := lock.TryLock(); err != nil || !ours {
		remove()
		return "", nil, schema.Fail(schema.CodeIO, "make temporary folder", err)
	}
	return folder, remove, nil
}

// sweepScratch removes the folders of commands that were killed. One that was just
// made has no lock yet, and is left alone; so is what belongs to somebody else.
func sweepScratch(dir string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return // who makes a folder there meets it too
	}
	for _, entry := range list {
		folder := filepath.Join(dir, entry.Name())
		path := filepath.Join(folder, scratchLock)
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), scratchName) {
			continue
		}
		if info, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		lock := flock.New(path, flock.SetFlag(os.O_RDWR))
		ours, err := lock.TryLock()
		_ = lock.Close()
		if err == nil && ours {
			_ = os.RemoveAll(folder)
		}
	}
}
