package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestSame: the same input gives the same bytes.
func TestSame(t *testing.T) {
	t.Parallel()
	a, resA := sampleBundle(t, sampleHead(t, schema.Dutch), 500)
	b, resB := sampleBundle(t, sampleHead(t, schema.Dutch), 500)
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Error("two bundles of the same input differ")
	}
	sum := sha256.Sum256(x)
	if resA.SHA256 != hex.EncodeToString(sum[:]) || resA.Size != int64(len(x)) {
		t.Errorf("result says %s, %d bytes", resA.SHA256, resA.Size)
	}
	if d := gocmp.Diff(resA.Balance, resB.Balance); d != "" {
		t.Error(d)
	}
}

// TestManifest: the manifest lists every file of the zip with its hash, and ties
// raw names to what they were.
func TestManifest(t *testing.T) {
	t.Parallel()
	path, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 40)
	var m manifest
	if err := json.Unmarshal(member(t, path, manifestPath), &m); err != nil {
		t.Fatal(err)
	}
	want := make(map[string]part)
	for _, f := range members(t, path) {
		if f.Name == manifestPath {
			if f.Method != zip.Store {
				t.Error("the manifest is packed")
			}
			continue
		}
		b := content(t, f)
		sum := sha256.Sum256(b)
		want[f.Name] = part{f.Name, int64(len(b)), hex.EncodeToString(sum[:])}
		if y := f.Modified.UTC().Format("2006-01-02"); y != "2025-12-01" {
			t.Errorf("%s has time %s", f.Name, y)
		}
	}
	got := make(map[string]part)
	for _, p := range m.Files {
		got[p.Path] = p
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("(-zip +manifest)\n%s", d)
	}
	wantRaw := []rawFile{
		{"raw/export.zip", "export.zip"},
		{"raw/viewer/DiagnosticData.csv", "viewer/DiagnosticData.csv"},
		{"raw/viewer/console.txt", "viewer/console.txt"},
	}
	if d := gocmp.Diff(wantRaw, m.Raw); d != "" {
		t.Errorf("raw (-want +got)\n%s", d)
	}
	if got := string(member(t, path, "raw/export.zip")); got != "the bytes of export.zip" {
		t.Errorf("raw file holds %q", got)
	}
	if m.Case != "2026-0042" || m.Received != "2025-12-01" || m.Language != "nl" || m.Counts.Read != 45 || m.Counts.Explained != 40 {
		t.Errorf("manifest says %+v", m)
	}
}

// TestRecords: one line per record in the order of reading, then the summary.
func TestRecords(t *testing.T) {
	t.Parallel()
	path, _ := sampleBundle(t, sampleHead(t, schema.Dutch), 40)
	lines := strings.Split(strings.TrimSuffix(string(member(t, path, recordsPath)), "\n"), "\n")
	if len(lines) != 43 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, l := range lines[:40] {
		var r struct {
			Event    string
			Position struct{ Record, Offset int64 }
			Fields   []struct{ Path, Value string }
		}
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			t.Fatal(err)
		}
		e := sampleAt(i)
		if r.Event != e.Record.Event || r.Position.Record != int64(i+1) || len(r.Fields) != len(e.Record.Fields) {
			t.Errorf("line %d: %+v", i+1, r)
		}
		for k, f := range r.Fields {
			if f.Path != e.Record.Fields[k].Path || f.Value != e.Record.Fields[k].Value.Reveal() {
				t.Errorf("line %d: field %+v", i+1, f)
			}
		}
	}
	if !strings.Contains(lines[40], `"unreadable":"truncated","raw":"{\"time\": \"2025-11-01`) {
		t.Errorf("unreadable record: %s", lines[40])
	}
	if want := `{"summary":{"read":45,"explained":40,`; !strings.HasPrefix(lines[42], want) {
		t.Errorf("last line: %s", lines[42])
	}
}

