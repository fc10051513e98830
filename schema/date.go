package schema

import (
	"errors"
	"fmt"
	"time"
)

// Date is a civil date: a day on the calendar, without time of day or zone.
// Legal periods run in such days; an instant plus n times 24 hours is another
// day wherever the clock changes.
//
// Dates are comparable with == and usable as map keys. The zero value is no
// date: it prints as "", and arithmetic on it gives no date. Years outside 1 to
// 9999 can be reckoned with but not written and read back.
type Date struct {
	year  int
	month time.Month
	day   int
}

// dateLayout is the only way a Date is written: RFC 3339, full-date.
const dateLayout = "2006-01-02"

// NewDate returns the date with these numbers. Numbers outside their range
// carry over as with time.Date: 31 September is 1 October.
func NewDate(year int, month time.Month, day int) Date {
	// UTC has no clock changes, which makes package time a plain calendar.
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return Date{year: t.Year(), month: t.Month(), day: t.Day()}
}

// InForce is the first day of the GDPR (art. 99(2)). A request of an earlier day
// is a year with a typing error.
func InForce() Date { return NewDate(2018, time.May, 25) }

// ParseDate reads a date written as 2006-01-02. It is strict: no other layout,
// no surrounding space, no day that its month does not have, no year 0. The
// error has CodeUsage and does not quote the text.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err == nil && t.Year() == 0 {
		err = errors.New("there is no year 0")
	}
	if err != nil {
		return Date{}, Fail(CodeUsage, "parse date", err)
	}
	return Date{year: t.Year(), month: t.Month(), day: t.Day()}, nil
}

// CivilDate is the date that a calendar on the wall in zone showed at t; a nil
// zone is UTC. The day that a request came in is CivilDate of the moment of
// receipt in Europe/Amsterdam.
func CivilDate(t time.Time, zone *time.Location) Date {
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := t.In(zone).Date()
	return Date{year: y, month: m, day: d}
}

// Year is the year, 0 for no date.
func (d Date) Year() int { return d.year }

// Month is the month, 0 for no date.
func (d Date) Month() time.Month { return d.month }

// Day is the day of the month, 0 for no date.
func (d Date) Day() int { return d.day }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String writes the date as 2006-01-02, and no date as "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes: ParseDate, or nothing for no
// date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Compare returns -1 where d is earlier than e, +1 where it is later and 0
// where they are the same. No date is earlier than every date.
func (d Date) Compare(e Date) int {
	return d.midnight().Compare(e.midnight())
}

// Equal reports whether d and e are the same day, as == does. It is for what
// looks for such a method, go-cmp above all.
func (d Date) Equal(e Date) bool { return d == e }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday is the day of the week; of no date, Sunday, the zero Weekday.
func (d Date) Weekday() time.Weekday {
	if d.IsZero() {
		return time.Sunday
	}
	return d.midnight().Weekday()
}

// AddDays returns the date n days on, n days back where n is negative.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return NewDate(d.year, d.month, d.day+n)
}

// AddMonths returns the same day n months on. Where that month has no such day
// it is the last day of that month, as art. 3(2)(c) of Regulation 1182/71 asks
// and unlike time.AddDate, which would run on into the month after it.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	first := NewDate(d.year, d.month+time.Month(n), 1)
	return Date{year: first.year, month: first.month, day: min(d.day, first.monthLength())}
}

// DaysUntil counts the days from d to e: 0 where they are the same, negative
// where e is earlier, and 0 where one of them is no date.
func (d Date) DaysUntil(e Date) int {
	if d.IsZero() || e.IsZero() {
		return 0
	}
	const day = 24 * 60 * 60
	return int((e.midnight().Unix() - d.midnight().Unix()) / day)
}

// monthLength is the number of days in the month of d.
func (d Date) monthLength() int {
	return NewDate(d.year, d.month+1, 0).day
}

// midnight is the start of d in UTC, where every day has 24 hours; of no date,
// a moment before every date.
func (d Date) midnight() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
}
