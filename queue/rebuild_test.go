package queue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A snapshot that fails its proof stays as it is, whatever happens, until it is
// rebuilt; a register that follows the ledger meanwhile sees that it was.
func TestRebuild(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := queuetest.Request(t, q, "graphexport")
	noise := []byte("noise that is longer than a proof is, by a few letters")
	for name, forge := range map[string]func() error{
		"a piece":          func() error { return queue.SetPiece(q, r.ID, noise) },
		"the head":         func() error { return queue.SetHead(q, noise) },
		"one of a request": func() error { return queue.SetPiece(q, "zzstranger", noise) },
	} {
		if err := register(t, q).Keep(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if err := forge(); err != nil {
			t.Fatal(err)
		}
		running := register(t, q)
		stop := follow(t, running, true)
		var err error
		if r, err = q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryNotified, Code: "x"}); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if err := running.Wait(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if err := running.Keep(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		v, err := q.Verify(t.Context())
		if err != nil || len(v.Flaws) == 0 || !v.Sound() || running.Doubted() != 1 {
			t.Errorf("%s: verify finds %+v, %v, and %d pieces are in doubt", name, v, err, running.Doubted())
		}
		other := register(t, q)
		if n, err := other.Rebuild(t.Context()); n != 1 || err != nil {
			t.Errorf("%s: rebuilt %d pieces, %s", name, n, queuetest.Why(err))
		}
		if v, err = q.Verify(t.Context()); err != nil || len(v.Flaws) > 0 {
			t.Errorf("%s: after the rebuild verify finds %+v, %v", name, v, err)
		}
		queuetest.Eventually(t, "who follows sees it", func() bool { return running.Doubted() == 0 })
		if r, err = q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryNotified, Code: "y"}); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if err := running.Wait(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		stop()
		last := register(t, q)
		got, _ := last.Request(r.ID)
		if diff := cmp.Diff(r, got, cmpopts.EquateEmpty()); diff != "" || last.Doubted() > 0 {
			t.Errorf("%s: the register tells another request (-ledger +register):\n%s", name, diff)
		}
	}
}
