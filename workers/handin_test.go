package workers_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport"
	"inzage/workers/inputs"
)

// What was found to be wrong when files were handed in reaches the bundle, also
// where there was no file to store.
func TestHandInKeepsProblems(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.json", filepath.Join(folder, "elsewhere.json")); err != nil {
		t.Fatal(err)
	}
	set, err := inputs.Open(t.Context(), []string{folder}, inputs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if n := len(set.Problems()); n != 1 {
		t.Fatalf("%d problems at intake, want one", n)
	}
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	q := queuetest.New(t)
	r, err := q.New(t.Context(), schema.Entry{
		Channel: schema.ChannelLetter, Day: schema.NewDate(2026, time.November, 2), Lang: schema.Dutch, Parts: []string{workers.Upload},
	}, schema.Subject{UPNs: []schema.Personal{schema.NewPersonal("sanne@waterland.example")}})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	vault, err := q.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if err := workers.HandIn(t.Context(), vault, set, io.Discard); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if r, err = workers.Start(t.Context(), q, r.ID, schema.ActorSystem, "signed-in"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	r = untilBuilt(t, &workers.Service{
		Queue: q, Temp: t.TempDir(),
		Builder: workers.Builder{Catalog: c, Program: "test", Sources: func(string) []schema.Source { return []schema.Source{graphexport.New()} }},
	}, r)
	manifest := string(manifestOf(t, q, r))
	if !strings.Contains(manifest, "elsewhere.json") || !strings.Contains(manifest, string(schema.CodeUnsafePath)) {
		t.Errorf("the bundle does not tell of the link:\n%s", manifest)
	}
}
