package queue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// The last entry of a ledger is another than the register remembers, which no chain
// shows: nobody decides on it, a start sets it aside, and every start after that
// knows it, until it is erased. The request beside it goes on.
func TestLedgerIsNotWhatIsRemembered(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r, other := queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport")
	if err := register(t, q).Keep(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if err := queue.Misremember(q, r.ID); err != nil {
		t.Fatal(err)
	}
	withdraw := schema.Entry{Kind: schema.EntryWithdrawn, Actor: "one"}
	if _, err := q.Decide(t.Context(), r.ID, withdraw, nil); schema.CodeOf(err) != schema.CodeTampered {
		t.Errorf("a decision on it: %s", queuetest.Why(err))
	}
	if _, err := q.Decide(t.Context(), other.ID, withdraw, nil); err != nil {
		t.Errorf("a decision on the one beside it: %s", queuetest.Why(err))
	}
	aside := []schema.RequestID{r.ID}
	v, err := q.Verify(t.Context())
	if diff := cmp.Diff(aside, v.Aside()); diff != "" || err != nil || v.Lost() || v.Doubts() {
		t.Errorf("verify finds %+v, %v", v, err)
	}
	reg := register(t, q)
	before := reg.Seq()
	reg.SetAside(v.Aside()...)
	if reg.Seq() == before {
		t.Error("who made a list before sees no difference")
	}
	if err := reg.Keep(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	for name, reg := range map[string]*queue.Register{"then": reg, "after a start": register(t, q)} {
		got, _ := reg.Request(r.ID)
		if diff := cmp.Diff(aside, reg.Damaged()); diff != "" || !got.Damaged || len(list(reg)) != 1 {
			t.Errorf("%s: damaged are %v, it is %+v", name, reg.Damaged(), got)
		}
		if _, err := q.Sweep(t.Context(), reg); err != nil {
			t.Errorf("%s: a sweep: %s", name, queuetest.Why(err))
		}
	}
	if _, err := q.EraseTampered(t.Context(), r.ID, "one"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	last := register(t, q)
	if got, _ := last.Request(r.ID); len(last.Damaged()) > 0 || got.State != schema.StateErased {
		t.Errorf("once it is erased, damaged are %v, it is %+v", last.Damaged(), got)
	}
	if v, err := q.Verify(t.Context()); err != nil || !v.Holds() {
		t.Errorf("once it is erased, verify finds %+v, %v", v, err)
	}
}

// A ledger that is spoiled while a register follows it is seen at once, and stays in
// the lists, since its days run on. What belongs to nobody is in no list.
func TestSpoiledLedgerIsSetAside(t *testing.T) {
	t.Parallel()
	s := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, s)
	r, other := queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport")
	reg := register(t, q)
	stop := follow(t, reg, true)
	stranger := queue.NewID()
	queuetest.Spoil(t, s, r)
	queuetest.Spoil(t, s, schema.Request{ID: stranger})
	queuetest.Eventually(t, "it is seen", func() bool { return len(reg.Damaged()) == 2 })
	if _, err := q.Append(t.Context(), other.ID, schema.Entry{Kind: schema.EntryNotified, Code: "x"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	stop()
	for name, reg := range map[string]*queue.Register{"running": reg, "opened": register(t, q)} {
		ids := list(reg)
		got, _ := reg.Request(r.ID)
		want := r
		want.Damaged = true
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || len(ids) != 2 || len(reg.Damaged()) != 2 {
			t.Errorf("%s: %v are open, %v damaged; it is (-want +got):\n%s", name, ids, reg.Damaged(), diff)
		}
		if on := got.On(schema.NewDate(2026, 11, 3)); on.WaitingFor != schema.WaitingRepair || on.DaysLeft <= 0 {
			t.Errorf("%s: it waits for %s, with %d days left", name, on.WaitingFor, on.DaysLeft)
		}
	}
}
