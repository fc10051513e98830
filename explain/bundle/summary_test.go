package bundle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestByTitle: kinds of event that a reader cannot tell apart are one line of
// the summary, with the counts together and the first and last time of all.
func TestByTitle(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 9, d, 8, 0, 0, 0, time.UTC) }
	kind := func(name, title, app string, count int64, first, last time.Time) *eventRow {
		return &eventRow{eventKey: eventKey{name: name}, title: title, app: app, count: count, first: first, last: last}
	}
	b := &book{Writer: &Writer{head: sampleHead(t, schema.English)}}
	got := b.byTitle([]*eventRow{
		kind("A", "Searching", "Teams", 9, day(3), day(3)),
		kind("B", "Opening", "Word", 8, day(2), day(5)),
		kind("C", "Opening", "Excel", 7, time.Time{}, time.Time{}),
		kind("D", "Opening", "Word", 6, day(1), day(4)),
		kind("E", "Opening", "Excel", 1, day(7), day(8)),
	})
	want := []titled{
		{"Opening", "Word", 14, day(1), day(5)},
		{"Searching", "Teams", 9, day(3), day(3)},
		{"Opening", "Excel", 8, day(7), day(8)},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(titled{})); diff != "" {
		t.Error(diff)
	}
}
