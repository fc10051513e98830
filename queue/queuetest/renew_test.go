package queuetest_test

import (
	"context"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// renewLedger lets the facts of a request go that was erased two years ago, which is
// the part of the same role.
func (r roles) renewLedger(t *testing.T, gone, stays schema.RequestID) {
	t.Helper()
	desk := r.open(t, queue.RoleDesk)
	if _, err := desk.Erase(t.Context(), gone, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	o := queue.Options{Key: r.key, Now: func() time.Time { return time.Now().AddDate(2, 0, 0) }}
	renew := func(years int) (queue.Renewed, error) {
		return queue.Renew(t.Context(), r.access(t, queue.RoleSetup), o, queue.Renewing{Terms: schema.Terms{Facts: years}})
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped, worker := make(chan error, 1), r.open(t, queue.RoleBuild) // which has nothing to do
	go func() { stopped <- worker.Work(ctx, queue.Worker{Kinds: []queue.Kind{queue.KindBuild}}) }()
	queuetest.Eventually(t, "it refuses while a worker is connected", func() bool {
		_, err := renew(7) // nothing is over
		return schema.CodeOf(err) == schema.CodeInUse
	})
	stop()
	if err := <-stopped; err != nil {
		t.Error(queuetest.Why(err))
	}
	worker.Close()
	var done queue.Renewed
	var err error
	queuetest.Eventually(t, "the servers know that it left", func() bool {
		done, err = renew(1)
		return schema.CodeOf(err) != schema.CodeInUse
	})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if done.Requests != 1 || done.N != 1 {
		t.Errorf("it gives %+v", done)
	}
	if _, err := desk.Request(t.Context(), gone); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("what lapsed gives %s", queuetest.Why(err))
	}
	if now, err := desk.Request(t.Context(), stays); err != nil || now.Entries != 3 {
		t.Errorf("a request that stays has %d entries, %s", now.Entries, queuetest.Why(err))
	}
	if v, err := r.open(t, queue.RoleAudit).Verify(t.Context()); err != nil || len(v.Flaws) > 0 || v.Lapsed != done.Entries {
		t.Errorf("%+v, %s", v, queuetest.Why(err))
	}
}
