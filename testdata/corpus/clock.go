package corpus

import "time"

// The clock of the demo case stands in Amsterdam. The rule is written out since
// a time zone database differs from machine to machine: summer time ends on
// 25 October 2026 at 01:00 UTC.

func zone(at time.Time) *time.Location {
	if at.Before(time.Date(2026, time.October, 25, 1, 0, 0, 0, time.UTC)) {
		return time.FixedZone("CEST", 2*60*60)
	}
	return time.FixedZone("CET", 60*60)
}

// at reads a day ("2026-09-07") and a wall clock ("08:41"). A text that cannot
// be read gives the zero time, which the tests would show.
func at(day, clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", day+" "+clock)
	if err != nil {
		return time.Time{}
	}
	_, offset := t.In(zone(t)).Zone()
	return t.Add(-time.Duration(offset) * time.Second)
}

// utcMicros and utcMillis are how the cloud services write a moment.
func utcMicros(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000") + "+00:00" }
func utcMillis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// withOffset is the older way, with the offset of the place.
func withOffset(t time.Time) string { return t.In(zone(t)).Format("2006-01-02T15:04:05-07:00") }

// utcTicks is how Windows writes a moment, to 100 ns.
func utcTicks(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// dutch is how Windows PowerShell shows a moment on a Dutch machine.
func dutch(t time.Time) string { return t.In(zone(t)).Format("2-1-2006 15:04:05") }

// filetime counts 100 ns since 1601.
func filetime(t time.Time) int64 { return t.Unix()*10_000_000 + 116_444_736_000_000_000 }
