package finding_test

import (
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/explain/catalog"
	"inzage/explain/finding"
	"inzage/explain/register"
	"inzage/schema"
)

// TestRequests: traffic to a service that can be switched off, with the switch on,
// off and not known; before and after the day that Microsoft named.
func TestRequests(t *testing.T) {
	t.Parallel()
	const sharepoint, bing = "voorbeeld.sharepoint.com", "www.bing.com"
	before, after := time.Date(2022, 7, 31, 21, 59, 59, 0, time.UTC), time.Date(2022, 7, 31, 22, 0, 0, 0, time.UTC) // midnight in Amsterdam
	off, on := map[string]string{"optional-experiences": "off", "giphy": "off"}, map[string]string{"optional-experiences": "on", "giphy": "on"}
	type found map[schema.FindingID]int64
	for name, tc := range map[string]struct {
		settings   map[string]string
		host, from string
		at         time.Time
		want       found
	}{
		"off, before":            {off, bing, sharepoint, before, found{schema.FindingSwitchedOff: 1}},
		"off, after":             {off, bing, sharepoint, after, found{schema.FindingSwitchedOff: 1, schema.FindingPromise: 1}},
		"off, from elsewhere":    {off, bing, "", after, found{schema.FindingSwitchedOff: 1}},
		"off, no time":           {off, bing, sharepoint, time.Time{}, found{schema.FindingSwitchedOff: 1}},
		"on":                     {on, bing, sharepoint, after, found{}},
		"not known":              {nil, bing, sharepoint, after, found{}},
		"Giphy, off":             {off, "media.giphy.com", "teams.microsoft.com", after, found{schema.FindingSwitchedOff: 1}},
		"Giphy, on":              {on, "media.giphy.com", "", after, found{}},
		"unknown host":           {off, "tracker.example", "", after, found{schema.FindingHost: 1}},
		"the service":            {off, sharepoint, "", after, found{}},
		"collector in the EU":    {off, "eu-mobile.events.data.microsoft.com", "", after, found{}},
		"collector in the US":    {off, "us-mobile.events.data.microsoft.com", "", after, found{schema.FindingOutsideEU: 1}},
		"collector without home": {off, "mobile.events.data.microsoft.com", "", after, found{}},
	} {
		c := counter(t, tc.settings)
		c.Add(explained(finding.Request, tc.at, finding.PathHost, tc.host, finding.PathFrom, tc.from))
		if diff := cmp.Diff(tc.want, found(counts(c))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestLevel: diagnostic data is a finding at level Neither only; what no level
// stops is none.
func TestLevel(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]int64{"neither": 2, "required": 0, "optional": 0, "": 0} {
		c := counter(t, map[string]string{"telemetry-level": level})
		for _, category := range schema.Categories() {
			e := explained("X", time.Time{})
			e.Facets.Category = category
			c.Add(e)
		}
		if got := counts(c)[schema.FindingNeither]; got != want {
			t.Errorf("level %q: %d findings, want %d", level, got, want)
		}
	}
}

func TestAdvertising(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		path, value string
		want        int64
	}{
		{"UserInfo.AdvertisingId", "38400000-8cf0-11bd-b23e-10b96e40000d", 1},
		{"data.advertising_id", "38400000-8cf0-11bd-b23e-10b96e40000d", 1},
		{"data.IDFA", "38400000-8cf0-11bd-b23e-10b96e40000d", 1},
		{"data.AdvertisingId", "00000000-0000-0000-0000-000000000000", 0},
		{"data.AdvertisingId", "", 0},
		{"data.AdvertisingIdEnabled", "1", 0},
		{"AdvertisingId.state", "on", 0},
	} {
		c := counter(t, nil)
		c.Add(explained("X", time.Time{}, tc.path, tc.value, tc.path, tc.value))
		if got := counts(c)[schema.FindingAdvertising]; got != tc.want {
			t.Errorf("%s = %q: %d, want %d", tc.path, tc.value, got, tc.want)
		}
	}
}

// TestSettle: what no single record shows.
func TestSettle(t *testing.T) {
	t.Parallel()
	c := counter(t, map[string]string{"report-names": "shown"})
	c.Settle(7)
	if diff := cmp.Diff(map[schema.FindingID]int64{schema.FindingReportNames: 1, schema.FindingOthers: 7}, counts(c)); diff != "" {
		t.Error(diff)
	}
	hidden := counter(t, map[string]string{"report-names": "hidden"})
	hidden.Settle(0)
	if got := counts(hidden); len(got) > 0 {
		t.Errorf("findings of nothing: %v", got)
	}
}

// TestEvidence: a finding lists its most frequent places, and counts the others.
func TestEvidence(t *testing.T) {
	t.Parallel()
	var l finding.List
	for i := range 30 {
		l.Notice(schema.FindingPurpose, string(rune('a'+i)), int64(i+1))
	}
	l.Notice(schema.FindingOutsideEU, "x", 1)
	got := l.Findings()
	if len(got) != 2 || got[0].ID != schema.FindingOutsideEU || got[0].Severity != schema.SeverityHigh {
		t.Fatalf("got %+v", got)
	}
	f := got[1]
	if f.Count != 465 || len(f.Evidence) != finding.MaxEvidence || f.Evidence[0].Count != 30 || f.More != 55 {
		t.Errorf("got %+v", f)
	}
}

func explained(event string, at time.Time, fields ...string) *schema.Explanation {
	e := &schema.Explanation{Record: schema.Record{Source: "har", Event: event, At: at}, Layer: schema.LayerNone}
	for i := 0; i < len(fields); i += 2 {
		e.Record.Fields = append(e.Record.Fields, schema.Field{Path: fields[i], Value: schema.NewPersonal(fields[i+1])})
	}
	return e
}

func counts(c *finding.Counter) map[schema.FindingID]int64 {
	m := make(map[schema.FindingID]int64)
	for _, f := range c.Findings() {
		m[f.ID] = f.Count
	}
	return m
}

func counter(t *testing.T, settings map[string]string) *finding.Counter {
	t.Helper()
	base, err := fs.Sub(catalog.FS(), "registers")
	if err != nil {
		t.Fatal(err)
	}
	r, err := register.Load(base)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return &finding.Counter{Rules: finding.Rules{Settings: settings, Registers: r, Zone: zone}}
}
