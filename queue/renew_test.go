package queue_test

import (
	"context"
	"crypto/ed25519"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// aged is a store whose clock can be set.
type aged struct {
	*queue.Queue
	folder string
	server *embedded.Server
	now    atomic.Int64 // seconds
	keys   []ed25519.PublicKey
}

func newAged(t *testing.T) *aged {
	t.Helper()
	a := &aged{folder: t.TempDir()}
	a.server = queuetest.Serve(t, a.folder)
	a.set(2027, time.March, 2)
	a.open(t)
	public, _ := a.Signer(nil).Public().(ed25519.PublicKey)
	a.keys = []ed25519.PublicKey{public}
	return a
}

func (a *aged) clock() time.Time { return time.Unix(a.now.Load(), 0) }

func (a *aged) set(year int, month time.Month, day int) {
	a.now.Store(time.Date(year, month, day, 12, 0, 0, 0, time.UTC).Unix())
}

func (a *aged) open(t *testing.T) {
	t.Helper()
	a.Queue = queuetest.Open(t, a.server, func(o *queue.Options) { o.Now = a.clock })
}

// gone is a request that was erased.
func (a *aged) gone(t *testing.T) schema.Request {
	t.Helper()
	r := queuetest.Request(t, a.Queue, "graphexport")
	a.append(t, r.ID, fetch("graphexport"), schema.Entry{Kind: schema.EntryWithdrawn})
	r, err := a.Erase(t.Context(), r.ID, "someone")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}

func (a *aged) append(t *testing.T, id schema.RequestID, entries ...schema.Entry) {
	t.Helper()
	if _, err := a.Append(t.Context(), id, entries...); err != nil {
		t.Fatal(queuetest.Why(err))
	}
}

func (a *aged) daily(t *testing.T) queue.Checkpoint {
	t.Helper()
	c, err := a.DailyCheckpoint(t.Context(), nil)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return c
}

// renew renews the ledger, and opens the store again.
func (a *aged) renew(t *testing.T, years int) (queue.Renewed, error) {
	t.Helper()
	a.Close()
	done, err := queue.Renew(t.Context(), a.server.Access(), queue.Options{Key: a.server.Key(), Now: a.clock},
		queue.Renewing{Terms: schema.Terms{Facts: years}})
	if err == nil && done.N > 1 { // as a service does; a server that runs on looks for the new ledger for a while
		a.server.Close()
		a.server = queuetest.Serve(t, a.folder)
	}
	a.open(t)
	return done, err
}

// clear has the jobs taken that nobody waits for any more.
func (a *aged) clear(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- a.Work(ctx, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(context.Context, queue.Job) error { return nil }})
	}()
	intruder := queuetest.Intrude(t, a.server.Access())
	queuetest.Eventually(t, "there are no jobs", func() bool { return intruder.Jobs() == 0 })
	stop()
	if err := <-done; err != nil {
		t.Error(queuetest.Why(err))
	}
}

// sound looks whether everything fits, and returns what was found.
func (a *aged) sound(t *testing.T, kept ...queue.Checkpoint) queue.Verified {
	t.Helper()
	v, err := a.Verify(t.Context())
	if err != nil || len(v.Flaws) > 0 {
		t.Errorf("the ledger: %+v, %s", v, queuetest.Why(err))
	}
	beside, err := a.Checkpoints(t.Context(), a.keys...)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if p, err := a.Prove(t.Context(), true, append(beside, kept...)...); err != nil || len(p.Breaches) > 0 {
		t.Errorf("the checkpoints: %+v, %s", p, queuetest.Why(err))
	}
	return v
}

