package workers_test

import (
	"context"
	"errors"
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/notices"
)

// post is a way out that fails the first time.
type post struct{ sent chan notices.Notice }

// Send implements notices.Sender.
func (p post) Send(_ context.Context, n notices.Notice) error {
	p.sent <- n
	if len(p.sent) == 1 {
		return schema.Fail(schema.CodeUndelivered, "send", errors.New("no server"))
	}
	return nil
}

// owned is a request of somebody who can sign in.
func owned(t *testing.T, q *queue.Queue, number string) schema.Request {
	t.Helper()
	opened := queuetest.Opened(number, "graphexport")
	opened.Owner = "somebody"
	r, err := q.New(t.Context(), opened, schema.Subject{Name: schema.NewPersonal("Sam Jansen")})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}

// Whoever handles cases is told that there is a question, and not which; that it
// cannot be told keeps nobody from asking.
func TestQuestionIsMailed(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := owned(t, q, "2026-0007")
	way := post{make(chan notices.Notice, 10)}
	s := &workers.Service{Queue: q, Senders: map[string]notices.Sender{"mail": way}}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Work(ctx, 1, 0) }()
	asked, err := q.Say(t.Context(), r.ID, schema.Entry{Kind: schema.EntryAsked, Actor: "somebody"}, []byte("Waarom?"))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	queuetest.Eventually(t, "told", func() bool {
		now, err := q.Request(t.Context(), r.ID)
		return err == nil && len(now.Notified) > 0
	})
	end()
	if err := <-ended; err != nil {
		t.Error(queuetest.Why(err))
	}
	first, second := <-way.sent, <-way.sent
	if first != second || first.Code != string(schema.NoticeAsked) || first.Case != "2026-0007" || first.Due != asked.Due() {
		t.Errorf("%+v, then %+v", first, second)
	}
}
