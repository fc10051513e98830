package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/scan"
	"inzage/workers/scan/scantest"
)

// Clamd is asked in the open, so on this machine alone.
func TestScanSettings(t *testing.T) {
	t.Parallel()
	for clamd, good := range map[string]bool{
		"unix:/run/clamav/clamd.ctl": true, "tcp:127.0.0.1:3310": true, "tcp:localhost:3310": true, "tcp:[::1]:3310": true,
		"": false, "unix:clamd.ctl": false, "/run/clamav/clamd.ctl": false, "tcp:127.0.0.1": false, "tcp:clamav:3310": false,
		"tcp:10.0.0.5:3310": false, "tcp:0.0.0.0:3310": false, "tcp::3310": false, "udp:127.0.0.1:3310": false,
	} {
		by, err := config{Scan: &scanConfig{Clamd: clamd}}.scanner()
		if good != (err == nil && by != nil) || !good && schema.CodeOf(err) != schema.CodeConfig {
			t.Errorf("%q: %v (%v)", clamd, by, err)
		}
	}
	if by, err := (config{}).scanner(); by != nil || err != nil {
		t.Errorf("not set: %v (%v)", by, err)
	}
}

// TestDoctorScanner checks scanners in whatever state, in words of both languages.
func TestDoctorScanner(t *testing.T) {
	t.Parallel()
	good, careless := scantest.Start(t), scantest.Start(t, "AlertExceedsMax no")
	folder := t.TempDir()
	outcomes := func(by *scan.Clamd) string {
		name := filepath.Join(folder, "inzage.yaml")
		text := "four_eyes: true\n"
		if by != nil {
			text = "scan: {clamd: '" + by.Network + ":" + by.Address + "'}\n"
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, lang := range []schema.Lang{schema.Dutch, schema.English} {
			var out bytes.Buffer
			a := testApp(t, lang)
			a.stdout = &out
			if err := a.tellDoctor(a.scannerRows(t.Context(), by, true), "cli.doctor.fine-scanner", true); err != nil {
				t.Fatal(err)
			}
			var rows []doctorRow
			if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
				t.Fatal(err)
			}
			list = list[:0]
			for _, r := range rows {
				list = append(list, string(r.Check)+" "+string(r.Outcome))
				if strings.Contains(r.Text+r.Mend, "cli.doctor") || (r.Outcome == fetch.Fine) != (r.Mend == "") {
					t.Errorf("%s is %s: %q %q", r.Check, r.Outcome, r.Text, r.Mend)
				}
			}
			if strings.Contains(out.String(), `"failed"`) != (a.code == exitFailed) {
				t.Errorf("exit %d, and found %s", a.code, list)
			}
		}
		return strings.Join(list, ", ")
	}
	for want, by := range map[string]*scan.Clamd{
		"scanner warning": nil,
		"scanner ok, scanner-limits ok, scanner-age-unknown skipped":     good.Clamd,
		"scanner ok, scanner-limits failed, scanner-age-unknown skipped": careless.Clamd,
		"scanner failed": {Network: "unix", Address: filepath.Join(folder, "none")},
	} {
		if got := outcomes(by); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	a := testApp(t, schema.Dutch)
	for _, key := range []string{"check.scanner-age", "mend.scanner-age", "mend.no-configuration"} {
		if !a.catalog.HasText("cli.doctor." + key) {
			t.Errorf("no words for %s", key)
		}
	}
}

// What is handed in with a command is scanned before anything is taken in.
func TestRequestNewScanned(t *testing.T) {
	t.Parallel()
	s := scantest.Start(t)
	q := queuetest.New(t)
	a := testApp(t, schema.Dutch)
	a.stderr = io.Discard
	folder := t.TempDir()
	bad := filepath.Join(folder, "bad.csv")
	if err := os.WriteFile(bad, []byte("a,b\n"+scantest.Pattern+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	demo := filepath.Join("..", "..", "testdata", "demo")
	taken := func(files ...string) (schema.Code, int) {
		t.Helper()
		f := newFlags{subject: filepath.Join(demo, "person.yaml"), in: files}
		_, err := a.takeIn(t.Context(), q, queuetest.Opened("", workers.Upload), schema.Subject{Name: schema.NewPersonal("Sam Jansen")}, s.Clamd, f)
		report, flaw := q.Verify(t.Context())
		if flaw != nil {
			t.Fatal(queuetest.Why(flaw))
		}
		return schema.CodeOf(err), report.Requests
	}
	if code, n := taken(filepath.Join(demo, "input"), bad); code != schema.CodeInfected || n != 0 {
		t.Errorf("%q, and %d requests were taken in", code, n)
	}
	if code, n := taken(filepath.Join(demo, "input")); code != "" || n != 1 {
		t.Errorf("good files: %q, %d requests", code, n)
	}
	s.Kill()
	if code, n := taken(filepath.Join(demo, "input")); code != schema.CodeNotScanned || n != 1 {
		t.Errorf("no scanner: %q, %d requests", code, n)
	}
}
