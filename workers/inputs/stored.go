package inputs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"inzage/schema"
)

// Stored is a file that is kept elsewhere than on disk, such as in a sealed
// store. Its name comes from outside.
type Stored struct {
	Name string
	Size int64
	// Open starts reading at the first byte.
	Open func() (io.ReadCloser, error)
	// At reads it in any order; with it an archive is read where it is kept.
	At io.ReaderAt
}

// OpenStored lists stored files as Open lists those of a folder: by name,
// archives by their members. What must be read out of order, an archive that is
// larger than 8 MiB, is unpacked to the temporary file of Options; everything
// else is read where it is kept. Errors as in Open.
func OpenStored(ctx context.Context, files []Stored, o Options) (*Set, error) {
	return open(ctx, o, func(b *builder) error {
		sorted := slices.SortedFunc(slices.Values(files), func(x, y Stored) int { return cmp.Compare(x.Name, y.Name) })
		for _, f := range sorted {
			if err := b.stored(f); err != nil {
				return err
			}
		}
		return nil
	})
}

// stored lists a stored file, or its members where it is an archive.
func (b *builder) stored(f Stored) error {
	shown, safe := display(f.Name)
	shown = b.unique(shown)
	if !safe {
		b.set.report(shown, schema.CodeUnsafePath)
	}
	b.set.raw = append(b.set.raw, Raw{Name: shown, Size: f.Size, open: f.Open})
	e := &entry{name: shown, size: f.Size, open: f.Open}
	return b.add(e, 1, func() (container, error) {
		if f.At != nil {
			return container{at: f.At, size: f.Size}, nil
		}
		r, err := f.Open()
		if err != nil {
			return container{}, err
		}
		defer r.Close()
		c, err := b.set.store.keep(b.ctx, r, b.limits.Bytes)
		if err == nil && c.size != f.Size {
			err = schema.Fail(schema.CodeIO, "read stored file", errors.New("another size than was stored"))
		}
		return c, err
	})
}
