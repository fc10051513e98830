package corpus

import (
	_ "embed"
	"math/rand/v2"
	"strings"
	"time"
)

// workdays is the script of the demo case; days.txt says how it is written.
//
//go:embed days.txt
var workdays string

// step is one line of the script.
type step struct {
	at   time.Time
	app  string
	args []string
}

// steps reads the script. Seconds are drawn, so that the moments look lived.
func steps(r *rand.Rand) []step {
	var list []step
	var day string
	for line := range strings.Lines(workdays) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case len(words) == 1:
			day = words[0]
		default:
			moment := at(day, words[0]).Add(time.Duration(r.IntN(60_000)) * time.Millisecond)
			list = append(list, step{at: moment, app: words[1], args: words[2:]})
		}
	}
	return list
}

// entry is the step as a record of the export: time, correlationId, properties.
func (s step) entry() object {
	switch s.app {
	case "word", "excel", "powerpoint":
		return s.office(officeName(s.app), "Edge", "Windows")
	case "chat":
		return s.envelope(s.usage("Microsoft 365 Copilot Chat", s.args[0], "Windows"))
	case "mail":
		return s.envelope(s.usage("OutlookMobile iOS", s.args[1], "iOS").with(member{"EventName", s.args[0]}))
	case "teams":
		event := s.args[0]
		p := s.usage("Teams", event[strings.LastIndexByte(event, '_')+1:], "Windows")
		return s.envelope(p.with(member{"EventCategory", s.args[1]}, member{"EventName", event}))
	case "search":
		return s.search()
	case "designer":
		return s.envelope(s.usage("Designer", s.args[0], "Windows").with(
			member{"EventName", "Office.M365Designer.Pane." + s.args[0]}))
	case "drive":
		return s.drive()
	case "health":
		return s.health()
	}
	return nil
}

// envelope is the shape that all entries share. The older services leave a
// correlationId without value out.
func (s step) envelope(properties object) object {
	return object{
		{"time", utcMicros(s.at)},
		{"correlationId", nil},
		{"properties", properties},
	}
}

// usage has the properties that nearly every record of usage carries. Most are
// always empty: nothing was collected for them.
func (s step) usage(app, action, platform string) object {
	return object{
		{"ActionTime", utcMillis(s.at)},
		{"AppName", app},
		{"Action", action},
		{"Target", ""},
		{"IP", ""},
		{"InputMethod", ""},
		{"DevicePlatform", platform},
		{"SearchTerm", ""},
		{"SearchResult", ""},
		{"BrowserType", ""},
		{"Location", "NL"},
	}
}

func (s step) office(app, browser, platform string) object {
	p := s.usage(app, s.args[0], platform).with(
		member{"EventName", "Office." + app + ".Online.Data.Activity." + s.args[0]})
	return s.envelope(p.set("BrowserType", browser))
}

// search has the words typed in: the service kept them, which is a finding.
func (s step) search() object {
	words := strings.Join(s.args[1:], " ")
	p := s.usage(s.args[0], "SearchSubmitted", "Windows").with(
		member{"EventName", "Office.Discovery.Search.SearchSubmitted"})
	return s.envelope(p.set("SearchTerm", words).set("IP", "192.0.2.84"))
}

// drive is a service with properties of its own, nested, and the older writing
// of time.
//
// This is the service of which Microsoft says that its messages can hold paths
// and addresses: when several people work in one file, theirs too.
func (s step) drive() object {
	people := object{}
	if s.args[0] != "Downloaded" {
		people = object{
			{"Path", `C:\Users\sanne.dewit\OneDrive - Waterland aan Zee\Beoordeling Bram Jansma.` + s.args[1]},
			{"ModifiedBy", "Bram Jansma <bram.jansma@waterlandaanzee.example>"},
			{"SharedWith", "sanne.dewit@waterlandaanzee.example;ilse.kok@waterlandaanzee.example"},
			{"SourceUrl", "https://waterlandaanzee-my.sharepoint.example/personal/ilse_kok_waterlandaanzee_example/Documents/Raad"},
		}
	}
	return object{
		{"time", withOffset(s.at)},
		{"properties", object{
			{"AppName", "OneDrive"},
			{"Action", s.args[0]},
			{"Item", object{{"Extension", s.args[1]}, {"SizeInBytes", 48_000 + s.at.Unix()%900_000}, {"Shared", s.args[0] == "Shared"}}},
			{"Client", object{{"Version", "26.181.0921.0004"}, {"Ring", "Production"}}},
		}.with(people...)},
	}
}

func (s step) health() object {
	p := s.usage(s.args[0], s.args[1], "Windows").with(
		member{"EventName", "Office." + s.args[0] + ".Online.Health." + s.args[1]},
		member{"DurationMs", s.args[2]},
		member{"Success", true})
	return s.envelope(p.set("BrowserType", "edge"))
}

// set replaces the value of a key.
func (o object) set(key string, value any) object {
	for i := range o {
		if o[i].key == key {
			o[i].value = value
		}
	}
	return o
}

func officeName(app string) string {
	switch app {
	case "excel":
		return "Excel"
	case "powerpoint":
		return "PowerPoint"
	}
	return "Word"
}
