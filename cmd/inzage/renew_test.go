package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// What ended three years ago lapses after a term of two, by a command that says
// before and after what goes; what it gives to keep is what verifies.
func TestLedgerRenew(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data, settings, kept := filepath.Join(folder, "data"), filepath.Join(folder, "inzage.yaml"), filepath.Join(folder, "kept")
	s := queuetest.Serve(t, data)
	ago := time.Now().AddDate(-3, 0, 0)
	then := queuetest.Open(t, s, func(o *queue.Options) { o.Now = func() time.Time { return ago } })
	for _, number := range []string{"old", "older"} {
		opened := queuetest.Opened(number, "graphexport")
		opened.Day = schema.CivilDate(ago, time.UTC)
		r, err := then.New(t.Context(), opened, schema.Subject{})
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if _, err := then.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if _, err := then.Erase(t.Context(), r.ID, "someone"); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	before, err := then.Checkpoint(t.Context(), nil)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	then.Close()
	s.Close()
	if err := os.WriteFile(filepath.Join(folder, "before"), before.Text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	inzage := func(code int, words string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		sys := system{args: append(args, "--data", data, "--lang", "en"), stdin: strings.NewReader(""), stdout: &out, stderr: &out, env: func(string) string { return "" }}
		if exit := run(t.Context(), sys); exit != code || !strings.Contains(out.String(), words) {
			t.Errorf("%s ends with %d and %q, want %d and %q", args, exit, out.String(), code, words)
		}
		t.Log(out.String())
	}
	configure := func(text string) {
		t.Helper()
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	earlier := filepath.Join(folder, "before")
	configure("checkpoints: " + kept + "\n")
	inzage(2, "There is no term", "ledger", "renew", "--config", settings, "--yes")
	configure("terms: {facts_years: 4}\n")
	inzage(0, "Nothing was changed", "ledger", "renew", "--config", settings, "--dry-run")
	configure("terms: {facts_years: 2}\n")
	inzage(2, "does not come back", "ledger", "renew", "--config", settings)
	inzage(0, "2 requests would lapse: 8 of the 8 entries", "ledger", "renew", "--config", settings, "--dry-run")
	configure("terms: {facts_years: 2}\ncheckpoints: " + kept + "\n")
	inzage(0, "2 requests have lapsed: 8 entries", "ledger", "renew", "--config", settings, "--yes", "--checkpoint", earlier)
	files, err := filepath.Glob(filepath.Join(kept, "*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("kept are %v, %v", files, err)
	}
	inzage(0, "8 entries of 2 requests", "ledger", "verify", "--checkpoint", earlier, "--checkpoint", files[0])
	inzage(0, "Nothing was changed", "ledger", "renew", "--config", settings, "--yes")
}
