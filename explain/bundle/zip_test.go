package bundle

import (
	"archive/zip"
	"io"
	"testing"
)

// member reads one file of a zip.
func member(t testing.TB, path, name string) []byte {
	t.Helper()
	for _, f := range members(t, path) {
		if f.Name == name {
			return content(t, f)
		}
	}
	t.Fatalf("no %s in the bundle", name)
	return nil
}

func members(t testing.TB, path string) []*zip.File {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = z.Close() })
	return z.File
}

func content(t testing.TB, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(f.Name, err)
	}
	return b
}
