package embedded

import "golang.org/x/sys/windows"

// freeSpace returns the bytes that this user may still write on the disk.
func freeSpace(folder string) (int64, error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return int64(free), err
}

// syncFolder: Windows makes a rename durable by itself.
func syncFolder(string) error { return nil }
