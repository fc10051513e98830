package workers_test

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// A closed request loses its raw files and then the rest on the days that the
// terms say, once, however many clocks run; an open one loses nothing.
func TestTermsAreKept(t *testing.T) {
	t.Parallel()
	var days atomic.Int64
	begin := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return begin.AddDate(0, 0, int(days.Load())) }
	q := queuetest.New(t, func(o *queue.Options) { o.Now = now })
	open, closed := queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport")
	written, err := q.Append(t.Context(), closed.ID, schema.Entry{Kind: schema.EntryWithdrawn, Actor: "someone"})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	t.Cleanup(following.Wait)
	t.Cleanup(stop)
	following.Go(func() {
		if err := reg.Run(ctx, false); err != nil {
			t.Error(queuetest.Why(err))
		}
	})
	clock := workers.Clock{Queue: q, Register: reg, Zone: time.UTC, Terms: &schema.Terms{Raw: 1, Bundle: 3}}
	if err := reg.Wait(t.Context(), written); err != nil {
		t.Fatal(err)
	}
	for _, turn := range []struct {
		day  int64
		told []schema.EntryKind
	}{
		{0, nil},
		{1, []schema.EntryKind{schema.EntryErasing, schema.EntryCleared}},
		{2, []schema.EntryKind{schema.EntryErasing, schema.EntryCleared}},
		{9, []schema.EntryKind{schema.EntryErasing, schema.EntryCleared, schema.EntryErasing, schema.EntryErased}},
		{10, []schema.EntryKind{schema.EntryErasing, schema.EntryCleared, schema.EntryErasing, schema.EntryErased}},
	} {
		days.Store(turn.day)
		var clocks sync.WaitGroup
		for range 2 {
			clocks.Go(func() {
				if _, err := clock.Expire(t.Context(), now()); err != nil {
					t.Error(queuetest.Why(err))
				}
			})
		}
		clocks.Wait()
		entries, err := q.Entries(t.Context(), closed.ID)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		var told []schema.EntryKind
		for _, e := range entries[written.Entries:] {
			told = append(told, e.Kind)
			if e.Actor != schema.ActorSystem {
				t.Errorf("%s by %s", e.Kind, e.Actor)
			}
		}
		if diff := cmp.Diff(turn.told, told); diff != "" {
			t.Errorf("day %d (-want +got):\n%s", turn.day, diff)
		}
		now := schema.Request{ID: closed.ID, Entries: len(entries)}
		if err := reg.Wait(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.Subject(t.Context(), closed); schema.CodeOf(err) != schema.CodeErased {
		t.Errorf("the person of the closed request: %v", err)
	}
	if _, err := q.Subject(t.Context(), open); err != nil {
		t.Errorf("the person of the open request: %s", queuetest.Why(err))
	}
	// What tells of it, without anything of what went.
	c, err := q.Certificate(t.Context(), closed.ID)
	if err != nil || len(c.Erasures) != 2 || c.Closed.Kind != schema.EntryWithdrawn || c.Entries != written.Entries+4 || len(c.LedgerHash) != 64 {
		t.Errorf("the certificate is %+v, %s", c, queuetest.Why(err))
	}
	if _, err := q.Certificate(t.Context(), open.ID); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("the certificate of an open request: %v", err)
	}
}

// A ledger that cannot be read holds up no other request: those are reminded of,
// and erased in time.
func TestClockGoesOn(t *testing.T) {
	t.Parallel()
	server := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, server)
	spoilt, closed, open := queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport")
	if _, err := q.Append(t.Context(), closed.ID, schema.Entry{Kind: schema.EntryWithdrawn, Actor: "someone"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	queuetest.Spoil(t, server, spoilt)
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	clock := workers.Clock{Queue: q, Register: reg, Zone: time.UTC, Terms: new(schema.Terms), Now: time.Now, Every: 10 * time.Millisecond}
	end := make(chan error, 1)
	go func() { end <- clock.Run(ctx) }()
	queuetest.Eventually(t, "the closed request is erased", func() bool {
		r, err := q.Request(t.Context(), closed.ID)
		return err == nil && r.State == schema.StateErased
	})
	stop()
	if err := <-end; err != nil {
		t.Error(queuetest.Why(err))
	}
	late := time.Date(2026, 12, 10, 9, 0, 0, 0, time.UTC)
	if done, err := clock.Sweep(t.Context(), late); err != nil || done.Damaged != 1 {
		t.Errorf("a sweep did %+v, want one request passed over: %s", done, queuetest.Why(err))
	}
	if open, err = q.Request(t.Context(), open.ID); err != nil || len(open.Owing(schema.CivilDate(late, time.UTC))) > 0 {
		t.Errorf("the open request still owes reminders, %s", queuetest.Why(err))
	}
	if _, err := q.Request(t.Context(), spoilt.ID); schema.CodeOf(err) != schema.CodeTampered {
		t.Errorf("the ledger can be read: %v", err)
	}
}

// The clock makes the day's checkpoint of itself and hands it over, at each turn
// until that works.
func TestClockKeepsCheckpoints(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := queuetest.Request(t, q, "graphexport")
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	handed, turns := make(chan queue.Checkpoint), 0
	clock := workers.Clock{
		Queue: q, Register: reg, Zone: time.UTC, Now: time.Now, Every: 10 * time.Millisecond,
		Elsewhere: func(c queue.Checkpoint) error {
			if turns++; turns == 1 {
				return schema.Fail(schema.CodeIO, "keep checkpoint elsewhere", nil)
			}
			select {
			case handed <- c:
			case <-ctx.Done():
			}
			return nil
		},
	}
	end := make(chan error, 1)
	go func() { end <- clock.Run(ctx) }()
	c := <-handed
	stop()
	if err := <-end; err != nil {
		t.Error(queuetest.Why(err))
	}
	if c.Size < r.Entries || !c.Signed { // the clock also gives reminders
		t.Errorf("handed over is %+v, want one of %d entries at least", c, r.Entries)
	}
	if list, err := q.Checkpoints(t.Context()); err != nil || len(list) != 1 || !bytes.Equal(list[0].Text, c.Text) {
		t.Errorf("kept are %+v, %v", list, err)
	}
}
