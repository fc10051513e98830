package compare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/explain/finding"
	"inzage/explain/register"
	"inzage/schema"
)

// start is the moment of the first event.
func start() time.Time { return time.Date(2026, 10, 5, 7, 0, 0, 0, time.UTC) }

// shown is an event of a source, a number of milliseconds after the start. Seq "" is
// an event without number.
func shown(source, name, seq string, ms int, data ...string) *schema.Explanation {
	fields := []string{"iKey", "o:0a89d516ae714e01ae89c96d185e9ae3"}
	if seq != "" {
		fields = append(fields, "ext.utc.seq", seq, "ext.utc.epoch", "77")
	}
	if source == network {
		fields = append(fields, finding.PathHost, "eu-mobile.events.data.microsoft.com")
	}
	return record(source, name, ms, append(fields, data...)...)
}

func record(source, name string, ms int, fields ...string) *schema.Explanation {
	r := schema.Record{Source: source, Event: name, At: start().Add(time.Duration(ms) * time.Millisecond)}
	for i := 0; i < len(fields); i += 2 {
		r.Fields = append(r.Fields, schema.Field{Path: fields[i], Value: schema.NewPersonal(fields[i+1])})
	}
	return &schema.Explanation{Record: r, Title: "In words: " + name}
}

func compared(t *testing.T, list ...*schema.Explanation) *Report {
	t.Helper()
	c := New(known(t))
	for _, e := range list {
		c.Add(e)
	}
	r, err := c.Report()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func known(t *testing.T) *register.Registers {
	t.Helper()
	r, err := register.Load(fstest.MapFS{"hosts.yaml": {Data: []byte(`checked: 2026-10-01
hosts:
  - {host: events.data.microsoft.com, name: M, status: processor, telemetry: true, proof: known, source: {nl: x, en: x}}
  - {host: office.example, name: O, status: processor, proof: known, source: {nl: x, en: x}}
  - {host: bing.example, name: B, status: controller, proof: known, source: {nl: x, en: x}}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestOutcomes: one pair of each kind, and what is left on either side.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	r := compared(
		t,
		shown(viewer, "Same", "1", 0, "data.a", "x"),
		shown(viewer, "Changed", "2", 1000, "data.a", "x", "data.b", "y"),
		shown(viewer, "NoNumber", "", 2000, "data.a", "x"),
		shown(viewer, "Reworded", "", 3000, "data.a", "x"),
		shown(viewer, "Kept", "9", 4000),
		shown(viewer, "Early", "10", -60_000),
		// The capture's clock is 5 s ahead.
		shown(network, "Same", "1", 5000, "data.a", "x"),
		shown(network, "Changed", "2", 6000, "data.b", "z", "data.a", "x"),
		shown(network, "NoNumber", "", 7900, "data.a", "x"),
		shown(network, "Reworded", "", 9100, "data.a", "other"), // 1.1 s off
		shown(network, "Hidden", "3", 9000),
	)
	s := r.Comparisons[0]
	want := Counts{Both: 2, Differs: 2, ViewerOnly: 2, Outside: 1, OtherOnly: 1}
	if diff := gocmp.Diff(want, s.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(map[Rule]int64{Exact: 2, Near: 1, Weak: 1}, s.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if s.Skew != 5000 || s.Pairs != 2 {
		t.Errorf("skew %d ms of %d pairs", s.Skew, s.Pairs)
	}
	for _, e := range s.Events {
		if e.Name == "Changed" && !gocmp.Equal(e.Fields, map[string]int64{"data.b": 1}) {
			t.Errorf("differing fields: %v", e.Fields)
		}
	}
}

// TestOneToOne: the same event many times is matched once each, and the nearest
// goes first.
func TestOneToOne(t *testing.T) {
	t.Parallel()
	r := compared(
		t,
		shown(viewer, "Tick", "", 0), shown(viewer, "Tick", "", 1000), shown(viewer, "Tick", "", 2000),
		shown(network, "Tick", "", 1000), shown(network, "Tick", "", 2000),
		shown(network, "Tick", "", 9000),
	)
	// 0 takes the one at 1000, 1000 the one at 2000.
	if diff := gocmp.Diff(Counts{Both: 2, ViewerOnly: 1, OtherOnly: 1}, r.Comparisons[0].Counts); diff != "" {
		t.Error(diff)
	}
	far := compared(t, shown(viewer, "Tick", "", 0), shown(network, "Tick", "", 2001))
	if got := far.Comparisons[0].Both; got != 0 {
		t.Errorf("%d pairs more than two seconds apart", got)
	}
}

// TestNearest holds the rounds that go by time against the rule in its plainest form:
// each takes the nearest that is left, of two as near the first.
func TestNearest(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 8))
		side := func() (list []*item) {
			for range r.IntN(9) {
				list = append(list, &item{name: "Tick", at: start().Add(time.Duration(r.IntN(20)) * 400 * time.Millisecond)})
			}
			return inTime(list)
		}
		a, b := side(), side()
		var want []pair
		left := slices.Clone(b)
		for _, x := range a {
			gap := func(y *item) time.Duration { return y.at.Sub(x.at).Abs() }
			if len(left) == 0 {
				break
			}
			if y := slices.MinFunc(left, func(y, z *item) int { return cmp.Compare(gap(y), gap(z)) }); gap(y) <= window {
				want = append(want, pair{x, y, Weak})
				left = slices.DeleteFunc(left, func(z *item) bool { return z == y })
			}
		}
		if got := byTime(a, b, 0, Weak, func(x *item) string { return x.name }); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d pairs, want %d, or others", seed, len(got), len(want))
		}
	}
}

// TestNames: a key and a name are compared however they are written.
func TestNames(t *testing.T) {
	t.Parallel()
	const key = "0a89d516ae714e01ae89c96d185e9ae3"
	for _, text := range []string{"o:" + key, strings.ToUpper("o:" + key), "P-ARIA-" + key + "-1-2", key + "-5c2d", key} {
		if got := token(text); got != key {
			t.Errorf("%q: got %q", text, got)
		}
	}
	if got := eventName("Aria." + key + ".Microsoft.WebBrowser.X"); got != "Microsoft.WebBrowser.X" {
		t.Errorf("got %q", got)
	}
	if got := eventName("Aria.Short.X"); got != "Aria.Short.X" {
		t.Errorf("got %q", got)
	}
}

// TestExport: an export is matched by name and time, and has no fields to differ in.
func TestExport(t *testing.T) {
	t.Parallel()
	r := compared(t, shown(viewer, "Office.X", "1", 0, "data.a", "x"), record(export, "Office.X", 700, "properties.a", "y"), record(export, "Office.Y", 700))
	if r.Comparisons[0].With != "export" {
		t.Fatalf("got %q", r.Comparisons[0].With)
	}
	if diff := gocmp.Diff(Counts{Both: 1, OtherOnly: 1}, r.Comparisons[0].Counts); diff != "" {
		t.Error(diff)
	}
}

// TestHosts: requests are counted by host, what cannot be read with its size.
func TestHosts(t *testing.T) {
	t.Parallel()
	request := func(host, body, bytes string) *schema.Explanation {
		return record(network, finding.Request, 0, finding.PathHost, host, "capture.body", body, "capture.bytes", bytes)
	}
	r := compared(
		t, shown(viewer, "A", "1", 0), shown(network, "A", "1", 0),
		request("eu-mobile.events.data.microsoft.com", "events", ""), request("eu-mobile.events.data.microsoft.com", "opaque", "120"),
		request("a.office.example", "other", ""), request("www.bing.example", "none", ""), request("who.example", "none", ""),
		record(network, "capture.about", 0, "log.creator.name", "Meetbrowser", "log.creator.version", "9"),
	)
	want := []Host{
		{Host: "a.office.example", Kind: HostService, Name: "O", Country: "unknown", Status: "processor", Checked: "2026-10-01", Requests: 1},
		{
			Host: "eu-mobile.events.data.microsoft.com", Kind: HostTelemetry, Name: "M", Country: "unknown", Status: "processor", Checked: "2026-10-01",
			Requests: 2, Events: 1, Opaque: 1, OpaqueBytes: 120,
		},
		{Host: "who.example", Kind: HostThirdParty, Country: "unknown", Status: "unknown", Requests: 1},
		{Host: "www.bing.example", Kind: HostThirdParty, Name: "B", Country: "unknown", Status: "controller", Checked: "2026-10-01", Requests: 1},
	}
	if diff := gocmp.Diff(want, r.Hosts); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"Meetbrowser 9"}, r.Tools); diff != "" {
		t.Error(diff)
	}
}

// TestNothing: one side alone is no comparison.
func TestNothing(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]*schema.Explanation{
		"nothing": nil, "viewer": {shown(viewer, "A", "1", 0)}, "network": {shown(network, "A", "1", 0)}, "another source": {record("auditlog", "A", 0)},
	} {
		c := New(known(t))
		for _, e := range list {
			c.Add(e)
		}
		if _, err := c.Report(); schema.CodeOf(err) != schema.CodeNothingFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzMatch holds that matching is one to one and gives the same every time, and
// that no value of the data is in a report.
func FuzzMatch(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte("viewer and network"))
	f.Fuzz(func(t *testing.T, plan []byte) {
		const secret = "geheime-waarde-"
		var list []*schema.Explanation
		var sizes [2]int64
		for i, b := range plan[:min(len(plan), 400)] {
			seq := ""
			if b&4 != 0 {
				seq = fmt.Sprint(b >> 5)
			}
			side := int(b & 1)
			sizes[side]++
			list = append(list, shown([]string{viewer, network}[side], fmt.Sprint("E", b>>1&1), seq, i*int(b>>3)*50, "data.a", secret+fmt.Sprint(b>>6)))
		}
		c := New(known(t))
		for _, e := range list {
			c.Add(e)
		}
		r, err := c.Report()
		if err != nil {
			if sizes[0] > 0 && sizes[1] > 0 {
				t.Fatal(err)
			}
			return
		}
		s := r.Comparisons[0]
		if s.Both+s.Differs+s.ViewerOnly != sizes[0] || s.Both+s.Differs+s.OtherOnly != sizes[1] {
			t.Errorf("%+v of %v", s.Counts, sizes)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), secret) {
			t.Error("a value is in the report")
		}
		if again := compared(t, list...); !gocmp.Equal(r, again) {
			t.Error("the second report differs")
		}
	})
}
