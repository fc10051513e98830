package sourcetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"inzage/schema"
)

// Box is a schema.Box in a folder, for tests: not sealed, but as durable, so
// that a process that was killed can be followed by another one.
type Box struct {
	// Number is what Order returns.
	Number int

	dir string
	mu  sync.Mutex
}

// NewBox makes a box in a folder that exists, with what is there already.
func NewBox(dir string) *Box { return &Box{dir: dir} }

func (b *Box) path(kind, name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(b.dir, kind+"-"+hex.EncodeToString(sum[:]))
}

// write replaces a file as a whole.
func (b *Box) write(path string, r io.Reader) error {
	f, err := os.CreateTemp(b.dir, "tmp-")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func (b *Box) writeJSON(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.write(path, strings.NewReader(string(text)))
}

// Put implements schema.Box.
func (b *Box) Put(ctx context.Context, name string, r io.Reader) (schema.Blob, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return schema.Blob{}, err
	}
	sum, size := sha256.New(), new(count)
	if err := b.write(b.path("data", name), io.TeeReader(r, io.MultiWriter(sum, size))); err != nil {
		return schema.Blob{}, schema.Fail(schema.CodeIO, "store blob", err)
	}
	blob := schema.Blob{Name: name, Size: int64(*size), SHA256: hex.EncodeToString(sum.Sum(nil))}
	return blob, b.writeJSON(b.path("blob", name), blob)
}

type count int64

// Write implements io.Writer.
func (c *count) Write(p []byte) (int, error) {
	*c += count(len(p))
	return len(p), nil
}

// Blobs implements schema.Box.
func (b *Box) Blobs(context.Context) ([]schema.Blob, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []schema.Blob
	err := each(b.dir, "blob-", func(e schema.Blob) { list = append(list, e) })
	slices.SortFunc(list, func(x, y schema.Blob) int { return strings.Compare(x.Name, y.Name) })
	return list, err
}

func each[T any](dir, prefix string, do func(T)) error {
	files, err := filepath.Glob(filepath.Join(dir, prefix+"*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		var v T
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &v)
		}
		if err != nil {
			return err
		}
		do(v)
	}
	return nil
}

// Open implements schema.Box.
func (b *Box) Open(_ context.Context, name string) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var want string
	err := each(b.dir, "blob-", func(e schema.Blob) {
		if e.Name == name {
			want = e.SHA256
		}
	})
	if err != nil || want == "" {
		return nil, schema.Fail(schema.CodeNotFound, "open blob", err)
	}
	f, err := os.Open(b.path("data", name))
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "open blob", err)
	}
	return &checked{File: f, want: want, sum: sha256.New()}, nil
}

type checked struct {
	*os.File

	want string
	sum  interface {
		io.Writer
		Sum(b []byte) []byte
	}
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	_, _ = c.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.sum.Sum(nil)) != c.want {
		err = schema.Fail(schema.CodeTampered, "read blob", nil)
	}
	return n, err
}

// WriteTo implements io.WriterTo by Read: the file's own would pass it by.
func (c *checked) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{c})
}

// Order implements schema.Box.
func (b *Box) Order() int { return b.Number }

// Bookmark implements schema.Box.
func (b *Box) Bookmark(context.Context) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(b.dir, "bookmark"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// Note implements schema.Box.
func (b *Box) Note(_ context.Context, bookmark []byte) error {
	return b.write(filepath.Join(b.dir, "bookmark"), strings.NewReader(string(bookmark)))
}

// Tell implements schema.Box.
func (b *Box) Tell(_ context.Context, r schema.Result) error {
	return b.writeJSON(b.path("told", r.Place), r)
}

// Results lists what was told, in the order of the places; the source as a
// whole comes first.
func (b *Box) Results() ([]schema.Result, error) {
	var list []schema.Result
	err := each(b.dir, "told-", func(r schema.Result) { list = append(list, r) })
	slices.SortFunc(list, func(x, y schema.Result) int { return strings.Compare(x.Place, y.Place) })
	return list, err
}
