package inputs

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"inzage/schema"
)

// file makes the public view of an entry: the head is read now, the rest on
// demand.
func (s *Set) file(e *entry) (schema.File, error) {
	f := schema.File{
		Name: e.name, Size: e.size, Mode: e.mode,
		Open:   func() (io.ReadCloser, error) { return s.open(e) },
		Beside: func(base string) (schema.File, bool) { return s.beside(e, base) },
	}
	r, err := s.open(e)
	if err != nil {
		return f, err
	}
	defer r.Close() //nolint:errcheck // only read from
	// One byte more than there should be, so that a small file's checksum is
	// seen. An error is reported by the reader, and comes back to whoever reads
	// the file: what precedes the damage is still worth reading.
	head := make([]byte, min(schema.HeadSize-1, e.size)+1)
	n, _ := io.ReadFull(r, head)
	f.Head = head[:n]
	return f, nil
}

// beside finds a file in the same folder.
func (s *Set) beside(e *entry, base string) (schema.File, bool) {
	if base == "" || strings.Contains(base, "/") {
		return schema.File{}, false
	}
	name := base
	if dir := path.Dir(e.name); dir != "." {
		name = dir + "/" + base
	}
	other, ok := s.index[name]
	if !ok || other.refused != "" {
		return schema.File{}, false
	}
	f, err := s.file(other)
	return f, err == nil
}

func (s *Set) open(e *entry) (io.ReadCloser, error) {
	if e.refused != "" {
		return nil, schema.Fail(e.refused, "open file", nil)
	}
	r, err := e.open()
	if err != nil {
		return nil, s.fault(e.name, "open file", err)
	}
	return &reader{set: s, name: e.name, r: r}, nil
}

// reader gives errors their code and reports them, so that damage is known
// even where nobody looks at the error.
type reader struct {
	set  *Set
	name string
	r    io.ReadCloser
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // a wrapped EOF is no end but a file that broke off
		err = r.set.fault(r.name, "read file", err)
	}
	return n, err
}

// Close never fails: nothing was written, and a decompressor would only repeat
// the error that Read gave.
func (r *reader) Close() error {
	_ = r.r.Close()
	return nil
}

func (s *Set) fault(name, op string, err error) error {
	code := codeOf(err)
	s.report(name, code)
	return schema.Fail(code, op, err)
}

// codeOf tells failing storage from damage: what is not ours and not the
// system's comes from unpacking.
func codeOf(err error) schema.Code {
	if e, ok := errors.AsType[*schema.Error](err); ok {
		return e.Code
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok || errors.Is(err, errChanged) {
		return schema.CodeIO
	}
	return schema.CodeDamagedArchive
}

// Raw is one file as it was received.
type Raw struct {
	// Name as in schema.File: an archive's own name, not its members'.
	Name string
	// Size in bytes when the set was opened.
	Size int64
	// Mode of the file on disk.
	Mode fs.FileMode

	open func() (io.ReadCloser, error)
}

// Open starts reading at the first byte.
func (r Raw) Open() (io.ReadCloser, error) {
	rc, err := r.open()
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "open raw file", err)
	}
	return rc, nil
}

// Copy writes the bytes to w and returns their SHA-256. It fails with CodeIO
// where reading or writing fails, or the file changed since the set was opened:
// then the copy is not what was explained.
func (r Raw) Copy(w io.Writer) ([sha256.Size]byte, error) {
	var sum [sha256.Size]byte
	rc, err := r.Open()
	if err != nil {
		return sum, err
	}
	defer rc.Close() //nolint:errcheck // only read from
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), rc)
	if err != nil {
		return sum, schema.Fail(schema.CodeIO, "copy raw file", err)
	}
	if n != r.Size {
		return sum, schema.Fail(schema.CodeIO, "copy raw file", errChanged)
	}
	h.Sum(sum[:0])
	return sum, nil
}
