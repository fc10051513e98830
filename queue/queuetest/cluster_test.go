package queuetest_test

import (
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

func openCluster(t *testing.T, c *queuetest.Cluster) *queue.Queue {
	t.Helper()
	var q *queue.Queue
	key := queue.NewKey()
	// A cluster that has just started may refuse streams for a moment.
	queuetest.Eventually(t, "the cluster opens", func() bool {
		var err error
		q, err = queue.Open(t.Context(), c.Access, queue.Options{Key: key, Replicas: 3, Patience: 2 * time.Second, Backoff: time.Second})
		return err == nil
	})
	t.Cleanup(q.Close)
	return q
}

func TestCluster(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, openCluster(t, queuetest.ServeCluster(t)))
}

// How many entries are written while the leader stops: by one writer, one after
// another, and, for make long, by many at once.
const (
	entriesOfOne  = 400
	manyWriters   = 50
	entriesOfMany = 200 // each
)

// The server that leads the ledger stops while entries are written: nothing that
// was acknowledged is lost, and nothing is there twice.
func TestClusterLosesItsLeader(t *testing.T) {
	t.Parallel()
	writers, entries := 1, entriesOfOne
	if os.Getenv("INZAGE_LONG") != "" {
		writers, entries = manyWriters, entriesOfMany
	}
	c := queuetest.ServeCluster(t)
	q := openCluster(t, c)
	var written atomic.Int64
	stopped := make(chan bool, 1)
	var writing sync.WaitGroup
	ids := make([]schema.RequestID, writers)
	for i := range ids {
		opened := queuetest.Opened(strconv.Itoa(i), "graphexport")
		opened.Kind = schema.EntryOpened
		ids[i] = queue.NewID()
		if _, err := q.Append(t.Context(), ids[i], opened); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		writing.Go(func() {
			for n := range entries {
				if written.Add(1) == int64(writers*entries/3) {
					stopped <- c.StopLeader()
				}
				write(t, q, ids[i], schema.Code("c"+strconv.Itoa(n)))
			}
		})
	}
	writing.Wait()
	if !<-stopped {
		t.Fatal("there was no leader to stop")
	}
	for _, id := range ids {
		after, err := q.Request(t.Context(), id)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		for n, given := range after.Notified {
			if want := schema.Code("c" + strconv.Itoa(n)); given.Code != want {
				t.Errorf("entry %d is %s, want %s", n, given.Code, want)
			}
		}
		if len(after.Notified) != entries {
			t.Errorf("%d entries, want %d", len(after.Notified), entries)
		}
	}
	v, err := q.Verify(t.Context())
	if err != nil || len(v.Flaws) > 0 || v.Entries != writers*(entries+1) {
		t.Errorf("the ledger: %d entries, flaws %+v, %v", v.Entries, v.Flaws, err)
	}
}

// write puts an entry on record, unless it is there already: after an error
// nobody can tell without looking.
func write(t *testing.T, q *queue.Queue, id schema.RequestID, code schema.Code) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		_, err := q.Update(t.Context(), id, func(now schema.Request) ([]schema.Entry, error) {
			if slices.Contains(now.Notified, schema.Given{Code: code}) {
				return nil, nil
			}
			return []schema.Entry{{Kind: schema.EntryNotified, Code: code}}, nil
		})
		if err == nil {
			return
		}
		if t.Context().Err() != nil || schema.CodeOf(err) == schema.CodeTampered {
			t.Errorf("an entry is not written: %s", queuetest.Why(err))
			return
		}
	}
}
