package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers"
	"inzage/workers/graphexport/simulate"
)

// line is the straight line of the service as far as the box: requests, the
// queue, and workers that pull from a tenant.
type line struct {
	*rig

	folder   string
	server   *embedded.Server
	q        *queue.Queue // the test's own
	requests []schema.Request
}

// patience is short: a job whose worker died comes again this much later.
func patience(o *queue.Options) {
	o.Patience, o.Backoff, o.Vanished = time.Second, time.Second, 1000
}

func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{rig: newRig(t, simulate.Options{}), folder: t.TempDir()}
	l.server = queuetest.Serve(t, l.folder)
	l.q = queuetest.Open(t, l.server, patience)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- queuetest.Sweep(ctx, l.q) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(queuetest.Why(err))
		}
	})
	return l
}

// file takes in a request, known by a name, and orders its fetch.
func (l *line) file(name string) {
	l.t.Helper()
	r, err := l.q.New(l.t.Context(), schema.Entry{
		Case: name, Channel: schema.ChannelLetter, Day: schema.NewDate(2026, time.November, 2), Lang: schema.Dutch, Parts: []string{l.Name()},
	}, schema.Subject{Name: schema.NewPersonal(name), UPNs: l.subject().UPNs})
	if err == nil {
		r, err = workers.Start(l.t.Context(), l.q, r.ID, schema.ActorSystem, "signed-in")
	}
	if err != nil {
		l.t.Fatal(queuetest.Why(err))
	}
	l.requests = append(l.requests, r)
}

// work does jobs, one at a time as one process does, until ctx ends.
func work(ctx context.Context, q *queue.Queue, m *mortal) error {
	s := &workers.Service{Queue: q, Fetchers: map[string]schema.Fetcher{m.Name(): m}}
	return q.Work(ctx, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		who, err := q.Subject(ctx, job.Request)
		if err != nil {
			return err
		}
		if err := s.Do(ctx, job); err != nil {
			return err
		}
		// Between putting on record what was done and acknowledging the job.
		return m.life.do(m.fates[who.Name.Reveal()], "recorded", func() error { return nil })
	}})
}

// generations has workers of this process follow each other until ctx ends.
// Whoever dies has its connections cut in the same moment, and so can neither
// write nor acknowledge anything any more.
func (l *line) generations(ctx context.Context, fates map[string]*fate) error {
	for ctx.Err() == nil {
		q, err := queue.Open(ctx, l.server.Access(), options(l.server.Key()))
		if ctx.Err() != nil {
			if q != nil {
				q.Close()
			}
			break
		}
		if err != nil {
			return err
		}
		alive, end := context.WithCancel(ctx)
		m := &mortal{Source: l.Source, fates: fates, life: &life{die: func(string) {
			q.Close()
			end()
		}}}
		err = work(alive, q, m)
		dead := alive.Err() != nil
		end()
		q.Close()
		if err != nil && !dead {
			return err
		}
	}
	return nil
}

func options(key queue.Key) queue.Options {
	o := queue.Options{Key: key}
	patience(&o)
	return o
}

// fetched waits until every request is past its fetch.
func (l *line) fetched() {
	l.t.Helper()
	for _, r := range l.requests {
		queuetest.Eventually(l.t, r.Case+" fetched", func() bool {
			now, err := l.q.Request(l.t.Context(), r.ID)
			return err == nil && now.State != schema.StateCollecting
		})
	}
}

