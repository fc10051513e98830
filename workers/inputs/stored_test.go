package inputs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// listing is what a set holds, as its users see it.
func listing(t *testing.T, s *Set) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for f, err := range s.Files() {
		if err != nil {
			all[f.Name] = "unreadable: " + string(schema.CodeOf(err))
			continue
		}
		r, err := f.Open()
		check(t, err)
		data, err := io.ReadAll(r)
		check(t, err)
		check(t, r.Close())
		all[f.Name] = string(data)
	}
	for _, raw := range s.Raw() {
		var b bytes.Buffer
		_, err := raw.Copy(&b)
		check(t, err)
		all["raw:"+raw.Name] = b.String()
	}
	return all
}

func TestStoredFilesAreListedLikeAFolder(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("0123456789abcdef"), small/8) // over what is kept in memory, stored uncompressed
	files := map[string][]byte{
		"b/plain.json": []byte(`{"a":1}`),
		"a.zip":        archive(t, member{name: "x/1.json", data: `[1]`}, member{name: "inner.zip", data: string(archive(t, member{name: "2.json", data: `[2]`}))}),
		"large.bin":    large,
		"damaged.zip":  []byte("PK\x03\x04 and then nothing"),
	}
	folder := t.TempDir()
	var stored []Stored
	for name, data := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		check(t, os.MkdirAll(filepath.Dir(path), 0o700))
		check(t, os.WriteFile(path, data, 0o600))
		stored = append(stored, Stored{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)), nil
		}})
	}
	onDisk, err := Open(t.Context(), []string{folder}, Options{Temp: t.TempDir()})
	check(t, err)
	kept, err := OpenStored(t.Context(), stored, Options{Temp: t.TempDir()})
	check(t, err)
	if diff := cmp.Diff(listing(t, onDisk), listing(t, kept)); diff != "" {
		t.Errorf("(-on disk +stored):\n%s", diff)
	}
	if diff := cmp.Diff(onDisk.Problems(), kept.Problems()); diff != "" {
		t.Errorf("problems (-on disk +stored):\n%s", diff)
	}
	check(t, errors.Join(onDisk.Close(), kept.Close()))
}

func TestStoredNamesAreHostileToo(t *testing.T) {
	t.Parallel()
	s, err := OpenStored(t.Context(), []Stored{{
		Name: "../../etc/passwd", Size: 1, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte("x"))), nil },
	}}, Options{})
	check(t, err)
	defer s.Close() //nolint:errcheck // nothing was written
	want := []Problem{{Name: "__/__/etc/passwd", Code: schema.CodeUnsafePath}}
	if diff := cmp.Diff(want, s.Problems()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStoredArchiveOfAnotherSize(t *testing.T) {
	t.Parallel()
	data := archive(t, member{name: "1.json", data: `[1]`})
	for _, size := range []int64{int64(len(data)) + 1, 3} {
		_, err := OpenStored(t.Context(), []Stored{{
			Name: "a.zip", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
		}}, Options{})
		if schema.CodeOf(err) != schema.CodeIO {
			t.Errorf("size %d: %v, want %q", size, err, schema.CodeIO)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := OpenStored(ctx, []Stored{{Name: "a", Open: func() (io.ReadCloser, error) { return nil, io.EOF }}}, Options{})
	if schema.CodeOf(err) != schema.CodeInterrupted {
		t.Errorf("interrupted: %v", err)
	}
}
