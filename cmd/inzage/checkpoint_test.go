package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// A day has one file, which is never written over.
func TestCheckpointsElsewhere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keep := elsewhere(folder)
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for _, text := range []string{"first", "second"} {
		if err := keep(queue.Checkpoint{At: at, Text: []byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(folder, "inzage-ledger-2026-11-02.txt")); err != nil || string(text) != "first" {
		t.Errorf("%q, %v", text, err)
	}
	if err := elsewhere(filepath.Join(folder, "gone"))(queue.Checkpoint{At: at}); schema.CodeOf(err) != schema.CodeIO {
		t.Errorf("a folder that is not there: %v", err)
	}
	if elsewhere("") != nil {
		t.Error("no folder is some folder")
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
