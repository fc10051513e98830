package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// example is a deadline reckoned by hand with a printed calendar.
type example struct{ received, due, extended, why string }

func examples() []example {
	return []example{
		{"2023-01-31", "2023-02-28", "2023-05-01", "February has no 31st, nor has April, whose 30th is a Sunday"},
		{"2023-04-05", "2023-05-08", "2023-07-05", "Liberation Day on a Friday, no fifth year, runs into a weekend"},
		{"2023-08-31", "2023-10-02", "2023-11-30", "no 31 September: clipped to Saturday the 30th, and only then rolled"},
		{"2023-11-25", "2023-12-27", "2024-02-26", "both days of Christmas, Monday and Tuesday"},
		{"2024-12-01", "2025-01-02", "2025-03-03", "New Year's Day; received on a Sunday, which counts"},
		{"2025-03-05", "2025-04-07", "2025-06-05", "a Saturday; the extension runs from receipt, not from the rolled day"},
		{"2025-03-18", "2025-04-18", "2025-06-18", "Good Friday is a working day in the careful calendar"},
		{"2025-03-21", "2025-04-22", "2025-06-23", "Easter Monday"},
		{"2026-06-13", "2026-07-13", "2026-09-14", "received on a Saturday, which is not moved"},
		{"2027-03-27", "2027-04-28", "2027-06-28", "King's Day on a Tuesday; the clock changes on the day after receipt"},
		{"2028-04-25", "2028-05-26", "2028-07-25", "Ascension Day, and the bridge day after it is a working day"},
		{"2031-03-27", "2031-04-28", "2031-06-27", "King's Day would be a Sunday and is the day before; the Monday is ordinary"},
		{"2025-03-26", "2025-04-28", "2025-06-26", "King's Day on a Saturday and the weekend it is in"},
		{"2028-01-31", "2028-02-29", "2028-05-01", "a leap day"},
		{"2026-11-25", "2026-12-28", "2027-02-25", "Christmas on Friday and Saturday: the Monday is no substitute"},
		{"2026-03-25", "2026-04-28", "2026-06-25", "a Saturday, a Sunday and King's Day on the Monday"},
	}
}

// careful reckons with the default calendar.
func careful(received schema.Date) (due, extended schema.Date) {
	d := schema.DeadlineFor(received, schema.Careful)
	return d.Due, d.ExtendedDue
}

func TestDeadlineFor(t *testing.T) {
	t.Parallel()
	for _, e := range examples() {
		due, extended := careful(day(t, e.received))
		if due.String() != e.due || extended.String() != e.extended {
			t.Errorf("received %s: due %v, extended %v; want %s and %s: %s", e.received, due, extended, e.due, e.extended, e.why)
		}
	}
}

