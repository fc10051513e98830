package workers

import (
	"testing"
	"time"
)

// TestTrust: whatever jumps, in either direction, must run evenly again for as
// long as what it is needed for asks.
func TestTrust(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		jump, passed time.Duration // at one look, and even time after it
		want         time.Duration
	}{
		"none":              {0, time.Hour, eraseAfter + 2*time.Hour},
		"a correction":      {leap, time.Hour, eraseAfter + 2*time.Hour},
		"ahead":             {leap + 1, 0, 0},
		"ahead, an hour on": {leap + 1, time.Hour, remindAfter},
		"back":              {-40 * 24 * time.Hour, 0, 0},
		"back, a day on":    {-40 * 24 * time.Hour, 24 * time.Hour, eraseAfter},
	} {
		clock := trust{last: begin, even: eraseAfter}
		clock.look(begin.Add(time.Hour+c.jump), time.Hour)
		clock.look(begin.Add(time.Hour+c.jump+c.passed), c.passed)
		if clock.even != c.want {
			t.Errorf("%s: even for %v, want %v", name, clock.even, c.want)
		}
		if doubted := clock.told() != nil; doubted != (c.want < eraseAfter) {
			t.Errorf("%s: told %v", name, doubted)
		}
	}
}
