package bundle

import (
	"archive/zip"
	"bytes"
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

// splice puts a row at the end of the only sheet of a workbook.
func splice(t testing.TB, book, row []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		b := content(t, f)
		if f.Name == "xl/worksheets/sheet1.xml" {
			end := []byte("</sheetData>")
			b = bytes.Replace(b, end, append(bytes.Clone(row), end...), 1)
		}
		p, err := w.Create(f.Name)
		if err == nil {
			_, err = p.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
