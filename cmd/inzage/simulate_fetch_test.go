package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/sourcetest"
)

// fetched pulls the export of a person out of a simulated tenant, as the
// service would, and lays the files down in a folder.
func fetched(t *testing.T, settings, upn string) (folder string) {
	t.Helper()
	config, err := testApp(t, schema.Dutch).microsoft(settings)
	if err != nil {
		t.Fatal(err)
	}
	const soon = 5 * time.Millisecond
	config.Times = fetch.Times{Throttle: soon, Retry: soon, Polls: []fetch.Poll{{Every: soon}}}
	source, err := fetch.New(config)
	if err != nil {
		t.Fatal(err)
	}
	who := schema.Subject{UPNs: []schema.Personal{schema.NewPersonal(upn)}}
	box := sourcetest.NewBox(t.TempDir())
	for tries := 0; ; {
		err := source.Fetch(t.Context(), who, box)
		if err == nil {
			break
		}
		wait, later := schema.IsLater(err)
		if tries++; !later && (tries > 20 || schema.IsNever(err)) {
			t.Fatal(err)
		}
		select {
		case <-time.After(max(wait, soon)):
		case <-t.Context().Done():
			t.Fatal("the test has no more time")
		}
	}
	blobs, err := box.Blobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	for _, b := range blobs {
		file := filepath.Join(folder, filepath.FromSlash(b.Name))
		r, err := box.Open(t.Context(), b.Name)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close(), os.MkdirAll(filepath.Dir(file), 0o700)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// The whole way: a tenant in a process of its own, an export ordered, waited
// for and taken over, and the bundle made of it. Every kind of person, a
// service that misbehaves, and either layout.
func TestFromTenantToBundle(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		person int
		code   int
		args   []string
	}{
		{"as it should be", 0, exitIncomplete, nil}, // one of the services always dies while it writes
		{"renamed, throttled, in pages", 2, exitIncomplete, []string{"--fault", "throttled,paged,operation-location"}},
		{"a number for a name, by product", 3, exitIncomplete, []string{"--layout", "product"}},
		{"guest, dead agent, lost answer", 4, exitIncomplete, []string{"--fault", "dead-agent,lost-answer,overwritten"}},
		{"nothing found", 1, exitOK, []string{"--fault", "empty,text-progress"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			settings := filepath.Join(t.TempDir(), "tenant")
			s := simulating(t, append([]string{"--day", "1ms", "--seed", "11", "--settings", settings}, test.args...)...)
			p := s.People[test.person]
			name := p.UPN
			if len(p.Former) > 0 {
				name = p.Former[0]
			}
			in, out := fetched(t, filepath.Join(settings, "microsoft.yaml"), name), t.TempDir()
			person := filepath.Join(t.TempDir(), "person.yaml")
			text := fmt.Sprintf("name: %q\nupns: [%q]\nobject_id: %s\ntenant_id: %s\n", p.Name, p.UPN, p.ObjectID, s.Tenant)
			if err := os.WriteFile(person, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr strings.Builder
			code := execute(t.Context(), system{
				args: []string{
					"run", "--subject", person, "--received", "2026-11-16", "--in", in, "--out", out,
					"--case", "simulated", "--lang", "en",
				},
				stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, env: func(string) string { return "" },
			}, testCatalog(t))
			if code != test.code {
				t.Fatalf("exit %d, want %d: %s%s", code, test.code, stdout.String(), stderr.String())
			}
			z, err := zip.OpenReader(filepath.Join(out, "simulated.zip"))
			if err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(stdout.String()+stderr.String(), p.UPN) {
				t.Error("what was said names the person")
			}
		})
	}
}
