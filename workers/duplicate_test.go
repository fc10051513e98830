package workers_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inzage/explain"
)

// TestDuplicates: a record that two files hold is explained once, and counted in
// the balance of the second; nothing of either file is lost.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	one := `{"time":"2026-11-03T08:00:00Z","properties":{"EventName":"Office.Word.Online.Data.Activity.FileSaved","Size":1}}`
	two := strings.Replace(one, "Size\":1", "Size\":2", 1)
	for name, text := range map[string]string{"a.json": one + "," + two, "b.json": two + "," + strings.Replace(two, ":2}", ":3}", 1)} {
		if err := os.WriteFile(filepath.Join(in, name), []byte("["+text+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path, s := build(t, in, explain.Others{})
	if s.Read != 4 || s.Duplicates != 1 || s.Uncompared != 0 {
		t.Errorf("%d read, %d duplicates, %d not compared", s.Read, s.Duplicates, s.Uncompared)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	read := func(name string) []byte {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	lines := string(read("machine/records.jsonl"))
	if n := strings.Count(lines, `"duplicate":{"file":"a.json","record":2}`); n != 1 {
		t.Errorf("%d lines of duplicates in\n%s", n, lines)
	}
	var m struct {
		Counts struct{ Read, Explained, Duplicates int64 }
		Inputs []struct {
			Counts struct{ Read, Explained, Duplicates int64 }
		}
	}
	if err := json.Unmarshal(read("manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if c := m.Counts; c.Read != 4 || c.Explained != 3 || c.Duplicates != 1 || m.Inputs[1].Counts.Duplicates != 1 {
		t.Errorf("manifest %+v", m)
	}
	for _, name := range []string{"raw/a.json", "raw/b.json"} {
		if len(read(name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}
