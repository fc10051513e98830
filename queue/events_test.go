package queue_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// Each entry is told once, in order, whoever tells and however often they are
// stopped, and with ids only.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, s)
	tell := func() (stop func()) {
		ctx, stopping := context.WithCancel(t.Context())
		done := make(chan error, 2)
		for range 2 { // two at once
			go func() { done <- q.Tell(ctx) }()
		}
		return func() {
			stopping()
			for range 2 {
				if err := <-done; err != nil {
					t.Error(queuetest.Why(err))
				}
			}
		}
	}
	first := queuetest.Request(t, q, "graphexport")
	stop := tell()
	second := queuetest.Request(t, q, "graphexport")
	if _, err := q.Append(t.Context(), first.ID, schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	stop()
	if _, err := q.Append(t.Context(), second.ID, schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	stop = tell()
	defer stop()

	want, next, err := q.Events(t.Context(), 0, 1000)
	if err != nil || len(want) < 4 || next != uint64(len(want)) {
		t.Fatalf("%d events, then %d: %s", len(want), next, queuetest.Why(err))
	}
	intruder := queuetest.Intrude(t, s.Access())
	var got []queue.Event
	queuetest.Eventually(t, "everything is told", func() bool {
		got = nil
		for _, text := range intruder.Events() {
			var e queue.Event
			if err := json.Unmarshal(text, &e); err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		return len(got) >= len(want)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	last := want[len(want)-1]
	if last.Type != "inzage.request.withdrawn" || last.Subject != second.ID || last.ID != string(second.ID)+"."+last.ID[strings.LastIndexByte(last.ID, '.')+1:] {
		t.Errorf("%+v", last)
	}
	text, err := json.Marshal(last)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), second.Case) {
		t.Errorf("more than ids: %s", text)
	}
	page, next, err := q.Events(t.Context(), 1, 2)
	if err != nil || next != 3 || cmp.Diff(want[1:3], page) != "" {
		t.Errorf("a page: %+v, then %d, %s", page, next, queuetest.Why(err))
	}
	if page, next, err = q.Events(t.Context(), 1000, 2); err != nil || next != 1000 || len(page) != 0 {
		t.Errorf("after the last: %+v, then %d, %s", page, next, queuetest.Why(err))
	}
}
