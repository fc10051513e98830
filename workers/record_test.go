package workers_test

import (
	"context"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/notices"
)

// lastPost is a way out whose worker is told to stop as soon as it has sent.
type lastPost struct {
	stop context.CancelFunc
	sent *int
}

// Send implements notices.Sender.
func (p lastPost) Send(context.Context, notices.Notice) error {
	*p.sent++
	p.stop()
	return nil
}

// What was done is put on record although the worker stops, or no longer has to do
// it: else the next one would send the same once more.
func TestDoneIsRecorded(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := owned(t, q, "2026-0008")
	if _, err := q.Say(t.Context(), r.ID, schema.Entry{Kind: schema.EntryAsked, Actor: "somebody"}, []byte("Waarom?")); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	sent, needed := 0, 0
	for told := false; !told && needed < 5; needed++ {
		ctx, stop := context.WithCancel(t.Context())
		s := &workers.Service{Queue: q, Senders: map[string]notices.Sender{"mail": lastPost{stop, &sent}}}
		if err := s.Work(ctx, 1, 0); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		now, err := q.Request(t.Context(), r.ID)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		told = len(now.Notified) > 0
	}
	if sent != 1 || needed != 1 {
		t.Errorf("sent %d times by %d workers", sent, needed)
	}
}