// TestReferenceExamples reads the same kind of table from the reference folder,
// where there is one: received, due, extended_due, why.
func TestReferenceExamples(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("INZAGE_REFERENCE")
	if dir == "" {
		t.Skip("INZAGE_REFERENCE names no folder with reference data")
	}
	table, err := os.ReadFile(filepath.Join(dir, "deadlines-examples.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(line, "\t")
		if len(cells) < 3 || cells[0] == "received" {
			continue
		}
		n++
		due, extended := careful(day(t, cells[0]))
		if due.String() != cells[1] || extended.String() != cells[2] {
			t.Errorf("received %s: due %v, extended %v; want %s and %s", cells[0], due, extended, cells[1], cells[2])
		}
	}
	if n == 0 {
		t.Error("there are no examples in it")
	}
}

// TestLawsOnEveryDay holds the laws of the deadline against every day of 21
// years, in both calendars.
func TestLawsOnEveryDay(t *testing.T) {
	t.Parallel()
	for _, cal := range schema.Calendars() {
		t.Run(cal.String(), func(t *testing.T) {
			t.Parallel()
			end := schema.NewDate(2041, time.January, 1)
			last := schema.DeadlineFor(schema.NewDate(2019, time.December, 31), cal)
			for r := schema.NewDate(2020, time.January, 1); r.Before(end); r = r.AddDays(1) {
				d := schema.DeadlineFor(r, cal)
				if msg := broken(d, cal); msg != "" {
					t.Fatalf("received %v: due %v, extended %v: %s", r, d.Due, d.ExtendedDue, msg)
				}
				if d.Due.Before(last.Due) || d.ExtendedDue.Before(last.ExtendedDue) {
					t.Fatalf("received %v: due %v, extended %v: earlier than those of the day before", r, d.Due, d.ExtendedDue)
				}
				last = d
			}
		})
	}
}

// broken names the law that a deadline breaks, or "".
func broken(d schema.Deadline, cal schema.Calendar) string {
	switch {
	case !cal.WorkingDay(d.Due) || !cal.WorkingDay(d.ExtendedDue):
		return "ends on a day off"
	case d.Received.AddDays(28).After(d.Due):
		return "less than four weeks"
	case d.Received.AddDays(31 + 5).Before(d.Due):
		return "longer than any month with Christmas or Easter behind it"
	case !d.Due.Before(d.ExtendedDue):
		return "an extension that does not extend"
	case d.Received.AddMonths(1).After(d.Due) || d.Received.AddMonths(3).After(d.ExtendedDue):
		return "less than a month, or three"
	}
	for at := d.Received.AddMonths(1); at.Before(d.Due); at = at.AddDays(1) {
		if cal.WorkingDay(at) {
			return "passes over a working day"
		}
	}
	return brokenSteps(d)
}

// brokenSteps checks that the steps of Why lead from receipt to both dates
// without a gap.
func brokenSteps(d schema.Deadline) string {
	at := map[bool]schema.Date{false: d.Received, true: d.Received}
	for _, s := range d.Why {
		switch s.Code {
		case schema.StepClip:
			if s.Day != d.Received.Day() || s.To != at[s.Extended] || s.To.AddDays(1).Day() != 1 {
				return "a clip that is none"
			}
		case schema.StepMonths, schema.StepWeekend, schema.StepHoliday:
			if s.From != at[s.Extended] || !s.From.Before(s.To) {
				return "a gap before step " + string(s.Code)
			}
			at[s.Extended] = s.To
		case schema.StepStart, schema.StepUnsettled:
			if s.From != s.To || s.From != at[s.Extended] {
				return "a gap at step " + string(s.Code)
			}
		default:
			return "a step without a known code"
		}
	}
	if at[false] != d.Due || at[true] != d.ExtendedDue {
		return "steps that lead elsewhere"
	}
	return ""
}

func TestWhy(t *testing.T) {
	t.Parallel()
	type step = schema.Step
	date := func(s string) schema.Date { return day(t, s) }
	for _, c := range []struct {
		received string
		cal      schema.Calendar
		want     []step
	}{
		{"2026-11-24", schema.Careful, []step{
			{Code: schema.StepMonths, From: date("2026-11-24"), To: date("2026-12-24"), Months: 1},
			{Code: schema.StepMonths, From: date("2026-11-24"), To: date("2027-02-24"), Months: 3, Extended: true},
		}},
		{"2023-08-31", schema.Careful, []step{
			{Code: schema.StepMonths, From: date("2023-08-31"), To: date("2023-09-30"), Months: 1},
			{Code: schema.StepClip, From: date("2023-08-31"), To: date("2023-09-30"), Day: 31},
			{Code: schema.StepWeekend, From: date("2023-09-30"), To: date("2023-10-02")},
			{Code: schema.StepMonths, From: date("2023-08-31"), To: date("2023-11-30"), Months: 3, Extended: true},
			{Code: schema.StepClip, From: date("2023-08-31"), To: date("2023-11-30"), Day: 31, Extended: true},
		}},
		{"2027-11-25", schema.Careful, []step{ // Christmas on Saturday and Sunday
			{Code: schema.StepMonths, From: date("2027-11-25"), To: date("2027-12-25"), Months: 1},
			{Code: schema.StepWeekend, From: date("2027-12-25"), To: date("2027-12-27")},
			{Code: schema.StepMonths, From: date("2027-11-25"), To: date("2028-02-25"), Months: 3, Extended: true},
		}},
		{"2023-04-05", schema.Careful, []step{
			{Code: schema.StepMonths, From: date("2023-04-05"), To: date("2023-05-05"), Months: 1},
			{Code: schema.StepHoliday, From: date("2023-05-05"), To: date("2023-05-06"), Holiday: schema.HolidayLiberationDay},
			{Code: schema.StepWeekend, From: date("2023-05-06"), To: date("2023-05-08")},
			{Code: schema.StepMonths, From: date("2023-04-05"), To: date("2023-07-05"), Months: 3, Extended: true},
		}},
		{"2023-12-25", schema.Careful, []step{ // received on Christmas Day
			{Code: schema.StepStart, From: date("2023-12-25"), To: date("2023-12-25")},
			{Code: schema.StepMonths, From: date("2023-12-25"), To: date("2024-01-25"), Months: 1},
			{Code: schema.StepMonths, From: date("2023-12-25"), To: date("2024-03-25"), Months: 3, Extended: true},
		}},
		{"2028-04-25", schema.Wide, []step{
			{Code: schema.StepMonths, From: date("2028-04-25"), To: date("2028-05-25"), Months: 1},
			{Code: schema.StepHoliday, From: date("2028-05-25"), To: date("2028-05-26"), Holiday: schema.HolidayAscensionDay},
			{Code: schema.StepHoliday, From: date("2028-05-26"), To: date("2028-05-27"), Holiday: schema.HolidayBridgeDay},
			{Code: schema.StepWeekend, From: date("2028-05-27"), To: date("2028-05-29")},
			{Code: schema.StepMonths, From: date("2028-04-25"), To: date("2028-07-25"), Months: 3, Extended: true},
		}},
		{"2028-11-24", schema.Wide, []step{ // the extension ends in a year without a decree
			{Code: schema.StepMonths, From: date("2028-11-24"), To: date("2028-12-24"), Months: 1},
			{Code: schema.StepWeekend, From: date("2028-12-24"), To: date("2028-12-25")},
			{Code: schema.StepHoliday, From: date("2028-12-25"), To: date("2028-12-26"), Holiday: schema.HolidayChristmas},
			{Code: schema.StepHoliday, From: date("2028-12-26"), To: date("2028-12-27"), Holiday: schema.HolidayBoxingDay},
			{Code: schema.StepMonths, From: date("2028-11-24"), To: date("2029-02-24"), Months: 3, Extended: true},
			{Code: schema.StepWeekend, From: date("2029-02-24"), To: date("2029-02-26"), Extended: true},
			{Code: schema.StepUnsettled, From: date("2029-02-26"), To: date("2029-02-26"), Extended: true},
		}},
	} {
		got := schema.DeadlineFor(date(c.received), c.cal)
		if diff := cmp.Diff(c.want, got.Why); diff != "" {
			t.Errorf("received %s, %v (-want +got):\n%s", c.received, c.cal, diff)
		}
		if got.Received != date(c.received) || got.Calendar != c.cal {
			t.Errorf("received %s, %v: the deadline says %v, %v", c.received, c.cal, got.Received, got.Calendar)
		}
	}
}

func TestDueIfSuspended(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ received, from, to, want, why string }{
		{"2026-03-05", "2026-03-10", "2026-03-13", "2026-04-08", "three days' wait, from Sunday 5 April"},
		{"2026-03-05", "2026-03-10", "2026-03-10", "2026-04-07", "no wait; Sunday and Easter Monday"},
		{"2026-01-31", "2026-02-02", "2026-02-03", "2026-03-02", "clipped to 28 February, one day on is a Sunday"},
		{"2026-03-05", "2026-03-20", "2026-03-10", "2026-04-07", "ends before it starts"},
		{"2026-03-05", "2026-02-01", "2026-03-08", "2026-04-08", "starts before receipt: three days count"},
		{"2026-03-05", "2026-04-08", "2026-05-08", "2026-04-07", "starts after the due date"},
		{"2026-03-05", "2026-04-07", "2026-04-09", "2026-04-07", "from the due date itself, two days on from 5 April"},
		{"2026-03-05", "", "2026-03-13", "2026-04-07", "no start"},
		{"2026-03-05", "2026-03-10", "", "2026-04-07", "no end"},
	} {
		var from, to schema.Date
		if c.from != "" {
			from = day(t, c.from)
		}
		if c.to != "" {
			to = day(t, c.to)
		}
		d := schema.DeadlineFor(day(t, c.received), schema.Careful)
		before := d.Due
		if got := d.DueIfSuspended(from, to); got.String() != c.want {
			t.Errorf("received %s, waited from %q to %q: %v, want %s (%s)", c.received, c.from, c.to, got, c.want, c.why)
		}
		if d.Due != before {
			t.Errorf("received %s: the wait moved the due date itself", c.received)
		}
	}
	// 1 April 2026 and three months is Wednesday 1 July.
	long := schema.DeadlineFor(day(t, "2026-04-01"), schema.Careful).Extended()
	if got := long.DueIfSuspended(day(t, "2026-06-01"), day(t, "2026-06-03")); got.String() != "2026-07-03" {
		t.Errorf("two days' wait in the extension: %v, want 2026-07-03", got)
	}
}

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	d := schema.DeadlineFor(day(t, "2027-02-28"), schema.Careful) // 28 March is Easter and the clock changes
	if d.Due.String() != "2027-03-30" {
		t.Fatalf("due %v, want 2027-03-30", d.Due)
	}
	for _, c := range []struct {
		today   string
		left    int
		overdue bool
	}{
		{"2027-02-28", 30, false},
		{"2027-03-27", 3, false},
		{"2027-03-28", 2, false},
		{"2027-03-29", 1, false},
		{"2027-03-30", 0, false},
		{"2027-03-31", -1, true},
		{"2027-04-30", -31, true},
	} {
		if got := d.DaysLeft(day(t, c.today)); got != c.left {
			t.Errorf("on %s %d days are left, want %d", c.today, got, c.left)
		}
		if got := d.Overdue(day(t, c.today)); got != c.overdue {
			t.Errorf("on %s overdue is %v, want %v", c.today, got, c.overdue)
		}
	}
	if long := d.Extended(); long.Overdue(d.Due.AddDays(1)) || long.Due != d.ExtendedDue || d.Due.String() != "2027-03-30" {
		t.Errorf("extended, due is %v", long.Due)
	}
}

