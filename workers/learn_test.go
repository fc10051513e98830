package workers

import (
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
	"inzage/workers/inputs"
)

// TestLearnt: of a record it is only said that it holds nobody where that was found
// when all was known that is known now.
func TestLearnt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		n, quiet := r.IntN(300), r.IntN(2) == 0
		var w learnt
		known := make([]int, n)
		clean := make([]bool, n)
		for i := range n {
			if i > 0 {
				known[i] = known[i-1]
			}
			if clean[i] = r.IntN(4) > 0; !clean[i] && (!quiet || i < 90) {
				known[i] += r.IntN(2)
			}
			w.record(clean[i], known[i])
		}
		later := r.IntN(n + 2) // somebody is met in the second reading
		for i := range n {
			now := known[n-1]
			if i >= later {
				now++
			}
			if got, want := w.holdsNobody(now), clean[i] && known[i] == now; got != want {
				t.Fatalf("seed %d: record %d of %d holds nobody: %v, want %v", seed, i, n, got, want)
			}
		}
	}
}

// changing is a source of one record, which changes the file behind it once that
// was read.
type changing struct {
	schema.Source
	path string
}

func (changing) Name() string                            { return "changing" }
func (changing) Match(schema.File) (schema.Format, bool) { return schema.Format{Code: "x"}, true }

func (c changing) Records(_ schema.Subject, f schema.File, _ *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		r, err := f.Open()
		if err != nil {
			yield(schema.Record{}, err)
			return
		}
		defer r.Close()
		text, err := io.ReadAll(r)
		if yield(schema.Record{Event: "E", Fields: []schema.Field{{Path: "p", Value: schema.NewPersonal(string(text))}}}, err) && err == nil {
			_ = os.WriteFile(c.path, []byte("karim.bakker@waterland.example"), 0o600)
		}
	}
}

// TestChangedFile: what was learnt of a file is not believed of other bytes under
// its name.
func TestChangedFile(t *testing.T) {
	t.Parallel()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("nobody is in this text at all!"), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := inputs.Open(t.Context(), []string{path}, inputs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = set.Close() }()
	var told files
	who := explain.Reader{Lang: schema.Dutch, Zone: time.UTC}
	l := Line{Sources: []schema.Source{changing{path: path}}, Sink: &told, Explain: c.For(who), Mask: c.Masker(who, explain.Others{})}
	if _, err := l.Run(t.Context(), set); schema.CodeOf(err) != schema.CodeIO {
		t.Errorf("a file that changes between its readings: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "karim.bakker@waterland.example" {
		t.Errorf("the file did not change: %v", err)
	}
}

// TestMaskerKeepsCopies: what the masker learns of a buffer outlasts it.
func TestMaskerKeepsCopies(t *testing.T) {
	t.Parallel()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	const text = `karim.bakker@waterland.example C:\Users\ilse.kok\x 8:orgid:c7b1d1de-4f5e-4a4d-9d7a-0f4c8a1b2c3d S-1-5-21-1-2-3-1001 +31 612345678`
	m := c.Masker(explain.Reader{Lang: schema.Dutch, Zone: time.UTC}, explain.Others{})
	buf := []byte(text)
	if m.Clean(view(buf)) {
		t.Fatal("five people were not found")
	}
	people, want := m.People(), ""
	for range 2 {
		clear(buf)
		got, _ := m.Text(text)
		if m.People() != people || want != "" && got != want {
			t.Errorf("%d people, then %d: %q, then %q", people, m.People(), want, got)
		}
		want = got
	}
}
