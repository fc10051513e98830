package bundle

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inzage/schema"
)

// A file of more than 4 GiB, of which the zip must say so in other places than of a
// small one, is whole in the bundle and verifies.
func TestFileOverFourGiB(t *testing.T) {
	if os.Getenv("INZAGE_LONG") == "" {
		t.Skip("INZAGE_LONG is not set: this takes half a minute")
	}
	t.Parallel()
	const size = 1<<32 + 1
	folder := t.TempDir()
	w, err := Create(folder, "b.zip", sampleHead(t, schema.Dutch))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	_, n, err := w.Raw("dump.ndjson", func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, size)), nil })
	if err != nil || n != size {
		t.Fatalf("%d bytes were packed, want %d: %v", n, size, err)
	}
	if _, err := w.Close(Count{}); err != nil {
		t.Fatal(causes(err))
	}
	f, err := os.Open(filepath.Join(folder, "b.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if report := Verify(f, info.Size(), nil); !report.Complete {
		t.Errorf("the bundle does not verify: %+v", report.Findings)
	}
}

// What is carried into the zip and has more than 4 GiB says its sizes where ZIP64 has
// room for them: in front of it archive/zip writes none. The size is only claimed.
func TestCarryOverFourGiB(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	m, err := newMade(filepath.Join(folder, "part"), true)
	if err == nil {
		_, err = m.Write([]byte("{}"))
	}
	if err == nil {
		err = m.finish()
	}
	if err != nil {
		t.Fatal(causes(err))
	}
	m.size = 1<<32 + 1
	a, err := newArchive(filepath.Join(folder, "b.zip"), time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
	if err == nil {
		err = a.carry("records.jsonl", m, zip.Deflate)
	}
	if err == nil {
		err = a.close()
	}
	if err != nil {
		t.Fatal(causes(err))
	}
	z, err := zip.OpenReader(filepath.Join(folder, "b.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	f := z.File[0]
	if f.UncompressedSize64 != 1<<32+1 || f.Flags&streamed == 0 || f.ReaderVersion != 45 {
		t.Errorf("the list says %d bytes, flags %#x, version %d", f.UncompressedSize64, f.Flags, f.ReaderVersion)
	}
	text, err := os.ReadFile(filepath.Join(folder, "b.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if sizes := binary.LittleEndian.Uint64(text[18:]); sizes != 0 {
		t.Errorf("in front of it stand the sizes %#x", sizes)
	}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
