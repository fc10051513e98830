package queue_test

import (
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// The words of who proposed an act stay its reason: whoever confirms it cannot
// put others in their place.
func TestReasonIsThatOfTheProposal(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	entry := queuetest.Opened("2026-0001", "graphexport")
	entry.FourEyes = true
	r, err := q.New(t.Context(), entry, schema.Subject{})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	extend := func(by schema.Actor, code schema.Code, reason string) {
		t.Helper()
		if r, err = q.Decide(t.Context(), r.ID, schema.Entry{Kind: schema.EntryExtended, Actor: by, Code: code}, []byte(reason)); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	extend("maker", "volume", "three years of data")
	if p := r.Proposals[schema.EntryExtended]; r.Extended || p.By != "maker" || p.Ref == "" {
		t.Fatalf("after the first: extended %v, proposal %+v", r.Extended, p)
	}
	ref := r.Proposals[schema.EntryExtended].Ref
	extend("checker", "", "words of another")
	if !r.Extended {
		t.Error("two people agree, and it is not extended")
	}
	if text, err := q.Reason(t.Context(), r.ID, schema.EntryExtended, ref); string(text) != "three years of data" {
		t.Errorf("the reason is %q, %v", text, queuetest.Why(err))
	}
}
