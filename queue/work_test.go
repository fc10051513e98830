package queue_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

var errFar = errors.New("the far side said no")

func fetch(part string) schema.Entry { return schema.Entry{Kind: schema.EntryFetch, Part: part} }

// done puts on record what a job was for.
func done(ctx context.Context, q *queue.Queue, job queue.Job) error {
	var e schema.Entry
	switch job.Kind {
	case queue.KindFetch:
		e = schema.Entry{Kind: schema.EntryFetched, Part: job.Entry.Part, Counts: map[string]int64{"files": 1}}
	case queue.KindBuild:
		e = schema.Entry{Kind: schema.EntryBuilt, Ref: "0123", Version: "1"}
	case queue.KindNotify:
		e = schema.Entry{Kind: schema.EntryNotified, Code: job.Entry.Notice(), Day: job.Entry.Day, Counts: map[string]int64{"sent": 1}}
	}
	_, err := q.Append(ctx, job.Request.ID, e)
	return err
}

// work runs a worker until the test, or the result, ends it.
func work(t *testing.T, q *queue.Queue, w queue.Worker) (stop func()) {
	t.Helper()
	if w.Kinds == nil {
		w.Kinds = []queue.Kind{queue.KindFetch, queue.KindBuild, queue.KindNotify}
	}
	ctx, end := context.WithCancel(t.Context())
	finished := make(chan error, 1)
	go func() { finished <- q.Work(ctx, w) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			end()
			if err := <-finished; err != nil {
				t.Errorf("work ends with %s", queuetest.Why(err))
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func state(t *testing.T, q *queue.Queue, id schema.RequestID) schema.Request {
	t.Helper()
	r, err := q.Request(t.Context(), id)
	if err != nil {
		t.Error(queuetest.Why(err))
	}
	return r
}

// reach waits until the request is in the state; if that takes too long, it
// shows how far its ledger came.
func reach(t *testing.T, q *queue.Queue, id schema.RequestID, want schema.State) {
	t.Helper()
	t.Cleanup(func() {
		if r, err := q.Request(context.Background(), id); t.Failed() && (err != nil || r.State != want) {
			entries, _ := q.Entries(context.Background(), id)
			for _, e := range entries {
				t.Log(e.N, e.At.Format("04:05.000"), e.Kind, e.Part, e.Code, e.Until.Format("04:05"))
			}
			stats, _ := q.Stats(context.Background())
			t.Logf("%+v", stats)
		}
	})
	queuetest.Eventually(t, "the request is in "+string(want), func() bool { return state(t, q, id).State == want })
}

func order(t *testing.T, q *queue.Queue, sources ...string) schema.Request {
	t.Helper()
	r := queuetest.Request(t, q, sources...)
	var orders []schema.Entry
	for _, s := range sources {
		orders = append(orders, fetch(s))
	}
	r, err := q.Append(t.Context(), r.ID, orders...)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}

func TestRequestsAreFetchedAndBuilt(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	var ran atomic.Int32
	work(t, q, queue.Worker{Slots: 4, Do: func(ctx context.Context, job queue.Job) error {
		ran.Add(1)
		return done(ctx, q, job)
	}})
	var all []schema.RequestID
	for range 10 {
		all = append(all, order(t, q, "graphexport", "dataviewer").ID)
	}
	for _, id := range all {
		reach(t, q, id, schema.StateReview)
		if r := state(t, q, id); r.Entries != 8 {
			t.Errorf("%d entries, want 8: each step once", r.Entries)
		}
	}
	if ran.Load() != 30 {
		t.Errorf("%d jobs ran, want 30", ran.Load())
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do    func(try int) error // nil puts it on record
		tries int                 // runs
		part  schema.Part
	}{
		"later is no try": {func(n int) error {
			if n < 3 {
				return schema.Later(time.Second)
			}
			return nil
		}, 3, schema.Part{State: schema.PartDone}},
		"an error is tried again": {func(n int) error {
			if n < 2 {
				return schema.Fail(schema.CodeIO, "fetch", errFar)
			}
			return nil
		}, 2, schema.Part{State: schema.PartDone, Tries: 1}},
		"a panic is an error": {func(n int) error {
			if n < 2 {
				panic("value of a person")
			}
			return nil
		}, 2, schema.Part{State: schema.PartDone, Tries: 1}},
		"tries end": {func(int) error {
			return errFar
		}, 2, schema.Part{State: schema.PartAbandoned, Tries: 1, Code: schema.CodeInternal}},
		"never is at once": {func(int) error {
			return schema.Never(schema.Fail(schema.CodeOtherPerson, "fetch", errFar))
		}, 1, schema.Part{State: schema.PartAbandoned, Code: schema.CodeOtherPerson}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := queuetest.New(t, func(o *queue.Options) { o.Tries, o.Backoff = 2, time.Second })
			var runs atomic.Int32
			work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
				if err := c.do(int(runs.Add(1))); err != nil {
					return err
				}
				return done(ctx, q, job)
			}})
			id := order(t, q, "graphexport").ID
			queuetest.Eventually(t, "settled", func() bool { return state(t, q, id).Parts[0].Settled() })
			got := state(t, q, id).Parts[0]
			if int(runs.Load()) != c.tries || got.State != c.part.State || got.Code != c.part.Code || got.Tries != c.part.Tries {
				t.Errorf("%d runs and %+v, want %d and %+v", runs.Load(), got, c.tries, c.part)
			}
		})
	}
}

