package dataviewer

import (
	"strconv"
	"strings"
	"time"

	"inzage/schema"
	"inzage/workers/internal/identity"
)

// outside is what the dump says about an event outside its payload.
type outside struct {
	name     string
	stamp    string // text of a date, with or without zone
	filetime int64  // 100 ns since 1601, UTC; 0 where there is none
	sid      string
	app      string
}

// envelope is what the payload says about itself.
type envelope struct {
	name, realName, time, app string
	privTags                  string
}

// complete fills in what all records have, from the fields and from outside. Of
// an unreadable record only what is outside is known.
func (r *reading) complete(rec *schema.Record, out outside) {
	who := identity.Of(&r.who)
	who.SID(out.sid)
	var e envelope
	for _, f := range rec.Fields {
		e.take(f)
		who.Field(f)
	}
	rec.Owner = who.Owner()
	if rec.Unreadable != "" {
		return
	}
	rec.Event = or(e.name, out.name)
	switch rec.Event {
	case "Activity", "ReportData", "Unexpected":
		// OneNote on Mac and mobile devices puts the real name in a field.
		rec.Event = or(e.realName, rec.Event)
	}
	rec.App = or(e.app, out.app)
	rec.DataType = dataType(e.privTags)
	rec.At = r.moment(e, out)
}

// take keeps a field that all events have; of two alike, the last.
func (e *envelope) take(f schema.Field) {
	if f.Kind != schema.String && f.Kind != schema.Number {
		return
	}
	v := f.Value.Reveal()
	switch f.Path {
	case "name":
		e.name = v
	case "time":
		e.time = v
	case "EventName", "data.EventName", "Data.EventName", "Data_EventName", "data.Data_EventName", "data.Data.EventName":
		e.realName = v
	case "ext.app.name", "App.Name", "data.App.Name", "App_Name", "data.App_Name", "AppInfo.Name", "data.AppInfo.Name":
		e.app = or(v, e.app)
	case "ext.metadata.privTags":
		e.privTags = v
	}
}

// moment is when the event was: as the payload says, which has a zone; else as
// the dump says.
func (r *reading) moment(e envelope, out outside) time.Time {
	for _, text := range []string{e.time, out.stamp} {
		if at, zoned, ok := parseTime(text, r.zone); ok {
			if !zoned {
				r.tally.Repair(schema.RepairLocalTimestamp, 1)
			}
			return at
		}
	}
	if at, ok := fromFiletime(out.filetime); ok {
		return at
	}
	r.tally.Repair(schema.RepairNoTime, 1)
	return time.Time{}
}

// or returns a, or b where a is empty.
func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// dataType is the privacy data type of an event that has exactly one; a record
// can name no more. The bits are those of ext.metadata.privTags.
func dataType(privTags string) string {
	tags, err := strconv.ParseUint(privTags, 10, 64)
	if err != nil {
		return ""
	}
	switch tags {
	case 1 << 1:
		return "BrowsingHistory"
	case 1 << 11:
		return "DeviceConnectivityAndConfiguration"
	case 1 << 17:
		return "InkingTypingAndSpeechUtterance"
	case 1 << 24:
		return "ProductAndServicePerformance"
	case 1 << 25:
		return "ProductAndServiceUsage"
	case 1 << 26:
		return "ProfessionalAndPersonalProfile"
	case 1 << 27:
		return "PublicPersonal"
	case 1 << 28:
		return "Recruitment"
	case 1 << 29:
		return "SearchRequestsAndQuery"
	case 1 << 30:
		return "Social"
	case 1 << 31:
		return "SoftwareSetupAndInventory"
	case 1 << 32:
		return "Support"
	case 1 << 33:
		return "SupportContent"
	}
	return ""
}

// parseTime reads a date as payloads and PowerShell write it. One without zone
// is taken in the zone given. Where day and month cannot be told apart (slashes
// and a 24-hour clock) the month comes first, as in PowerShell's own culture.
func parseTime(s string, zone *time.Location) (at time.Time, zoned, ok bool) {
	if s == "" {
		return time.Time{}, false, false
	}
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC(), true, true
	}
	if at, ok := fromJSONDate(s); ok {
		return at, true, true
	}
	// .NET puts a narrow space before AM and PM in some versions.
	s = strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(strings.TrimSpace(s))
	if at, err := time.Parse("2006-01-02 15:04:05Z07:00", s); err == nil {
		return at.UTC(), true, true
	}
	for _, form := range []string{
		"2006-01-02T15:04:05", "2006-01-02 15:04:05",
		"2-1-2006 15:04:05", "2-1-2006 15:04", "2.1.2006 15:04:05",
		"1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "1/2/2006 15:04:05", "2/1/2006 15:04:05",
	} {
		if at, err := time.ParseInLocation(form, s, zone); err == nil {
			return at.UTC(), false, true
		}
	}
	return time.Time{}, false, false
}

// fromJSONDate reads "/Date(1621351902000)/", milliseconds since 1970 in UTC; a
// zone behind the number only says how to show it.
func fromJSONDate(s string) (time.Time, bool) {
	inner, ok := strings.CutPrefix(s, "/Date(")
	if !ok {
		return time.Time{}, false
	}
	inner, ok = strings.CutSuffix(inner, ")/")
	if i := strings.LastIndexAny(inner, "+-"); i > 0 {
		inner = inner[:i]
	}
	ms, err := strconv.ParseInt(inner, 10, 64)
	if !ok || err != nil || ms > maxMillis || ms < -maxMillis {
		return time.Time{}, false
	}
	return time.UnixMilli(ms).UTC(), true
}

// maxMillis is the year 9999 in milliseconds since 1970.
const maxMillis = 253_402_300_799_000

// fromFiletime reads a count of 100 ns since 1601.
func fromFiletime(ticks int64) (time.Time, bool) {
	const perSecond, epoch = 10_000_000, 11_644_473_600 // seconds from 1601 to 1970
	if ticks <= 0 {
		return time.Time{}, false
	}
	return time.Unix(ticks/perSecond-epoch, ticks%perSecond*100).UTC(), true
}
