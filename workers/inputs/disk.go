package inputs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"inzage/schema"
)

// errChanged: a file is not the one that was listed.
var errChanged = errors.New("file changed while it was being read")

// builder fills a set.
type builder struct {
	ctx    context.Context
	limits Limits
	stdin  io.Reader
	set    *Set

	files     int   // listed files that may be read
	bytes     int64 // declared bytes of all members
	directory int   // bytes of all archives' directories

	taken map[string]bool // names given out
	next  map[string]int  // copies of a name so far, so that a thousand copies cost a thousand steps
}

func (b *builder) inputs(paths []string) error {
	if len(paths) == 0 {
		return schema.Fail(schema.CodeUsage, "open input", errors.New("no path given"))
	}
	for _, p := range paths {
		if err := b.input(p, len(paths) == 1); err != nil {
			return err
		}
	}
	return nil
}

// input lists one path; only tells that there is no other.
func (b *builder) input(p string, only bool) error {
	if p == "-" {
		return b.standardInput()
	}
	info, err := os.Stat(p)
	if err != nil {
		return schema.Fail(schema.CodeIO, "open input", err)
	}
	target, err := filepath.Abs(p)
	if err != nil {
		return schema.Fail(schema.CodeIO, "open input", err)
	}
	base, _ := display(filepath.Base(target))
	if target, err = filepath.EvalSymlinks(target); err != nil {
		return schema.Fail(schema.CodeIO, "open input", err)
	}
	switch {
	case info.IsDir():
		root, err := b.root(target)
		if err != nil {
			return err
		}
		prefix := ""
		if !only {
			prefix = base
		}
		return b.folder(root, ".", prefix)
	case info.Mode().IsRegular():
		root, err := b.root(filepath.Dir(target))
		if err != nil {
			return err
		}
		return b.withSidecars(root, filepath.Base(target), base)
	}
	return schema.Fail(schema.CodeUnsafePath, "open input", errors.New("neither a file nor a folder"))
}

func (b *builder) root(folder string) (*os.Root, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "open input", err)
	}
	b.set.roots = append(b.set.roots, root)
	return root, nil
}

// withSidecars lists a single file and a database's own companions.
func (b *builder) withSidecars(root *os.Root, file, shown string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := root.Lstat(file + suffix)
		if suffix != "" && (err != nil || !info.Mode().IsRegular()) {
			continue
		}
		if err != nil {
			return schema.Fail(schema.CodeIO, "open input", err)
		}
		if _, listed := b.set.index[shown+suffix]; listed && suffix != "" {
			continue // named by the user as well
		}
		if err := b.disk(&disk{root: root, path: file + suffix, info: info}, shown+suffix); err != nil {
			return err
		}
	}
	return nil
}

// folder lists a folder and those below it in the order of the names.
func (b *builder) folder(root *os.Root, dir, shown string) error {
	list, err := readDir(root, dir)
	if err != nil {
		b.set.report(cmp.Or(shown, "."), schema.CodeIO)
	}
	for _, d := range list {
		if b.ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "list input", b.ctx.Err())
		}
		path := filepath.Join(dir, d.Name())
		name, safe := display(d.Name())
		if shown != "" {
			name = shown + "/" + name
		}
		if !safe {
			b.set.report(name, schema.CodeUnsafePath)
		}
		info, err := root.Lstat(path)
		switch {
		case err != nil:
			b.set.report(name, schema.CodeIO)
		case info.IsDir():
			if err := b.folder(root, path, name); err != nil {
				return err
			}
		case info.Mode().IsRegular():
			if err := b.disk(&disk{root: root, path: path, info: info}, name); err != nil {
				return err
			}
		default: // a link, a pipe, a device
			b.set.report(name, schema.CodeUnsafePath)
		}
	}
	return nil
}

// readDir is os.ReadDir within a root; what could be read comes with an error.
func readDir(root *os.Root, dir string) ([]fs.DirEntry, error) {
	f, err := root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	list, err := f.ReadDir(-1)
	slices.SortFunc(list, func(x, y fs.DirEntry) int { return cmp.Compare(x.Name(), y.Name()) })
	return list, err
}

// disk lists a file on disk, or its members where it is an archive.
func (b *builder) disk(d *disk, name string) error {
	name = b.unique(name)
	open := func() (io.ReadCloser, error) { return d.open() }
	b.set.raw = append(b.set.raw, Raw{Name: name, Size: d.info.Size(), Mode: d.info.Mode(), open: open})
	e := &entry{name: name, size: d.info.Size(), mode: d.info.Mode(), open: open}
	return b.add(e, 1, func() (container, error) {
		return container{at: d, size: d.info.Size(), file: d}, nil
	})
}

// standardInput lists what comes in on standard input, which is kept, since it
// can be read only once.
func (b *builder) standardInput() error {
	if b.stdin == nil {
		return schema.Fail(schema.CodeUsage, "open input", errors.New("no standard input"))
	}
	c, err := b.set.store.keep(b.ctx, b.stdin, b.limits.Bytes)
	if err != nil {
		return err
	}
	name := b.unique("stdin")
	open := func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(c.at, 0, c.size)), nil
	}
	b.set.raw = append(b.set.raw, Raw{Name: name, Size: c.size, open: open})
	return b.add(&entry{name: name, size: c.size, open: open}, 1, func() (container, error) { return c, nil })
}

// disk is a regular file on disk. It is opened anew by every reader; while an
// archive's members are being read they share one handle, so that a folder full
// of zips does not use up the process's file handles.
type disk struct {
	root *os.Root
	path string
	info fs.FileInfo

	mu    sync.Mutex
	file  *os.File
	users int
}

// open opens the very file that was listed.
func (d *disk) open() (*os.File, error) {
	f, err := d.root.Open(d.path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(info, d.info) {
		err = errChanged // swapped for another file, or for a link, since
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// hold opens the shared handle until release is called.
func (d *disk) hold() (release func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		if d.file, err = d.open(); err != nil {
			return nil, err
		}
	}
	d.users++
	return sync.OnceFunc(d.release), nil
}

func (d *disk) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.users--; d.users == 0 {
		d.file.Close() //nolint:errcheck // only read from
		d.file = nil
	}
}

// ReadAt reads through the shared handle.
func (d *disk) ReadAt(p []byte, off int64) (int, error) {
	d.mu.Lock()
	f := d.file
	d.mu.Unlock()
	if f == nil {
		return 0, os.ErrClosed
	}
	return f.ReadAt(p, off)
}
