package schema_test

import (
	"testing"
	"time"

	"inzage/schema"
)

// rule reckons the due and the extended due date.
type rule func(received schema.Date) (due, extended schema.Date)

// TestExamplesTellWrongRulesApart: for each mistake that is easily made there
// must be an example that it gets wrong, or the examples prove nothing.
func TestExamplesTellWrongRulesApart(t *testing.T) {
	t.Parallel()
	for name, wrong := range wrongRules() {
		caught := ""
		for _, e := range examples() {
			due, extended := wrong(day(t, e.received))
			if due.String() != e.due || extended.String() != e.extended {
				caught = e.received
				break
			}
		}
		if caught == "" {
			t.Errorf("no example tells the law from this mistake: %s", name)
		}
	}
}

// TestSameRuleOnPackageTime reckons every day of 21 years a second time, in the
// way in which the mistakes are written, but without one.
func TestSameRuleOnPackageTime(t *testing.T) {
	t.Parallel()
	again := by(months, dayOff)
	for r := schema.NewDate(2020, time.January, 1); r.Year() <= 2040; r = r.AddDays(1) {
		due, extended := careful(r)
		if d, e := again(r); due != d || extended != e {
			t.Fatalf("received %v: due %v, extended %v; on package time %v and %v", r, due, extended, d, e)
		}
	}
}

// wrongRules are mistakes seen in other software, built on package time only.
func wrongRules() map[string]rule {
	weekend := func(d time.Time) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }
	holiday := func(d time.Time) string { code, _ := schema.Careful.Holiday(civil(d)); return code }
	return map[string]rule{
		"AddDate, which runs on into the next month": by(func(d time.Time, n int) time.Time { return d.AddDate(0, n, 0) }, dayOff),
		"30 and 90 days": by(func(d time.Time, n int) time.Time { return d.AddDate(0, 0, 30*n) }, dayOff),
		"counting from the day after receipt": by(func(d time.Time, n int) time.Time {
			return months(d.AddDate(0, 0, 1), n)
		}, dayOff),
		"the day of receipt moved to a working day": by(func(d time.Time, n int) time.Time {
			return months(roll(d, dayOff), n)
		}, dayOff),
		"no roll at all":        by(months, func(time.Time) bool { return false }),
		"weekends, no holidays": by(months, weekend),
		"Liberation Day in fifth years only": by(months, func(d time.Time) bool {
			freed := holiday(d) == "liberation-day" && d.Year()%5 != 0 && !weekend(d)
			return dayOff(d) && !freed
		}),
		"King's Day moved to Monday": by(months, func(d time.Time) bool {
			return dayOff(d) || d.Month() == time.April && d.Day() == 28 && d.Weekday() == time.Monday
		}),
		"a Monday for every holiday in a weekend": by(months, func(d time.Time) bool {
			before := func(n int) bool { return holiday(d.AddDate(0, 0, -n)) != "" }
			return dayOff(d) || d.Weekday() == time.Monday && (before(1) || before(2))
		}),
		"Good Friday and bridge days are holidays": by(months, func(d time.Time) bool { return !schema.Wide.WorkingDay(civil(d)) }),
		"the extension counts from the due date": func(received schema.Date) (schema.Date, schema.Date) {
			due := roll(months(utc(received), 1), dayOff)
			return civil(due), civil(roll(months(due, 2), dayOff))
		},
		"the extension counts from the clipped day": func(received schema.Date) (schema.Date, schema.Date) {
			end := months(utc(received), 1)
			return civil(roll(end, dayOff)), civil(roll(months(end, 2), dayOff))
		},
		"back to the working day before": func(received schema.Date) (schema.Date, schema.Date) {
			back := func(d time.Time) schema.Date {
				for dayOff(d) {
					d = d.AddDate(0, 0, -1)
				}
				return civil(d)
			}
			return back(months(utc(received), 1)), back(months(utc(received), 3))
		},
	}
}

// by is the rule that adds months in this way and rolls over these days off.
func by(add func(time.Time, int) time.Time, off func(time.Time) bool) rule {
	return func(received schema.Date) (due, extended schema.Date) {
		r := utc(received)
		return civil(roll(add(r, 1), off)), civil(roll(add(r, 3), off))
	}
}

// months adds n months and clips, as the law asks.
func months(from time.Time, n int) time.Time {
	first := time.Date(from.Year(), from.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, min(from.Day(), first.AddDate(0, 1, -1).Day())-1)
}

func roll(d time.Time, off func(time.Time) bool) time.Time {
	for off(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d
}

func dayOff(d time.Time) bool { return !schema.Careful.WorkingDay(civil(d)) }

func utc(d schema.Date) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}

func civil(t time.Time) schema.Date { return schema.CivilDate(t, time.UTC) }
