package queue_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// follow runs a register until the result is called.
func follow(t *testing.T, r *queue.Register, keep bool) (stop func()) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	finished := make(chan error, 1)
	go func() { finished <- r.Run(ctx, keep) }()
	return func() {
		end()
		if err := <-finished; err != nil {
			t.Errorf("the register ends with %s", queuetest.Why(err))
		}
	}
}

func register(t *testing.T, q *queue.Queue) *queue.Register {
	t.Helper()
	r, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}

func list(r *queue.Register) (ids []schema.RequestID) {
	for req := range r.Open() {
		ids = append(ids, req.ID)
	}
	return ids
}

func TestRegister(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	first := register(t, q)
	stop := follow(t, first, true)
	var want []schema.RequestID
	var last schema.Request
	for back := range 5 {
		opened := queuetest.Opened("2026-000"+string(rune('0'+back)), "graphexport")
		opened.Day = opened.Day.AddDays(-3 * back)
		r, err := q.New(t.Context(), opened, schema.Subject{Name: schema.NewPersonal("x")})
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		want = append([]schema.RequestID{r.ID}, want...)
		last = r
	}
	if err := first.Wait(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, list(first)); diff != "" {
		t.Errorf("not by due date (-want +got):\n%s", diff)
	}
	withdrawn, err := q.Append(t.Context(), want[1], schema.Entry{Kind: schema.EntryWithdrawn})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(t.Context(), withdrawn); err != nil {
		t.Fatal(err)
	}
	if got := list(first); len(got) != 4 || first.Len() != 5 {
		t.Errorf("%d open of %d, want 4 of 5", len(got), first.Len())
	}
	if r, ok := first.Case("2026-0003"); !ok || r.ID != want[1] || r.State != schema.StateWithdrawn {
		t.Errorf("by case number: %+v, %v", r, ok)
	}
	stop()

	// From the snapshot and the tail, from the snapshot alone, and from the
	// ledger alone it is the same register.
	if _, err := q.Append(t.Context(), want[2], schema.Entry{Kind: schema.EntryVerified}); err != nil {
		t.Fatal(err)
	}
	second := register(t, q)
	for _, id := range want {
		told, err := q.Request(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		kept, _ := second.Request(id)
		if diff := cmp.Diff(told, kept, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the register tells another request (-ledger +register):\n%s", diff)
		}
	}
	if diff := cmp.Diff(list(first), list(second)); diff != "" {
		t.Errorf("another list after a start:\n%s", diff)
	}
	if bad := second.Damaged(); len(bad) != 0 {
		t.Errorf("damaged: %v", bad)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	stop := follow(t, register(t, q), true)
	for range 3 {
		order(t, q, "graphexport", "dataviewer")
	}
	stop()
	v, err := q.Verify(t.Context())
	if err != nil || len(v.Flaws) != 0 || v.Requests != 3 || v.Entries != 12 {
		t.Errorf("an untouched ledger: %+v, %v", v, err)
	}
}

func TestSweepFindsLostJobs(t *testing.T) {
	t.Parallel()
	now := time.Now()
	clock := func() time.Time { return now }
	q := queuetest.New(t, func(o *queue.Options) { o.Now = clock })
	r := order(t, q, "graphexport", "dataviewer")
	queuetest.Eventually(t, "the jobs are in the queue", func() bool { return queue.Jobs(q) == 2 })
	if s, err := q.Sweep(t.Context(), register(t, q)); err != nil || s != (queue.Swept{}) {
		t.Errorf("nothing is wrong, and it swept %+v, %v", s, err)
	}
	if err := queue.LoseJobs(q); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if s, err := q.Sweep(t.Context(), register(t, q)); err != nil || s != (queue.Swept{Lost: 2}) {
		t.Errorf("two jobs are lost, and it swept %+v, %v", s, err)
	}
	work(t, q, queue.Worker{Do: func(ctx context.Context, job queue.Job) error { return done(ctx, q, job) }})
	reach(t, q, r.ID, schema.StateReview)
}

// One request whose vault cannot be opened holds up no other.
func TestSweepGoesOn(t *testing.T) {
	t.Parallel()
	now := time.Now()
	q := queuetest.New(t, func(o *queue.Options) { o.Now = func() time.Time { return now } })
	for range 2 {
		r := order(t, q, "graphexport")
		if err := queue.DropKeys(t.Context(), q, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	queuetest.Eventually(t, "the jobs are in the queue", func() bool { return queue.Jobs(q) == 2 })
	if err := queue.LoseJobs(q); err != nil {
		t.Fatal(err)
	}
	if _, err := queue.MakeVault(q, t.Context(), queue.NewID()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	now = now.Add(25 * time.Hour)
	s, err := q.Sweep(t.Context(), register(t, q))
	if schema.CodeOf(err) != schema.CodeErased || s != (queue.Swept{Lost: 2, Vaults: 1}) {
		t.Errorf("it swept %+v, %s", s, queuetest.Why(err))
	}
}

// A job that waits for a moment that a wrong clock reckoned goes on once the
// clock is right.
func TestWaitOfAWrongClock(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64 // hours
	q := queuetest.New(t, func(o *queue.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load()) * time.Hour) }
	})
	ahead.Store(24 * 365)
	waits := make(chan struct{}, 10)
	stop := work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(context.Context, queue.Job) error {
		waits <- struct{}{}
		return schema.Later(time.Hour)
	}})
	r := order(t, q, "graphexport")
	<-waits
	queuetest.Eventually(t, "it waits", func() bool { return queue.Jobs(q) == 0 })
	stop()
	ahead.Store(0)
	if s, err := q.Sweep(t.Context(), register(t, q)); err != nil || s != (queue.Swept{Freed: 1}) {
		t.Errorf("one job waits for a moment that is a year away, and it swept %+v, %v", s, err)
	}
	work(t, q, queue.Worker{Do: func(ctx context.Context, job queue.Job) error { return done(ctx, q, job) }})
	reach(t, q, r.ID, schema.StateReview)
}

func TestLateJobMovesUp(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	q := queuetest.New(t, func(o *queue.Options) { o.Now = func() time.Time { return now } })
	late := order(t, q, "graphexport") // received on the second
	queuetest.Eventually(t, "it is in the queue", func() bool { return queue.Jobs(q) == 1 })
	now = now.AddDate(0, 0, 28)
	opened := queuetest.Opened("2026-0002", "graphexport")
	opened.Day = schema.NewDate(2026, time.November, 12)
	other, err := q.New(t.Context(), opened, schema.Subject{Name: schema.NewPersonal("x")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Append(t.Context(), other.ID, schema.Entry{Kind: schema.EntryVerified}, fetch("graphexport")); err != nil {
		t.Fatal(err)
	}
	if s, err := q.Sweep(t.Context(), register(t, q)); err != nil || s != (queue.Swept{Moved: 1}) {
		t.Errorf("one job is in the wrong lane, and it swept %+v, %v", s, err)
	}
	queuetest.Eventually(t, "both are in the queue", func() bool { return queue.Jobs(q) == 2 })
	got := make(chan schema.RequestID, 2)
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		got <- job.Request.ID
		return done(ctx, q, job)
	}})
	if first := <-got; first != late.ID {
		t.Error("the late one is not the first")
	}
}
