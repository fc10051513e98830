package finding

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"inzage/explain/register"
	"inzage/schema"
)

// Rules are what findings are judged by.
type Rules struct {
	// Settings of the tenant by name, as explain/law knows them; one that is absent
	// is not known, and then nothing follows from it.
	Settings  map[string]string
	Registers *register.Registers
	Zone      *time.Location // in which a day is a day
}

// Counter counts the findings of the records that it is shown. It is not safe for
// concurrent use.
type Counter struct {
	Rules
	List
}

// The paths and the name of a request in a capture, as workers/har gives them.
const (
	Request  = "capture.request"
	PathHost = "capture.host"
	PathFrom = "capture.from" // the host of the page that a request came from
)

// Add judges an explained record.
func (c *Counter) Add(e *schema.Explanation) {
	if e.Record.Event == Request {
		c.request(&e.Record)
		return // what a request carries are records of their own
	}
	key := cmp.Or(e.Rule, string(e.Layer))
	for _, id := range e.Findings {
		c.Notice(id, key, 1)
	}
	switch e.Facets.Category {
	case schema.CategoryRequired, schema.CategoryOptional:
		if c.Settings["telemetry-level"] == "neither" {
			c.Notice(schema.FindingNeither, key, 1)
		}
	case schema.CategoryService, schema.CategoryEssential, schema.CategoryWindows, schema.CategoryReport, schema.CategoryUnknown:
	}
	if slices.ContainsFunc(e.Record.Fields, isAdvertising) {
		c.Notice(schema.FindingAdvertising, key, 1)
	}
}

// Settle adds what no single record shows: how many records were of other people,
// and what the settings say by themselves.
func (c *Counter) Settle(others int64) {
	c.Notice(schema.FindingOthers, "records", others)
	if c.Settings["report-names"] == "shown" {
		c.Notice(schema.FindingReportNames, "report-names", 1)
	}
}

// request judges who received a request.
func (c *Counter) request(r *schema.Record) {
	name, ok := r.Field(PathHost)
	if !ok {
		return
	}
	h, known := c.Registers.Host(name.Reveal())
	body, _ := r.Field("capture.body")
	events := body.Reveal() == "events"
	switch {
	case !known:
		c.Notice(schema.FindingHost, "unknown", 1)
	case h.Country != "" && h.Country != "EU" && !events: // else each event says so
		c.Notice(schema.FindingOutsideEU, "host."+h.Host, 1)
	}
	if h.Switch == "" || c.Settings[h.Switch] != "off" {
		return
	}
	c.Notice(schema.FindingSwitchedOff, "host."+h.Host, 1)
	from, _ := r.Field(PathFrom)
	page, _ := c.Registers.Host(from.Reveal())
	if h.Service == "bing" && page.Service == "sharepoint" && c.promised("bing-removed", r.At) {
		c.Notice(schema.FindingPromise, "promise.bing-removed", 1)
	}
}

// promised reports whether a promise held at a moment.
func (c *Counter) promised(key string, at time.Time) bool {
	p, ok := c.Registers.Promise(key)
	return ok && !at.IsZero() && !schema.CivilDate(at, c.Zone).Before(p.Since)
}

// isAdvertising reports whether a field holds an identifier that exists for
// advertising: Windows and Android call it advertising id, Apple IDFA. One that is
// switched off is empty or of zeros.
func isAdvertising(f schema.Field) bool {
	name := strings.ToLower(f.Path[strings.LastIndexByte(f.Path, '.')+1:])
	name = strings.NewReplacer("_", "", "-", "").Replace(name)
	switch {
	case strings.HasSuffix(name, "advertisingid"), strings.HasSuffix(name, "advertiserid"), name == "idfa":
		return f.Kind == schema.String && strings.Trim(f.Value.Reveal(), "0-{} #") != ""
	}
	return false
}