// TestBalance: a bundle that does not add up is not made.
func TestBalance(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Writer, *Count){
		"one read more in total": func(_ *Writer, c *Count) { c.Read++ },
		"one other less":         func(_ *Writer, c *Count) { c.Others-- },
		"a record too many":      func(w *Writer, _ *Count) { w.files[0].own.balance.Layers[schema.LayerEvent]++ },
		"an unreadable too few": func(w *Writer, c *Count) {
			w.files[0].own.balance.Unreadable--
			w.files[0].own.balance.Read--
			c.Unreadable--
			c.Read--
		},
		"a file missing": func(w *Writer, c *Count) {
			c.Read -= w.files[0].Read
			c.Unreadable -= w.files[0].Unreadable
			w.tallies["x"] = w.files[0].own
			w.files = w.files[1:]
		},
		"same sum, other files": func(w *Writer, _ *Count) {
			w.files[0].own.balance.Read++
			w.files[1].own.balance.Read--
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w, total := sampleRun(t, dir, sampleHead(t, schema.Dutch), 30)
			spoil(w, &total)
			if _, err := w.Close(total); schema.CodeOf(err) != schema.CodeUnbalanced || len(schema.CountsOf(err)) == 0 {
				t.Errorf("error %v, counts %v", err, schema.CountsOf(err))
			}
			left(t, dir)
		})
	}
}

// left checks which names stand in a folder.
func left(t testing.TB, dir string, want ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("left behind (-want +got)\n%s", d)
	}
}

func TestAbort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, _ := sampleRun(t, dir, sampleHead(t, schema.Dutch), 10)
	info, err := os.Stat(w.temp)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder of the unfinished bundle: %v %v", info.Mode(), err)
	}
	w.Abort()
	w.Abort()
	left(t, dir)
	if err := w.Add(sampleAt(0)); err == nil {
		t.Error("an aborted writer takes records")
	}
	if _, err := w.Close(Count{}); err == nil {
		t.Error("an aborted writer closes")
	}
	left(t, dir)
}

// TestCrash: what a run that died left behind is no bundle, and is gone after
// the next run.
func TestCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _ = sampleRun(t, dir, sampleHead(t, schema.Dutch), 10) // never closed
	left(t, dir, ".inzage-2026-0042.partial")
	w, total := sampleRun(t, dir, sampleHead(t, schema.Dutch), 10)
	if _, err := w.Close(total); err != nil {
		t.Fatal(causes(err))
	}
	left(t, dir, "bundle-test.zip")
}

func TestRaw(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, total := sampleRun(t, dir, sampleHead(t, schema.Dutch), 10)
	_, _, err := w.Raw("locked", func() (io.ReadCloser, error) { return nil, os.ErrPermission })
	if schema.CodeOf(err) != schema.CodeIO || strings.Contains(err.Error(), "locked") {
		t.Errorf("file that cannot be opened: %v", err)
	}
	if _, err := w.Close(total); err != nil {
		t.Error("a file that cannot be opened must not stop the bundle:", err)
	}

	w, total = sampleRun(t, dir, sampleHead(t, schema.Dutch), 10)
	_, _, err = w.Raw("torn", func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("half"), tornReader{})), nil
	})
	if schema.CodeOf(err) != schema.CodeLimit {
		t.Errorf("file that breaks off: %v", err)
	}
	if _, err := w.Close(total); err == nil {
		t.Error("a bundle with half a file was made")
	}
	left(t, dir, "bundle-test.zip")
}

type tornReader struct{}

func (tornReader) Read([]byte) (int, error) { return 0, schema.Fail(schema.CodeLimit, "read", nil) }

func TestCreate(t *testing.T) {
	t.Parallel()
	good := sampleHead(t, schema.Dutch)
	noWords, noCase := good, good
	noWords.Words = nil
	noCase.Case = ""
	for name, x := range map[string]struct {
		file string
		head Head
		code schema.Code
	}{
		"no words": {"b.zip", noWords, schema.CodeUsage},
		"no case":  {"b.zip", noCase, schema.CodeUsage},
		"a path":   {"../b.zip", good, schema.CodeUsage},
	} {
		if _, err := Create(t.TempDir(), x.file, x.head); schema.CodeOf(err) != x.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Create(filepath.Join(t.TempDir(), "secret-name", "none"), "b.zip", good)
	if schema.CodeOf(err) != schema.CodeIO || strings.Contains(err.Error(), "secret") {
		t.Errorf("no such folder: %v", err)
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Error("the cause is lost")
	}
}

// TestOthers: a record of somebody else is not taken.
func TestOthers(t *testing.T) {
	t.Parallel()
	w, _ := sampleRun(t, t.TempDir(), sampleHead(t, schema.Dutch), 20)
	e := sampleAt(2)
	e.Record.Owner = schema.OwnerOther
	if err := w.Add(e); schema.CodeOf(err) != schema.CodeOtherPerson {
		t.Errorf("error %v", err)
	}
}
