package queue_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

func TestRequestLivesInItsLedger(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	who := schema.Subject{
		Name: schema.NewPersonal("Jan de Vries"), ObjectID: schema.NewPersonal("8f1c"),
		UPNs: []schema.Personal{schema.NewPersonal("jan@contoso.example")},
	}
	r, err := q.New(t.Context(), queuetest.Opened("2026-0001", "graphexport", "dataviewer"), who)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if r.State != schema.StateReceived || r.Case != "2026-0001" || len(r.Parts) != 2 {
		t.Errorf("the request is %+v", r)
	}
	back, err := q.Subject(t.Context(), r)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if diff := cmp.Diff(who, back); diff != "" {
		t.Errorf("the person came back changed:\n%s", diff)
	}
	r, err = q.Append(t.Context(), r.ID,
		schema.Entry{Kind: schema.EntryVerified, Code: "signed-in"},
		schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"},
		schema.Entry{Kind: schema.EntryFetch, Part: "dataviewer"},
		schema.Entry{Kind: schema.EntryFetched, Part: "dataviewer"})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if r.State != schema.StateCollecting || r.Entries != 5 {
		t.Errorf("the request is %+v", r)
	}
	// The last part orders the build by itself, in the same write.
	r, err = q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryFetched, Part: "graphexport"})
	if err != nil || r.State != schema.StateBuilding || r.Entries != 7 {
		t.Errorf("the request is %+v, %v", r, err)
	}
	again, err := q.Request(t.Context(), r.ID)
	if diff := cmp.Diff(r, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("what was written is not what is read: %v\n%s", err, diff)
	}
	if _, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryErased}); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("an entry that may not follow gives %v", err)
	}
	if _, err := q.Request(t.Context(), queue.NewID()); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("a request that is not there gives %v", err)
	}
	if _, err := q.Request(t.Context(), "a.>"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("an id that is none gives %v", err)
	}
}

// Many who write to one ledger at the same time lose nothing and write nothing
// twice.
func TestManyWritersOneLedger(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := queuetest.Request(t, q, "graphexport")
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 5 {
				code := schema.Code("c" + strconv.Itoa(n*10+i))
				for {
					_, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryNotified, Code: code})
					if err == nil {
						break
					}
					if schema.CodeOf(err) != schema.CodeConflict {
						t.Error(queuetest.Why(err))
						return
					}
				}
			}
		})
	}
	all.Wait()
	r, err := q.Request(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	codes := make(map[schema.Code]int)
	for _, g := range r.Notified {
		codes[g.Code]++
	}
	if len(r.Notified) != 40 || len(codes) != 40 {
		t.Errorf("%d entries with %d codes, want 40 with 40", len(r.Notified), len(codes))
	}
}

// More entries than the server gives in one answer.
func TestLongLedger(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := queuetest.Request(t, q, "graphexport")
	for range 11 {
		batch := make([]schema.Entry, 100)
		for i := range batch {
			batch[i] = schema.Entry{Kind: schema.EntryNotified, Code: "x"}
		}
		if _, err := q.Append(t.Context(), r.ID, batch...); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	entries, err := q.Entries(t.Context(), r.ID)
	if err != nil || len(entries) != 1102 {
		t.Errorf("%d entries (%v), want 1102", len(entries), err)
	}
}

func TestAppendTakesNoneOrAll(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	q := queuetest.New(t, func(o *queue.Options) { o.Now = func() time.Time { return now } })
	r := queuetest.Request(t, q, "graphexport")
	_, err := q.Append(t.Context(), r.ID,
		schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"},
		schema.Entry{Kind: schema.EntryFetched, Part: "unknown"})
	if schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("half a batch gives %v", err)
	}
	again, err := q.Request(t.Context(), r.ID)
	if err != nil || again.Entries != r.Entries || !again.Changed.Equal(now) {
		t.Errorf("half a batch was written: %+v, %v", again, err)
	}
}
