package testdata

import (
	_ "embed"
	"strconv"
	"strings"

	"inzage/schema"
)

//go:embed names/events.txt
var events string

//go:embed names/fields.txt
var fields string

// Event is the name of an event that Microsoft publishes.
type Event struct {
	Name string
	// List is where it is published: "office", "windows", "teams" or "copilot".
	List string
}

// Field is the name of a field that Microsoft publishes, and how often.
type Field struct {
	Name     string
	Mentions int
}

// Events returns the published event names, sorted. They are facts to measure
// against: how many of them are explained, and how well.
func Events() []Event {
	var list []Event
	for line := range strings.Lines(events) {
		name, from, _ := strings.Cut(strings.TrimSpace(line), "\t")
		list = append(list, Event{Name: name, List: from})
	}
	return list
}

// Fields returns the published field names, sorted.
func Fields() []Field {
	var list []Field
	for line := range strings.Lines(fields) {
		name, count, _ := strings.Cut(strings.TrimSpace(line), "\t")
		mentions, err := strconv.Atoi(count)
		if err != nil {
			continue // the generator writes none, and a test counts
		}
		list = append(list, Field{Name: name, Mentions: mentions})
	}
	return list
}

// Record is a record as such an event arrives, without fields: an export of
// Teams or Copilot Chat says beside the event's name where it comes from.
func (e Event) Record() schema.Record {
	r := schema.Record{Event: e.Name}
	switch e.List {
	case "teams":
		r.Source, r.App, r.Spaces = "graphexport", "Teams", []string{"Teams"}
	case "copilot":
		r.Source, r.App, r.Spaces = "graphexport", "Microsoft 365 Copilot Chat", []string{"Microsoft 365 Copilot Chat"}
	}
	return r
}
