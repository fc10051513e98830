package dataviewer

import (
	"os"
	"path/filepath"
	"testing"

	"inzage/schema"
)

// TestReference reads real captures, which are not part of the repository.
func TestReference(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("INZAGE_REFERENCE")
	if folder == "" {
		t.Skip("INZAGE_REFERENCE does not name the folder of reference material")
	}
	tests := map[string]struct {
		format  string
		records int
		event   string // of the last
		repairs map[schema.Repair]int64
	}{
		"get-diagnosticdata_export-csv_ps5.1.csv": {
			formatCSV, 1, "Microsoft.Windows.StoreAgent.Telemetry.InstallOperationRequest",
			map[schema.Repair]int64{schema.RepairTypeLine: 1},
		},
		"census-6-events.txt":                              {formatEvents, 6, "", map[schema.Repair]int64{schema.RepairDuplicateKey: 6}},
		"Microsoft.Windows.Kernel.Power.OSStateChange.txt": {formatEvents, 1, "Microsoft.Windows.Kernel.Power.OSStateChange", nil},
		"get-diagnosticdatacategories.txt":                 {},
		"observed-names-required-only.txt":                 {},
	}
	for name, tc := range tests {
		data, err := os.ReadFile(filepath.Join(folder, "samples", "diagnostic-data-viewer", name))
		check(t, err)
		f := file(name, string(data))
		format, ok := New().Match(f)
		if format.Code != tc.format || ok != (tc.format != "") {
			t.Errorf("%s: matched as %v", name, format)
		}
		if !ok {
			continue
		}
		list, tally, err := read(t, schema.Subject{}, f)
		check(t, err)
		if len(list) != tc.records {
			t.Fatalf("%s: %d records", name, len(list))
		}
		for _, rec := range list {
			if rec.Unreadable != "" || rec.At.Year() != 2021 || rec.Event == "" || len(rec.Fields) < 20 {
				t.Errorf("%s, record %d: %q at %v, %d fields", name, rec.From.Record, rec.Event, rec.At, len(rec.Fields))
			}
		}
		if last := list[len(list)-1]; tc.event != "" && last.Event != tc.event {
			t.Errorf("%s: event %q", name, last.Event)
		}
		for kind, n := range tc.repairs {
			if tally.Repairs[kind] != n {
				t.Errorf("%s: repairs %v, want %v", name, tally.Repairs, tc.repairs)
			}
		}
	}
}
