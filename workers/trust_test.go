package workers_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// A clock that is months ahead, whether it jumps there or was so when the service
// began, erases nothing and reminds of nothing, however many turns it has.
func TestWrongClockDoesNoHarm(t *testing.T) {
	t.Parallel()
	begin := time.Now().UTC()
	var ahead atomic.Int64 // days
	now := func() time.Time { return time.Now().AddDate(0, 0, int(ahead.Load())) }
	q := queuetest.New(t, func(o *queue.Options) { o.Now = now })
	open, closed := queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport")
	if _, err := q.Append(t.Context(), closed.ID, schema.Entry{Kind: schema.EntryWithdrawn, Actor: "someone"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	entries := func() int {
		t.Helper()
		n := 0
		for _, id := range []schema.RequestID{open.ID, closed.ID} {
			r, err := q.Request(t.Context(), id)
			if err != nil {
				t.Fatal(queuetest.Why(err))
			}
			n += r.Entries
		}
		return n
	}
	// turns lets a clock look a number of times; then is what happens after the
	// first few of them.
	looks, doubted := 0, false
	turns := func(all int, then func()) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		looks, doubted = 0, false
		clock := workers.Clock{
			Queue: q, Register: reg, Zone: time.UTC, Terms: new(schema.DefaultTerms()), Every: time.Millisecond,
			Doubted: func(d bool) { doubted = d },
			Now: func() time.Time {
				switch looks++; looks {
				case 4:
					then()
				case all:
					stop()
				}
				return now()
			},
		}
		if err := clock.Run(ctx); err != nil {
			t.Error(queuetest.Why(err))
		}
		if !doubted {
			t.Error("nobody is told that the clock is in doubt")
		}
	}
	before := 0
	turns(30, func() {
		before = entries() // reminded of what is owing by now
		ahead.Store(90)
	})
	if after := entries(); after != before {
		t.Errorf("a clock that jumped put %d entries on record", after-before)
	}
	turns(30, func() {})
	if after := entries(); after != before {
		t.Errorf("a clock that was wrong from the beginning put %d entries on record", after-before)
	}
	if list, err := q.Checkpoints(t.Context()); err != nil || len(list) != 1 || list[0].At.After(begin.AddDate(0, 0, 1)) {
		t.Errorf("checkpoints are %+v, %v; want that of before the jump", list, err)
	}
	// Once the clock is right again, what it wrote meanwhile holds up nothing for
	// good.
	if _, err := q.Append(t.Context(), open.ID, schema.Entry{Kind: schema.EntryViewed, Code: "review", Actor: "someone"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	ahead.Store(0)
	clock := workers.Clock{Queue: q, Register: reg, Zone: time.UTC}
	if _, err := clock.Sweep(t.Context(), now()); err != nil {
		t.Error(queuetest.Why(err))
	}
}
