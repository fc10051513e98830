package queuetest_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"inzage/queue"
	"inzage/queue/cluster"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// roles opens queues on a cluster that runs on the configuration that is written
// for one.
type roles struct {
	key     queue.Key
	cluster *queuetest.Cluster
}

func (r roles) access(t *testing.T, role queue.Role) queue.Access {
	t.Helper()
	a, err := queue.ReadRole(filepath.Join(r.cluster.Folder, "roles", string(role)), r.cluster.URL)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return a
}

func serveRoles(t *testing.T) roles {
	t.Helper()
	c := queuetest.ServeRoles(t)
	key, err := queue.ReadKey(filepath.Join(c.Folder, "key"))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	r := roles{key, c}
	// A cluster that has just started may refuse streams for a moment.
	queuetest.Eventually(t, "the streams are made", func() bool {
		q, err := queue.Open(t.Context(), r.access(t, queue.RoleSetup), queue.Options{Key: key, Replicas: 3, Patience: 2 * time.Second})
		if err != nil {
			return false
		}
		q.Close()
		return true
	})
	return r
}

func (r roles) open(t *testing.T, role queue.Role) *queue.Queue {
	t.Helper()
	q, err := queue.Open(t.Context(), r.access(t, role), queue.Options{Key: r.key, Bind: true, Patience: 2 * time.Second, Backoff: time.Second})
	if err != nil {
		t.Fatalf("%s: %s", role, queuetest.Why(err))
	}
	t.Cleanup(q.Close)
	return q
}

