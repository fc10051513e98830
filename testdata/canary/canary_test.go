package canary_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"inzage/testdata/canary"
)

// What is planted is found, in every form, packed and packed again.
func TestPlantedIsFound(t *testing.T) {
	t.Parallel()
	const value = "Zoë <Kanarie> & Zn."
	squeezed := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(data); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	zipped := func(data []byte) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.Create("a")
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	around := func(data []byte) []byte { return append(append([]byte("\x00\x01before"), data...), "after\xff"...) }
	for form, text := range canary.Forms(value) {
		for how, data := range map[string][]byte{
			"plain": around([]byte(text)), "in gzip": around(squeezed([]byte(text))), "in zip": around(zipped([]byte(text))),
			"in a zip in a zip": zipped(zipped([]byte(text))),
		} {
			if len(canary.Find(data, value)) == 0 {
				t.Errorf("%s %s is not found", form, how)
			}
		}
	}
	if found := canary.Find([]byte("Zoe Kanarie en Zn."), value); len(found) > 0 {
		t.Errorf("found what is not there: %v", found)
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "jetstream"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "jetstream", "1.blk"), squeezed([]byte(value)), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := canary.FindIn(folder, value); err != nil || len(found) == 0 {
		t.Errorf("in a file of the folder: %v, %v", found, err)
	}
	if err := os.Rename(filepath.Join(folder, "jetstream"), filepath.Join(folder, value)); err != nil {
		t.Fatal(err)
	}
	if found, err := canary.FindIn(folder, "Kanarie"); err != nil || len(found) == 0 {
		t.Errorf("in a name: %v, %v", found, err)
	}
}
