package workers_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport"
)

// judged is a source whose fetch ends as it is told.
type judged struct {
	schema.Source

	name string
	tell []schema.Result
	fate error
	who  *schema.Subject
}

// Name implements schema.Source.
func (j *judged) Name() string { return j.name }

// Fetch implements schema.Fetcher.
func (j *judged) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	*j.who = who
	for _, r := range j.tell {
		if err := box.Tell(ctx, r); err != nil {
			return err
		}
	}
	return j.fate
}

// One source fails, one finds nothing, one says nothing at all: the bundle is
// made all the same and says of each how it ended. And the person is looked up,
// once, and known by what the directory adds.
func TestSearchesReachTheBundle(t *testing.T) {
	t.Parallel()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	q := queuetest.New(t)
	object := schema.NewPersonal("00000000-0000-4000-8000-000000000017")
	lookups := 0
	fetchers := make(map[string]schema.Fetcher)
	for _, j := range []*judged{
		{name: "alpha", tell: []schema.Result{{Place: "Office/O365", Found: schema.FoundNothing, Files: 1}, {Found: schema.FoundNothing, Code: schema.CodeExportEmpty, Files: 1}}},
		{name: "beta", tell: []schema.Result{{Found: schema.FoundFailed, Code: schema.CodeExportRefused}}, fate: schema.Never(schema.Fail(schema.CodeExportRefused, "fetch", nil))},
		{name: "gamma", fate: schema.Never(schema.Fail(schema.CodePermission, "fetch", nil))},
	} {
		j.Source, j.who = graphexport.New(), new(schema.Subject)
		fetchers[j.name] = j
	}
	s := &workers.Service{
		Queue: q, Fetchers: fetchers, Temp: t.TempDir(),
		Builder: workers.Builder{Catalog: c, Program: "test", Sources: func(string) []schema.Source { return []schema.Source{graphexport.New()} }},
		Resolve: func(_ context.Context, given schema.Subject) (schema.Subject, []schema.Code, error) {
			lookups++
			given.ObjectID = object
			return given, []schema.Code{schema.CodePersonDisabled, schema.CodePersonGuest}, nil
		},
	}
	r, err := q.New(t.Context(), schema.Entry{
		Channel: schema.ChannelLetter, Day: schema.NewDate(2026, time.November, 2), Lang: schema.Dutch, Parts: []string{"alpha", "beta", "gamma"},
	}, schema.Subject{UPNs: []schema.Personal{schema.NewPersonal("sanne@waterland.example")}})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if r, err = workers.Start(t.Context(), q, r.ID, schema.ActorSystem, "signed-in"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	r = untilBuilt(t, s, r)
	if who, err := q.Subject(t.Context(), r); err != nil || who.ObjectID.Reveal() != object.Reveal() || lookups != 3 {
		t.Errorf("the person that is kept: %v, %d lookups", err, lookups)
	}
	if diff := cmp.Diff([]schema.Code{schema.CodePersonDisabled, schema.CodePersonGuest}, r.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	want := `[{"source":"alpha","found":"empty","code":"export-empty","files":1},` +
		`{"source":"alpha","place":"Office/O365","found":"empty","files":1},` +
		`{"source":"beta","found":"failed","code":"export-refused","files":0},` +
		`{"source":"gamma","found":"failed","code":"permission","files":0},` +
		`{"source":"graphexport","found":"not-searched","files":0}]`
	if got := searchesOf(t, q, r); got != want {
		t.Errorf("the bundle says\n%s, want\n%s", got, want)
	}

	// Asked once more, a source tells of other places, or comes to nothing and
	// tells nothing: what it told the first time no longer counts.
	fetchers["alpha"].(*judged).tell = []schema.Result{{Place: "Teams", Found: schema.FoundData, Files: 2}, {Found: schema.FoundData, Files: 2}}
	fetchers["beta"].(*judged).tell = nil
	for _, part := range []string{"alpha", "beta"} {
		if r, err = q.Retry(t.Context(), r.ID, part, schema.ActorSystem); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	r = untilBuilt(t, s, r)
	want = `[{"source":"alpha","found":"found","files":2,"asked":2},` +
		`{"source":"alpha","place":"Teams","found":"found","files":2},` +
		`{"source":"beta","found":"failed","code":"export-refused","files":0,"asked":2},` +
		`{"source":"gamma","found":"failed","code":"permission","files":0},` +
		`{"source":"graphexport","found":"not-searched","files":0}]`
	if got := searchesOf(t, q, r); got != want {
		t.Errorf("the second bundle says\n%s, want\n%s", got, want)
	}
}

// searchesOf reads what the bundle of a request says of its searches.
func searchesOf(t *testing.T, q *queue.Queue, r schema.Request) string {
	t.Helper()
	var m struct{ Searches json.RawMessage }
	if err := json.Unmarshal(manifestOf(t, q, r), &m); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := json.Compact(&text, m.Searches); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// manifestOf is the manifest in the bundle of a request.
func manifestOf(t *testing.T, q *queue.Queue, r schema.Request) []byte {
	t.Helper()
	in := openBundle(t, q, r)
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(z, "manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// openBundle opens the bundle of a request, as it is kept.
func openBundle(t *testing.T, q *queue.Queue, r schema.Request) io.ReadCloser {
	t.Helper()
	v, err := q.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	in, err := v.Bundle().Open(t.Context(), workers.BundleName)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return in
}

// untilBuilt works on the request until its bundle is there to be looked at.
func untilBuilt(t *testing.T, s *workers.Service, r schema.Request) schema.Request {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Work(ctx, 1, 1) }()
	queuetest.Eventually(t, "built", func() bool {
		var err error
		r, err = s.Queue.Request(t.Context(), r.ID)
		return err == nil && r.State == schema.StateReview
	})
	stop()
	if err := <-done; err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}
