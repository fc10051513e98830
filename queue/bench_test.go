package queue_test

import (
	"runtime"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// BenchmarkRegister opens the register of a hundred thousand requests, from the
// ledger alone and from the snapshot, and lists what is open.
func BenchmarkRegister(b *testing.B) {
	const requests = 100_000
	folder := b.TempDir()
	s := queuetest.Serve(b, folder)
	q := queuetest.Open(b, s)
	if err := queue.Fill(b.Context(), q, requests); err != nil {
		b.Fatal(queuetest.Why(err))
	}
	open := func(b *testing.B) *queue.Register {
		b.Helper()
		r, err := q.OpenRegister(b.Context())
		if err != nil {
			b.Fatal(queuetest.Why(err))
		}
		if r.Len() != requests {
			b.Fatalf("%d requests, want %d", r.Len(), requests)
		}
		return r
	}
	b.Run("ledger", func(b *testing.B) {
		for b.Loop() {
			open(b)
		}
	})
	r := open(b)
	begun := time.Now()
	if err := r.Keep(b.Context()); err != nil {
		b.Fatal(queuetest.Why(err))
	}
	b.Logf("the first snapshot took %v", time.Since(begun))
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			open(b)
		}
	})
	b.Run("start", func(b *testing.B) {
		q.Close()
		s.Close()
		for b.Loop() {
			s = queuetest.Serve(b, folder)
			q = queuetest.Open(b, s)
			open(b)
			q.Close()
			s.Close()
		}
		s = queuetest.Serve(b, folder)
		q = queuetest.Open(b, s)
	})
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for range r.Open() {
				n++
			}
			if n != requests {
				b.Fatal(n)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if v, err := q.Verify(b.Context()); err != nil || len(v.Flaws) > 0 {
				b.Fatal(err, v.Flaws)
			}
		}
	})
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.Logf("heap with the register: %d MiB", m.HeapAlloc>>20)
	runtime.KeepAlive(r)
}

// BenchmarkAppend writes one entry, durable and on condition.
func BenchmarkAppend(b *testing.B) {
	q := queuetest.New(b)
	r := queuetest.Request(b, q, "graphexport")
	for b.Loop() {
		if _, err := q.Append(b.Context(), r.ID, schema.Entry{Kind: schema.EntryNotified, Code: "x"}); err != nil {
			b.Fatal(queuetest.Why(err))
		}
		if r.Entries++; r.Entries > 500 { // a ledger of a usual length
			r = queuetest.Request(b, q, "graphexport")
		}
	}
}

// BenchmarkPut stores files.
func BenchmarkPut(b *testing.B) {
	q := queuetest.New(b)
	v, err := queue.MakeVault(q, b.Context(), queue.NewID())
	if err != nil {
		b.Fatal(err)
	}
	content := random(1, 64<<20)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if err := queue.Store(b.Context(), v, content); err != nil {
			b.Fatal(queuetest.Why(err))
		}
	}
}
