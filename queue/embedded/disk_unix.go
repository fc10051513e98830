//go:build unix

package embedded

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace returns the bytes that this user may still write on the disk.
func freeSpace(folder string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil //nolint:gosec,unconvert // the types differ per system
}

// syncFolder makes a rename in the folder durable.
func syncFolder(folder string) error {
	f, err := os.Open(folder) //nolint:gosec // the operator's own folder
	if err != nil {
		return err
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
