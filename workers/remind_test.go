package workers_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// On a day on which every request owes reminders, the clock and the server stop
// half-way; after the restart two clocks go on. Each reminder is on record once.
//
// INZAGE_LONG takes a hundred thousand requests and tells how long it took.
func TestRemindersOverARestart(t *testing.T) {
	t.Parallel()
	requests := 24
	if os.Getenv("INZAGE_LONG") != "" {
		requests = 100_000
	}
	today := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	half, stop := context.WithCancel(t.Context())
	var left atomic.Int64 // entries to write before the stop; 0 is no stop
	now := func() time.Time {
		if left.Load() > 0 && left.Add(-1) == 0 {
			stop()
		}
		return today
	}
	folder := t.TempDir()
	// open starts the server anew, and gives a clock on it.
	open := func() (q *queue.Queue, sweep func(context.Context) (workers.Swept, error), end func()) {
		server := queuetest.Serve(t, folder)
		q = queuetest.Open(t, server, func(o *queue.Options) { o.Now = now })
		began := time.Now()
		reg, err := q.OpenRegister(t.Context())
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		t.Logf("register of %d requests opened in %v", reg.Len(), time.Since(began))
		clock := workers.Clock{Queue: q, Register: reg, Zone: time.UTC}
		return q, func(ctx context.Context) (workers.Swept, error) { return clock.Sweep(ctx, today) }, func() { q.Close(); server.Close() }
	}

	server := queuetest.Serve(t, folder)
	queuetest.Open(t, server).Close() // makes the streams
	ids := queuetest.Fill(t, server.Access(), requests, func(int) schema.Date { return schema.NewDate(2026, time.October, 26) })
	server.Close()

	q, sweep, end := open()
	r, err := q.Request(t.Context(), ids[0])
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	each := len(r.Owing(schema.CivilDate(today, time.UTC)))
	if each < 2 {
		t.Fatalf("a request owes %d reminders, want some", each)
	}
	left.Store(int64(requests / 2))
	began := time.Now()
	first, err := sweep(half)
	if schema.CodeOf(err) != schema.CodeInterrupted || first.Reminders == 0 || first.Reminders >= requests*each {
		t.Fatalf("not stopped half-way: %+v, %s", first, queuetest.Why(err))
	}
	t.Logf("%d reminders in %v, then stopped", first.Reminders, time.Since(began))
	end()

	q, sweep, end = open()
	defer end()
	began = time.Now()
	var clocks sync.WaitGroup
	var second atomic.Int64
	for range 2 {
		clocks.Go(func() {
			done, err := sweep(t.Context())
			if err != nil {
				t.Error(queuetest.Why(err))
			}
			second.Add(int64(done.Reminders))
		})
	}
	clocks.Wait()
	t.Logf("%d reminders in %v", second.Load(), time.Since(began))
	// The last before the stop may have been written and not been counted.
	if all := int64(first.Reminders) + second.Load(); all > int64(requests*each) || all < int64((requests-1)*each) {
		t.Errorf("%d reminders were put on record, want %d", all, requests*each)
	}
	for _, id := range ids {
		told := make(map[string]int)
		entries, err := q.Entries(t.Context(), id)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		for _, e := range entries {
			if e.Kind == schema.EntryReminded {
				told[fmt.Sprint(e.Code, e.Day)]++
			}
		}
		if len(told) != each {
			t.Fatalf("%d of %d reminders: %v", len(told), each, told)
		}
		for what, n := range told {
			if n != 1 {
				t.Errorf("%s is %d times on record", what, n)
			}
		}
	}
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	clock := workers.Clock{Queue: q, Register: reg, Zone: time.UTC}
	began = time.Now()
	if done, err := clock.Sweep(t.Context(), today); err != nil || done.Reminders > 0 || done.Requests != requests {
		t.Errorf("another turn: %+v, %s", done, queuetest.Why(err))
	}
	t.Logf("a sweep with nothing to remind of took %v", time.Since(began))
}
