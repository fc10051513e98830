package bundle

import (
	"io"
	"os"
	"path/filepath"
	"testing"

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

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
