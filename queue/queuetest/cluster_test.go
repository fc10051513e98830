package queuetest_test

import (
	"slices"
	"strconv"
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

// The server that leads the ledger stops while entries are written: nothing that
// was acknowledged is lost, and nothing is there twice.
func TestClusterLosesItsLeader(t *testing.T) {
	t.Parallel()
	c := queuetest.ServeCluster(t)
	q := openCluster(t, c)
	r := queuetest.Request(t, q, "graphexport")
	const entries = 400
	stopped := false
	for n := range entries {
		if n == entries/3 {
			stopped = c.StopLeader()
		}
		code := schema.Code("c" + strconv.Itoa(n))
		queuetest.Eventually(t, "an entry is written", func() bool {
			_, err := q.Update(t.Context(), r.ID, func(now schema.Request) ([]schema.Entry, error) {
				if slices.Contains(now.Notified, schema.Given{Code: code}) {
					return nil, nil
				}
				return []schema.Entry{{Kind: schema.EntryNotified, Code: code}}, nil
			})
			return err == nil
		})
	}
	if !stopped {
		t.Fatal("there was no leader to stop")
	}
	after, err := q.Request(t.Context(), r.ID)
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