// A handler that says that it is done, and is not, is a fault of ours and not
// the end of the job.
func TestDoneMustBeOnRecord(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	var runs atomic.Int32
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		if runs.Add(1) == 1 {
			return nil
		}
		return done(ctx, q, job)
	}})
	id := order(t, q, "graphexport").ID
	queuetest.Eventually(t, "settled", func() bool { return state(t, q, id).Parts[0].Settled() })
	if p := state(t, q, id).Parts[0]; p.State != schema.PartDone || p.Tries != 1 {
		t.Errorf("the part is %+v", p)
	}
}

// A job is kept for as long as it runs, however long that is, and given to
// another only when its worker falls silent.
func TestLongJobIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	// A machine that is busy is silent for a second now and then, and is right to
	// lose the job: so patience is long, and the job is longer still.
	patience := 6 * time.Second
	q := queuetest.New(t, func(o *queue.Options) { o.Patience = patience })
	var runs atomic.Int32
	do := func(ctx context.Context, job queue.Job) error {
		runs.Add(1)
		select {
		case <-time.After(5 * patience / 2):
		case <-ctx.Done():
			return ctx.Err()
		}
		return done(ctx, q, job)
	}
	work(t, q, queue.Worker{Do: do, Kinds: []queue.Kind{queue.KindFetch}})
	work(t, q, queue.Worker{Do: do, Kinds: []queue.Kind{queue.KindFetch}})
	id := order(t, q, "graphexport").ID
	queuetest.Eventually(t, "settled", func() bool { return state(t, q, id).Parts[0].Settled() })
	if runs.Load() != 1 {
		t.Errorf("it ran %d times", runs.Load())
	}
}

func TestWithdrawalEndsARunningJob(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t, func(o *queue.Options) { o.Patience = time.Minute })
	begun, ended := make(chan struct{}), make(chan struct{})
	work(t, q, queue.Worker{Do: func(ctx context.Context, _ queue.Job) error {
		close(begun)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	}})
	id := order(t, q, "graphexport").ID
	<-begun
	if _, err := q.Append(t.Context(), id, schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the job runs on")
	}
	if r := state(t, q, id); r.State != schema.StateWithdrawn {
		t.Errorf("the request is %s", r.State)
	}
}

// A worker that is stopped gives its job back, and that is no try.
func TestStoppedWorkerLosesNoTry(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t, func(o *queue.Options) { o.Tries = 1 })
	begun := make(chan struct{})
	stop := work(t, q, queue.Worker{Do: func(ctx context.Context, _ queue.Job) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	}})
	id := order(t, q, "graphexport").ID
	<-begun
	stop()
	var try atomic.Int32
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		try.Store(int32(job.Try))
		return done(ctx, q, job)
	}})
	queuetest.Eventually(t, "fetched", func() bool { return state(t, q, id).Parts[0].State == schema.PartDone })
	if p := state(t, q, id).Parts[0]; p.Tries != 0 || try.Load() != 1 {
		t.Errorf("try %d, and the part is %+v", try.Load(), p)
	}
}

