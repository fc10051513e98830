package workers_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// soakQuota leaves 64 MiB for files, so that they can be full within a minute.
const soakQuota = 4<<30 + 256<<20 + 64<<20

// day is a day of a service: of a process that has the store, the lists, the
// clock and a worker, and of one that only works.
type day struct {
	minutes, requests int
	seed              uint64
	program, folder   string

	catalog *explain.Catalog
	clock   soakClock
	dice    *rand.Rand
	taken   int // requests taken in
	faults  map[string]int
	sender  soakSender
	series  []sample
	child   *soakChild
	full    schema.RequestID // holds what fills the store

	// What goes when the store is closed.
	server   *embedded.Server
	q        *queue.Queue
	reg      *queue.Register
	desk     *workers.Reception
	lists    task
	worker   task
	a, b     schema.Actor
	checking *workers.Clock
}

// task is something that runs until it is stopped.
type task struct {
	stop context.CancelFunc
	done *errgroup.Group
}

func run(t *testing.T, do func(context.Context) error) task {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	g := new(errgroup.Group)
	g.Go(func() error { return do(ctx) })
	return task{stop, g}
}

func (r task) end(t *testing.T) {
	t.Helper()
	r.stop()
	if err := r.done.Wait(); err != nil {
		t.Error(queuetest.Why(err))
	}
}

func newDay(t *testing.T, minutes, requests int) *day {
	t.Helper()
	d := &day{minutes: minutes, requests: requests, folder: t.TempDir(), faults: make(map[string]int)}
	var err error
	if d.program, err = buildChild(); err != nil {
		t.Fatal(err)
	}
	d.seed = uint64(number(t, crashOtherSeed, crashSeed)) //nolint:gosec // not negative
	if d.catalog, err = explain.Load(catalog.FS()); err != nil {
		t.Fatal(err)
	}
	d.dice = rand.New(rand.NewPCG(d.seed, 1)) //nolint:gosec // the same every time
	d.clock.ahead.Store(int64(-time.Duration(minutes)*time.Minute - 48*time.Hour))
	return d
}

// pass lets time pass.
func (d *day) pass(time time.Duration) {
	d.clock.ahead.Add(int64(time))
	d.child.tell(&d.clock)
}

