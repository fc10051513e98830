package queue_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
)

func TestSharedRateLimit(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	rate := queue.Rate{PerSecond: 20, Burst: 5}
	var granted atomic.Int32
	var all sync.WaitGroup
	begun := time.Now()
	for range 4 {
		all.Go(func() {
			for time.Since(begun) < 2*time.Second {
				wait, err := q.Allow(t.Context(), "tenant graph", rate)
				if err != nil {
					t.Error(queuetest.Why(err))
					return
				}
				if wait == 0 {
					granted.Add(1)
					continue
				}
				<-time.After(min(wait, 50*time.Millisecond))
			}
		})
	}
	all.Wait()
	ideal := rate.Burst + rate.PerSecond*time.Since(begun).Seconds()
	if n := float64(granted.Load()); n > ideal+1 || n < rate.Burst {
		t.Errorf("%v turns were granted, at most %v may be", n, ideal)
	}
	if err := q.Block(t.Context(), "tenant graph", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if wait, err := q.Allow(t.Context(), "tenant graph", rate); err != nil || wait < 59*time.Minute {
		t.Errorf("blocked for %v, %v", wait, err)
	}
	if wait, err := q.Allow(t.Context(), "another", rate); err != nil || wait != 0 {
		t.Errorf("another key waits %v, %v", wait, err)
	}
}

// A turn is a whole one: fractions of a token that add up to a little less than
// one gave a wait of nothing, which was taken for a turn.
func TestRateOverTwoSeconds(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, time.November, 3, 9, 0, 0, 0, time.UTC)
	now := begun
	q := queuetest.New(t, func(o *queue.Options) { o.Now = func() time.Time { return now } })
	granted := 0
	for ; now.Before(begun.Add(2 * time.Second)); now = now.Add(time.Millisecond) {
		wait, err := q.Allow(t.Context(), "tenant graph", queue.Rate{PerSecond: 20, Burst: 5})
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if wait == 0 {
			granted++
		}
	}
	if granted < 43 || granted > 45 {
		t.Errorf("%d turns were granted, 45 may be", granted)
	}
}