// The nearest due date comes first, however late its job was ordered.
func TestNearestDueDateFirst(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	q := queuetest.New(t, func(o *queue.Options) { o.Now = func() time.Time { return now } })
	var want []schema.RequestID
	for _, received := range []string{"2026-11-26", "2026-11-10", "2026-11-03", "2026-10-28"} {
		day, err := schema.ParseDate(received)
		if err != nil {
			t.Fatal(err)
		}
		opened := queuetest.Opened(received, "graphexport")
		opened.Day = day
		r, err := q.New(t.Context(), opened, schema.Subject{Name: schema.NewPersonal("x")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryVerified}, fetch("graphexport")); err != nil {
			t.Fatal(err)
		}
		want = append([]schema.RequestID{r.ID}, want...)
	}
	// The stream of jobs takes them over from the ledger a moment later.
	queuetest.Eventually(t, "all jobs are in the queue", func() bool { return queue.Jobs(q) == uint64(len(want)) })
	got := make(chan schema.RequestID, 4)
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		got <- job.Request.ID
		return done(ctx, q, job)
	}})
	for i := range want {
		if id := <-got; id != want[i] {
			t.Errorf("the request in place %d is another", i)
		}
	}
}

func TestRetryOfWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	var mended atomic.Bool
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		if !mended.Load() {
			return schema.Never(errFar)
		}
		return done(ctx, q, job)
	}})
	id := order(t, q, "graphexport", "dataviewer").ID
	queuetest.Eventually(t, "given up", func() bool { return state(t, q, id).Collected() })
	register, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	parked := 0
	for r := range register.Parked() {
		parked++
		if r.ID != id {
			t.Error("another request is parked")
		}
	}
	if parked != 1 {
		t.Errorf("%d requests are parked, want 1", parked)
	}
	mended.Store(true)
	if _, err := q.Retry(t.Context(), id, "dataviewer", "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	reach(t, q, id, schema.StateBuilding)
}

// A reminder is a job: it is done once it is on record that it was sent, and a
// far side that can tell sees the same key at every try.
func TestNoticeGoesOutOnce(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	var mu sync.Mutex
	keys := make(map[string]int)
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindNotify}, Do: func(ctx context.Context, job queue.Job) error {
		mu.Lock()
		keys[job.Key()]++
		first := keys[job.Key()] == 1
		mu.Unlock()
		if first {
			panic("sent, and died before it was on record")
		}
		return done(ctx, q, job)
	}})
	r := queuetest.Request(t, q, "graphexport")
	reminder := r.Owing(schema.NewDate(2026, time.November, 3))[0]
	if _, err := q.Append(t.Context(), r.ID, r.Remind(reminder, false)); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "sent", func() bool { return len(state(t, q, r.ID).Notified) == 1 })
	if len(keys) != 1 {
		t.Errorf("%d keys, want one", len(keys))
	}
}

func TestManyRequestsManyWorkers(t *testing.T) {
	t.Parallel()
	// On a busy machine a job may be silent for a while, and then it rightly runs
	// again; that is not what this is about.
	q := queuetest.New(t, func(o *queue.Options) { o.Patience = time.Minute })
	var mu sync.Mutex
	ran := make(map[string]int)
	for range 3 {
		work(t, q, queue.Worker{Slots: 2, Do: func(ctx context.Context, job queue.Job) error {
			mu.Lock()
			ran[string(job.Kind)+job.Key()]++
			mu.Unlock()
			return done(ctx, q, job)
		}})
	}
	var ids []schema.RequestID
	for i := range 20 {
		r := order(t, q, "graphexport", "source"+strconv.Itoa(i))
		ids = append(ids, r.ID)
	}
	for _, id := range ids {
		reach(t, q, id, schema.StateReview)
	}
	mu.Lock()
	defer mu.Unlock()
	for job, times := range ran {
		if times != 1 {
			t.Errorf("%s ran %d times", job, times)
		}
	}
}
