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
func BenchmarkRegister(all *testing.B) {
	const requests = 100_000
	folder := all.TempDir()
	s := queuetest.Serve(all, folder)
	q := queuetest.Open(all, s)
	today := schema.CivilDate(time.Now(), time.UTC)
	queuetest.Fill(all, s.Access(), requests, func(n int) schema.Date { return today.AddDays(-n % 60) })
	open := func(b testing.TB) *queue.Register {
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
	all.Run("ledger", func(b *testing.B) {
		for b.Loop() {
			open(b)
		}
	})
	r := open(all)
	all.Run("keep", func(b *testing.B) {
		for b.Loop() {
			queue.Touch(r)
			if err := r.Keep(b.Context()); err != nil {
				b.Fatal(queuetest.Why(err))
			}
		}
	})
	all.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			open(b)
		}
	})
	all.Run("start", func(b *testing.B) {
		q.Close()
		s.Close()
		for b.Loop() {
			s = queuetest.Serve(all, folder)
			q = queuetest.Open(all, s)
			open(b)
			q.Close()
			s.Close()
		}
		s = queuetest.Serve(all, folder)
		q = queuetest.Open(all, s)
	})
	all.Run("list", func(b *testing.B) {
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
	// What the clock does at every turn, but for what it writes.
	all.Run("sweep", func(b *testing.B) {
		today, owing := schema.CivilDate(time.Now(), time.UTC), 0
		for b.Loop() {
			owing = 0
			for req := range r.Open() {
				owing += len(req.Owing(today))
			}
		}
		b.ReportMetric(float64(owing), "owing")
	})
	all.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if v, err := q.Verify(b.Context()); err != nil || len(v.Flaws) > 0 {
				b.Fatal(err, v.Flaws)
			}
		}
	})
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	all.Logf("heap with the register: %d MiB", m.HeapAlloc>>20)
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
