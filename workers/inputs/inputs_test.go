package inputs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
)

func TestFolderInByteOrder(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"b.json": "b", "B.json": "B", "a/z.json": "az", "a.json": "a", ".hidden": "h", "empty": "", "a/.x/deep": "d",
	})
	got := look(t, Options{}, dir)
	want := seen{Files: []content{
		{Name: ".hidden", Text: "h"},
		{Name: "B.json", Text: "B"},
		{Name: "a.json", Text: "a"},
		{Name: "a/.x/deep", Text: "d"},
		{Name: "a/z.json", Text: "az"},
		{Name: "b.json", Text: "b"},
		{Name: "empty"},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestArchives(t *testing.T) {
	t.Parallel()
	one := string(archive(t, member{name: "X.json", data: "[]"}))
	export := string(archive(t,
		member{name: "Office/"},
		member{name: "Office/001/X.json", data: `[{"time":""}]`},
		member{name: "Office/001/X.json.zip", data: one},
	))
	office := string(archive(t, member{name: "[Content_Types].xml", data: "<Types/>"}, member{name: "word/document.xml"}))
	fiddler := string(archive(t, member{name: "raw/1_c.txt", data: "GET / HTTP/1.1"}))
	wrapped := string(archive(t, member{name: "in.zip", data: export}, member{name: "doc.docx", data: office}))

	tests := map[string]struct {
		files map[string]string
		want  seen
	}{
		"zip": {
			map[string]string{"export.zip": export},
			seen{Files: []content{
				{Name: "export.zip/Office/001/X.json", Text: `[{"time":""}]`},
				{Name: "export.zip/Office/001/X.json.zip/X.json", Text: "[]"},
			}},
		},
		"by content, not by name": {
			map[string]string{"notes.txt": one, "fake.zip": "PKzip, but no zip"},
			seen{Files: []content{
				{Name: "fake.zip", Text: "PKzip, but no zip"},
				{Name: "notes.txt/X.json", Text: "[]"},
			}},
		},
		"one-entry zip on disk": {
			map[string]string{"a/X.json.zip": one},
			seen{Files: []content{{Name: "a/X.json.zip/X.json", Text: "[]"}}},
		},
		"office documents are files": {
			map[string]string{"plan.xlsx": office},
			seen{Files: []content{{Name: "plan.xlsx", Text: office}}},
		},
		"captures by Fiddler are files": {
			map[string]string{"capture.saz": fiddler},
			seen{Files: []content{{Name: "capture.saz", Text: fiddler}}},
		},
		"zip in zip in zip": {
			map[string]string{"w.zip": wrapped},
			seen{Files: []content{
				{Name: "w.zip/doc.docx", Text: office},
				{Name: "w.zip/in.zip/Office/001/X.json", Text: `[{"time":""}]`},
				{Name: "w.zip/in.zip/Office/001/X.json.zip/X.json", Text: "[]"},
			}},
		},
		"empty zip is still a file": {
			map[string]string{"none.zip": string(archive(t))},
			seen{Files: []content{{Name: "none.zip", Text: string(archive(t))}}},
		},
		"same name twice": {
			map[string]string{"d.zip": string(archive(t,
				member{name: "a/X.json", data: "1"}, member{name: "a/X.json", data: "2"}, member{name: "a/X.json", data: "3"}))},
			seen{Files: []content{
				{Name: "d.zip/a/X (2).json", Text: "2"},
				{Name: "d.zip/a/X (3).json", Text: "3"},
				{Name: "d.zip/a/X.json", Text: "1"},
			}},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tc.want, look(t, Options{}, tree(t, tc.files))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUnsafeNames(t *testing.T) {
	t.Parallel()
	z := archive(t,
		member{name: "../../etc/passwd", data: "1"},
		member{name: "/abs.json", data: "2"},
		member{name: `C:\Users\x.json`, data: "3"},
		member{name: "nul\x00.json", data: "4"},
		member{name: "line\nbreak", data: "5"},
		member{name: "bad\xff", data: "6"},
		member{name: "folder\x01", data: "hidden"}, // becomes "folder/" below
		member{name: "", data: "7"},
		member{name: "exe\u202etxt", data: "8"},
		member{name: "../up/"},
		member{name: "link", data: "/etc/passwd", change: func(h *zip.FileHeader) { h.SetMode(os.ModeSymlink | 0o777) }},
		member{name: "één.json", data: "fine"},
	)
	z = bytes.ReplaceAll(z, []byte("folder\x01"), []byte("folder/"))
	got := look(t, Options{}, tree(t, map[string]string{"z": string(z)}))
	want := []content{
		{Name: "z/C_/Users/x.json", Text: "3"},
		{Name: "z/__/__/etc/passwd", Text: "1"},
		{Name: "z/abs.json", Text: "2"},
		{Name: `z/bad\xff`, Text: "6"},
		{Name: `z/exe\u{202e}txt`, Text: "8"},
		{Name: "z/folder", Text: "hidden"},
		{Name: `z/line\x0abreak`, Text: "5"},
		{Name: "z/link", Text: "/etc/passwd"},
		{Name: `z/nul\x00.json`, Text: "4"},
		{Name: "z/unnamed", Text: "7"},
		{Name: "z/één.json", Text: "fine"},
	}
	if d := cmp.Diff(want, got.Files); d != "" {
		t.Error(d)
	}
	if n := len(got.Problems); n != 11 { // all but the last, and the folder
		t.Errorf("%d problems, want 11: %v", n, got.Problems)
	}
	for _, p := range got.Problems {
		if p.Code != schema.CodeUnsafePath {
			t.Errorf("problem %v, want %s", p, schema.CodeUnsafePath)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows")
	}
	outside := tree(t, map[string]string{"secret": "s"})
	dir := tree(t, map[string]string{"a/x": "x"})
	check(t, os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "out")))
	check(t, os.Symlink("a/x", filepath.Join(dir, "in")))
	check(t, os.Symlink("..", filepath.Join(dir, "a", "loop")))
	check(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	want := seen{
		Files: []content{{Name: "a/x", Text: "x"}},
		Problems: []Problem{
			{"a/loop", schema.CodeUnsafePath},
			{"dangling", schema.CodeUnsafePath},
			{"in", schema.CodeUnsafePath},
			{"out", schema.CodeUnsafePath},
		},
	}
	if d := cmp.Diff(want, look(t, Options{}, dir)); d != "" {
		t.Error(d)
	}
	// What the user names is the user's choice.
	link := filepath.Join(t.TempDir(), "link")
	check(t, os.Symlink(dir, link))
	if d := cmp.Diff(want, look(t, Options{}, link)); d != "" {
		t.Error(d)
	}
}

func TestSwappedFileIsNotRead(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"x": "mine"})
	s, err := Open(t.Context(), []string{dir}, Options{})
	check(t, err)
	defer s.Close() //nolint:errcheck // a test
	check(t, os.WriteFile(filepath.Join(dir, "other"), []byte("theirs"), 0o600))
	check(t, os.Rename(filepath.Join(dir, "other"), filepath.Join(dir, "x")))
	want := seen{Files: []content{{Name: "x", Code: schema.CodeIO}}, Problems: []Problem{{"x", schema.CodeIO}}}
	if d := cmp.Diff(want, read(t, s)); d != "" {
		t.Error(d)
	}
	if _, err := s.Raw()[0].Copy(&bytes.Buffer{}); schema.CodeOf(err) != schema.CodeIO {
		t.Errorf("copy of a swapped file: %v", err)
	}
}

func TestRawIsByteExact(t *testing.T) {
	t.Parallel()
	z := archive(t, member{name: "a", data: "a"}, member{"b", "b", func(h *zip.FileHeader) { h.CRC32++ }})
	files := map[string]string{"z.zip": string(z), "dir/\xc3\xa9": "\xff\xfe\r\n", "empty": "", "cut.zip": string(z[:30])}
	s, err := Open(t.Context(), []string{tree(t, files)}, Options{})
	check(t, err)
	defer s.Close() //nolint:errcheck // a test
	var names []string
	for _, r := range s.Raw() {
		var b bytes.Buffer
		sum, err := r.Copy(&b)
		check(t, err)
		want := files[r.Name]
		if b.String() != want || sum != sha256.Sum256([]byte(want)) || r.Size != int64(len(want)) {
			t.Errorf("%s: %d bytes, want %d", r.Name, b.Len(), len(want))
		}
		names = append(names, r.Name)
	}
	if d := cmp.Diff([]string{"cut.zip", "dir/é", "empty", "z.zip"}, names); d != "" {
		t.Error(d)
	}
}

func TestSeveralInputs(t *testing.T) {
	t.Parallel()
	a := tree(t, map[string]string{"in/x": "1"})
	b := tree(t, map[string]string{"in/x": "2"})
	paths := []string{
		filepath.Join(a, "in"), filepath.Join(b, "in"), filepath.Join(a, "in", "x"), filepath.Join(b, "in", "x"), "-",
	}
	got := look(t, Options{Stdin: strings.NewReader("piped")}, paths...)
	want := seen{Files: []content{
		{Name: "in/x", Text: "1"},
		{Name: "in/x (2)", Text: "2"},
		{Name: "stdin", Text: "piped"},
		{Name: "x", Text: "1"},
		{Name: "x (2)", Text: "2"},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBeside(t *testing.T) {
	t.Parallel()
	db := []member{{name: "d/E.db", data: "SQLite"}, {name: "d/E.db-wal", data: "wal"}, {name: "E.db-shm", data: "no"}}
	dir := tree(t, map[string]string{
		"d/E.db": "SQLite", "d/E.db-wal": "wal", "E.db-shm": "no", "z.zip": string(archive(t, db...)),
		"top.db": "SQLite", "top.db-wal": "wal",
	})
	for _, path := range []string{dir, filepath.Join(dir, "top.db")} {
		s, err := Open(t.Context(), []string{path}, Options{})
		check(t, err)
		found := 0
		for f, err := range s.Files() {
			check(t, err)
			if !strings.HasSuffix(f.Name, ".db") {
				continue
			}
			found++
			base := f.Name[strings.LastIndexByte(f.Name, '/')+1:]
			wal, ok := f.Beside(base + "-wal")
			if !ok || string(wal.Head) != "wal" || wal.Name != f.Name+"-wal" {
				t.Errorf("%s: no -wal beside it", f.Name)
			}
			for _, no := range []string{base + "-shm", "../E.db-shm", "", ".."} {
				if _, ok := f.Beside(no); ok {
					t.Errorf("%s: %q found beside it", f.Name, no)
				}
			}
		}
		if want := map[bool]int{true: 3, false: 1}[path == dir]; found != want {
			t.Errorf("%d databases, want %d", found, want)
		}
		check(t, s.Close())
	}
}

func TestLargeNestedArchiveGoesToDisk(t *testing.T) {
	t.Parallel()
	noise := make([]byte, small+1)
	x := uint32(1)
	for i := range noise {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	inner := archive(t, member{name: "big", data: string(noise)}, member{name: "s", data: "s"})
	outer := archive(t, member{name: "1.zip", data: string(inner)}, member{name: "2.zip", data: string(inner)})
	temp := t.TempDir()
	s, err := Open(t.Context(), []string{tree(t, map[string]string{"z": string(outer)})}, Options{Temp: temp})
	check(t, err)
	if s.store.file == nil {
		t.Error("kept in memory")
	}
	if info, err := s.store.file.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("temporary file: %v, %v", info, err)
	}
	got := read(t, s)
	want := []content{
		{Name: "z/1.zip/big", Text: string(noise)},
		{Name: "z/1.zip/s", Text: "s"},
		{Name: "z/2.zip/big", Text: string(noise)},
		{Name: "z/2.zip/s", Text: "s"},
	}
	if !slices.Equal(want, got.Files) || len(got.Problems) != 0 {
		t.Error("files differ")
	}
	check(t, s.Close())
	left, err := os.ReadDir(temp)
	check(t, err)
	if len(left) != 0 {
		t.Errorf("%d temporary files left", len(left))
	}
}

func TestManyArchivesFewHandles(t *testing.T) {
	t.Parallel()
	files := make(map[string]string)
	for i := range 50 {
		files[fmt.Sprintf("%02d.zip", i)] = string(archive(t, member{name: "x", data: "x"}))
	}
	s, err := Open(t.Context(), []string{tree(t, files)}, Options{})
	check(t, err)
	defer s.Close() //nolint:errcheck // a test
	for f, err := range s.Files() {
		check(t, err)
		r1, err := f.Open()
		check(t, err)
		r2, err := f.Open()
		check(t, err)
		check(t, r1.Close())
		var b [2]byte
		if n, _ := r2.Read(b[:]); n != 1 {
			t.Error("second reader lost its archive when the first was closed")
		}
		check(t, r2.Close())
	}
}

func TestCannotOpen(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"x": "x"})
	stopped, stop := context.WithCancel(t.Context())
	stop()
	tests := map[string]struct {
		ctx   context.Context
		paths []string
		o     Options
		want  schema.Code
	}{
		"no path":        {t.Context(), nil, Options{}, schema.CodeUsage},
		"not there":      {t.Context(), []string{filepath.Join(dir, "canary-name")}, Options{}, schema.CodeIO},
		"no stdin":       {t.Context(), []string{"-"}, Options{}, schema.CodeUsage},
		"stdin too long": {t.Context(), []string{"-"}, Options{Stdin: strings.NewReader("123"), Limits: Limits{Bytes: 2}}, schema.CodeLimit},
		"stopped":        {stopped, []string{dir}, Options{}, schema.CodeInterrupted},
	}
	for name, tc := range tests {
		_, err := Open(tc.ctx, tc.paths, tc.o)
		if schema.CodeOf(err) != tc.want || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}