// Every role does its part of a request, from the letter to its erasure, and is
// refused nothing on the way.
func TestRolesDoTheirJob(t *testing.T) {
	t.Parallel()
	r := serveRoles(t)
	all := make(map[queue.Role]*queue.Queue)
	for _, role := range queue.Roles() {
		if role != queue.RoleSetup && role != queue.RoleEvents { // a program that has no queue
			all[role] = r.open(t, role)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	for kind, do := range map[queue.Kind]func(context.Context, *queue.Queue, queue.Job) error{
		queue.KindFetch: fetchStep, queue.KindBuild: buildStep, queue.KindNotify: notifyStep,
	} {
		q := all[queue.RoleOf(kind)]
		working.Go(func() {
			w := queue.Worker{Kinds: []queue.Kind{kind}, Do: func(ctx context.Context, job queue.Job) error { return do(ctx, q, job) }}
			if err := q.Work(ctx, w); err != nil {
				t.Error(queuetest.Why(err))
			}
		})
	}
	register, err := all[queue.RoleClock].OpenRegister(ctx)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	working.Go(func() {
		if err := register.Run(ctx, true); err != nil {
			t.Error(queuetest.Why(err))
		}
	})

	working.Go(func() {
		if err := all[queue.RoleClock].WatchConnects(ctx); err != nil {
			t.Error(queuetest.Why(err))
		}
	})
	working.Go(func() {
		if err := all[queue.RoleClock].Tell(ctx); err != nil {
			t.Error(queuetest.Why(err))
		}
	})

	asked := queuetest.Request(t, all[queue.RoleIntake], "graphexport")
	write := func(role queue.Role, entries ...schema.Entry) {
		t.Helper()
		if _, err := all[role].Append(t.Context(), asked.ID, entries...); err != nil {
			t.Fatalf("%s: %s", role, queuetest.Why(err))
		}
	}
	write(queue.RoleIntake, schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"})
	due := schema.NewDate(2026, time.December, 2)
	write(queue.RoleClock, schema.Entry{Kind: schema.EntryReminded, Code: "due-10", Day: due})
	queuetest.Eventually(t, "fetched, built and told", func() bool {
		now, err := all[queue.RoleDesk].Request(t.Context(), asked.ID)
		return err == nil && now.State == schema.StateReview && len(now.Notified) == 1
	})
	shelf := all[queue.RoleDesk].Shelf("test")
	for _, text := range []string{"once", "again"} {
		if err := shelf.Change(t.Context(), "key", func([]byte) ([]byte, error) { return []byte(text), nil }); err != nil {
			t.Error(queuetest.Why(err))
		}
	}
	if err := shelf.All(t.Context(), func(text []byte) error {
		if string(text) != "again" {
			t.Errorf("the shelf has %q", text)
		}
		return nil
	}); err != nil {
		t.Error(queuetest.Why(err))
	}
	v, err := all[queue.RoleDesk].Vault(t.Context(), asked.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := v.Bundle().Open(t.Context(), "bundle.zip"); err != nil {
		t.Error(queuetest.Why(err))
	}
	if _, err := all[queue.RoleClock].Sweep(t.Context(), register); err != nil {
		t.Error(queuetest.Why(err))
	}
	write(queue.RoleDesk, schema.Entry{Kind: schema.EntryWithdrawn})
	if _, err := all[queue.RoleClock].EraseRaw(t.Context(), asked.ID, schema.ActorSystem); err != nil {
		t.Error(queuetest.Why(err))
	}
	if _, err := all[queue.RoleDesk].Erase(t.Context(), asked.ID, "someone"); err != nil {
		t.Error(queuetest.Why(err))
	}
	if v, err := all[queue.RoleAudit].Verify(t.Context()); err != nil || len(v.Flaws) > 0 || v.Requests != 1 {
		t.Errorf("%+v, %s", v, queuetest.Why(err))
	}
	// What a process that was killed leaves of an erased request is found, and goes.
	keys := r.access(t, queue.RoleIntake)
	keys.Ledger = keys.Keys
	queuetest.Intrude(t, keys).MakeStream("key_" + string(asked.ID))
	for _, want := range []int{1, 0} {
		strays, err := all[queue.RoleClock].Strays(t.Context())
		if err != nil || len(strays) != want {
			t.Errorf("strays: %+v, want %d, %s", strays, want, queuetest.Why(err))
		}
		for _, s := range strays {
			if err := all[queue.RoleClock].RemoveStray(t.Context(), s); err != nil || s.Kind != queue.StrayKey || s.Request != asked.ID {
				t.Errorf("%+v is not removed: %s", s, queuetest.Why(err))
			}
		}
	}
	follower := queuetest.Intrude(t, r.access(t, queue.RoleEvents))
	entries, err := all[queue.RoleDesk].Entries(t.Context(), asked.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	follower.Follow(len(entries), asked.ID)
	for role, q := range all {
		if err := q.Health(t.Context()); err != nil {
			t.Errorf("%s: %s", role, queuetest.Why(err))
		}
		if n := q.Refused(); n > 0 {
			t.Errorf("%s was refused %d times", role, n)
		}
	}
	if list, flaws, err := all[queue.RoleAudit].Denials(t.Context(), time.Time{}); err != nil || len(list)+len(flaws) > 0 {
		t.Errorf("denials: %+v, %v, %s", list, flaws, queuetest.Why(err))
	}
}

func fetchStep(ctx context.Context, q *queue.Queue, job queue.Job) error {
	if _, err := q.Allow(ctx, "tenant", queue.Rate{PerSecond: 100, Burst: 100}); err != nil {
		return err
	}
	v, err := q.Vault(ctx, job.Request.ID)
	if err != nil {
		return err
	}
	box := v.Box(job.Entry.Part)
	if mark, err := box.Bookmark(ctx); err != nil || mark == nil {
		if err == nil {
			err = box.Note(ctx, []byte("ordered"))
		}
		if err == nil {
			err = schema.Later(time.Second)
		}
		return err
	}
	if _, err := box.Put(ctx, "a.json", bytes.NewReader([]byte("content"))); err != nil {
		return err
	}
	_, err = q.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryFetched, Part: job.Entry.Part})
	return err
}

func buildStep(ctx context.Context, q *queue.Queue, job queue.Job) error {
	if job.Try == 1 {
		return schema.Fail(schema.CodeIO, "build", nil)
	}
	v, err := q.Vault(ctx, job.Request.ID)
	if err != nil {
		return err
	}
	blobs, err := v.Box("graphexport").Blobs(ctx)
	if err != nil || len(blobs) != 1 {
		return schema.Never(schema.Fail(schema.CodeInternal, "build", err))
	}
	bundle, err := v.Bundle().Put(ctx, "bundle.zip", bytes.NewReader([]byte("bundle")))
	if err != nil {
		return err
	}
	_, err = q.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryBuilt, Ref: bundle.SHA256, Version: "1"})
	return err
}

func notifyStep(ctx context.Context, q *queue.Queue, job queue.Job) error {
	_, err := q.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryNotified, Code: job.Entry.Code, Day: job.Entry.Day})
	return err
}

