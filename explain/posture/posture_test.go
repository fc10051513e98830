package posture_test

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/explain/catalog"
	"inzage/explain/finding"
	"inzage/explain/law"
	"inzage/explain/posture"
	"inzage/explain/register"
	"inzage/schema"
)

// TestJudge: only what was seen, lately and without contradiction, is known.
func TestJudge(t *testing.T) {
	t.Parallel()
	on := day(t, "2026-11-27")
	saw := func(value, day_ string, how posture.How) posture.Evidence {
		return posture.Evidence{Value: value, On: day(t, day_), How: how}
	}
	unknown := register.NotKnown
	for name, tc := range map[string]struct {
		seen  []posture.Evidence
		state posture.State
		why   posture.Why
	}{
		"nothing":             {nil, posture.Unknown, posture.WhyNobody},
		"good":                {[]posture.Evidence{saw("on", "2026-11-27", posture.ByHand)}, posture.Pass, ""},
		"bad":                 {[]posture.Evidence{saw("off", "2026-11-27", posture.ByHand)}, posture.Fail, ""},
		"a year old":          {[]posture.Evidence{saw("on", "2025-11-27", posture.ByHand)}, posture.Pass, ""},
		"older":               {[]posture.Evidence{saw("on", "2025-11-26", posture.ByHand)}, posture.Unknown, posture.WhyOld},
		"bad, and old":        {[]posture.Evidence{saw("off", "2025-01-01", posture.ByHand)}, posture.Unknown, posture.WhyOld},
		"the newest decides":  {[]posture.Evidence{saw("on", "2026-01-01", posture.ByHand), saw("off", "2026-02-01", posture.Organisation)}, posture.Fail, ""},
		"one day, two says":   {[]posture.Evidence{saw("on", "2026-02-01", posture.Graph), saw("off", "2026-02-01", posture.ByHand)}, posture.Unknown, posture.WhyDiffer},
		"one day, same side":  {[]posture.Evidence{saw("off", "2026-02-01", posture.Graph), saw("half", "2026-02-01", posture.ByHand)}, posture.Fail, ""},
		"could not tell":      {[]posture.Evidence{saw(unknown, "2026-02-01", posture.ByHand)}, posture.Unknown, posture.WhyUnsure},
		"could not, but once": {[]posture.Evidence{saw(unknown, "2026-02-02", posture.Graph), saw("on", "2026-02-01", posture.ByHand)}, posture.Pass, ""},
		"tomorrow":            {[]posture.Evidence{saw("on", "2026-11-28", posture.ByHand)}, posture.Unknown, posture.WhyNobody},
		"no such answer":      {[]posture.Evidence{saw("perhaps", "2026-11-27", posture.ByHand)}, posture.Unknown, posture.WhyNobody},
	} {
		r := posture.Judge([]register.Advice{advice("x", "")}, map[string][]posture.Evidence{"x": tc.seen}, on)
		if got := r.Items[0]; got.State != tc.state || got.Why != tc.why {
			t.Errorf("%s: %s %s, want %s %s", name, got.State, got.Why, tc.state, tc.why)
		}
		if r.Pass+r.Fail+r.Unknown != 1 {
			t.Errorf("%s: %d, %d and %d of 1", name, r.Pass, r.Fail, r.Unknown)
		}
	}
}

// TestNotice: what fails is a finding, once; what is not known is none.
func TestNotice(t *testing.T) {
	t.Parallel()
	own := advice("own", "report-names")
	own.Finding = schema.FindingReportNames
	list := []register.Advice{advice("good", "giphy"), advice("bad", ""), advice("open", "viva-insights"), own}
	seen := func(value string) []posture.Evidence {
		return []posture.Evidence{{Value: value, On: day(t, "2026-11-01"), How: posture.ByHand}}
	}
	r := posture.Judge(list, map[string][]posture.Evidence{"good": seen("on"), "bad": seen("off"), "own": seen("off")}, day(t, "2026-11-27"))
	var found finding.List
	r.Notice(&found)
	want := []schema.Finding{{
		ID: schema.FindingAdvice, Severity: schema.SeverityMedium, Count: 1, Evidence: []schema.Evidence{{Code: "advice.bad", Count: 1}},
	}}
	if diff := cmp.Diff(want, found.Findings()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"giphy": "on", "report-names": "off"}, r.Settings()); diff != "" {
		t.Error(diff)
	}
}

// TestBuiltIn: an advice about a setting has the answers that the setting can have.
func TestBuiltIn(t *testing.T) {
	t.Parallel()
	base, err := fs.Sub(catalog.FS(), "registers")
	if err != nil {
		t.Fatal(err)
	}
	r, err := register.Load(base)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Advice) < 15 {
		t.Errorf("%d advices", len(r.Advice))
	}
	for _, a := range r.Advice {
		for _, x := range a.Answers {
			if a.Setting != "" && !law.KnownSetting(a.Setting, x.Value) {
				t.Errorf("%s: the setting %s cannot be %s", a.Key, a.Setting, x.Value)
			}
		}
	}
}

func advice(key, setting string) register.Advice {
	return register.Advice{Key: key, Setting: setting, Answers: []register.Answer{{Value: "on", Good: true}, {Value: "off"}, {Value: "half"}}}
}

func day(t *testing.T, text string) schema.Date {
	t.Helper()
	d, err := schema.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
