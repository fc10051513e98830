package fetch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers/graphexport/azurite"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/sourcetest"
)

var storage = azurite.New()

// TestMain starts storage, unless this is a child process that is told of one.
func TestMain(m *testing.M) {
	if os.Getenv("INZAGE_TEST_CHILD") != "" {
		os.Exit(m.Run())
	}
	os.Exit(storage.Run(m))
}

// quick are times for tests, in which a day of the tenant takes 20 ms.
const day = 20 * time.Millisecond

func quick() Times {
	return Times{
		Grace: 2 * day, Settle: 10 * day, Deadline: 400 * day, Throttle: day / 4, Retry: time.Millisecond,
		Polls: []Poll{{0, day / 4}},
	}
}

// rig is a tenant, storage, and a source that is set up for them.
type rig struct {
	*Source

	t      *testing.T
	tenant *simulate.Tenant
	who    corpus.Employee
	box    *sourcetest.Box
}

func newRig(t *testing.T, o simulate.Options, edit ...func(*Config)) *rig {
	t.Helper()
	account := storage.Account(t)
	return rigWith(t, o, Storage{Account: account.Name, Key: schema.NewPersonal(account.Key), Endpoint: account.Endpoint, ByKey: true}, edit...)
}

func rigWith(t *testing.T, o simulate.Options, account Storage, edit ...func(*Config)) *rig {
	t.Helper()
	if o.Day == 0 {
		o.Day = day
	}
	tenant, err := simulate.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tenant.Close() })
	c := Config{
		Tenant: tenant.ID(), Client: tenant.App().ClientID, HTTP: tenant.Client(), Times: quick(),
		SignIn:  SignIn{Kind: ClientSecret, Secret: schema.NewPersonal(tenant.App().Secret)},
		Storage: account,
	}
	for _, e := range edit {
		e(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{Source: s, t: t, tenant: tenant, who: tenant.People()[0], box: sourcetest.NewBox(t.TempDir())}
}

// subject is the person as the organisation knows them: by sign-in name.
func (r *rig) subject() schema.Subject {
	return schema.Subject{UPNs: []schema.Personal{schema.NewPersonal(r.who.UPN)}}
}

// run runs the job until it is done or gives up, as the queue would.
func (r *rig) run() error {
	r.t.Helper()
	return run(r.t, r.Source, r.subject(), r.box)
}

func run(t *testing.T, s *Source, who schema.Subject, box schema.Box) error {
	t.Helper()
	return runUntil(t, func() error { return s.Fetch(t.Context(), who, box) })
}

func runUntil(t *testing.T, fetch func() error) error {
	t.Helper()
	for tries := 0; ; {
		err := fetch()
		wait, later := schema.IsLater(err)
		switch {
		case err == nil, schema.IsNever(err):
			return err
		case !later:
			if tries++; tries == 20 {
				return fmt.Errorf("after %d tries: %w", tries, err)
			}
			wait = day / 10
		}
		select {
		case <-time.After(wait):
		case <-t.Context().Done():
			t.Fatal("the test has no more time")
		}
	}
}

// contents reads the box.
func (r *rig) contents() map[string]string {
	r.t.Helper()
	got := make(map[string]string)
	blobs, err := r.box.Blobs(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, b := range blobs {
		in, err := r.box.Open(r.t.Context(), b.Name)
		if err != nil {
			r.t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		_ = in.Close()
		if err != nil {
			r.t.Fatal(err)
		}
		got[b.Name] = string(data)
	}
	return got
}

// complete checks that the box holds the whole export and the account nothing.
func (r *rig) complete() {
	r.t.Helper()
	got := r.contents()
	if !strings.Contains(got[requestInfo], r.who.ObjectID) {
		r.t.Error("RequestInfo.json of the person is not in the box")
	}
	delete(got, requestInfo)
	want := make(map[string]string)
	for _, f := range corpus.Export(0, r.who) {
		want[f.Name] = string(f.Data)
	}
	// The agents choose their own folders: contents are compared.
	if diff := cmp.Diff(counts(want), counts(got)); diff != "" {
		r.t.Errorf("the box does not hold what was written (-want +got):\n%s", diff)
	}
	r.tidy()
}

func counts(files map[string]string) map[string]int {
	n := make(map[string]int)
	for _, content := range files {
		n[content]++
	}
	return n
}

// tidy checks that nothing is left in the account, and that one export was
// ordered.
func (r *rig) tidy() {
	r.t.Helper()
	left, err := r.Leftovers(r.t.Context())
	if err != nil || len(left) > 0 {
		r.t.Errorf("%d containers are left (%v)", len(left), err)
	}
	if n := r.tenant.Orders(r.who.ObjectID); n != 1 {
		r.t.Errorf("%d exports were ordered, want 1", n)
	}
}

// whole is what was told of the export as a whole.
func (r *rig) whole() schema.Result {
	r.t.Helper()
	results, err := r.box.Results()
	if err != nil || len(results) == 0 || results[0].Place != "" {
		r.t.Fatalf("nothing was told of the whole: %v, %v", results, err)
	}
	return results[0]
}

// TestStraightLine is the whole way: order, wait, take over, delete.
func TestStraightLine(t *testing.T) {
	t.Parallel()
	r := newRig(t, simulate.Options{})
	err := r.Fetch(t.Context(), r.subject(), r.box)
	if wait, ok := schema.IsLater(err); !ok || wait <= 0 {
		t.Fatalf("the first try: got %v, want Later", err)
	}
	if err := r.run(); err != nil {
		t.Fatal(err, errors.Unwrap(errors.Unwrap(err)))
	}
	r.complete()
	if w := r.whole(); w.Found != schema.FoundData || w.Code != "" || w.Files == 0 || w.Bytes == 0 {
		t.Errorf("told: %+v", w)
	}
	if err := r.Fetch(t.Context(), r.subject(), r.box); err != nil {
		t.Errorf("once more: %v", err)
	}
}

var _ schema.Fetcher = (*Source)(nil)
