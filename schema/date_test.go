package schema_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // the tests need Europe/Amsterdam on a machine without zone files

	"inzage/schema"
)

// day reads a date in a test.
func day(t testing.TB, s string) schema.Date {
	t.Helper()
	d, err := schema.ParseDate(s)
	if err != nil {
		t.Fatalf("bad date in the test itself: %q", s)
	}
	return d
}

// amsterdam is the zone in which the deadline's days are counted.
func amsterdam(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"2026-11-24", "2024-02-29", "0001-01-01", "9999-12-31"} {
		d, err := schema.ParseDate(good)
		if err != nil {
			t.Errorf("ParseDate(%q): %v", good, err)
		}
		if d.String() != good {
			t.Errorf("ParseDate(%q) prints as %q", good, d)
		}
	}
	for _, bad := range []string{
		"", " ", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "0000-01-01", "1900-02-29",
		"2026-1-2", "26-01-02", "02-01-2026", "2026/01/02", "20260102", "2026-01-02 ", " 2026-01-02", "2026-01-02T00:00:00Z",
		"2026-01-02\n", "+2026-01-02", "-2026-01-02", "12026-01-02", "２026-01-02", "morgen",
	} {
		d, err := schema.ParseDate(bad)
		if err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", bad, d)
			continue
		}
		if !d.IsZero() {
			t.Errorf("ParseDate(%q) gives %v beside its error", bad, d)
		}
		if got := schema.CodeOf(err); got != schema.CodeUsage {
			t.Errorf("ParseDate(%q) has code %q, want %q", bad, got, schema.CodeUsage)
		}
		if got, want := err.Error(), "parse date: usage"; got != want {
			t.Errorf("ParseDate(%q) says %q, want %q: it must not quote what was typed", bad, got, want)
		}
	}
}

func TestNewDateCarries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year  int
		month time.Month
		day   int
		want  string
	}{
		{2026, time.September, 31, "2026-10-01"},
		{2026, time.March, 0, "2026-02-28"},
		{2028, time.March, 0, "2028-02-29"},
		{2026, 14, 1, "2027-02-01"},
		{2026, 0, 1, "2025-12-01"},
	} {
		if got := schema.NewDate(c.year, c.month, c.day).String(); got != c.want {
			t.Errorf("NewDate(%d, %d, %d) = %s, want %s", c.year, c.month, c.day, got, c.want)
		}
	}
}

