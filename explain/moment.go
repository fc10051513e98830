package explain

import (
	"strconv"
	"strings"
	"time"
)

// moment says a time in words in the reader's zone, as the text key says.
func (in Interpreter) moment(v, key string) string {
	t, ok := ParseTime(v)
	if !ok {
		return ""
	}
	t = t.In(in.zone)
	clock := t.Format("15.04")
	if in.text("engine.decimal") == "." {
		clock = t.Format("15:04")
	}
	return in.text(key, "day", t.Day(), "month", in.text("engine.month."+strconv.Itoa(int(t.Month()))), "year", t.Year(), "clock", clock)
}

// ParseTime reads a moment in any of the forms that Microsoft's telemetry uses:
// ISO 8601 with or without zone (without one, UTC), FILETIME (100 ns since 1601),
// .NET ticks (100 ns since year 1), Unix seconds or milliseconds, and
// PowerShell's /Date(ms)/. Numbers are told apart by size; only moments from
// 1990 to 2100 are taken, so that an ordinary number is not shown as a time.
func ParseTime(v string) (time.Time, bool) {
	v = strings.TrimSpace(v)
	if len(v) < 8 || len(v) > 40 {
		return time.Time{}, false
	}
	if ms, ok := strings.CutPrefix(v, "/Date("); ok {
		v = strings.TrimSuffix(ms, ")/")
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return numericTime(n)
	}
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999",
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02",
		"2006/01/02:15:04:05",
	} {
		if t, err := time.Parse(layout, v); err == nil {
			return plausible(t)
		}
	}
	return time.Time{}, false
}

func numericTime(n int64) (time.Time, bool) {
	const (
		ticksTo1601 = 504911232000000000 // .NET ticks at 1601-01-01
		fileTo1970  = 116444736000000000 // FILETIME at 1970-01-01
	)
	switch {
	case n > 500000000000000000: // .NET ticks
		return plausible(fileTime(n - ticksTo1601))
	case n > fileTo1970: // FILETIME
		return plausible(fileTime(n))
	case n > 500000000000: // Unix milliseconds
		return plausible(time.UnixMilli(n))
	case n > 500000000: // Unix seconds
		return plausible(time.Unix(n, 0))
	}
	return time.Time{}, false
}

func fileTime(n int64) time.Time {
	const fileTo1970 = 116444736000000000
	n -= fileTo1970
	return time.Unix(n/1e7, n%1e7*100)
}

func plausible(t time.Time) (time.Time, bool) {
	t = t.UTC()
	return t, t.Year() >= 1990 && t.Year() <= 2100
}
