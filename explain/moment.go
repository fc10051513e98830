package explain

import (
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// calendar is how a language writes a moment.
type calendar struct {
	time, date *template // with day, month, year and clock
	months     [12]string
	colon      byte // between hours and minutes
}

func (c *Catalog) calendar(l schema.Lang) *calendar {
	k := &calendar{time: c.template(l, "engine.time"), date: c.template(l, "engine.date"), colon: '.'}
	if c.Text(l, "engine.decimal") == "." {
		k.colon = ':'
	}
	for i := range k.months {
		k.months[i] = c.Text(l, "engine.month."+strconv.Itoa(i+1))
	}
	return k
}

// moment says a time in words in the reader's zone.
func (in Interpreter) moment(v string, form *template) string {
	t, ok := ParseTime(v)
	if !ok {
		return ""
	}
	t = t.In(in.zone)
	year, month, day := t.Date()
	hour, minute, _ := t.Clock()
	var room [64]byte
	b := room[:0]
	for _, n := range form.nodes {
		if n.slot < 0 {
			b = append(b, n.text...)
			continue
		}
		switch form.slots[n.slot].path {
		case "day":
			b = strconv.AppendInt(b, int64(day), 10)
		case "month":
			b = append(b, in.calendar.months[month-1]...)
		case "year":
			b = strconv.AppendInt(b, int64(year), 10)
		case "clock":
			b = append(b, byte('0'+hour/10), byte('0'+hour%10), in.calendar.colon, byte('0'+minute/10), byte('0'+minute%10))
		}
	}
	return string(b)
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
	if isNumber(v) || strings.HasPrefix(v, "-") {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return numericTime(n)
		}
	}
	// Most texts are no time; saying so costs less than seven errors of the parser.
	if len(v) < len(time.DateOnly) || !isNumber(v[:4]) || v[4] != '-' && v[4] != '/' {
		return time.Time{}, false
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
