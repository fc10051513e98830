package bundle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestAmounts: where all events are of one day, no first and last day are told
// apart; the day is that of the reader's time zone.
func TestAmounts(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 9, 1, 21, 59, 0, 0, time.UTC) // 23:59 in the Netherlands
	for want, last := range map[string]time.Time{
		"Everything of which we know the time was on 1 September 2026.":              late,
		"The first event was on 1 September 2026, the last one on 2 September 2026.": late.Add(time.Minute),
	} {
		w := &Writer{head: sampleHead(t, schema.English), files: make([]received, 1), overview: &overview{first: late, last: last}}
		b := &book{Writer: w, all: &Balance{Layers: map[schema.Layer]int64{schema.LayerEvent: 1}}}
		if diff := cmp.Diff([]string{"We found 1 event in 1 file.", want}, b.amounts()); diff != "" {
			t.Error(diff)
		}
	}
}
