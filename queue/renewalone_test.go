package queue_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// Whoever came in after it was looked whether somebody is there is seen before
// anything is touched; and from then on nobody can write what would get lost.
func TestRenewIsAlone(t *testing.T) {
	t.Parallel()
	a := newAged(t)
	a.gone(t)
	stays := queuetest.Request(t, a.Queue, "graphexport")
	a.append(t, stays.ID, fetch("graphexport"))
	stays, err := a.Request(t.Context(), stays.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	a.set(2029, time.March, 2)
	a.Close()
	late := queuetest.Open(t, a.server, func(o *queue.Options) { o.Now = a.clock })
	write := func() error {
		_, err := late.Append(t.Context(), stays.ID, schema.Entry{Kind: schema.EntryViewed, Code: "review"})
		if err == nil {
			stays.Entries++
		}
		return err
	}
	var stop func()
	for _, test := range []struct {
		name string
		half int // of the renewal in which it happens
		what func()
		want schema.Code
	}{
		{"somebody writes", 1, func() {
			if err := write(); err != nil {
				t.Error(queuetest.Why(err))
			}
		}, schema.CodeConflict},
		{"a worker comes", 1, func() {
			there := make(chan bool)
			stop = work(t, late, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, _ queue.Job) error {
				close(there)
				<-ctx.Done()
				return ctx.Err()
			}})
			<-there
		}, schema.CodeInUse},
		{"somebody writes too late", 2, func() {
			if err := write(); schema.CodeOf(err) != schema.CodeUnreachable {
				t.Errorf("it gives %s", queuetest.Why(err))
			}
		}, ""},
	} {
		stop = func() {}
		happens := sync.OnceFunc(test.what)
		_, err := queue.Renew(t.Context(), a.server.Access(), queue.Options{Key: a.server.Key(), Now: a.clock}, queue.Renewing{
			Terms: schema.Terms{Facts: 1},
			Told: func(done, total int) {
				if done > (test.half-1)*total/2 {
					happens()
				}
			},
		})
		if schema.CodeOf(err) != test.want {
			t.Errorf("%s: it gives %s", test.name, queuetest.Why(err))
		}
		stop()
		if err := write(); err != nil {
			t.Errorf("%s: afterwards %s", test.name, queuetest.Why(err))
		}
		if now, err := late.Request(t.Context(), stays.ID); err != nil || now.Entries != stays.Entries {
			t.Errorf("%s: %d entries, want %d, %s", test.name, now.Entries, stays.Entries, queuetest.Why(err))
		}
	}
	// Cut off between closing the ledger and the mark, nobody can use it; run again,
	// there is nothing to do.
	at, err := late.Verify(t.Context())
	if err == nil {
		err = queue.Shut(late, t.Context(), at.Entries+at.Lapsed+len(at.Renewals))
	}
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	o := queue.Options{Key: a.server.Key(), Now: a.clock}
	if _, err := queue.Open(t.Context(), a.server.Access(), o); schema.CodeOf(err) != schema.CodeRenewal {
		t.Fatalf("a closed ledger opens with %s", queuetest.Why(err))
	}
	if done, err := queue.Renew(t.Context(), a.server.Access(), o, queue.Renewing{Terms: schema.Terms{Facts: 1}}); err != nil || done.N != 0 {
		t.Errorf("run again: %+v, %s", done, queuetest.Why(err))
	}
	if err := write(); err != nil {
		t.Errorf("afterwards %s", queuetest.Why(err))
	}
	a.open(t)
	if v := a.sound(t); len(v.Renewals) != 1 {
		t.Errorf("found is %+v", v)
	}
}
