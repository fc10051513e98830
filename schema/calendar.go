package schema

import "time"

// Calendar says which days are no working days when a period ends. Saturdays
// and Sundays never are; the calendars differ in their public holidays.
//
// Regulation 1182/71 governs the period and leaves the list of public holidays
// to the Member State (art. 2(1)). Which Dutch list that is, is not settled for
// Good Friday and the bridge days. A day that is wrongly taken for a holiday
// makes the answer late; a working day wrongly counted makes it early. So the
// zero value, Careful, knows the undisputed holidays only.
//
// Holidays are those of 2014 and later, when King's Day began; the right that
// the deadlines are about is of 2018.
type Calendar uint8

const (
	// Careful has the holidays of art. 3(1) of the Algemene termijnenwet.
	Careful Calendar = iota
	// Wide adds the days that art. 3(2) and 3(3) of that act equate with them:
	// Good Friday and the bridge days named by royal decree.
	Wide
)

// Calendars lists the calendars, the default first.
func Calendars() []Calendar { return []Calendar{Careful, Wide} }

// String is the calendar's name in settings and outputs: "voorzichtig" or
// "atw". The names are Dutch because the calendars are.
func (c Calendar) String() string {
	if c == Wide {
		return "atw"
	}
	return "voorzichtig"
}

// ParseCalendar is the inverse of String; "" is the default. The error has
// CodeUsage.
func ParseCalendar(name string) (Calendar, error) {
	for _, c := range Calendars() {
		if name == c.String() || (name == "" && c == Careful) {
			return c, nil
		}
	}
	return Careful, Fail(CodeUsage, "parse calendar", nil)
}

// MarshalText writes the name, as String does.
func (c Calendar) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name, as ParseCalendar does.
func (c *Calendar) UnmarshalText(text []byte) error {
	parsed, err := ParseCalendar(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// Codes of public holidays, part of the public output. Each has a name in the
// catalog, deadline.holiday.<code>.
const (
	HolidayNewYear       = "new-year"
	HolidayGoodFriday    = "good-friday"
	HolidayEasterMonday  = "easter-monday"
	HolidayKingsDay      = "kings-day"
	HolidayLiberationDay = "liberation-day"
	HolidayAscensionDay  = "ascension-day"
	HolidayWhitMonday    = "whit-monday"
	HolidayChristmas     = "christmas-day"
	HolidayBoxingDay     = "boxing-day"
	HolidayBridgeDay     = "bridge-day"
)

// Holiday returns the code of the public holiday on d, and whether there is
// one. Where two fall on one day (Ascension Day on 5 May) it is the one with
// the fixed date. Holidays that fall in a weekend are named too, and never have
// a substitute: no Dutch act gives one.
func (c Calendar) Holiday(d Date) (code string, ok bool) {
	if d.IsZero() {
		return "", false
	}
	if code = fixedHoliday(d); code == "" {
		code = c.easterHoliday(d)
	}
	if code == "" && c == Wide && bridgeDay(d) {
		code = HolidayBridgeDay
	}
	return code, code != ""
}

// WorkingDay reports whether d is neither in a weekend nor a holiday. No date
// is a working day, so that looking for the next one ends.
func (c Calendar) WorkingDay(d Date) bool {
	if d.IsZero() {
		return true
	}
	_, holiday := c.Holiday(d)
	return !holiday && !weekend(d)
}

// Knows reports whether all holidays of the year are known: bridge days are
// decreed for three years at a time, the latest decree runs to 2028.
func (c Calendar) Knows(year int) bool {
	return c != Wide || 2023 <= year && year <= 2028
}

func weekend(d Date) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

// fixedHoliday names the holiday with a fixed date on d, or "".
func fixedHoliday(d Date) string {
	switch d {
	case NewDate(d.year, time.January, 1):
		return HolidayNewYear
	case kingsDay(d.year):
		return HolidayKingsDay
	case NewDate(d.year, time.May, 5):
		// Every year: "once in five years" is a habit of paid leave, not of
		// the act.
		return HolidayLiberationDay
	case NewDate(d.year, time.December, 25):
		return HolidayChristmas
	case NewDate(d.year, time.December, 26):
		return HolidayBoxingDay
	}
	return ""
}

// kingsDay is 27 April, and the Saturday before it where that is a Sunday.
func kingsDay(year int) Date {
	d := NewDate(year, time.April, 27)
	if d.Weekday() == time.Sunday {
		return d.AddDays(-1)
	}
	return d
}

// easterHoliday names the holiday on d that moves with Easter, or "".
func (c Calendar) easterHoliday(d Date) string {
	switch easter(d.year).DaysUntil(d) {
	case -2:
		if c == Wide {
			return HolidayGoodFriday
		}
	case 1:
		return HolidayEasterMonday
	case 39:
		return HolidayAscensionDay
	case 50:
		return HolidayWhitMonday
	}
	return ""
}

// easter is Easter Sunday in the Gregorian calendar: the first Sunday after the
// ecclesiastical full moon on or after 21 March, in the whole-number form that
// J. Meeus gives (Astronomical Algorithms, chapter 8).
func easter(year int) Date {
	golden := year % 19 // place in the 19-year lunar cycle
	century, rest := year/100, year%100
	moonShift := (century - (century+8)/25 + 1) / 3
	fullMoon := (19*golden + century - century/4 - moonShift + 15) % 30
	toSunday := (32 + 2*(century%4) + 2*(rest/4) - fullMoon - rest%4) % 7
	late := (golden + 11*fullMoon + 22*toSunday) / 451
	n := fullMoon + toSunday - 7*late + 114
	return NewDate(year, time.Month(n/31), n%31+1)
}

// bridgeDay reports whether a royal decree under art. 3(3) of the Algemene
// termijnenwet equates d with a holiday.
func bridgeDay(d Date) bool {
	switch d {
	case NewDate(2023, time.April, 28), NewDate(2023, time.May, 19),
		NewDate(2024, time.May, 10), NewDate(2024, time.December, 27),
		NewDate(2025, time.May, 30),
		NewDate(2026, time.January, 2), NewDate(2026, time.May, 15),
		NewDate(2027, time.May, 7),
		NewDate(2028, time.April, 28), NewDate(2028, time.May, 26):
		return true
	}
	return false
}
