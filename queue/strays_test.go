package queue_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// What belongs to no request is found, and goes once it is old enough; what
// belongs to one is never touched.
func TestStrays(t *testing.T) {
	t.Parallel()
	var hours atomic.Int64
	q := queuetest.New(t, func(o *queue.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(hours.Load()) * time.Hour) }
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	working := order(t, q, "graphexport", "dataviewer")
	kept, vault := filled(t, q)
	queuetest.Eventually(t, "the jobs are in the queue", func() bool { return queue.Jobs(q) == 2 })
	found := func() map[queue.StrayKind]int {
		t.Helper()
		list, err := q.Strays(t.Context())
		must(err)
		kinds := make(map[queue.StrayKind]int)
		for _, s := range list {
			if kinds[s.Kind]++; s.Request == working.ID {
				t.Errorf("a stray of a request that is at work: %+v", s)
			}
		}
		return kinds
	}
	if kinds := found(); len(kinds) > 0 {
		t.Errorf("nothing is astray, and it finds %v", kinds)
	}

	// Taking in was cut off; so was erasing; so was storing a file; a job is left
	// of a request that was withdrawn, another of none.
	nobody := queue.NewID()
	_, err := queue.MakeVault(q, t.Context(), nobody)
	must(err)
	gone, _ := filled(t, q)
	_, err = q.Erase(t.Context(), gone.ID, "someone")
	must(err)
	_, err = queue.MakeVault(q, t.Context(), gone.ID)
	must(err)
	must(queue.DropKeys(t.Context(), q, gone.ID))
	must(queue.Abandon(t.Context(), vault))
	must(queue.GiveAgain(q, nobody, 3))
	must(queue.GiveAgain(q, kept.ID, 3))
	must(queue.MakeStream(t.Context(), q, "strange"))
	queuetest.Eventually(t, "the jobs are in the queue", func() bool { return queue.Jobs(q) == 4 })
	want := map[queue.StrayKind]int{queue.StrayKey: 2, queue.StrayFiles: 2, queue.StrayIndex: 2, queue.StrayPart: 1, queue.StrayJob: 2, queue.StrayStream: 1}
	if diff := cmp.Diff(want, found()); diff != "" {
		t.Errorf("it finds (-want +got):\n%s", diff)
	}
	remove := func() {
		t.Helper()
		list, err := q.Strays(t.Context())
		must(err)
		for _, s := range list {
			code := schema.CodeOf(q.RemoveStray(t.Context(), s))
			if stays := s.Young || s.Kind == queue.StrayStream; stays != (code == schema.CodeConflict) || !stays && code != "" {
				t.Errorf("removing %+v gives %q", s, code)
			}
		}
	}
	remove() // of these, only what the erased request left is surely nobody's yet
	want[queue.StrayFiles], want[queue.StrayIndex] = 1, 1
	if diff := cmp.Diff(want, found()); diff != "" {
		t.Errorf("at once, it leaves (-want +got):\n%s", diff)
	}
	hours.Store(25)
	remove()
	if diff := cmp.Diff(map[queue.StrayKind]int{queue.StrayStream: 1}, found()); diff != "" {
		t.Errorf("a day later it leaves (-want +got):\n%s", diff)
	}
	// What is not astray cannot be removed, whatever somebody says.
	for _, s := range []queue.Stray{
		{Kind: queue.StrayKey, Name: "key_" + string(kept.ID)},
		{Kind: queue.StrayKey, Name: "CHECK"},
		{Kind: queue.StrayFiles, Name: "OBJ_files_" + string(kept.ID)},
		{Kind: queue.StrayIndex, Name: "KV_index_" + string(kept.ID)},
		{Kind: queue.StrayJob, Name: "inzage.job.fetch.f." + string(working.ID) + ".3"},
	} {
		if err := q.RemoveStray(t.Context(), s); schema.CodeOf(err) != schema.CodeConflict {
			t.Errorf("removing %+v gives %v", s, err)
		}
	}
	if _, err := q.Subject(t.Context(), kept); err != nil {
		t.Errorf("a request was touched: %s", queuetest.Why(err))
	}
	if _, err := vault.Sweep(t.Context(), time.Now()); err != nil || queue.Jobs(q) != 2 {
		t.Errorf("%d jobs are left, want 2; %v", queue.Jobs(q), err)
	}
}

// Taking in a request that is cut off leaves nothing where it surely failed. Where
// it may have been written all the same, nothing goes before that is known.
func TestTakingInIsCutOff(t *testing.T) {
	t.Parallel()
	var hours atomic.Int64
	cut := make(chan func(), 1)
	server := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, server, func(o *queue.Options) {
		o.Now = func() time.Time {
			select {
			case end := <-cut:
				end()
			default:
			}
			return time.Now().Add(time.Duration(hours.Load()) * time.Hour)
		}
	})
	left := func() int {
		t.Helper()
		list, err := q.Strays(t.Context())
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		return len(list)
	}
	who := schema.Subject{Name: schema.NewPersonal("x")}
	queuetest.Request(t, q, "graphexport")
	undo := queuetest.Intrude(t, server.Access()).FillLedger()
	if _, err := q.New(t.Context(), queuetest.Opened("2026-2", "graphexport"), who); schema.CodeOf(err) != schema.CodeFull || left() > 0 {
		t.Errorf("a full ledger gives %v and leaves %d things", err, left())
	}
	undo()
	ctx, end := context.WithCancel(t.Context())
	cut <- end // as the entry is about to be written
	if _, err := q.New(ctx, queuetest.Opened("2026-3", "graphexport"), who); schema.CodeOf(err) != schema.CodeInterrupted || left() != 4 {
		t.Errorf("being cut off gives %v and leaves %d things, want its two keys, files and index", err, left())
	}
	hours.Store(25)
	if s, err := q.Sweep(t.Context(), register(t, q)); err != nil || s.Vaults != 1 || left() > 0 {
		t.Errorf("a day later it sweeps %+v and leaves %d things, %v", s, left(), err)
	}
}
