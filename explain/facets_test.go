package explain

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/explain/catalog"
	"inzage/schema"
)

// TestFacets: what the tables of the catalog say of records of each kind.
func TestFacets(t *testing.T) {
	t.Parallel()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	asked := time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	x := c.For(Reader{Lang: schema.Dutch, Asked: asked})
	days := func(n int) time.Time { return asked.Add(-time.Duration(n)*24*time.Hour - time.Hour) }
	fields := func(pairs ...string) []schema.Field {
		var list []schema.Field
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, schema.Field{Path: pairs[i], Value: schema.NewPersonal(pairs[i+1])})
		}
		return list
	}
	mail := []string{"properties.Anything", "iemand@gemeente.example"}
	tests := []struct {
		name     string
		record   schema.Record
		want     schema.Facets
		findings []schema.FindingID
	}{
		{
			"a browser goes before the system below it",
			schema.Record{Source: "graphexport", Event: "Office.Word.Online.Data.Activity.FileSaved", App: "Word", DataType: "ProductAndServiceUsage", At: days(3), Fields: fields("properties.DevicePlatform", "Windows", "properties.BrowserType", "Edge")},
			schema.Facets{Category: "unknown", Service: "word", Platform: "web", Region: "unknown", Role: "processor", Purpose: "provide", Age: 3},
			nil,
		},
		{
			"copilot chat is service data",
			schema.Record{Source: "graphexport", Action: "CopyClicked", App: "Microsoft 365 Copilot Chat", DataType: "ProductAndServiceUsage", At: days(0), Fields: fields("properties.DevicePlatform", "iOS")},
			schema.Facets{Category: "required-service-data", Service: "copilot", Platform: "ios", Region: "unknown", Role: "processor", Purpose: "provide", Age: 0},
			nil,
		},
		{
			"Windows, to a computer in the EU",
			schema.Record{Source: "dataviewer", Event: "Census.Battery", DataType: "DeviceConnectivityAndConfiguration", At: days(1), Fields: fields("ext.os.name", "Windows", "CollectorUrl", "https://eu-v20.events.data.microsoft.com/OneCollector/1.0/")},
			schema.Facets{Category: "windows-diagnostic-data", Service: "windows", Platform: "windows", Region: "eu", Role: "unknown", Purpose: "provide", Age: 1},
			nil,
		},
		{
			"an unknown event fits no purpose",
			schema.Record{Source: "graphexport", Event: "Zzz.Qqq", Fields: fields("CollectorHost", "us-mobile.events.data.microsoft.com")},
			schema.Facets{Category: "unknown", Service: "unknown", Platform: "unknown", Region: "outside", Role: "unknown", Purpose: "unmapped", Age: -1},
			[]schema.FindingID{schema.FindingPurpose, schema.FindingOutsideEU},
		},
		{
			"OneDrive with an address, 30 days old",
			schema.Record{Source: "graphexport", Action: "Uploaded", App: "OneDrive", DataType: "ProductAndServiceUsage", At: days(30), Fields: fields(mail...)},
			schema.Facets{Category: "unknown", Service: "onedrive", Platform: "unknown", Region: "unknown", Role: "processor", Purpose: "provide", Age: 30},
			nil,
		},
		{
			"OneDrive with an address, 31 days old",
			schema.Record{Source: "graphexport", Action: "Uploaded", App: "OneDrive", DataType: "ProductAndServiceUsage", At: days(31), Fields: fields(mail...)},
			schema.Facets{Category: "unknown", Service: "onedrive", Platform: "unknown", Region: "unknown", Role: "processor", Purpose: "provide", Age: 31},
			[]schema.FindingID{schema.FindingExceptionAge},
		},
		{
			"OneDrive without an address may be older",
			schema.Record{Source: "graphexport", Action: "Uploaded", App: "OneDrive", DataType: "ProductAndServiceUsage", At: days(31), Fields: fields("properties.Anything", "7")},
			schema.Facets{Category: "unknown", Service: "onedrive", Platform: "unknown", Region: "unknown", Role: "processor", Purpose: "provide", Age: 31},
			nil,
		},
		{
			"another service with an address",
			schema.Record{Source: "graphexport", Action: "FileSaved", App: "Word", DataType: "ProductAndServiceUsage", At: days(1), Fields: fields(mail...)},
			schema.Facets{Category: "unknown", Service: "word", Platform: "unknown", Region: "unknown", Role: "processor", Purpose: "provide", Age: 1},
			[]schema.FindingID{schema.FindingIdentified},
		},
		{
			"a report for admins has names",
			schema.Record{Source: "auditlog", Action: "FileSaved", App: "Word", DataType: "ProductAndServiceUsage", At: days(1), Fields: fields(mail...)},
			schema.Facets{Category: "admin-report", Service: "word", Platform: "unknown", Region: "unknown", Role: "processor", Purpose: "provide", Age: 1},
			nil,
		},
		{
			"a copy on one's own device may be older",
			schema.Record{Source: "dataviewer", Event: "Census.Battery", DataType: "DeviceConnectivityAndConfiguration", At: days(900)},
			schema.Facets{Category: "windows-diagnostic-data", Service: "windows", Platform: "unknown", Region: "unknown", Role: "unknown", Purpose: "provide", Age: 900},
			nil,
		},
		{
			"Bing, older than 18 months",
			schema.Record{Source: "graphexport", Action: "Uploaded", App: "Search/Bing", DataType: "SearchRequestsAndQuery", At: days(550), Fields: fields("a", "b")},
			schema.Facets{Category: "unknown", Service: "bing", Platform: "unknown", Region: "unknown", Role: "controller", Purpose: "provide", Age: 550},
			[]schema.FindingID{schema.FindingAge, schema.FindingOwnController},
		},
	}
	for _, tc := range tests {
		e := x.Explain(tc.record)
		if d := cmp.Diff(tc.want, e.Facets); d != "" {
			t.Errorf("%s:\n%s", tc.name, d)
		}
		if d := cmp.Diff(tc.findings, e.Findings); d != "" {
			t.Errorf("%s:\n%s", tc.name, d)
		}
	}
}