// tellAll tells all events, and follows them as the webhook does.
func (a *aged) tellAll(t *testing.T, heard *sync.Map) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = a.Tell(ctx) })
	running.Go(func() {
		_ = a.Follow(ctx, func(_ context.Context, e queue.Event) error {
			if _, twice := heard.LoadOrStore(e.ID, true); twice {
				t.Errorf("%s comes twice", e.ID)
			}
			return nil
		})
	})
	list, _, err := a.Events(t.Context(), 0, 1000)
	if err != nil || len(list) == 0 {
		t.Fatal(queuetest.Why(err))
	}
	last := list[len(list)-1].ID
	queuetest.Eventually(t, "the last is heard", func() bool { _, ok := heard.Load(last); return ok })
	stop()
	running.Wait()
}

// What is over lapses, and nothing else changes: no checkpoint, no position, no
// request that is within its term.
func TestRenew(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	old := []schema.Request{a.gone(t), queuetest.Request(t, a.Queue, "graphexport")}
	kept := []queue.Checkpoint{a.daily(t)}
	a.append(t, old[1].ID, schema.Entry{Kind: schema.EntryWithdrawn})
	a.set(2028, time.March, 2)
	var err error
	if old[1], err = a.Erase(t.Context(), old[1].ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	open := queuetest.Request(t, a.Queue, "graphexport")
	kept = append(kept, a.daily(t))
	a.set(2033, time.March, 1) // what ended on 2 March 2028 is five years old tomorrow
	late := a.gone(t)
	a.clear(t)
	a.append(t, open.ID, fetch("graphexport"))
	before := make([]schema.Request, 0, 2)
	for _, r := range []schema.Request{open, late} {
		r, err := a.Request(t.Context(), r.ID)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		before = append(before, r)
	}
	var heard sync.Map
	a.tellAll(t, &heard)
	events, _, err := a.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	kept = append(kept, a.daily(t))

	stop := follow(t, register(t, a.Queue), false)
	queuetest.Eventually(t, "it refuses while a service runs", func() bool {
		_, err := queue.Renew(t.Context(), a.server.Access(), queue.Options{Key: a.server.Key(), Now: a.clock}, queue.Renewing{})
		return schema.CodeOf(err) == schema.CodeInUse
	})
	stop()
	working := work(t, a.Queue, queue.Worker{Kinds: []queue.Kind{queue.KindBuild}}) // which has nothing to do
	queuetest.Eventually(t, "it refuses while a worker is there", func() bool {
		_, err := queue.Renew(t.Context(), a.server.Access(), queue.Options{Key: a.server.Key(), Now: a.clock}, queue.Renewing{Terms: schema.Terms{Facts: 7}})
		return schema.CodeOf(err) == schema.CodeInUse
	})
	working()
	if _, err := a.renew(t, 0); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("without a term: %s", queuetest.Why(err))
	}
	if done, err := a.renew(t, 7); err != nil || done.N != 0 {
		t.Errorf("nothing is over: %+v, %s", done, queuetest.Why(err))
	}
	done, err := a.renew(t, 5)
	if err != nil || done.N != 1 || done.Requests != 1 || done.Entries != old[0].Entries || done.Size != len(events) || done.Checkpoint.Size != len(events)+1 {
		t.Fatalf("the first time: %+v, %s", done, queuetest.Why(err))
	}
	if v := a.sound(t, kept...); v.Lapsed != done.Entries || len(v.Renewals) != 1 || v.Requests != 3 {
		t.Errorf("found is %+v", v)
	}
	a.set(2033, time.March, 2)
	again, err := a.renew(t, 5)
	if err != nil || again.N != 2 || again.Requests != 1 || again.Entries != old[1].Entries || again.Size != len(events)+1 {
		t.Fatalf("the second time: %+v, %s", again, queuetest.Why(err))
	}
	kept = append(kept, done.Checkpoint, again.Checkpoint)
	if v := a.sound(t, kept...); v.Lapsed != done.Entries+again.Entries || len(v.Renewals) != 2 || v.Requests != 2 {
		t.Errorf("found is %+v", v)
	}

	for _, r := range old {
		if _, err := a.Request(t.Context(), r.ID); schema.CodeOf(err) != schema.CodeNotFound {
			t.Errorf("what lapsed gives %s", queuetest.Why(err))
		}
	}
	reg := register(t, a.Queue)
	if reg.Len() != 2 || reg.Doubted() != 0 {
		t.Errorf("the register has %d requests, %d in doubt", reg.Len(), reg.Doubted())
	}
	for _, r := range before {
		if now, err := a.Request(t.Context(), r.ID); err != nil || cmp.Diff(r, now) != "" {
			t.Errorf("%s, %s", cmp.Diff(r, now), queuetest.Why(err))
		}
	}
	// Events are at their places, and who follows them hears what is new, once.
	a.tellAll(t, &heard)
	after, _, err := a.Events(t.Context(), 0, 1000)
	if err != nil || len(after) != len(events)+2 {
		t.Fatalf("%d events, %s", len(after), queuetest.Why(err))
	}
	for i, e := range events {
		if lapsed := e.Subject == old[0].ID || e.Subject == old[1].ID; !lapsed && cmp.Diff(e, after[i]) != "" || lapsed && after[i].Type != "inzage.request.lapsed" {
			t.Errorf("event %d was %+v and is %+v", i, e, after[i])
		}
	}
	// The order that waited is done once; a new one is taken over too.
	second := queuetest.Request(t, a.Queue, "graphexport")
	a.append(t, second.ID, fetch("graphexport"))
	intruder := queuetest.Intrude(t, a.server.Access())
	queuetest.Eventually(t, "the new order is taken over", func() bool {
		return slices.Contains(intruder.Find(string(second.ID)), "JOBS")
	})
	if n := intruder.Jobs(); n != 2 {
		t.Errorf("there are %d jobs, want 2", n)
	}
	var jobs []schema.RequestID
	ctx, enough := context.WithCancel(t.Context())
	err = a.Work(ctx, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		jobs = append(jobs, job.Request.ID)
		_, err := a.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryFetched, Part: "graphexport"})
		if len(jobs) == 2 {
			enough()
		}
		return err
	}})
	if want := []schema.RequestID{open.ID, second.ID}; err != nil || len(jobs) != 2 || !slices.Contains(jobs, want[0]) || !slices.Contains(jobs, want[1]) {
		t.Errorf("the jobs are %v, want %v, %s", jobs, want, queuetest.Why(err))
	}
	for _, r := range old {
		if places := intruder.Find(string(r.ID)); len(places) > 0 {
			t.Errorf("what lapsed is in %v", places)
		}
	}
	if places := intruder.Find(string(open.ID)); !slices.Contains(places, "LEDGER") || !slices.Contains(places, "KV_register") {
		t.Errorf("a request that stays is in %v: nothing was looked at", places)
	}
}

// A role that an older version made may not do all that a renewal takes: the server
// refuses it, and that is said before anything changes.
func TestRenewTakesRights(t *testing.T) {
	t.Parallel()
	access, _ := queuetest.ServePlain(t, t.TempDir(), "inzage.wake.>")
	o := queue.Options{Key: queue.NewKey()}
	q, err := queue.Open(t.Context(), access, o)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	r := queuetest.Request(t, q, "graphexport")
	appendTo(t, q, r.ID, schema.Entry{Kind: schema.EntryWithdrawn})
	if _, err := q.Erase(t.Context(), r.ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	q.Close()
	o.Now = func() time.Time { return time.Now().AddDate(2, 0, 0) }
	if _, err := queue.Renew(t.Context(), access, o, queue.Renewing{Terms: schema.Terms{Facts: 1}}); schema.CodeOf(err) != schema.CodeDenied {
		t.Errorf("it gives %s", queuetest.Why(err))
	}
	if q, err = queue.Open(t.Context(), access, o); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	t.Cleanup(q.Close)
	if places := queuetest.Intrude(t, access).Find(string(r.ID)); !slices.Contains(places, "LEDGER") || slices.Contains(places, "RENEWAL") {
		t.Errorf("the request is in %v", places)
	}
}
