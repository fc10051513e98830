package inputs

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inzage/schema"

	"github.com/klauspost/compress/zip"
)

// member is one entry of an archive made for a test.
type member struct {
	name   string
	data   string
	change func(*zip.FileHeader) // after sizes and checksum are set
}

// archive makes a zip; hostile headers are written as they are.
func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		var packed bytes.Buffer
		level := flate.BestCompression
		if len(m.data) > small { // what counts there is the size, and not how well it packs
			level = flate.HuffmanOnly
		}
		f, err := flate.NewWriter(&packed, level)
		check(t, err)
		_, err = io.WriteString(f, m.data)
		check(t, err)
		check(t, f.Close())
		h := &zip.FileHeader{
			Name: m.name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(m.data)),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(m.data)),
		}
		if m.change != nil {
			m.change(h)
		}
		if m.data == "" && strings.HasSuffix(m.name, "/") {
			_, err := w.Create(m.name)
			check(t, err)
			continue
		}
		out, err := w.CreateRaw(h)
		check(t, err)
		_, err = out.Write(packed.Bytes())
		check(t, err)
	}
	check(t, w.Close())
	return b.Bytes()
}

// overlapping makes a zip whose n members all are the same bytes.
func overlapping(t testing.TB, n int) []byte {
	t.Helper()
	whole := archive(t, member{name: "kernel.json", data: `{"a":1}`})
	end := len(whole) - 22
	start := int(binary.LittleEndian.Uint32(whole[end+16:]))
	directory := bytes.Clone(whole[start:end])
	out := bytes.Clone(whole[:start])
	for range n {
		out = append(out, directory...)
	}
	tail := bytes.Clone(whole[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*len(directory)))
	return append(out, tail...)
}

// bomb makes a zip with one member of size zeros, a multiple of 16 MiB. They are
// deflated once and repeated, as the makers of such files do.
func bomb(t testing.TB, size int64) []byte {
	t.Helper()
	zeros := make([]byte, 16<<20)
	var block, packed bytes.Buffer
	f, err := flate.NewWriter(&block, flate.BestCompression)
	check(t, err)
	_, err = f.Write(zeros)
	check(t, err)
	check(t, f.Flush())
	sum := uint32(0)
	for range size / int64(len(zeros)) {
		packed.Write(block.Bytes())
		sum = crc32.Update(sum, crc32.IEEETable, zeros)
	}
	block.Reset()
	check(t, f.Close())
	packed.Write(block.Bytes()) // the end mark
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	out, err := w.CreateRaw(&zip.FileHeader{
		Name: "zeros.json", Method: zip.Deflate, CRC32: sum,
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(size),
	})
	check(t, err)
	_, err = out.Write(packed.Bytes())
	check(t, err)
	check(t, w.Close())
	return b.Bytes()
}

// tree writes files below a new folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		check(t, os.MkdirAll(filepath.Dir(p), 0o700))
		check(t, os.WriteFile(p, []byte(data), 0o600))
	}
	return dir
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// seen is a set as a test compares it.
type seen struct {
	Files    []content
	Problems []Problem
}

// content is a file read to its end: its text, and the code of the error that
// came with it.
type content struct {
	Name, Text string
	Code       schema.Code
}

// look opens the paths and reads everything.
func look(t testing.TB, o Options, paths ...string) seen {
	t.Helper()
	s, err := Open(t.Context(), paths, o)
	check(t, err)
	defer func() { check(t, s.Close()) }()
	return read(t, s)
}

func read(t testing.TB, s *Set) seen {
	t.Helper()
	var out seen
	for f, err := range s.Files() {
		c := content{Name: f.Name, Code: schema.CodeOf(err)}
		if err == nil {
			r, err := f.Open()
			check(t, err)
			data, err := io.ReadAll(r)
			check(t, r.Close())
			c.Text, c.Code = string(data), schema.CodeOf(err)
			if !bytes.HasPrefix(data, f.Head) {
				t.Errorf("head of %s is not the beginning of the file", f.Name)
			}
			if err == nil && int64(len(data)) != f.Size {
				t.Errorf("%s: %d bytes, size says %d", f.Name, len(data), f.Size)
			}
		} else if _, err := f.Open(); err == nil {
			t.Errorf("%s: listed with an error, yet opens", f.Name)
		}
		out.Files = append(out.Files, c)
	}
	out.Problems = s.Problems()
	return out
}