// open starts the store and what `inzage serve` runs on it.
func (d *day) open(t *testing.T) {
	t.Helper()
	var err error
	if d.server, err = embedded.Start(t.Context(), embedded.Options{Folder: d.folder, Quota: soakQuota}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if d.q, err = queue.Open(t.Context(), d.server.Access(), soakOptions(d.server.Key(), d.clock.now)); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if report, err := d.q.Verify(t.Context()); err != nil || !report.Holds() {
		t.Fatalf("the ledger: %+v, %s", report, queuetest.Why(err))
	}
	if d.reg, err = d.q.OpenRegister(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	d.desk = &workers.Reception{Queue: d.q, Register: d.reg}
	d.a, d.b = d.q.Actor("issuer", "a"), d.q.Actor("issuer", "b")
	d.checking = &workers.Clock{Queue: d.q, Register: d.reg, Zone: time.UTC, Terms: new(schema.Terms), Now: d.clock.now}
	d.lists = run(t, func(ctx context.Context) error { return d.reg.Run(ctx, true) })
	d.work(t)
}

func (d *day) work(t *testing.T) {
	t.Helper()
	s, err := soakService(d.q, d.catalog, filepath.Join(d.folder, "work"), d.seed, &d.sender)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	d.worker = run(t, func(ctx context.Context) error { return s.Work(ctx, 2, 1) })
}

func (d *day) close(t *testing.T) {
	t.Helper()
	d.worker.end(t)
	d.lists.end(t)
	d.q.Close()
	d.server.Close()
}

// fault is what goes wrong in a minute. Sources fail besides, each in its own way.
func (d *day) fault(t *testing.T, minute int) {
	t.Helper()
	if d.full != "" { // that minute is over
		d.erase(t, d.full)
		d.full = ""
	}
	what := []string{"worker killed", "worker killed", "worker stopped", "worker stopped", "person withdraws"}[d.dice.IntN(5)]
	switch {
	case minute%60 == 2:
		what = "files full"
	case minute%12 == 3:
		what = "store reopened"
	}
	d.faults[what]++
	switch what {
	case "worker killed":
		d.child.kill()
		d.child = startSoakChild(t, d.program, d.folder, d.seed, &d.clock)
	case "worker stopped":
		d.worker.end(t)
		d.work(t)
	case "person withdraws":
		for r := range d.reg.Open() {
			d.may(t, r, "withdraw", func() error {
				_, err := d.q.Decide(t.Context(), r.ID, schema.Entry{Kind: schema.EntryWithdrawn, Actor: d.a}, []byte("niet meer nodig"))
				return err
			})
			break
		}
	case "store reopened": // under the other process, which has jobs in hand
		d.close(t)
		d.open(t)
		d.child.kill()
		d.child = startSoakChild(t, d.program, d.folder, d.seed, &d.clock)
	case "files full":
		d.fill(t)
	}
}

// fill puts in a request's box what fills the store.
func (d *day) fill(t *testing.T) {
	t.Helper()
	opened := queuetest.Opened(fmt.Sprintf("full-%02d", d.faults["files full"]), "alpha")
	opened.Day = schema.CivilDate(d.clock.now(), time.UTC)
	r, err := d.q.New(t.Context(), opened, schema.Subject{})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	d.full = r.ID
	v, err := d.q.Vault(t.Context(), r.ID)
	for i := 0; err == nil; i++ {
		noise := make([]byte, 4<<20)
		_, _ = rand.NewChaCha8([32]byte{byte(i)}).Read(noise)
		_, err = v.Box("alpha").Put(t.Context(), fmt.Sprint(i), bytes.NewReader(noise))
	}
	if schema.CodeOf(err) != schema.CodeFull {
		t.Error(queuetest.Why(err))
	}
}

func (d *day) erase(t *testing.T, id schema.RequestID) {
	t.Helper()
	_, err := d.q.Append(t.Context(), id, schema.Entry{Kind: schema.EntryWithdrawn, Actor: d.a})
	if err == nil {
		_, err = d.q.Erase(t.Context(), id, schema.ActorSystem)
	}
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
}

// takeIn takes in the next request, as the desk does, and reports whether that
// could be done. What failed is looked for, as a person does who does not know.
func (d *day) takeIn(t *testing.T) bool {
	t.Helper()
	n, number := d.taken, fmt.Sprintf("case-%04d", d.taken)
	d.desk.Lock()
	defer d.desk.Unlock()
	who := soakPerson(n)
	_, there := d.reg.Case(number)
	if !there {
		if _, open, err := d.desk.OpenCase(t.Context(), who); err != nil || open {
			t.Errorf("%s is open already: %v, %s", number, open, queuetest.Why(err))
		}
		today := schema.CivilDate(d.clock.now(), time.UTC)
		_, err := d.desk.TakeIn(t.Context(), schema.Entry{
			Case: number, Channel: schema.ChannelDesk, Day: today.AddDays(-d.dice.IntN(40)), Lang: []schema.Lang{schema.Dutch, schema.English}[n%2],
			Parts: soakSources(), FourEyes: n%2 == 0, Owner: d.a, Actor: d.a,
		}, who, "signed-in")
		if code := schema.CodeOf(err); code == schema.CodeFull {
			return false
		}
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	d.taken++
	return true
}

// people do what is theirs to do with every open request, as the lists show it.
func (d *day) people(t *testing.T) {
	t.Helper()
	for r := range d.reg.All() {
		if r.ID == d.full {
			continue
		}
		switch r.State {
		case schema.StateReceived:
			d.may(t, r, "start", func() error {
				_, err := workers.Start(t.Context(), d.q, r.ID, d.a, "signed-in")
				return err
			})
		case schema.StateCollecting, schema.StateBuilding, schema.StateReview:
			d.look(t, r)
		case schema.StateReleased:
			d.deliver(t, r)
		default:
		}
	}
}

// look orders again what was given up, but not what a source refuses for good;
// and decides once there is something to decide on.
func (d *day) look(t *testing.T, r schema.Request) {
	t.Helper()
	for _, p := range append([]schema.Part{r.Build}, r.Parts...) {
		if p.State == schema.PartAbandoned && p.Code != schema.CodeDenied {
			d.faults["ordered again after "+string(p.Code)]++
			d.may(t, r, "retry", func() error {
				_, err := d.q.Retry(t.Context(), r.ID, p.Source, d.b)
				return err
			})
			return
		}
	}
	if r.State != schema.StateReview {
		return
	}
	act := schema.Entry{Kind: schema.EntryReleased}
	if r.Case[len(r.Case)-1] == '7' {
		act = schema.Entry{Kind: schema.EntryRefused, Code: "excessive"}
	}
	for _, by := range []schema.Actor{d.a, d.b}[:map[bool]int{true: 2, false: 1}[r.FourEyes]] {
		act.Actor = by
		d.may(t, r, "decide", func() error {
			_, err := d.q.Decide(t.Context(), r.ID, act, []byte("gezien"))
			return err
		})
	}
}

// deliver reads the bundle, as the person does, and says that they have it.
func (d *day) deliver(t *testing.T, r schema.Request) {
	t.Helper()
	in := openBundle(t, d.q, r)
	sum := sha256.New()
	_, err := io.Copy(sum, in)
	if cerr := in.Close(); err == nil {
		err = cerr
	}
	if err != nil || hex.EncodeToString(sum.Sum(nil)) != r.Bundle {
		t.Errorf("%s: the bundle that is kept is not the one on record, %v", r.Case, err)
	}
	d.may(t, r, "deliver", func() error {
		_, err := d.q.Decide(t.Context(), r.ID, schema.Entry{Kind: schema.EntryDelivered, Actor: d.a}, nil)
		return err
	})
}

// may does what the lists, which lag behind, may show too late, or what there is
// no room for: then it is done at the next look.
func (d *day) may(t *testing.T, r schema.Request, what string, do func() error) {
	t.Helper()
	if err := do(); err != nil {
		if code := schema.CodeOf(err); code != schema.CodeConflict && code != schema.CodeFull {
			t.Errorf("%s %s: %s", what, r.Case, queuetest.Why(err))
		}
	}
}

// tick is what the clock does at each turn.
func (d *day) tick(t *testing.T) {
	t.Helper()
	now := d.clock.now()
	if _, err := d.checking.Sweep(t.Context(), now); err != nil {
		t.Error(queuetest.Why(err))
	}
	if _, err := d.checking.Expire(t.Context(), now); err != nil {
		t.Error(queuetest.Why(err))
	}
	if _, err := d.q.DailyCheckpoint(t.Context(), nil); err != nil {
		t.Error(queuetest.Why(err))
	}
}

// calm goes on, without new requests, until every request is erased.
func (d *day) calm(t *testing.T) {
	t.Helper()
	if d.full != "" {
		d.erase(t, d.full)
		d.full = ""
	}
	swept := time.Now()
	turn := time.NewTicker(50 * time.Millisecond)
	defer turn.Stop()
	queuetest.Eventually(t, "all is erased", func() bool {
		<-turn.C
		d.people(t)
		d.tick(t)
		if time.Since(swept) > 20*time.Second { // what is nowhere any more is found an hour later
			swept = time.Now()
			d.faults["hour waited"]++
			d.pass(time.Hour)
			if _, err := d.q.Sweep(t.Context(), d.reg); err != nil {
				t.Error(queuetest.Why(err))
			}
		}
		for r := range d.reg.All() {
			if r.State != schema.StateErased {
				return false
			}
		}
		return true
	})
}
