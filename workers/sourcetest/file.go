package sourcetest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"sync/atomic"

	"inzage/schema"
)

// File makes a file of bytes, without files beside it.
func File(name string, data []byte) schema.File {
	return build(name, data, nil, func(r io.Reader) io.Reader { return r }, new(atomic.Int64))
}

// build makes a file whose readers are wrapped, with those beside it. Opened
// counts the readers that were opened and not closed again.
func build(name string, data []byte, beside map[string][]byte, wrap func(io.Reader) io.Reader, opened *atomic.Int64) schema.File {
	return schema.File{
		Name: name,
		Size: int64(len(data)),
		Head: data[:min(len(data), schema.HeadSize)],
		Mode: 0o600,
		Open: func() (io.ReadCloser, error) {
			opened.Add(1)
			return &reader{Reader: wrap(bytes.NewReader(data)), opened: opened}, nil
		},
		Beside: func(base string) (schema.File, bool) {
			content, ok := beside[base]
			if !ok {
				return schema.File{}, false
			}
			return build(path.Join(path.Dir(name), base), content, beside, wrap, opened), true
		},
	}
}

// reader notes that it was closed.
type reader struct {
	io.Reader
	opened *atomic.Int64
	closed bool
}

// Close implements io.Closer.
func (r *reader) Close() error {
	if !r.closed {
		r.closed = true
		r.opened.Add(-1)
	}
	return nil
}

// secret stands in file names and in the errors of readers; it must not come
// out again.
const secret = "kanarie-7Q4"

// errLimit is an error as the inputs give it: a code, and a cause that quotes a
// path.
func errLimit() error {
	return schema.Fail(schema.CodeLimit, "read input", &fs.PathError{Op: "read", Path: "/tmp/" + secret, Err: errors.New("no more " + secret)})
}

// failing gives n bytes and then errLimit.
func failing(n int64) func(io.Reader) io.Reader {
	return func(r io.Reader) io.Reader { return io.MultiReader(io.LimitReader(r, n), broken{}) }
}

type broken struct{}

// Read implements io.Reader.
func (broken) Read([]byte) (int, error) { return 0, errLimit() }
