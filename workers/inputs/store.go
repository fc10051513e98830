package inputs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"inzage/schema"
)

const (
	// small is the size up to which an archive within an archive is kept in
	// memory, and memory the total of those.
	small  = 8 << 20
	memory = 64 << 20
)

// container is where an archive's bytes stand: on disk where file is set, else
// in the store.
type container struct {
	at   io.ReaderAt
	size int64
	file *disk
}

// hold keeps at readable until release is called.
func (c container) hold() (release func(), err error) {
	if c.file == nil {
		return func() {}, nil
	}
	return c.file.hold()
}

// store keeps what can be read only in sequence: standard input, and archives
// that are compressed inside another. Small ones stay in memory, the others are
// appended to one temporary file. It is filled by one goroutine.
type store struct {
	folder string
	memory bool  // and nowhere else
	held   int64 // bytes in memory
	file   *os.File
	end    int64
}

// keep reads r to its end. It fails with CodeLimit where r is longer than
// limit, CodeInterrupted when ctx ends, CodeIO where the temporary file fails;
// a fault of r comes back as it is.
func (s *store) keep(ctx context.Context, r io.Reader, limit int64) (container, error) {
	in := &guarded{ctx: ctx, r: r, left: limit}
	var head bytes.Buffer
	_, err := io.CopyN(&head, in, min(small, memory-s.held)+1)
	if err == io.EOF { //nolint:errorlint // a wrapped EOF is a fault of r
		s.held += int64(head.Len())
		return container{at: bytes.NewReader(head.Bytes()), size: int64(head.Len())}, nil
	}
	if err != nil {
		return container{}, err
	}
	if s.memory {
		return container{}, schema.Fail(schema.CodeTooLarge, "keep archive in memory", nil)
	}
	if s.file == nil {
		if s.file, err = os.CreateTemp(s.folder, "inzage-*"); err != nil {
			return container{}, schema.Fail(schema.CodeIO, "create temporary file", err)
		}
		// Where the system allows it the name goes at once: a crash then leaves
		// nothing behind.
		_ = os.Remove(s.file.Name())
	}
	start := s.end
	out := io.NewOffsetWriter(s.file, start)
	n, err := io.Copy(&written{out}, io.MultiReader(&head, in))
	s.end += n
	if err != nil {
		return container{}, err
	}
	return container{at: io.NewSectionReader(s.file, start, n), size: n}, nil
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	s.file = nil
	return err
}

// guarded stops reading at a limit or when ctx ends.
type guarded struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

func (g *guarded) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, schema.Fail(schema.CodeInterrupted, "read input", err)
	}
	n, err := g.r.Read(p)
	if g.left -= int64(n); g.left < 0 {
		return 0, schema.Fail(schema.CodeLimit, "read input", nil)
	}
	return n, err
}

// written gives errors of the temporary file a code of their own, so that a
// full disk is not taken for a damaged archive.
type written struct{ w io.Writer }

func (w *written) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		err = schema.Fail(schema.CodeIO, "write temporary file", err)
	}
	return n, err
}
