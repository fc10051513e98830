package queuetest

import (
	"testing"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// Opened is the entry that opens a request of this day.
func Opened(number string, sources ...string) schema.Entry {
	return schema.Entry{
		Case: number, Channel: schema.ChannelDesk, Day: schema.CivilDate(time.Now(), time.UTC).AddDays(-1),
		Lang: schema.Dutch, Parts: sources,
	}
}

// Request takes in a request about nobody in particular, verified.
func Request(t testing.TB, q *queue.Queue, sources ...string) schema.Request {
	t.Helper()
	who := schema.Subject{Name: schema.NewPersonal("Sam Jansen")}
	opened := Opened("2026-0001", sources...)
	opened.Day = schema.NewDate(2026, time.November, 2)
	r, err := q.New(t.Context(), opened, who)
	if err != nil {
		t.Fatal(Why(err))
	}
	r, err = q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryVerified, Code: "signed-in"})
	if err != nil {
		t.Fatal(Why(err))
	}
	return r
}
