package main

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// Each civil day has one file, whole and never written over: another checkpoint
// under its name is told.
func TestCheckpointsElsewhere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keep := elsewhere(folder, time.FixedZone("", 3600))
	morning := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		at   time.Time
		text string
		code schema.Code
	}{
		{morning, "first", ""},
		{morning, "first", ""},
		{morning, "second", schema.CodeConflict},
		{morning.Add(14*time.Hour + time.Minute), "next day", ""},
	} {
		if err := keep(queue.Checkpoint{At: step.at, Text: []byte(step.text)}); schema.CodeOf(err) != step.code {
			t.Errorf("step %d: %v, want %q", i, err, step.code)
		}
	}
	got := make(map[string]string)
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name()] = string(text)
	}
	if d := cmp.Diff(map[string]string{"inzage-ledger-2026-11-02.txt": "first", "inzage-ledger-2026-11-03.txt": "next day"}, got); d != "" {
		t.Error(d)
	}
	if err := elsewhere(filepath.Join(folder, "gone"), time.UTC)(queue.Checkpoint{At: morning}); schema.CodeOf(err) != schema.CodeIO {
		t.Errorf("a folder that is not there: %v", err)
	}
	if elsewhere("", time.UTC) != nil {
		t.Error("no folder is some folder")
	}
}

// The day that a person names has the last checkpoint of it or before it, and all
// that came after, each on its civil day.
func TestCheckpointsSince(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	now, zone := begin, time.FixedZone("", 3600)
	q := queuetest.New(t, func(o *queue.Options) { o.Now, o.Zone = func() time.Time { return now }, zone })
	queuetest.Request(t, q, "graphexport")
	for _, after := range []time.Duration{0, 14*time.Hour + time.Minute, 72 * time.Hour} { // 2, 3 and 5 November
		now = begin.Add(after)
		if _, err := q.DailyCheckpoint(t.Context(), nil); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	public, _ := q.Signer(nil).Public().(ed25519.PublicKey)
	a := testApp(t, schema.English)
	for since, want := range map[string]int{"": 3, "2026-11-02": 3, "2026-11-03": 2, "2026-11-04": 2, "2026-11-05": 1, "2027-01-01": 1} {
		list, err := a.checkpointsSince(t.Context(), q, since, zone, []ed25519.PublicKey{public})
		if err != nil || len(list) != want || !list[0].Signed {
			t.Errorf("since %q: %d checkpoints, want %d, %v", since, len(list), want, err)
		}
	}
	for _, since := range []string{"2026-11-01", "yesterday"} {
		_, err := a.checkpointsSince(t.Context(), q, since, zone, nil)
		if _, usage := errors.AsType[*usageError](err); !usage {
			t.Errorf("since %s: %v", since, err)
		}
	}
}

// The terms of a configuration, and those that make no sense.
func TestTermsInConfig(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "inzage.yaml")
	for text, want := range map[string]schema.Terms{
		"":                          {Raw: 30, Bundle: 30},
		"terms: {bundle_days: 7}":   {Raw: 7, Bundle: 7},
		"terms: {bundle_days: 90}":  {Raw: 30, Bundle: 90},
		"terms: {raw_days: 0}":      {Raw: 0, Bundle: 30},
		"terms: {raw_days: 31}":     {Raw: -1},
		"terms: {bundle_days: -1}":  {Raw: -1},
		"terms: {bundle_days: 1e9}": {Raw: -1},
		"terms: {facts_years: 7}":   {Raw: 30, Bundle: 30, Facts: 7},
		"terms: {facts_years: 0}":   {Raw: -1},
		"terms: {facts_years: 101}": {Raw: -1},
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readConfig(name)
		if want.Raw < 0 {
			if schema.CodeOf(err) != schema.CodeConfig {
				t.Errorf("%s: %+v, %v", text, c.Terms.terms(), err)
			}
			continue
		}
		if err != nil || c.Terms.terms() != want {
			t.Errorf("%s: %+v, %v", text, c.Terms.terms(), err)
		}
	}
}
