package queuetest_test

import (
	"path/filepath"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
)

func TestEmbedded(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, queuetest.New(t))
}

// A command in another process comes in through the door.
func TestThroughTheDoor(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	queuetest.Open(t, queuetest.Serve(t, folder))
	access, err := queue.ReadDoor(folder)
	if err != nil {
		t.Fatal(err)
	}
	key, err := queue.ReadKey(filepath.Join(folder, "key"))
	if err != nil {
		t.Fatal(err)
	}
	q, err := queue.Open(t.Context(), access, queue.Options{Key: key, Bind: true, Backoff: time.Second})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	t.Cleanup(q.Close)
	queuetest.Run(t, q)
}

func TestExternal(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, queuetest.External(t))
}