// TestRegion: the place of a collector shows in its name, or is not told.
func TestRegion(t *testing.T) {
	t.Parallel()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]schema.Region{
		"eu-mobile.events.data.microsoft.com":                                   schema.RegionEU,
		"https://EU-Mobile.events.data.microsoft.com:443/OneCollector/1.0/?a=b": schema.RegionEU,
		"us-mobile.events.data.microsoft.com":                                   schema.RegionOutside,
		"mobile.events.data.microsoft.com":                                      schema.RegionUnknown,
		"browser.events.data.microsoft.com":                                     schema.RegionUnknown,
		"https://user:pw@eu-v10.events.data.microsoft.com":                      schema.RegionEU,
		"eu-mobile.events.data.microsoft.com.attacker.example":                  schema.RegionUnknown,
		"https://attacker.example/eu-mobile.events.data.microsoft.com":          schema.RegionUnknown,
		"": schema.RegionUnknown, "...": schema.RegionUnknown, "://": schema.RegionUnknown,
	} {
		if got := c.facets.region(address); got != want {
			t.Errorf("%q: %s, want %s", address, got, want)
		}
	}
}

// TestFacetsStrict: a code that nobody knows does not get in.
func TestFacetsStrict(t *testing.T) {
	t.Parallel()
	terms := "services: {teams: {nl: a, en: a}}\nplatforms: {web: {nl: a, en: a}}\nkinds: {usage: {nl: a, en: a}}\ncategories: {unknown: {nl: a, en: a}}\n"
	for want, data := range map[string]string{
		"no services.tems":          "services: {tems: {apps: [Teams]}}\n",
		`no role "boss"`:            "services: {teams: {role: boss}}\n",
		`no region "moon"`:          "regions: {hosts: {a.example: moon}}\n",
		`no purpose "advertise"`:    "purposes: {kinds: {usage: advertise}}\n",
		"no kinds.nope":             "purposes: {kinds: {nope: provide}}\n",
		"no platforms.amiga":        "platforms: [{field: A, values: {x: amiga}}]\n",
		"no categories.other":       "categories: [{is: other}]\n",
		"field colour not found":    "colour: red\n",
		"no page in refs.yaml":      "categories: [{ref: page, is: unknown}]\n",
		"no services.word in terms": "ages: {exception: {service: word, days: 3}}\n",
	} {
		_, err := small(t, map[string]string{"terms/x.yaml": terms, "facets/x.yaml": data})
		if err == nil || !contains(err, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	c := mustSmall(t, map[string]string{
		"terms/x.yaml":      terms,
		"facets/x.yaml":     "services: {teams: {apps: [Teams]}}\n",
		"namespaces/x.yaml": "- {namespace: A, app: {nl: Groepen, en: Groups}, text: {nl: a, en: a}}\n",
	})
	if got := c.homeless(); !slices.Equal(got, []string{"Groups"}) {
		t.Errorf("without a service: %q", got)
	}
}

func contains(err error, want string) bool {
	return strings.Contains(errors.Unwrap(err).Error(), want)
}
