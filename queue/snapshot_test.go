package queue_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A snapshot that is older than it says, or was altered, does not make a
// register that is wrong: the ledger is read instead.
func TestSnapshotThatLies(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := queuetest.Request(t, q, "graphexport")
	keep := func() []byte {
		t.Helper()
		if err := register(t, q).Keep(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		piece, err := queue.Piece(q, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		return piece
	}
	old := keep()
	r, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryNotified, Code: "x"})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	now := keep()
	altered := slices.Clone(now)
	altered[len(altered)/2] ^= 1
	for name, c := range map[string]struct {
		piece []byte
		flaws []queue.Flaw
	}{
		"as it is": {now, nil},
		"older":    {old, nil},
		"altered":  {altered, []queue.Flaw{{Kind: queue.FlawAnchor}, {Request: r.ID, Kind: queue.FlawAnchor}}},
	} {
		if err := queue.SetPiece(q, r.ID, c.piece); err != nil {
			t.Fatal(err)
		}
		got, ok := register(t, q).Request(r.ID)
		if diff := cmp.Diff(r, got, cmpopts.EquateEmpty()); diff != "" || !ok {
			t.Errorf("%s: the register tells another request (-ledger +register):\n%s", name, diff)
		}
		v, err := q.Verify(t.Context())
		if diff := cmp.Diff(c.flaws, v.Flaws, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s: verify finds (-want +got):\n%s%v", name, diff, err)
		}
	}
}

// What an older version could not read is no damage to a newer one: where the
// snapshot doubts a ledger, the ledger itself is asked.
func TestDoubtIsNotKept(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := queuetest.Request(t, q, "graphexport")
	reg := register(t, q)
	queue.Doubt(reg, r.ID)
	if err := reg.Keep(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if bad := register(t, q).Damaged(); len(bad) > 0 {
		t.Errorf("damaged: %v", bad)
	}
}

// Two requests under one case number: nobody gets the wrong one.
func TestSharedCaseNumber(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	first := register(t, q)
	stop := follow(t, first, false)
	defer stop()
	for range 2 {
		r, err := q.New(t.Context(), queuetest.Opened("2026-7", "graphexport"), schema.Subject{Name: schema.NewPersonal("x")})
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if err := first.Wait(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, reg := range []*queue.Register{first, register(t, q)} {
		if r, ok := reg.Case("2026-7"); ok || !reg.Shared("2026-7") {
			t.Errorf("the number leads to request %s", r.ID)
		}
	}
}
