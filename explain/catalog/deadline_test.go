package catalog_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
)

// TestDeadlineInWords tells the deadlines of four years in both languages:
// every code that the reckoning gives has a text, and every placeholder in it
// is one that a step can fill.
func TestDeadlineInWords(t *testing.T) {
	t.Parallel()
	file := "texts/deadline.yaml"
	data, err := fs.ReadFile(catalog.FS(), file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := explain.Load(fstest.MapFS{file: {Data: data}})
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	seen := make(map[string]bool)
	say := func(l schema.Lang, key string, args ...any) string {
		seen[key] = true
		text := c.Text(l, key, args...)
		if strings.ContainsAny(text, "‹›{}") {
			t.Errorf("%s: %s says %q", l, key, text)
		}
		return text
	}
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		for _, cal := range schema.Calendars() {
			say(l, "deadline.calendar."+cal.String())
			for r := schema.NewDate(2025, time.January, 1); r.Year() < 2029; r = r.AddDays(1) {
				d := schema.DeadlineFor(r, cal)
				for _, s := range d.Why {
					holiday := ""
					if s.Holiday != "" {
						holiday = say(l, "deadline.holiday."+s.Holiday)
					}
					key := "deadline.step." + string(s.Code)
					if s.Extended && c.HasText(key+".extended") {
						key += ".extended"
					}
					say(l, key, "to", s.To, "day", s.Day, "holiday", holiday, "month", s.To.Month())
				}
				for _, m := range schema.Reminders(d) {
					say(l, "deadline.reminder."+string(m.Code), "due", d.Due)
				}
				say(l, "deadline.weekday."+strings.ToLower(r.Weekday().String()))
			}
		}
	}
	for _, code := range []string{"start", "months", "clip", "weekend", "holiday", "unsettled"} {
		if !seen["deadline.step."+code] {
			t.Errorf("four years never came to step %s, so its text was not tested", code)
		}
	}
}