// holds checks that every request has the whole export, fetched once and told as
// such, that as many exports were ordered as there are requests, and that no
// container is left.
func (l *line) holds() {
	l.t.Helper()
	want := make(map[string]int)
	for _, f := range corpus.Export(0, l.who) {
		want[string(f.Data)]++
	}
	for _, r := range l.requests {
		entries, err := l.q.Entries(l.t.Context(), r.ID)
		if err != nil {
			l.t.Fatal(queuetest.Why(err))
		}
		ends := make(map[schema.EntryKind]int)
		for _, e := range entries {
			if e.Kind == schema.EntryFetched || e.Kind == schema.EntryAbandoned {
				ends[e.Kind]++
			}
		}
		if diff := cmp.Diff(map[schema.EntryKind]int{schema.EntryFetched: 1}, ends); diff != "" {
			l.t.Errorf("%s ended (-want +got):\n%s", r.Case, diff)
		}
		box := l.boxOf(r)
		got := inside(l.t, box)
		delete(got, requestInfo)
		if diff := cmp.Diff(want, counts(got)); diff != "" {
			l.t.Errorf("%s does not hold what was written (-want +got):\n%s", r.Case, diff)
		}
		told, err := box.Results(l.t.Context())
		if err != nil || len(told) < 2 || told[0].Place != "" || told[0].Found != schema.FoundData || told[0].Code != "" || told[0].Files != len(got) {
			l.t.Errorf("%s was told: %+v, %v", r.Case, told, err)
		}
	}
	left, err := l.Leftovers(l.t.Context())
	if err != nil || len(left) > 0 {
		l.t.Errorf("%d containers are left (%v)", len(left), err)
	}
	if n := l.tenant.Orders(l.who.ObjectID); n != len(l.requests) {
		l.t.Errorf("%d exports were ordered for %d requests", n, len(l.requests))
	}
}

// boxOf is the sealed box of a request.
func (l *line) boxOf(r schema.Request) *queue.Box {
	l.t.Helper()
	v, err := l.q.Vault(l.t.Context(), r.ID)
	if err != nil {
		l.t.Fatal(queuetest.Why(err))
	}
	return v.Box(l.Name())
}

// inside reads a box.
func inside(t *testing.T, box schema.Box) map[string]string {
	t.Helper()
	got := make(map[string]string)
	blobs, err := box.Blobs(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	for _, b := range blobs {
		in, err := box.Open(t.Context(), b.Name)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		data, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil {
			t.Fatal(err)
		}
		got[b.Name] = string(data)
	}
	return got
}

// TestDieAnywhere lets workers die right after everything that they do to the
// world. Each of the requests has its share of the deaths, since a job comes
// again a while after its worker died. However they die, one export is ordered
// for each request, nothing is lost and nothing is left behind.
func TestDieAnywhere(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	ctx, stop := context.WithCancel(t.Context())
	calm := newFate()
	fates := map[string]*fate{"calm": calm}
	workers := func() (end func()) {
		ctx, stop := context.WithCancel(ctx)
		var g errgroup.Group
		for range 4 {
			g.Go(func() error { return l.generations(ctx, fates) })
		}
		return func() {
			stop()
			if err := g.Wait(); err != nil {
				t.Error(queuetest.Why(err))
			}
		}
	}
	defer stop()
	l.file("calm")
	end := workers()
	l.fetched()
	end()

	const shares = 8
	acts := calm.story
	if len(acts) < 30 {
		t.Fatalf("only %d acts: %v", len(acts), acts)
	}
	for i := range shares {
		var die []act
		for at := i; at < len(acts); at += shares {
			die = append(die, acts[at])
		}
		fates[fmt.Sprint("share ", i)] = newFate(die...)
	}
	for i := range shares {
		l.file(fmt.Sprint("share ", i))
	}
	end = workers()
	l.fetched()
	// Acknowledging comes after the record, and so does the death between them.
	queuetest.Eventually(t, "all deaths", func() bool { return deathsLeft(fates) == 0 })
	end()
	l.holds()
	t.Logf("%d deaths in %d requests", len(acts), shares)
}

// deathsLeft counts the deaths that are still to come. How often the service is
// asked about an export is another number each time.
func deathsLeft(fates map[string]*fate) (n int) {
	for _, f := range fates {
		for _, a := range f.left() {
			if a.N == 1 || a.Name != "GET /v1.0/dataPolicyOperations/ID" && a.Name != "begin" && a.Name != "GET "+requestInfo {
				n++
			}
		}
	}
	return n
}
