package workers_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"testing"

	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
	"inzage/workers/scan/scantest"
)

// archive holds one file; flags are set in its header.
func archive(t *testing.T, name string, data []byte, flags byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()
	out[bytes.Index(out, []byte("PK\x01\x02"))+8] |= flags
	return out
}

// TestScan looks at files as they come and at what is in them. A real clamd says of a
// packed file, larger than it takes, that nothing is in it: it looked at the beginning.
func TestScan(t *testing.T) {
	t.Parallel()
	s := scantest.Start(t, "MaxFileSize 1M", "StreamMaxLength 2M")
	bad := []byte(scantest.Pattern)
	late := append(make([]byte, 3<<19), bad...)
	if err := s.Look(t.Context(), bytes.NewReader(archive(t, "a.csv", late, 0))); err != nil {
		t.Errorf("this clamd looks at all of a packed file, or says that it does not (%v): is one look enough now?", err)
	}
	for _, c := range []struct {
		what string
		data []byte
		want schema.Code
	}{
		{"good", []byte("a,b\n"), ""},
		{"a good archive", archive(t, "a.csv", []byte("a,b\n"), 0), ""},
		{"bad", bad, schema.CodeInfected},
		{"in an archive", archive(t, "a.csv", bad, 0), schema.CodeInfected},
		{"in an archive in an archive", archive(t, "a.zip", archive(t, "a.csv", bad, 0), 0), schema.CodeInfected},
		{"at the end of a packed file", archive(t, "a.csv", late, 0), schema.CodeScanLimit},
		{"behind a password", archive(t, "a.csv", []byte("a,b\n"), 1), schema.CodeEncryptedMember},
	} {
		set, err := inputs.OpenStored(t.Context(), []inputs.Stored{{
			Name: "handed in", Size: int64(len(c.data)), At: bytes.NewReader(c.data),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.data)), nil },
		}}, inputs.Options{Memory: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := workers.Scan(t.Context(), s.Clamd, set); schema.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.what, err, c.want)
		}
	}
}
