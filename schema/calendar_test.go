package schema_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// TestHolidaysOfAYear compares whole years with what printed calendars show.
func TestHolidaysOfAYear(t *testing.T) {
	t.Parallel()
	years := []struct {
		easterMonday, kings, ascension, whit string
		extra                                map[string]string // only in the wide calendar
	}{
		{"2023-04-10", "2023-04-27", "2023-05-18", "2023-05-29", map[string]string{"2023-04-07": "good-friday", "2023-04-28": "bridge-day", "2023-05-19": "bridge-day"}},
		{"2024-04-01", "2024-04-27", "2024-05-09", "2024-05-20", map[string]string{"2024-03-29": "good-friday", "2024-05-10": "bridge-day", "2024-12-27": "bridge-day"}},
		{"2025-04-21", "2025-04-26", "2025-05-29", "2025-06-09", map[string]string{"2025-04-18": "good-friday", "2025-05-30": "bridge-day"}},
		{"2026-04-06", "2026-04-27", "2026-05-14", "2026-05-25", map[string]string{"2026-04-03": "good-friday", "2026-01-02": "bridge-day", "2026-05-15": "bridge-day"}},
		{"2027-03-29", "2027-04-27", "2027-05-06", "2027-05-17", map[string]string{"2027-03-26": "good-friday", "2027-05-07": "bridge-day"}},
		{"2028-04-17", "2028-04-27", "2028-05-25", "2028-06-05", map[string]string{"2028-04-14": "good-friday", "2028-04-28": "bridge-day", "2028-05-26": "bridge-day"}},
		{"2029-04-02", "2029-04-27", "2029-05-10", "2029-05-21", map[string]string{"2029-03-30": "good-friday"}},
		{"2030-04-22", "2030-04-27", "2030-05-30", "2030-06-10", map[string]string{"2030-04-19": "good-friday"}},
		{"2031-04-14", "2031-04-26", "2031-05-22", "2031-06-02", map[string]string{"2031-04-11": "good-friday"}},
	}
	for _, y := range years {
		year := y.kings[:4]
		t.Run(year, func(t *testing.T) {
			t.Parallel()
			want := map[string]string{
				year + "-01-01": "new-year",
				y.easterMonday:  "easter-monday",
				y.kings:         "kings-day",
				year + "-05-05": "liberation-day",
				y.ascension:     "ascension-day",
				y.whit:          "whit-monday",
				year + "-12-25": "christmas-day",
				year + "-12-26": "boxing-day",
			}
			if diff := cmp.Diff(want, holidays(t, schema.Careful, year)); diff != "" {
				t.Errorf("careful calendar (-want +got):\n%s", diff)
			}
			maps.Copy(want, y.extra)
			if diff := cmp.Diff(want, holidays(t, schema.Wide, year)); diff != "" {
				t.Errorf("wide calendar (-want +got):\n%s", diff)
			}
		})
	}
}

// holidays collects every holiday of a year.
func holidays(t *testing.T, cal schema.Calendar, year string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	first := day(t, year+"-01-01")
	for d := first; d.Year() == first.Year(); d = d.AddDays(1) {
		code, ok := cal.Holiday(d)
		if ok != (code != "") {
			t.Errorf("%v: code %q but ok %v", d, code, ok)
		}
		if ok {
			found[d.String()] = code
		}
	}
	return found
}

// TestEaster compares Easter Monday with Easter reckoned another way: by the
// epact, as the reformers of the calendar set it out and D. Knuth writes it
// down (The Art of Computer Programming 1, 1.3.2, exercise 14).
func TestEaster(t *testing.T) {
	t.Parallel()
	for year := 1900; year <= 2299; year++ {
		golden := year%19 + 1
		century := year/100 + 1
		solar := 3*century/4 - 12
		lunar := (8*century+5)/25 - 5
		epact := (11*golden + 20 + lunar - solar) % 30
		if epact == 25 && golden > 11 || epact == 24 {
			epact++
		}
		moon := 44 - epact
		if moon < 21 {
			moon += 30
		}
		sunday := schema.NewDate(year, time.March, moon).AddDays(1)
		for sunday.Weekday() != time.Sunday {
			sunday = sunday.AddDays(1)
		}
		monday := sunday.AddDays(1)
		if code, _ := schema.Careful.Holiday(monday); code != schema.HolidayEasterMonday {
			t.Errorf("%v is %q, want Easter Monday", monday, code)
		}
	}
}

func TestWorkingDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day           string
		careful, wide bool
		why           string
	}{
		{"2026-11-24", true, true, "a Tuesday"},
		{"2026-11-21", false, false, "a Saturday"},
		{"2026-11-22", false, false, "a Sunday"},
		{"2026-04-27", false, false, "King's Day"},
		{"2026-05-05", false, false, "Liberation Day, no fifth year"},
		{"2026-05-04", true, true, "Remembrance Day"},
		{"2025-05-01", true, true, "Labour Day is none here"},
		{"2025-12-24", true, true, "Christmas Eve"},
		{"2025-12-31", true, true, "New Year's Eve"},
		{"2026-07-01", true, true, "Keti Koti"},
		{"2025-04-27", false, false, "a Sunday, though King's Day was the day before"},
		{"2025-04-28", true, true, "no substitute for King's Day"},
		{"2026-12-28", true, true, "no substitute for Boxing Day on a Saturday"},
		{"2028-01-03", true, true, "no substitute for New Year on a Saturday"},
		{"2026-04-03", true, false, "Good Friday"},
		{"2026-05-15", true, false, "the day after Ascension Day, by decree"},
		{"2029-05-11", true, true, "the day after Ascension Day, no decree known"},
	} {
		d := day(t, c.day)
		if got := schema.Careful.WorkingDay(d); got != c.careful {
			t.Errorf("careful: %s is a working day: %v, want %v (%s)", c.day, got, c.careful, c.why)
		}
		if got := schema.Wide.WorkingDay(d); got != c.wide {
			t.Errorf("wide: %s is a working day: %v, want %v (%s)", c.day, got, c.wide, c.why)
		}
	}
}

// TestTwoHolidaysOnOneDay: in 2016 Ascension Day fell on Liberation Day.
func TestTwoHolidaysOnOneDay(t *testing.T) {
	t.Parallel()
	if code, _ := schema.Careful.Holiday(day(t, "2016-05-05")); code != schema.HolidayLiberationDay {
		t.Errorf("5 May 2016 is %q, want the fixed date's %q", code, schema.HolidayLiberationDay)
	}
}

func TestNoDateHasNoHoliday(t *testing.T) {
	t.Parallel()
	for _, cal := range schema.Calendars() {
		if code, ok := cal.Holiday(schema.Date{}); ok || code != "" {
			t.Errorf("%v: no date is holiday %q", cal, code)
		}
		if !cal.WorkingDay(schema.Date{}) {
			t.Errorf("%v: no date is no working day, so rolling would not end", cal)
		}
	}
}

func TestCalendarNames(t *testing.T) {
	t.Parallel()
	if got := schema.Calendar(0); got != schema.Careful {
		t.Errorf("the zero calendar is %v", got)
	}
	for cal, name := range map[schema.Calendar]string{schema.Careful: "voorzichtig", schema.Wide: "atw"} {
		text, err := cal.MarshalText()
		if err != nil || string(text) != name || cal.String() != name {
			t.Errorf("calendar %d is called %q and %q, %v; want %q", cal, cal, text, err, name)
		}
		back := schema.Calendar(99)
		if err := back.UnmarshalText(text); err != nil || back != cal {
			t.Errorf("%q reads as %v, %v", text, back, err)
		}
	}
	if cal, err := schema.ParseCalendar(""); err != nil || cal != schema.Careful {
		t.Errorf("no calendar reads as %v, %v", cal, err)
	}
	for _, bad := range []string{"ATW", "wide", "voorzichtig "} {
		cal := schema.Wide
		if err := cal.UnmarshalText([]byte(bad)); schema.CodeOf(err) != schema.CodeUsage || cal != schema.Wide {
			t.Errorf("%q reads as %v, %v; want a usage error and no change", bad, cal, err)
		}
	}
}

func TestKnows(t *testing.T) {
	t.Parallel()
	for year, wide := range map[int]bool{2022: false, 2023: true, 2028: true, 2029: false} {
		if !schema.Careful.Knows(year) {
			t.Errorf("the careful calendar does not know %d", year)
		}
		if got := schema.Wide.Knows(year); got != wide {
			t.Errorf("the wide calendar knows %d: %v, want %v", year, got, wide)
		}
	}
}
