package compare

import (
	"maps"
	"slices"
	"time"

	"inzage/explain/register"
	"inzage/schema"
)

// Version is that of the shape of Report.
const Version = 1

// Report is the answer of `inzage compare`; docs/compare.md describes it.
type Report struct {
	Version int `json:"version"`
	// TestOnly is always true: a comparison is of a test account.
	TestOnly bool `json:"test_environment_only"`
	// Catalog is the version of the knowledge, Level the level of diagnostic data
	// that was set, "unknown" where nobody said.
	Catalog string `json:"catalog"`
	Level   string `json:"telemetry_level"`
	// Tools made the captures.
	Tools       []string         `json:"tools"`
	Comparisons []Sides          `json:"comparisons"`
	Hosts       []Host           `json:"hosts"`
	Findings    []schema.Finding `json:"findings"`
	// What was read but is not compared.
	Unreadable int64            `json:"unreadable"`
	Others     int64            `json:"records_of_others"`
	LeftOut    map[string]int64 `json:"left_out"` // by repair
}

// Rule is how two events were matched.
type Rule string

// The rules. The codes are public output.
const (
	Exact Rule = "exact"
	Near  Rule = "near"
	Weak  Rule = "weak"
)

// Sides are two sides laid beside each other: the viewer, and the network or an
// export.
type Sides struct {
	With string `json:"with"` // "network" or "export"
	// Skew is how much later the other side has the same event, in milliseconds, by
	// the median of as many pairs.
	Skew  int64 `json:"skew_ms"`
	Pairs int   `json:"skew_pairs"`
	// Viewer and Other are from when to when the sides go.
	Viewer Span `json:"viewer"`
	Other  Span `json:"other"`
	Counts
	Rules  map[Rule]int64 `json:"rules"`
	Events []Event        `json:"events"`
}

// Counts are the outcomes.
type Counts struct {
	Both       int64 `json:"both"`
	Differs    int64 `json:"differs"`
	ViewerOnly int64 `json:"viewer_only"`
	// Outside counts those of ViewerOnly that are of another time than the other side.
	Outside   int64 `json:"viewer_only_outside_window"`
	OtherOnly int64 `json:"other_only"`
}

// Event is one kind of event.
type Event struct {
	Name     string          `json:"name"`
	Title    string          `json:"title"`
	Category schema.Category `json:"category"`
	Layer    schema.Layer    `json:"layer"`
	Counts
	// Fields are the paths that differ, and how often.
	Fields map[string]int64 `json:"differing_fields,omitempty"`
}

// HostKind is what a host is to a comparison.
type HostKind string

// The kinds. The codes are public output.
const (
	HostTelemetry  HostKind = "telemetry"
	HostService    HostKind = "not-telemetry" // of the service itself
	HostThirdParty HostKind = "third-party"   // not of the processor, or unknown
)

// Host is what went to one host.
type Host struct {
	Host     string          `json:"host"`
	Kind     HostKind        `json:"kind"`
	Name     string          `json:"name,omitempty"`
	Legal    string          `json:"legal_name,omitempty"`
	Country  string          `json:"country"`
	Status   register.Status `json:"status"`
	Checked  string          `json:"checked,omitempty"`
	Requests int64           `json:"requests"`
	Events   int64           `json:"events"`
	// Opaque are requests with telemetry that cannot be read, OpaqueBytes their size.
	Opaque      int64 `json:"opaque"`
	OpaqueBytes int64 `json:"opaque_bytes"`
}

// Span is from the first to the last moment; zero where there is none.
type Span struct {
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

func (s *Span) add(at time.Time) {
	if at.IsZero() {
		return
	}
	if s.First.IsZero() || at.Before(s.First) {
		s.First = at
	}
	if at.After(s.Last) {
		s.Last = at
	}
}

// holds reports whether a moment is within, give or take the window.
func (s Span) holds(at time.Time) bool {
	return !at.IsZero() && !at.Before(s.First.Add(-window)) && !at.After(s.Last.Add(window))
}

// Report lays the sides beside each other. It can be asked once. CodeNothingFound
// where there are no events of the viewer, or nothing to lay beside them.
func (c *Comparison) Report() (*Report, error) {
	r := &Report{Version: Version, TestOnly: true, Level: "unknown", Tools: append([]string{}, slices.Sorted(maps.Keys(c.tools))...), Hosts: []Host{}}
	for _, with := range []struct{ source, code string }{{network, "network"}, {export, "export"}} {
		if len(c.sides[with.source]) == 0 && (with.source != network || len(c.hosts) == 0) {
			continue
		}
		for _, x := range c.sides[viewer] {
			x.matched = false
		}
		r.Comparisons = append(r.Comparisons, c.beside(with.source, with.code))
	}
	if len(c.sides[viewer]) == 0 || len(r.Comparisons) == 0 {
		return nil, schema.Fail(schema.CodeNothingFound, "compare", nil)
	}
	for _, name := range slices.Sorted(maps.Keys(c.hosts)) {
		r.Hosts = append(r.Hosts, *c.hosts[name])
	}
	return r, nil
}

// beside lays one side beside the viewer's.
func (c *Comparison) beside(source, code string) Sides {
	mine, other := c.sides[viewer], c.sides[source]
	s := Sides{With: code, Rules: make(map[Rule]int64)}
	if source == network {
		s.Other = c.requests
	}
	for _, x := range mine {
		s.Viewer.add(x.at)
	}
	for _, x := range other {
		s.Other.add(x.at)
	}
	pairs, skew, exact := match(mine, other)
	s.Skew, s.Pairs = skew.Milliseconds(), exact
	rows := make(map[string]*Event)
	row := func(x *item) *Event {
		e := rows[x.name]
		if e == nil {
			t := c.titles[x.name]
			e = &Event{Name: x.name, Title: t.words, Category: t.category, Layer: t.layer}
			rows[x.name] = e
		}
		return e
	}
	for _, p := range pairs {
		s.Rules[p.rule]++
		e := row(p.a)
		// An export holds other fields than the event had: there is nothing to compare.
		if source == export || p.a.hash == p.b.hash {
			e.Both++
			continue
		}
		e.Differs++
		if e.Fields == nil {
			e.Fields = make(map[string]int64)
		}
		for _, path := range differing(p.a, p.b) {
			e.Fields[path]++
		}
	}
	for _, x := range mine {
		if !x.matched {
			row(x).ViewerOnly++
			if !s.Other.holds(x.at.Add(skew)) {
				row(x).Outside++
			}
		}
	}
	for _, x := range other {
		if !x.matched {
			row(x).OtherOnly++
		}
	}
	s.Events = make([]Event, 0, len(rows))
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		e := *rows[name]
		s.Events = append(s.Events, e)
		s.Both += e.Both
		s.Differs += e.Differs
		s.ViewerOnly += e.ViewerOnly
		s.Outside += e.Outside
		s.OtherOnly += e.OtherOnly
	}
	return s
}
