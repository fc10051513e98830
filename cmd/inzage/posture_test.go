package main

import (
	"testing"

	"inzage/explain/posture"
	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// TestPostureGraph: what Graph tells is evidence of today; what it does not, is
// none, and the answer is not complete.
func TestPostureGraph(t *testing.T) {
	t.Parallel()
	store := account(t)
	for _, test := range []struct {
		roles []string
		code  int
		value string
		why   posture.Why
	}{
		{simulate.Roles(), exitOK, "shown", ""},
		{nil, exitIncomplete, "unknown", posture.WhyRight},
	} {
		o := simulate.Options{}
		o.App.Roles = test.roles
		_, config := reachable(t, store, o)
		a := testApp(t, schema.English)
		seen := make(map[string][]posture.Evidence)
		if err := a.askGraph(t.Context(), config, seen); err != nil {
			t.Fatal(err)
		}
		if a.code != test.code || len(seen["report-names"]) != 1 {
			t.Fatalf("exit %d, %+v", a.code, seen)
		}
		if e := seen["report-names"][0]; e.Value != test.value || e.Why != test.why || e.How != posture.Graph || e.On.IsZero() {
			t.Errorf("got %+v", e)
		}
	}
}

// TestPostureWords looks up the words of everything that can be said.
func TestPostureWords(t *testing.T) {
	t.Parallel()
	a := testApp(t, schema.English)
	need := func(key string) {
		if !a.catalog.HasText(key) {
			t.Errorf("no words for %s", key)
		}
	}
	for _, s := range posture.States() {
		need("posture.state." + string(s))
	}
	for _, w := range posture.Whys() {
		need("posture.why." + string(w))
	}
	for _, h := range posture.Hows() {
		need("posture.how." + string(h))
	}
}
