package graphexport

import (
	"strings"
	"time"

	"inzage/schema"
)

// entry is what the fields of a record say about it as a whole, under the paths
// of both shapes: the envelope with "properties", and the flat one of 2018.
type entry struct {
	time, actionTime, dateTime string
	app, action, event, spaces string
}

func (e *entry) take(f schema.Field) {
	if f.Kind != schema.String {
		return
	}
	v := f.Value.Reveal()
	switch f.Path {
	case "time":
		e.time = v
	case "properties.ActionTime":
		e.actionTime = v
	case "DateTime":
		e.dateTime = v
	case "properties.AppName", "AppName":
		e.app = v
	case "properties.Action", "Action":
		e.action = v
	case "properties.EventName", "EventName":
		e.event = v
	case "properties.EventCategory", "EventCategory":
		e.spaces = v
	}
}

// complete fills in what all records have. The dialects:
//
//   - Office: EventName begins with its namespace, and that is all.
//   - Outlook on a phone: EventName is a generic name without namespace
//     ("mail_action"), Action tells what it was.
//   - Teams: EventCategory lists the namespaces; EventName repeats Action.
//   - Copilot Chat, and the shape of 2018: no EventName. Action is the event,
//     AppName its namespace.
func (r *reading) complete(rec *schema.Record) {
	var e entry
	for _, f := range rec.Fields {
		e.take(f)
	}
	rec.App = e.app
	if rec.App == "" {
		rec.App = r.place.product
	}
	rec.Event, rec.Spaces = e.event, list(e.spaces)
	switch {
	case e.event == "":
		rec.Event = e.action
		if e.app != "" {
			rec.Spaces = append(rec.Spaces, e.app)
		}
	case e.spaces == "" && !strings.Contains(e.event, "."):
		rec.Action = e.action
	}
	for _, text := range []string{e.time, e.actionTime, e.dateTime} {
		at, zoned, ok := moment(text)
		if !ok {
			continue
		}
		if !zoned {
			r.tally.Repair(schema.RepairLocalTimestamp, 1)
		}
		rec.At = at
		return
	}
	r.tally.Repair(schema.RepairNoTime, 1)
}

// list takes a comma-separated list apart.
func list(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// moment reads a time as the services write it, by .NET
// ("2026-06-15T13:45:30+00:30") or like Python
// ("2026-02-08T00:30:42.818000+00:00"). A time without zone is taken as UTC,
// the zone of all times in an export. The published example of 2018 has a blank
// inside its date.
func moment(text string) (at time.Time, zoned, ok bool) {
	if text == "" {
		return time.Time{}, false, false
	}
	for _, t := range []string{text, strings.ReplaceAll(text, " ", "")} {
		if at, err := time.Parse(time.RFC3339Nano, t); err == nil {
			return at.UTC(), true, true
		}
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(form, text); err == nil {
			return at, false, true
		}
	}
	return time.Time{}, false, false
}
