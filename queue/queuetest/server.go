// Package queuetest starts queues for tests, and holds what every queue must
// do, on the embedded server and on a cluster alike.
package queuetest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/schema"
)

// Quota is what a server of a test may use: little enough for any disk.
const Quota = 6 << 30

// Serve starts an embedded server on the folder, for as long as the test lasts.
func Serve(t testing.TB, folder string) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(t.Context(), embedded.Options{Folder: folder, Quota: Quota})
	if err != nil {
		t.Fatal(Why(err))
	}
	t.Cleanup(s.Close)
	return s
}

// Open opens a queue on the server, for as long as the test lasts.
func Open(t testing.TB, s *embedded.Server, change ...func(*queue.Options)) *queue.Queue {
	t.Helper()
	o := queue.Options{Key: s.Key(), Patience: 2 * time.Second, Backoff: time.Second}
	for _, c := range change {
		c(&o)
	}
	q, err := queue.Open(t.Context(), s.Access(), o)
	if err != nil {
		t.Fatal(Why(err))
	}
	t.Cleanup(q.Close)
	return q
}

// New starts a server in a fresh folder and opens a queue on it.
func New(t testing.TB, change ...func(*queue.Options)) *queue.Queue {
	t.Helper()
	return Open(t, Serve(t, t.TempDir()), change...)
}

// Register opens the register of a queue and follows the ledger until the test ends.
func Register(t testing.TB, q *queue.Queue) *queue.Register {
	t.Helper()
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(Why(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- reg.Run(ctx, false) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && schema.CodeOf(err) != schema.CodeInterrupted {
			t.Error(Why(err))
		}
	})
	return reg
}

// Spoil writes what is no entry behind the ledger of a request, as somebody can
// who got into the server.
func Spoil(t testing.TB, s *embedded.Server, r schema.Request) {
	t.Helper()
	Intrude(t, s.Access()).Publish("inzage.led."+string(r.ID)+"."+strconv.Itoa(r.Entries+1)+".entry."+string(schema.EntryViewed), "noise")
}

// Why tells an error with its causes, which the error itself does not quote.
func Why(err error) string {
	if err == nil {
		return "no error"
	}
	var text []string
	for ; err != nil; err = errors.Unwrap(err) {
		text = append(text, err.Error())
	}
	return strings.Join(text, ": ")
}

// Eventually waits until the condition holds. The bound says only that something
// hangs: a machine that is busy with other tests is slow.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(3 * time.Minute)
	defer end.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("not within three minutes: %s", what)
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}
