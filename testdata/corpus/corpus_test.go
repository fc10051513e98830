package corpus

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDemoIsCommitted compares testdata/demo with what the generator makes. To
// renew it: rm -r testdata/demo && go run ./testdata/generate -out testdata/demo
func TestDemoIsCommitted(t *testing.T) {
	t.Parallel()
	want := make(map[string]string)
	for _, f := range Demo(1) {
		want[f.Name] = string(f.Data)
	}
	got := make(map[string]string)
	demo := os.DirFS(filepath.Join("..", "demo"))
	err := fs.WalkDir(demo, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(demo, name)
		got[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("testdata/demo is not what the generator makes (-made +committed):\n%.4000s", diff)
	}
}

func TestDemoIsDeterministic(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(Demo(7), Demo(7)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(Demo(7), Demo(8)) {
		t.Error("another seed gives the same case")
	}
}

// TestDemoIsInvented guards what would make the demo unfit for publication.
func TestDemoIsInvented(t *testing.T) {
	t.Parallel()
	for _, f := range Demo(1) {
		text := string(f.Data)
		for _, host := range hosts(text) {
			if !strings.HasSuffix(host, ".example") {
				t.Errorf("%s: names the host %q, which may be somebody's", f.Name, host)
			}
		}
		if strings.Contains(text, "0001-01-01") {
			t.Errorf("%s: a moment of the script could not be read", f.Name)
		}
	}
}

// hosts lists what stands behind "://" and "@" in a text.
func hosts(text string) []string {
	var list []string
	for _, mark := range []string{"://", "@"} {
		for _, rest := range strings.Split(text, mark)[1:] {
			end := strings.IndexFunc(rest, func(r rune) bool {
				return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
			})
			if end >= 0 {
				rest = rest[:end]
			}
			list = append(list, rest)
		}
	}
	return list
}

func TestWriteSize(t *testing.T) {
	t.Parallel()
	for _, format := range formats() {
		for _, size := range []int64{0, 1, 5000, 1 << 20} {
			var b bytes.Buffer
			if err := Write(&b, 1, size, format); err != nil {
				t.Fatal(err)
			}
			if got := int64(b.Len()); got < size || got > size+4096 {
				t.Errorf("%s: asked for %d bytes, got %d", format, size, got)
			}
		}
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, format := range formats() {
		var a, b, c bytes.Buffer
		if err := errors.Join(Write(&a, 3, 1<<20, format), Write(&b, 3, 1<<20, format), Write(&c, 4, 1<<20, format)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the same seed gives other bytes", format)
		}
		if bytes.Equal(a.Bytes(), c.Bytes()) {
			t.Errorf("%s: another seed gives the same bytes", format)
		}
	}
}

// TestWriteIsValid reads every corpus with the standard library.
func TestWriteIsValid(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for line := range bytes.SplitSeq(bytes.TrimSpace(corpus(t, NDJSON)), []byte("\n")) {
		var e struct{ Name string }
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		seen[e.Name] = true
		if len(line) < 1600 || len(line) > 2600 {
			t.Fatalf("an event of %d bytes; about 2 KB are promised", len(line))
		}
	}
	if len(seen) < nameCount/2 {
		t.Errorf("only %d different names in 8 MB", len(seen))
	}

	_, table, _ := bytes.Cut(corpus(t, ViewerCSV), []byte("\r\n"))
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if !json.Valid([]byte(row[2])) {
			t.Fatalf("payload of %s is not JSON", row[0])
		}
	}

	var entries []struct {
		Time       string
		Properties map[string]string
	}
	if err := json.Unmarshal(corpus(t, AdminExport), &entries); err != nil {
		t.Fatal(err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, name := range names() {
		seen[name] = true
	}
	if len(seen) != nameCount {
		t.Errorf("%d different names, want %d", len(seen), nameCount)
	}
}

func TestWriteFails(t *testing.T) {
	t.Parallel()
	if err := Write(io.Discard, 1, 10, "xml"); err == nil {
		t.Error("no error for a format that does not exist")
	}
	full := errors.New("full")
	if err := Write(failing{full}, 1, 1<<20, NDJSON); !errors.Is(err, full) {
		t.Errorf("error of the writer: got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func formats() []Format { return []Format{NDJSON, ViewerCSV, AdminExport} }

func corpus(t testing.TB, f Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, 1, 8<<20, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkWrite(b *testing.B) {
	for _, format := range formats() {
		b.Run(string(format), func(b *testing.B) {
			const size = 64 << 20
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, 1, size, format); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
