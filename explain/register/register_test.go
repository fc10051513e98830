package register_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"inzage/explain/catalog"
	"inzage/explain/register"
)

// TestBuiltIn: the registers of the program load, and say what they must.
func TestBuiltIn(t *testing.T) {
	t.Parallel()
	r := builtIn(t)
	for host, want := range map[string]register.Host{
		"eu-mobile.events.data.microsoft.com": {Country: "EU", Status: register.Processor, Telemetry: true},
		"self.events.data.microsoft.com":      {Status: register.Processor, Telemetry: true}, // global: the name shows no place
		"www.Bing.com":                        {Status: register.Controller, Switch: "optional-experiences"},
		"media.giphy.com":                     {Status: register.Unknown, Switch: "giphy"},
		"voorbeeld-my.sharepoint.com":         {Status: register.Processor},
		"notbing.com":                         {Status: register.Unknown},
		"":                                    {Status: register.Unknown},
	} {
		got, known := r.Host(host)
		if got.Country != want.Country || got.Status != want.Status || got.Telemetry != want.Telemetry || got.Switch != want.Switch || known != (got.Host != "") {
			t.Errorf("%q: got %+v", host, got)
		}
		if known && (got.Name == "" || got.On.IsZero() || got.Source.NL == "") {
			t.Errorf("%q: an entry without name, day or source", host)
		}
	}
	if p, ok := r.Promise("bing-removed"); !ok || p.Since.String() != "2022-08-01" {
		t.Errorf("the promise about Bing: %v %v", p.Since, ok)
	}
	if len(r.Experiences) < 40 {
		t.Errorf("%d connected experiences", len(r.Experiences))
	}
}

// TestOwnGoesBefore: what the organisation says of a host holds.
func TestOwnGoesBefore(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{"own.yaml": {Data: []byte("checked: 2026-10-01\nhosts:\n  - {host: bing.com, name: Bing, status: blocked, proof: known, source: {nl: Eigen firewall, en: Own firewall}}\n")}}
	r, err := register.Load(base(t), own)
	if err != nil {
		t.Fatal(err)
	}
	if h, _ := r.Host("www.bing.com"); h.Status != register.Blocked || h.On.String() != "2026-10-01" {
		t.Errorf("got %+v", h)
	}
}

// TestOwnAdvice: what the organisation says of an advice takes its place.
func TestOwnAdvice(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{"own.yaml": {Data: []byte("checked: 2026-10-01\nadvice:\n  - {key: giphy, proof: known, source: {nl: Eigen, en: Own}, name: {nl: G, en: G}, text: {nl: T, en: T}, look: {nl: K, en: L}," +
		" answers: [{value: \"off\", good: true, name: {nl: U, en: O}}, {value: \"on\", name: {nl: A, en: O}}]}\n")}}
	r, err := register.Load(base(t), own)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, a := range r.Advice {
		if a.Key == "giphy" && a.Source.EN == "Own" {
			found++
		}
	}
	if found != 1 || len(r.Advice) != len(builtIn(t).Advice) {
		t.Errorf("%d of our own among %d", found, len(r.Advice))
	}
}

func TestStrict(t *testing.T) {
	t.Parallel()
	const good = "{host: a.example, name: A, status: unknown, proof: read, source: {nl: x, en: x}}"
	const advice = "{key: x, proof: read, source: {nl: x, en: x}, name: {nl: x, en: x}, text: {nl: x, en: x}, look: {nl: x, en: x}, " +
		"answers: [{value: a, good: true, name: {nl: x, en: x}}, {value: b, name: {nl: x, en: x}}]}"
	if _, err := register.Load(fstest.MapFS{"a.yaml": {Data: []byte("checked: 2026-01-01\nadvice: [" + advice + "]\n")}}); err != nil {
		t.Errorf("a whole advice: %v", err)
	}
	for name, text := range map[string]string{
		"all good":    "checked: 2026-01-01\nadvice: [" + strings.Replace(advice, "{value: b", "{value: b, good: true", 1) + "]\n",
		"no good":     "checked: 2026-01-01\nadvice: [" + strings.Replace(advice, "good: true", "good: false", 1) + "]\n",
		"no look":     "checked: 2026-01-01\nadvice: [" + strings.Replace(advice, "look: {nl: x, en: x}", "look: {nl: x}", 1) + "]\n",
		"answers":     "checked: 2026-01-01\nadvice: [" + strings.Replace(advice, "value: b", "value: a", 1) + "]\n",
		"reserved":    "checked: 2026-01-01\nadvice: [" + strings.Replace(advice, "value: b", "value: unknown", 1) + "]\n",
		"unknown key": "checked: 2026-01-01\nhost: []\n",
		"no day":      "hosts: [" + good + "]\n",
		"twice":       "checked: 2026-01-01\nhosts: [" + good + "," + good + "]\n",
		"status":      "checked: 2026-01-01\nhosts: [" + strings.Replace(good, "status: unknown", "status: friend", 1) + "]\n",
		"no source":   "checked: 2026-01-01\nhosts: [" + strings.Replace(good, "en: x", "en: ''", 1) + "]\n",
		"capitals":    "checked: 2026-01-01\nhosts: [" + strings.Replace(good, "a.example", "A.example", 1) + "]\n",
		"kind":        "checked: 2026-01-01\nexperiences: [{name: x, kind: y}]\n",
		"outcome":     "checked: 2026-01-01\nquestions: [{key: x, asked: 2026-01-01, outcome: perhaps}]\n",
		"open, day":   "checked: 2026-01-01\nquestions: [{key: x, asked: 2026-01-01, answered: 2026-02-01, outcome: open}]\n",
		"backwards":   "checked: 2026-01-01\nquestions: [{key: x, asked: 2026-01-02, answered: 2026-01-01, outcome: answered}]\n",
		"since":       "checked: 2026-01-01\npromises: [{key: x, proof: read, source: {nl: x, en: x}, text: {nl: x, en: x}}]\n",
	} {
		if _, err := register.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func builtIn(t *testing.T) *register.Registers {
	t.Helper()
	r, err := register.Load(base(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func base(t *testing.T) fs.FS {
	t.Helper()
	f, err := fs.Sub(catalog.FS(), "registers")
	if err != nil {
		t.Fatal(err)
	}
	return f
}