// What a role is not there for, the server refuses; the role is told so, counts
// it, and puts it on record.
func TestRolesAreRefused(t *testing.T) {
	t.Parallel()
	r := serveRoles(t)
	desk := r.open(t, queue.RoleDesk)
	asked := queuetest.Request(t, desk, "graphexport")
	if _, err := desk.Append(t.Context(), asked.ID, schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	gone := queuetest.Request(t, desk, "graphexport")
	if _, err := desk.Append(t.Context(), gone.ID, schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	write := func(entries ...schema.Entry) func(*queue.Queue) error {
		return func(q *queue.Queue) error {
			_, err := q.Append(t.Context(), asked.ID, entries...)
			return err
		}
	}
	work := func(kind queue.Kind) func(*queue.Queue) error {
		return func(q *queue.Queue) error {
			return q.Work(t.Context(), queue.Worker{Kinds: []queue.Kind{kind}, Do: func(context.Context, queue.Job) error { return nil }})
		}
	}
	open := func(q *queue.Queue) error {
		_, err := q.Vault(t.Context(), asked.ID)
		return err
	}
	tests := []struct {
		name  string
		role  queue.Role
		do    func(*queue.Queue) error
		aside bool   // refused by the program, since there is no user to ask with
		what  string // of the denial on record
	}{
		{"a fetcher takes builds", queue.RoleFetch, work(queue.KindBuild), false, "publish $JS.API.CONSUMER.INFO.JOBS.build-a"},
		{"a builder takes fetches", queue.RoleBuild, work(queue.KindFetch), false, "publish $JS.API.CONSUMER.INFO.JOBS.fetch-a"},
		{"a messenger takes fetches", queue.RoleNotify, work(queue.KindFetch), false, "publish $JS.API.CONSUMER.INFO.JOBS.fetch-a"},
		{"the desk works", queue.RoleDesk, work(queue.KindFetch), false, "publish $JS.API.CONSUMER.INFO.JOBS.fetch-a"},
		{"a fetcher withdraws", queue.RoleFetch, write(schema.Entry{Kind: schema.EntryWithdrawn}), false, "publish $JS.API.CONSUMER.CREATE.KV_register.*.$KV.register.*"},
		{"a builder says fetched", queue.RoleBuild, write(schema.Entry{Kind: schema.EntryFetched, Part: "graphexport"}), false, "publish inzage.led.*.*.entry.fetched"},
		{"the auditor writes", queue.RoleAudit, write(schema.Entry{Kind: schema.EntryViewed, Code: "x"}), false, "publish inzage.led.*.*.entry.viewed"},
		{"the clock withdraws", queue.RoleClock, write(schema.Entry{Kind: schema.EntryWithdrawn}), false, "publish inzage.led.*.*.entry.withdrawn"},
		{"the intake withdraws", queue.RoleIntake, write(schema.Entry{Kind: schema.EntryWithdrawn}), false, "publish inzage.led.*.*.entry.withdrawn"},
		{"a messenger opens files", queue.RoleNotify, open, true, ""},
		{"the auditor opens files", queue.RoleAudit, open, true, ""},
		{"a fetcher erases", queue.RoleFetch, func(q *queue.Queue) error {
			_, err := q.Erase(t.Context(), gone.ID, "someone")
			return err
		}, false, "publish inzage.led.*.*.entry.erasing"},
		{"a fetcher opens a request", queue.RoleFetch, func(q *queue.Queue) error {
			_, err := q.New(t.Context(), queuetest.Opened("2026-0002", "graphexport"), schema.Subject{})
			return err
		}, false, "publish $JS.API.STREAM.CREATE.key_*"},
	}
	// All at once: who is refused waits for an answer that does not come.
	queues, errs := make([]*queue.Queue, len(tests)), make([]error, len(tests))
	var asking sync.WaitGroup
	for i, test := range tests {
		queues[i] = r.open(t, test.role)
		asking.Go(func() { errs[i] = test.do(queues[i]) })
	}
	asking.Wait()
	for i, test := range tests {
		if schema.CodeOf(errs[i]) != schema.CodeDenied {
			t.Errorf("%s: it gives %s, want %s", test.name, queuetest.Why(errs[i]), schema.CodeDenied)
		}
		if n := queues[i].Refused(); !test.aside && n == 0 {
			t.Errorf("%s: the refusal is not counted", test.name)
		}
		queues[i].Close() // it writes down what it was refused
	}
	setup, recorded := r.open(t, queue.RoleSetup), make(map[string]int)
	ended, end := context.WithCancel(t.Context())
	end()
	if err := setup.WatchConnects(ended); err != nil {
		t.Error(queuetest.Why(err))
	}
	queuetest.Eventually(t, "who sets up is refused to listen", func() bool { return setup.Refused() > 0 })
	setup.Close()
	list, flaws, err := r.open(t, queue.RoleAudit).Denials(t.Context(), time.Time{})
	if err != nil || len(flaws) > 0 {
		t.Errorf("denials: %v, %s", flaws, queuetest.Why(err))
	}
	for _, d := range list {
		recorded[string(d.Role)+" "+string(d.Act)+" "+d.What] += d.Count
	}
	if n := recorded["setup subscribe $SYS.SERVER.*.CLIENT.AUTH.ERR"]; n == 0 {
		t.Errorf("who sets up: it is not on record, which has %v", recorded)
	}
	for _, test := range tests {
		if n := recorded[string(test.role)+" "+test.what]; !test.aside && n == 0 {
			t.Errorf("%s: it is not on record, which has %v", test.name, recorded)
		}
	}
	r.keepsDenials(t)
	for _, id := range []schema.RequestID{asked.ID, gone.ID} {
		if now, err := desk.Request(t.Context(), id); err != nil || now.Entries != 3 {
			t.Errorf("the request has %d entries, %s", now.Entries, queuetest.Why(err))
		}
		if _, err := desk.Vault(t.Context(), id); err != nil {
			t.Error(queuetest.Why(err))
		}
	}
	r.key = r.replaceKey(t, asked.ID)
	r.renewLedger(t, gone.ID, asked.ID)
}

// replaceKey replaces the organisation's key, which is the part of one role.
func (r roles) replaceKey(t *testing.T, id schema.RequestID) queue.Key {
	t.Helper()
	to := queue.NewKey()
	done, err := queue.Rotate(t.Context(), r.access(t, queue.RoleSetup), r.key, to, time.Now(), nil)
	if err != nil || done.Keys != 4 || done.Damaged != 0 {
		t.Fatalf("replacing the key gives %+v, %s", done, queuetest.Why(err))
	}
	old, err := queue.Open(t.Context(), r.access(t, queue.RoleDesk), queue.Options{Key: r.key, Bind: true})
	if schema.CodeOf(err) != schema.CodeWrongKey {
		old.Close()
		t.Errorf("the old key gives %s", queuetest.Why(err))
	}
	r.key = to
	if _, err := r.open(t, queue.RoleDesk).Vault(t.Context(), id); err != nil {
		t.Error(queuetest.Why(err))
	}
	return to
}

// Nobody comes in without a certificate, or with one of another authority.
func TestStrangersStayOutside(t *testing.T) {
	t.Parallel()
	r, other := serveRoles(t), filepath.Join(t.TempDir(), "other")
	node := cluster.Node{Name: "a", Host: "127.0.0.1", Port: 1, ClusterPort: 2, Config: "/", Store: "/"}
	if err := cluster.Write(cluster.Options{Folder: other, Nodes: []cluster.Node{node, {Name: "b"}, {Name: "c"}}, Now: time.Now(), Years: 1}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	clock := r.open(t, queue.RoleClock)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	watching.Go(func() { _ = clock.WatchConnects(ctx) })
	own := r.access(t, queue.RoleDesk)
	forged, err := queue.ReadRole(filepath.Join(other, "roles", "desk"), r.cluster.URL)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	none, foreign, unknown := own, own, own
	none.TLS = own.TLS.Clone()
	none.TLS.Certificates = nil
	foreign.TLS = own.TLS.Clone()
	foreign.TLS.Certificates = forged.TLS.Certificates
	unknown.Ledger = forged.Ledger
	elsewhere := own // a cluster whose certificate is not of our authority
	elsewhere.TLS = own.TLS.Clone()
	elsewhere.TLS.RootCAs = forged.TLS.RootCAs
	for name, access := range map[string]queue.Access{
		"no certificate": none, "a foreign certificate": foreign, "an unknown user": unknown, "a foreign cluster": elsewhere,
	} {
		q, err := queue.Open(t.Context(), access, queue.Options{Key: r.key, Bind: true})
		if err == nil {
			q.Close()
		}
		// With TLS 1.3 a server looks at a client's certificate once the client thinks
		// that all is well: the connection can be closed before the alert is read.
		closed := strings.HasSuffix(name, "certificate") && errors.Is(err, nats.ErrTLS)
		if schema.CodeOf(err) != schema.CodeDenied && !closed {
			t.Errorf("%s gives %s, want %s", name, queuetest.Why(err), schema.CodeDenied)
		}
	}
	// Who has a certificate and is nobody's user came as far as that.
	queuetest.Eventually(t, "an unknown user is on record", func() bool {
		if q, err := queue.Open(t.Context(), unknown, queue.Options{Key: r.key, Bind: true}); err == nil {
			q.Close()
			t.Fatal("an unknown user comes in")
		}
		if err := clock.RecordDenials(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		list, flaws, err := clock.Denials(t.Context(), time.Time{})
		return err == nil && len(flaws) == 0 && len(list) > 0 && list[0].Act == queue.DenialConnect && list[0].Role == queue.RoleClock
	})
}
