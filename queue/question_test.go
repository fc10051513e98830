package queue_test

import (
	"context"
	"sync/atomic"
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A question is told by one notice, however many come before it left; the next one
// after it by another; and nobody is told of what was answered.
func TestQuestionIsTold(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	opened := queuetest.Opened("2026-0001", "graphexport")
	opened.Owner = "somebody"
	r, err := q.New(t.Context(), opened, schema.Subject{Name: schema.NewPersonal("Sam Jansen")})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	say := func(kind schema.EntryKind, by schema.Actor, words string) {
		t.Helper()
		if _, err := q.Say(t.Context(), r.ID, schema.Entry{Kind: kind, Actor: by}, []byte(words)); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	var told atomic.Int32
	begin := func() (stop func()) {
		return work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindNotify}, Do: func(ctx context.Context, job queue.Job) error {
			told.Add(1)
			return done(ctx, q, job)
		}})
	}
	rests := func(n int32) {
		t.Helper()
		queuetest.Eventually(t, "nothing waits", func() bool { return queue.Jobs(q) == 0 })
		if got := len(state(t, q, r.ID).Notified); told.Load() != n || got != int(n) {
			t.Errorf("told %d times, on record %d, want %d", told.Load(), got, n)
		}
	}
	say(schema.EntryAsked, "somebody", "een vraag")
	say(schema.EntryAsked, "somebody", "nog een vraag")
	stop := begin()
	queuetest.Eventually(t, "told", func() bool { return told.Load() > 0 })
	rests(1)
	say(schema.EntryAnswered, "handler", "een antwoord")
	say(schema.EntryAsked, "somebody", "een derde vraag")
	queuetest.Eventually(t, "told again", func() bool { return told.Load() > 1 })
	rests(2)
	stop()
	say(schema.EntryAsked, "somebody", "een vierde vraag")
	say(schema.EntryAnswered, "handler", "een antwoord op alles")
	begin()
	rests(2)
	if got := state(t, q, r.ID).Notified[0]; got != (schema.Given{Code: schema.NoticeAsked}) {
		t.Errorf("on record is %+v", got)
	}
	for tail, want := range map[string]bool{"entry.asked": true, "job.notify.a": true, "entry.answered": false, "job.fetch.a": false} {
		if got := queue.Fits("inzage.led."+string(r.ID)+".3."+tail, schema.Entry{Kind: schema.EntryAsked}); got != want {
			t.Errorf("%s: fits %v, want %v", tail, got, want)
		}
	}
}