func TestAddMonthsClips(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-03-05", 1, "2026-04-05"},
		{"2026-08-31", 1, "2026-09-30"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2028-01-30", 1, "2028-02-29"},
		{"2028-01-29", 1, "2028-02-29"},
		{"2027-01-29", 1, "2027-02-28"},
		{"2100-01-29", 1, "2100-02-28"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2026-12-31", 1, "2027-01-31"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-31", -1, "2025-12-31"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2026-05-31", 0, "2026-05-31"},
		{"2026-05-31", -17, "2024-12-31"},
	} {
		if got := day(t, c.from).AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestAddDaysAndDaysUntil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		to   string
	}{
		{"2027-03-27", 1, "2027-03-28"}, // the clock goes forward and it is Easter
		{"2027-03-27", 2, "2027-03-29"},
		{"2026-10-24", 2, "2026-10-26"}, // the clock goes back
		{"2028-02-28", 1, "2028-02-29"},
		{"2026-12-31", 1, "2027-01-01"},
		{"2026-01-01", -1, "2025-12-31"},
		{"2026-06-01", 0, "2026-06-01"},
		{"2000-01-01", 36_525, "2100-01-01"},
	} {
		from, to := day(t, c.from), day(t, c.to)
		if got := from.AddDays(c.n); got != to {
			t.Errorf("%s and %d days is %s, want %s", c.from, c.n, got, c.to)
		}
		if got := from.DaysUntil(to); got != c.n {
			t.Errorf("from %s to %s is %d days, want %d", c.from, c.to, got, c.n)
		}
		if got := to.DaysUntil(from); got != -c.n {
			t.Errorf("from %s to %s is %d days, want %d", c.to, c.from, got, -c.n)
		}
	}
}

func TestDateParts(t *testing.T) {
	t.Parallel()
	d := day(t, "2026-11-24")
	if d.Year() != 2026 || d.Month() != time.November || d.Day() != 24 || d.Weekday() != time.Tuesday {
		t.Errorf("parts of %v: %d %v %d, a %v", d, d.Year(), d.Month(), d.Day(), d.Weekday())
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	sorted := []schema.Date{
		{}, day(t, "0001-01-01"), day(t, "2025-12-31"), day(t, "2026-01-01"), day(t, "2026-01-02"), day(t, "2026-02-01"),
	}
	for i, a := range sorted {
		for j, b := range sorted {
			if got, want := a.Compare(b), sign(i-j); got != want {
				t.Errorf("%q compared with %q is %d, want %d", a, b, got, want)
			}
			if a.Before(b) != (i < j) || a.After(b) != (i > j) || (a == b) != (i == j) {
				t.Errorf("%q and %q: before, after and == disagree with Compare", a, b)
			}
		}
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestNoDate(t *testing.T) {
	t.Parallel()
	var none schema.Date
	d := day(t, "2026-11-24")
	if !none.IsZero() || d.IsZero() {
		t.Error("IsZero is wrong")
	}
	if none.String() != "" || none.Year() != 0 || none.Day() != 0 || none.Weekday() != time.Sunday {
		t.Error("no date has parts")
	}
	if !none.AddDays(3).IsZero() || !none.AddMonths(3).IsZero() {
		t.Error("arithmetic made a date of no date")
	}
	if none.DaysUntil(d) != 0 || d.DaysUntil(none) != 0 {
		t.Error("there are days between a date and no date")
	}
}

func TestDateAsJSON(t *testing.T) {
	t.Parallel()
	type request struct {
		Received schema.Date
		Due      schema.Date `json:",omitzero"`
		Never    schema.Date
	}
	in := request{Received: day(t, "2026-11-24")}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(text), `{"Received":"2026-11-24","Never":""}`; got != want {
		t.Errorf("as JSON %s, want %s", got, want)
	}
	var out request
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("read back as %+v, %v", out, err)
	}
	kept := in
	if err := json.Unmarshal([]byte(`{"Received":"31-12-2026"}`), &kept); schema.CodeOf(err) != schema.CodeUsage || kept != in {
		t.Errorf("a wrong date gives error %v and value %+v", err, kept)
	}
}

// TestCivilDate: which day it was is a matter of the wall clock in the zone, on
// the days when that clock changes too.
func TestCivilDate(t *testing.T) {
	t.Parallel()
	zone := amsterdam(t)
	for _, c := range []struct{ moment, want, why string }{
		{"2026-11-24T22:59:59Z", "2026-11-24", "one second to midnight in winter"},
		{"2026-11-24T23:00:00Z", "2026-11-25", "midnight in winter"},
		{"2026-07-01T21:59:59Z", "2026-07-01", "one second to midnight in summer"},
		{"2026-07-01T22:00:00Z", "2026-07-02", "midnight in summer"},
		{"2027-03-27T23:00:00Z", "2027-03-28", "the day of 23 hours begins"},
		{"2027-03-28T00:59:59Z", "2027-03-28", "before the clock goes forward"},
		{"2027-03-28T21:59:59Z", "2027-03-28", "the day of 23 hours ends"},
		{"2027-03-28T22:00:00Z", "2027-03-29", "the day after has begun, 23 hours later"},
		{"2026-10-24T22:00:00Z", "2026-10-25", "the day of 25 hours begins"},
		{"2026-10-25T00:30:00Z", "2026-10-25", "half past two, the first time"},
		{"2026-10-25T01:30:00Z", "2026-10-25", "half past two, the second time"},
		{"2026-10-25T22:59:59Z", "2026-10-25", "the day of 25 hours ends"},
		{"2026-10-25T23:00:00Z", "2026-10-26", "the day after has begun, 25 hours later"},
		{"2026-12-31T23:30:00Z", "2027-01-01", "a new year in Amsterdam, the old one in Greenwich"},
		{"2026-11-24T23:30:00-10:00", "2026-11-25", "written in another zone"},
	} {
		at, err := time.Parse(time.RFC3339, c.moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := schema.CivilDate(at, zone).String(); got != c.want {
			t.Errorf("%s is on %s, want %s (%s)", c.moment, got, c.want, c.why)
		}
	}
	at := time.Date(2026, time.November, 24, 23, 30, 0, 0, time.UTC)
	if got := schema.CivilDate(at, nil).String(); got != "2026-11-24" {
		t.Errorf("without a zone the day is %s, want that of UTC", got)
	}
}

// TestCivilDateOnEveryDay walks 21 years hour by hour: the date must go up by
// one day at every midnight of the wall clock and stand still between.
func TestCivilDateOnEveryDay(t *testing.T) {
	t.Parallel()
	zone := amsterdam(t)
	want := schema.NewDate(2020, time.January, 1)
	lengths := make(map[int]int) // hours in a day → number of days
	hours := 0
	end := time.Date(2041, time.January, 1, 0, 0, 0, 0, zone)
	for at := time.Date(2020, time.January, 1, 0, 0, 0, 0, zone); at.Before(end); at = at.Add(time.Hour) {
		got := schema.CivilDate(at, zone)
		if got != want {
			if got != want.AddDays(1) || at.In(zone).Hour() != 0 {
				t.Fatalf("at %v the date went from %v to %v", at, want, got)
			}
			lengths[hours]++
			want, hours = got, 0
		}
		hours++
	}
	if lengths[23] != 21 || lengths[25] != 21 || len(lengths) != 3 {
		t.Errorf("hours per day: %v, want 21 days of 23 and of 25 hours, the rest of 24", lengths)
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-11-24", "2024-02-29", "2023-02-29", "", "0000-00-00", "9999-12-31", "2026-1-1"} {
		f.Add(s, 1)
		f.Add(s, -40)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		d, err := schema.ParseDate(s)
		if err != nil {
			if !d.IsZero() {
				t.Fatalf("an error and the date %v", d)
			}
			return
		}
		if d.String() != s {
			t.Fatalf("%q prints as %q", s, d)
		}
		n %= 1_000_000
		on := d.AddDays(n)
		if d.DaysUntil(on) != n || on.AddDays(-n) != d || d.Compare(on) != sign(-n) {
			t.Fatalf("%v and %d days is %v, and not back", d, n, on)
		}
		months := n % 10_000
		later := d.AddMonths(months)
		if later.Day() > d.Day() || later.Year()*12+int(later.Month()) != d.Year()*12+int(d.Month())+months {
			t.Fatalf("%v and %d months is %v", d, months, later)
		}
		if later.Day() < d.Day() && later.AddDays(1).Day() != 1 {
			t.Fatalf("%v and %d months is %v: clipped, but not to the last day", d, months, later)
		}
	})
}
