package queuetest

import (
	"testing"
	"time"

	"inzage/queue"
)

// Denials is how often each thing was refused that concerns no request, by what was
// tried, what for and who did; for tests of what refuses it.
func Denials(t testing.TB, q *queue.Queue) map[string]int {
	t.Helper()
	if err := q.RecordDenials(t.Context()); err != nil {
		t.Fatal(Why(err))
	}
	list, flaws, err := q.Denials(t.Context(), time.Time{})
	if err != nil || len(flaws) > 0 {
		t.Fatalf("the record of denials has flaws %v, %s", flaws, Why(err))
	}
	counts := make(map[string]int)
	for _, d := range list {
		counts[string(d.Act)+" "+d.What+" "+string(d.Actor)] += d.Count
	}
	return counts
}
