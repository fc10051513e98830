package bundle

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"time"

	"inzage/schema"
)

// archive is the zip that the person receives. Its parts are written one after
// the other; their time is the day of the request, so that the same input gives the
// same bytes.
type archive struct {
	file  *os.File
	buf   *bufio.Writer
	sum   hash.Hash // of the whole zip
	size  int64
	zip   *zip.Writer
	pack  *packer // hashes each part
	at    time.Time
	parts []part
}

// part is one file in the zip, as the manifest lists it; without a path, the
// bytes of the zip itself up to the manifest.
type part struct {
	Path   string `json:"path,omitempty"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func newArchive(path string, at time.Time) (*archive, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "create bundle", err)
	}
	a := &archive{file: f, sum: sha256.New(), at: at, pack: newPacker(sha256.New())}
	a.buf = bufio.NewWriterSize(io.MultiWriter(f, a.sum, (*meter)(&a.size)), 256<<10)
	a.zip = zip.NewWriter(a.buf)
	a.zip.RegisterCompressor(zip.Deflate, a.pack.compress)
	return a, nil
}

// meter counts the bytes written to it.
type meter int64

func (m *meter) Write(p []byte) (int, error) { *m += meter(len(p)); return len(p), nil }

// header is the header of a part, the same for every part but for its name and
// how it is packed: whoever verifies a bundle makes it again.
func (a *archive) header(path string, method uint16) *zip.FileHeader {
	return header(path, method, a.at)
}

func header(path string, method uint16, at time.Time) *zip.FileHeader {
	const unix, version = 3, 20
	h := &zip.FileHeader{
		Name: path, Method: method, Flags: 0x800, // the name is UTF-8
		CreatorVersion: unix<<8 | version, ReaderVersion: version,
		ModifiedDate: uint16(at.Day() | int(at.Month())<<5 | (at.Year()-1980)<<9), //nolint:staticcheck // no extra field: there is no time of day
	}
	h.SetMode(0o644)
	h.CreatorVersion |= version
	return h
}

// streamed marks a part whose size stands behind it.
const streamed = 0x8

// large reports whether a part needs the sizes of ZIP64 (APPNOTE 4.4.8, 4.5.3).
func large(h *zip.FileHeader) bool {
	return h.UncompressedSize64 >= 1<<32-1 || h.CompressedSize64 >= 1<<32-1
}

// createPacked begins a part that is packed already. Of what is streamed nobody knows
// in front of it that it is large: only the list at the end says so, which archive/zip
// writes from the same header.
func createPacked(z *zip.Writer, h *zip.FileHeader) (io.Writer, error) {
	w, err := z.CreateRaw(h)
	if h.Flags&streamed != 0 && large(h) {
		h.ReaderVersion = 45
	}
	return w, err
}

// copy adds what r gives, deflated.
func (a *archive) copy(path string, r io.Reader) (part, error) {
	w, err := a.zip.CreateHeader(a.header(path, zip.Deflate))
	if err != nil {
		return part{}, schema.Fail(schema.CodeIO, "write bundle", err)
	}
	n, err := io.CopyBuffer(w, onlyReader{r}, make([]byte, 128<<10))
	if err != nil {
		return part{}, schema.Fail(schema.CodeOf(orIO(err)), "copy into bundle", err)
	}
	return a.done(path, n, a.pack.digest()), nil
}

// stream adds what write writes, deflated.
func (a *archive) stream(path string, write func(io.Writer) error) error {
	w, err := a.zip.CreateHeader(a.header(path, zip.Deflate))
	if err != nil {
		return schema.Fail(schema.CodeIO, "write bundle", err)
	}
	var size meter
	if err := write(io.MultiWriter(w, &size)); err != nil {
		return err
	}
	a.done(path, int64(size), a.pack.digest())
	return nil
}

// orIO keeps the code of an error that has one; any other is an I/O error.
func orIO(err error) error {
	if schema.CodeOf(err) == schema.CodeInternal {
		return schema.Fail(schema.CodeIO, "copy", err)
	}
	return err
}

// onlyReader hides WriteTo, which would go round the buffer.
type onlyReader struct{ io.Reader }

// carry adds a file that was made beside the zip, packed as method says.
func (a *archive) carry(path string, m *made, method uint16) error {
	h := a.header(path, method)
	h.CRC32, h.UncompressedSize64, h.CompressedSize64 = m.crc.Sum32(), uint64(m.size), uint64(m.packed)
	if large(h) { // archive/zip has no room for it in front
		h.Flags |= streamed
	}
	w, err := createPacked(a.zip, h)
	if err != nil {
		return schema.Fail(schema.CodeIO, "write bundle", err)
	}
	if _, err = m.file.Seek(0, io.SeekStart); err == nil {
		_, err = io.CopyBuffer(w, onlyReader{m.file}, make([]byte, 128<<10))
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "write bundle", err)
	}
	a.done(path, int64(m.size), m.sum)
	return nil
}

// put adds a part that is in memory, as it is.
func (a *archive) put(path string, content []byte) error {
	h := a.header(path, zip.Store)
	h.CRC32, h.UncompressedSize64, h.CompressedSize64 = crc32.ChecksumIEEE(content), uint64(len(content)), uint64(len(content))
	w, err := a.zip.CreateRaw(h)
	if err == nil {
		_, err = w.Write(content)
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "write bundle", err)
	}
	return nil
}

// soFar is the size and hash of the zip up to here. The part before must have
// been carried: what is streamed has a tail that comes with the next part.
func (a *archive) soFar() (part, error) {
	err := a.zip.Flush()
	if err == nil {
		err = a.buf.Flush()
	}
	if err != nil {
		return part{}, schema.Fail(schema.CodeIO, "write bundle", err)
	}
	return part{Size: a.size, SHA256: a.digest()}, nil
}

func (a *archive) done(path string, size int64, sum string) part {
	p := part{path, size, sum}
	a.parts = append(a.parts, p)
	return p
}

// close finishes the zip and makes sure that it is on disk.
func (a *archive) close() error {
	err := a.zip.Close()
	if err == nil {
		err = a.buf.Flush()
	}
	if err == nil {
		err = a.file.Sync()
	}
	if e := a.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "finish bundle", err)
	}
	return nil
}

// made is a file that grows beside the zip while records come in, and is carried
// into it at the end. size, crc and sum are of the content, packed is the number
// of bytes in the file.
type made struct {
	file   *os.File
	buf    *bufio.Writer
	crc    hash.Hash32
	sum    string // once it is finished
	size   meter
	packed meter
	pack   *packer   // nil: stored as it is
	hash   hash.Hash // of what is stored; the packer hashes what it packs
	out    io.Writer
}

func newMade(path string, packed bool) (*made, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "create part of bundle", err)
	}
	m := &made{file: f, crc: crc32.NewIEEE(), hash: sha256.New()}
	m.buf = bufio.NewWriterSize(io.MultiWriter(f, &m.packed), 256<<10)
	if packed {
		m.pack = newPacker(m.hash)
		m.pack.reset(m.buf)
		m.out = io.MultiWriter(m.pack, m.crc, &m.size)
	} else {
		m.out = io.MultiWriter(m.buf, m.crc, m.hash, &m.size)
	}
	return m, nil
}

// Write adds content.
func (m *made) Write(p []byte) (int, error) { return m.out.Write(p) }

// finish writes what is still in buffers; the file stays open to be carried.
func (m *made) finish() error {
	if m.pack != nil {
		m.sum = m.pack.digest()
		if err := m.pack.Close(); err != nil {
			return schema.Fail(schema.CodeIO, "finish part of bundle", err)
		}
		m.pack, m.out = nil, nil // its memory is of no more use
	} else {
		m.sum = hex.EncodeToString(m.hash.Sum(nil))
	}
	if err := m.buf.Flush(); err != nil {
		return schema.Fail(schema.CodeIO, "finish part of bundle", err)
	}
	return nil
}

// digest is the hash in hex of what was written; of the whole zip, once it is
// closed.
func (a *archive) digest() string { return hex.EncodeToString(a.sum.Sum(nil)) }
