package web

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"inzage/schema"
)

// ical writes a calendar (RFC 5545) of whole days.
type ical struct {
	b strings.Builder
}

// event is a day in a calendar.
type event struct {
	ID      string // the same for good
	Day     schema.Date
	Changes int       // how often Day changed
	Written time.Time // when it was last changed
	Summary string
	Link    string // empty for none
	Alarms  []int  // how many days before, at nine in the morning
}

// maxLine is how long a line may be, in bytes, before it is folded (3.1).
const maxLine = 75

// line writes a content line; value is written as it is.
func (c *ical) line(name, value string) {
	text, room := name+":"+value, maxLine
	for len(text) > room {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		c.b.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], maxLine-1
	}
	c.b.WriteString(text + "\r\n")
}

// text writes a content line of text (3.3.11).
func (c *ical) text(name, value string) {
	c.line(name, strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(value))
}

func icalDay(d schema.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// begin opens a calendar that programs fetch again every six hours (RFC 7986).
func (c *ical) begin(name string) {
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//inzage//desk//NL")
	c.line("METHOD", "PUBLISH")
	c.text("NAME", name)
	c.text("X-WR-CALNAME", name) // what the older ones read
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT6H")
	c.line("X-PUBLISHED-TTL", "PT6H")
}

func (c *ical) add(e event) {
	c.line("BEGIN", "VEVENT")
	c.text("UID", e.ID)
	c.line("DTSTAMP", e.Written.UTC().Format("20060102T150405Z"))
	c.line("SEQUENCE", strconv.Itoa(e.Changes))
	c.line("DTSTART;VALUE=DATE", icalDay(e.Day))
	c.line("DTEND;VALUE=DATE", icalDay(e.Day.AddDays(1)))
	c.text("SUMMARY", e.Summary)
	c.line("TRANSP", "TRANSPARENT")
	if e.Link != "" {
		c.line("URL", e.Link)
	}
	for _, days := range e.Alarms {
		c.line("BEGIN", "VALARM")
		c.line("ACTION", "DISPLAY")
		c.text("DESCRIPTION", e.Summary)
		c.line("TRIGGER", "-P"+strconv.Itoa(days-1)+"DT15H")
		c.line("END", "VALARM")
	}
	c.line("END", "VEVENT")
}

func (c *ical) end(w io.Writer) error {
	c.line("END", "VCALENDAR")
	_, err := io.WriteString(w, c.b.String())
	return err
}
