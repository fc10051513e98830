package queue_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// Who follows events gets each that comes from then on, in order: what could not be
// passed on comes again before the next, what is refused for good is passed over, and
// who stopped goes on where that was.
func TestFollow(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t, func(o *queue.Options) { o.Backoff = time.Millisecond })
	before := queuetest.Request(t, q, "graphexport")
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer end()
	all.Go(func() {
		if err := q.Tell(ctx); err != nil {
			t.Error(queuetest.Why(err))
		}
	})
	var mu sync.Mutex
	var got []string
	refused := map[schema.EntryKind]int{}
	follow := func() (stop func()) {
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := q.Follow(ctx, func(_ context.Context, e queue.Event) error {
				mu.Lock()
				defer mu.Unlock()
				kind := schema.EntryKind(e.Type[len(queue.EventType):])
				refused[kind]++
				switch {
				case kind == schema.EntryViewed && refused[kind] < 3:
					return schema.Fail(schema.CodeUndelivered, "send", nil)
				case kind == schema.EntryDenied && refused[kind] < 2:
					return schema.Later(time.Millisecond)
				case kind == schema.EntryDefault:
					return schema.Never(schema.Fail(schema.CodeUndelivered, "send", nil))
				}
				got = append(got, string(kind))
				return nil
			}); err != nil {
				t.Error(queuetest.Why(err))
			}
		}()
		return func() { end(); <-done }
	}
	write := func(kinds ...schema.EntryKind) {
		t.Helper()
		for _, kind := range kinds {
			if _, err := q.Append(t.Context(), before.ID, schema.Entry{Kind: kind, Actor: "a", Code: "review", Day: schema.NewDate(2026, time.November, 3)}); err != nil {
				t.Fatal(queuetest.Why(err))
			}
		}
	}
	has := func(last schema.EntryKind) {
		t.Helper()
		queuetest.Eventually(t, string(last), func() bool { mu.Lock(); defer mu.Unlock(); return slices.Contains(got, string(last)) })
	}
	stop := follow()
	queuetest.Eventually(t, "it follows", func() bool { return queue.Follows(q) })
	write(schema.EntryViewed, schema.EntryDenied, schema.EntryDefault, schema.EntryReminded)
	has(schema.EntryReminded)
	stop()
	write(schema.EntryNotified)
	stop = follow()
	defer stop()
	has(schema.EntryNotified)
	mu.Lock()
	defer mu.Unlock()
	late := got[len(got)-4:] // what was being told when it began may come before
	for i, kind := range []schema.EntryKind{schema.EntryViewed, schema.EntryDenied, schema.EntryReminded, schema.EntryNotified} {
		if late[i] != string(kind) {
			t.Errorf("got %v", got)
			break
		}
	}
}
