package schema

// Deadline is when an access request must be answered, and why then.
//
// The period is one month from the day of receipt (GDPR art. 12(3)), counted as
// Regulation 1182/71 art. 3 asks: in calendar days, to the day with the same
// number, or the last day of a month that has no such day; where that day is no
// working day, to the next one that is. The day of receipt is never moved, be
// it a Sunday or Christmas. The last day counts in full, until midnight.
type Deadline struct {
	// Received is the day the request reached the organisation, whoever
	// noticed it later.
	Received Date
	// Due is the last day to answer, to refuse with reasons, or to tell the
	// person with reasons that it takes longer.
	Due Date
	// ExtendedDue is the last day to answer after such an extension: three
	// months from Received, not two from Due.
	ExtendedDue Date
	// Calendar says which days were taken for working days.
	Calendar Calendar
	// Why leads from Received to Due and then from Received to ExtendedDue.
	Why []Step
}

// StepCode names the kind of a step, and the text for it in the catalog:
// deadline.step.<code>.
type StepCode string

// The steps, in the order in which they can occur.
const (
	// StepStart: From is the day of receipt, no working day, and counts all
	// the same.
	StepStart StepCode = "start"
	// StepMonths: Months on from From is To.
	StepMonths StepCode = "months"
	// StepClip: the month of To has no day with the number Day; To is its last.
	StepClip StepCode = "clip"
	// StepWeekend: From is a Saturday or Sunday, To the day after the weekend.
	StepWeekend StepCode = "weekend"
	// StepHoliday: From is the public holiday Holiday, To the day after it.
	StepHoliday StepCode = "holiday"
	// StepUnsettled: not every holiday of the year of To is decreed yet.
	StepUnsettled StepCode = "unsettled"
)

// Step is one step of the reckoning. It has no words: those are in the catalog,
// per language, with these values in them.
type Step struct {
	Code StepCode
	// Extended marks the steps that lead to ExtendedDue.
	Extended bool
	// From and To are the days before and after the step.
	From, To Date
	// Months is how many months the step counts, for StepMonths.
	Months int
	// Day is the day of the month that does not exist, for StepClip.
	Day int
	// Holiday is the code of the public holiday, for StepHoliday.
	Holiday string
}

// Months of the period, and of the period with its extension by two.
const (
	periodMonths   = 1
	extendedMonths = 3
)

// DeadlineFor reckons the deadline of a request received on the day, in
// Europe/Amsterdam (see CivilDate). No date of receipt gives no deadline.
func DeadlineFor(received Date, cal Calendar) Deadline {
	d := Deadline{Received: received, Calendar: cal}
	if received.IsZero() {
		return d
	}
	if !cal.WorkingDay(received) {
		d.Why = append(d.Why, Step{Code: StepStart, From: received, To: received})
	}
	d.Due = d.count(periodMonths, false)
	d.ExtendedDue = d.count(extendedMonths, true)
	return d
}

// count reckons the end of a period of months from receipt and notes its steps.
// The order matters: first the month is clipped, then the day rolls.
func (d *Deadline) count(months int, extended bool) Date {
	note := func(s Step) {
		s.Extended = extended
		d.Why = append(d.Why, s)
	}
	end := d.Received.AddMonths(months)
	note(Step{Code: StepMonths, From: d.Received, To: end, Months: months})
	if end.day != d.Received.day {
		note(Step{Code: StepClip, From: d.Received, To: end, Day: d.Received.day})
	}
	end = d.Calendar.roll(end, note)
	if !d.Calendar.Knows(end.year) {
		note(Step{Code: StepUnsettled, From: end, To: end})
	}
	return end
}

// roll returns day, or the first working day after it, and tells the step over
// each holiday and weekend between.
func (c Calendar) roll(day Date, note func(Step)) Date {
	for !c.WorkingDay(day) {
		step := Step{Code: StepWeekend, From: day, To: day.AddDays(1)}
		if weekend(day) {
			for weekend(step.To) {
				step.To = step.To.AddDays(1)
			}
		} else {
			step.Code = StepHoliday
			step.Holiday, _ = c.Holiday(day)
		}
		note(step)
		day = step.To
	}
	return day
}

// DueIfSuspended is the due date where the wait for the person, from a question
// on the day from to the answer on the day to, would not count. It is
// indicative: the law does not know such a pause, supervisors tolerate it when
// the question was asked without delay (EDPB Guidelines 01/2022, 159). Due
// itself never moves. A wait that ends before it starts, starts after Due or
// lacks a date changes nothing; one that starts before receipt, counts from
// receipt.
func (d Deadline) DueIfSuspended(from, to Date) Date {
	if from.IsZero() || to.IsZero() || from.After(d.Due) {
		return d.Due
	}
	if from.Before(d.Received) {
		from = d.Received
	}
	months := periodMonths
	if d.extended() {
		months = extendedMonths
	}
	days := max(0, from.DaysUntil(to))
	return d.Calendar.roll(d.Received.AddMonths(months).AddDays(days), func(Step) {})
}

// Extended is the deadline after a valid extension: Due is what ExtendedDue
// was. The extension is valid only where the person was told, with reasons, on
// Due at the latest.
func (d Deadline) Extended() Deadline {
	d.Due = d.ExtendedDue
	return d
}

// extended reports whether d is the deadline after an extension.
func (d Deadline) extended() bool { return d.Due == d.ExtendedDue }

// DaysLeft counts the days from today to Due: 0 on the day itself, which is
// still in time, and negative once it is too late.
func (d Deadline) DaysLeft(today Date) int { return today.DaysUntil(d.Due) }

// Overdue reports whether Due has passed.
func (d Deadline) Overdue(today Date) bool { return !d.Due.IsZero() && today.After(d.Due) }

// ReminderCode names a reminder, and the text for it in the catalog:
// deadline.reminder.<code>.
type ReminderCode string

// The reminders, in the order in which they fall.
const (
	// ReminderReceived: confirm receipt, and start every export, since some of
	// the data lives for 30 days only.
	ReminderReceived ReminderCode = "received"
	// ReminderCollect: warn if nothing has been collected yet.
	ReminderCollect ReminderCode = "collect"
	// ReminderExtension: the last sensible moment to decide on an extension.
	ReminderExtension ReminderCode = "extension"
	// ReminderUrgent: five days are left.
	ReminderUrgent ReminderCode = "urgent"
	// ReminderDue: answer, or extend, today.
	ReminderDue ReminderCode = "due"
	// ReminderOverdue: the period has ended.
	ReminderOverdue ReminderCode = "overdue"
)

// Reminder is a day on which somebody must be told something.
type Reminder struct {
	Code ReminderCode
	On   Date
}

// Reminders lists the reminders of a request, earliest first. After an
// extension (Deadline.Extended) there is none about extending: it can be done
// once.
func Reminders(d Deadline) []Reminder {
	if d.Received.IsZero() {
		return nil
	}
	list := []Reminder{
		{ReminderReceived, d.Received},
		{ReminderCollect, d.Received.AddDays(10)},
	}
	if !d.extended() {
		list = append(list, Reminder{ReminderExtension, d.Due.AddDays(-10)})
	}
	return append(list,
		Reminder{ReminderUrgent, d.Due.AddDays(-5)},
		Reminder{ReminderDue, d.Due},
		Reminder{ReminderOverdue, d.Due.AddDays(1)},
	)
}
