package queuetest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// Variables of the environment. Door names a folder with the door file of a
// running server (queue.ReadDoor), Key holds the organisation's key; where they
// are set, the suite runs on that server too.
const (
	DoorVariable = "INZAGE_TEST_DOOR"
	KeyVariable  = "INZAGE_TEST_KEY"
)

// External opens the queue that the environment names, and skips the test where
// it names none.
func External(t *testing.T) *queue.Queue {
	t.Helper()
	folder := os.Getenv(DoorVariable)
	if folder == "" {
		t.Skip(DoorVariable + " names no running server")
	}
	access, err := queue.ReadDoor(folder)
	if err != nil {
		t.Fatal(Why(err))
	}
	key, err := queue.ParseKey(os.Getenv(KeyVariable))
	if err != nil {
		t.Fatal(Why(err))
	}
	q, err := queue.Open(t.Context(), access, queue.Options{Key: key, Bind: true, Backoff: time.Second})
	if err != nil {
		t.Fatal(Why(err))
	}
	t.Cleanup(q.Close)
	return q
}

// Run holds a queue to what this package promises of every one. The queue may
// hold other requests; nobody else may work on its jobs meanwhile.
func Run(t *testing.T, q *queue.Queue) {
	t.Helper()
	r := Request(t, q, "graphexport", "dataviewer")
	t.Run("box", func(t *testing.T) {
		v, err := q.Vault(t.Context(), r.ID)
		if err != nil {
			t.Fatal(Why(err))
		}
		// How files are cut is the same everywhere, and has a test of its own: here
		// one that is cut must come over the wire, to every server.
		Box(t, v.Box("suite"), 0, 1000, 16<<20+1)
	})
	// What went before may have kept a cluster so busy that it has no leader.
	Eventually(t, "the queue answers", func() bool { return q.Health(t.Context()) == nil })
	t.Run("ledger", func(t *testing.T) { ledger(t, q, r) })
	t.Run("jobs", func(t *testing.T) { jobs(t, q, r.ID) })
	t.Run("verify", func(t *testing.T) {
		if v, err := q.Verify(t.Context()); err != nil || len(v.Flaws) > 0 {
			t.Errorf("%+v, %v", v, err)
		}
	})
	t.Run("erase", func(t *testing.T) { erase(t, q, r.ID) })
}

// ledger: of two who decide on the same state, one must decide again.
func ledger(t *testing.T, q *queue.Queue, r schema.Request) {
	t.Helper()
	ran := 0
	after, err := q.Update(t.Context(), r.ID, func(schema.Request) ([]schema.Entry, error) {
		if ran++; ran == 1 {
			if _, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryNotified, Code: "in-between"}); err != nil {
				return nil, err
			}
		}
		return []schema.Entry{{Kind: schema.EntryNotified, Code: "after"}}, nil
	})
	if err != nil || ran != 2 || len(after.Notified) != 2 || after.Notified[0].Code != "in-between" {
		t.Errorf("decided %d times, and it is %+v, %v", ran, after.Notified, err)
	}
	read, err := q.Request(t.Context(), r.ID)
	if err != nil || read.Entries != after.Entries {
		t.Errorf("written %d entries and read %d, %v", after.Entries, read.Entries, err)
	}
}

// jobs: each step once, whatever a handler does wrong.
func jobs(t *testing.T, q *queue.Queue, id schema.RequestID) {
	t.Helper()
	_, err := q.Append(t.Context(), id,
		schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}, schema.Entry{Kind: schema.EntryFetch, Part: "dataviewer"})
	if err != nil {
		t.Fatal(Why(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	ran := make(map[string]int)
	var working sync.WaitGroup
	for range 2 {
		working.Go(func() {
			w := queue.Worker{Kinds: []queue.Kind{queue.KindFetch, queue.KindBuild}, Slots: 2}
			w.Do = func(ctx context.Context, job queue.Job) error {
				if job.Request.ID != id {
					return schema.Later(time.Hour)
				}
				mu.Lock()
				ran[job.Key()]++
				n := ran[job.Key()]
				mu.Unlock()
				switch n {
				case 1:
					return schema.Later(time.Second)
				case 2:
					panic("a fault")
				}
				e := schema.Entry{Kind: schema.EntryFetched, Part: job.Entry.Part}
				if job.Kind == queue.KindBuild {
					e = schema.Entry{Kind: schema.EntryBuilt, Ref: "0123", Version: "1"}
				}
				_, err := q.Append(ctx, id, e)
				return err
			}
			if err := q.Work(ctx, w); err != nil {
				t.Error(Why(err))
			}
		})
	}
	Eventually(t, "built", func() bool {
		r, err := q.Request(t.Context(), id)
		return err == nil && r.State == schema.StateReview
	})
	stop()
	working.Wait()
	for job, times := range ran {
		if times != 3 {
			t.Errorf("job %s ran %d times, want 3: once it waited, once it failed", job, times)
		}
	}
	if len(ran) != 3 {
		t.Errorf("%d jobs, want 3", len(ran))
	}
}

func erase(t *testing.T, q *queue.Queue, id schema.RequestID) {
	t.Helper()
	if _, err := q.Append(t.Context(), id, schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
		t.Fatal(Why(err))
	}
	r, err := q.Erase(t.Context(), id, "someone")
	if err != nil || r.State != schema.StateErased {
		t.Errorf("the request is %s, %v", r.State, err)
	}
	if _, err := q.Vault(t.Context(), id); schema.CodeOf(err) != schema.CodeErased {
		t.Errorf("the vault opens: %v", err)
	}
}