func TestReminders(t *testing.T) {
	t.Parallel()
	d := schema.DeadlineFor(day(t, "2026-11-24"), schema.Careful)
	on := func(code schema.ReminderCode, s string) schema.Reminder {
		return schema.Reminder{Code: code, On: day(t, s)}
	}
	want := []schema.Reminder{
		on("received", "2026-11-24"), on("collect", "2026-12-04"), on("extension", "2026-12-14"),
		on("urgent", "2026-12-19"), on("due", "2026-12-24"), on("overdue", "2026-12-25"),
	}
	if diff := cmp.Diff(want, schema.Reminders(d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = []schema.Reminder{
		on("received", "2026-11-24"), on("collect", "2026-12-04"),
		on("urgent", "2027-02-19"), on("due", "2027-02-24"), on("overdue", "2027-02-25"),
	}
	if diff := cmp.Diff(want, schema.Reminders(d.Extended())); diff != "" {
		t.Errorf("extended (-want +got):\n%s", diff)
	}
	for r := schema.NewDate(2026, time.January, 1); r.Year() < 2030; r = r.AddDays(1) {
		list := schema.Reminders(schema.DeadlineFor(r, schema.Careful))
		for i := 1; i < len(list); i++ {
			if !list[i-1].On.Before(list[i].On) {
				t.Fatalf("received %v: reminder %s is not before %s", r, list[i-1].Code, list[i].Code)
			}
		}
	}
}

func TestNoReceipt(t *testing.T) {
	t.Parallel()
	d := schema.DeadlineFor(schema.Date{}, schema.Careful)
	today := day(t, "2026-11-24")
	if !d.Due.IsZero() || !d.ExtendedDue.IsZero() || d.Why != nil || d.Overdue(today) || d.DaysLeft(today) != 0 ||
		schema.Reminders(d) != nil || !d.DueIfSuspended(today, today.AddDays(3)).IsZero() {
		t.Errorf("without a date of receipt there is a deadline: %+v", d)
	}
}

func FuzzDeadline(f *testing.F) {
	f.Add(2026, 8, 31, false, 3, 9)
	f.Add(2028, 4, 25, true, 0, 0)
	f.Add(-40, 13, -7, true, -3, 400)
	f.Fuzz(func(t *testing.T, year, month, dayOfMonth int, wide bool, from, to int) {
		// What reaches this code was parsed as a date, so it is in these years.
		received := schema.NewDate(1+abs(year)%9998, time.Month(month%100), dayOfMonth%1000)
		cal := schema.Careful
		if wide {
			cal = schema.Wide
		}
		d := schema.DeadlineFor(received, cal)
		if msg := broken(d, cal); msg != "" {
			t.Fatalf("received %v: due %v, extended %v: %s", received, d.Due, d.ExtendedDue, msg)
		}
		waited := d.DueIfSuspended(received.AddDays(from%1000), received.AddDays(to%1000))
		if waited.Before(d.Due) || !cal.WorkingDay(waited) {
			t.Fatalf("received %v: due %v, after a wait %v", received, d.Due, waited)
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
