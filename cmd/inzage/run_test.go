package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// invoke runs the program in this process.
func invoke(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(context.Background(), system{
		args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, env: func(string) string { return "" },
	}, testCatalog(t))
	return code, out.String(), errs.String()
}

// TestSameInputSameBytes is the promise that a bundle can be made again.
func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	var first []byte
	for i := range 3 {
		dir := t.TempDir()
		if code, _, stderr := invoke(t, "run", "--demo", "--out", dir); code != exitOK {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		made, err := os.ReadFile(filepath.Join(dir, "demo.zip"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = made
		} else if !bytes.Equal(made, first) {
			t.Fatalf("run %d differs", i)
		}
	}
}

// TestNothingPersonalIsSaid runs the sample case, and ways in which it can go
// wrong, and looks for what only the person's files hold in everything that the
// program says.
func TestNothingPersonalIsSaid(t *testing.T) {
	t.Parallel()
	canaries := []string{
		"sanne", "dewit", "de wit", "20194f62", "a6331c46", "a1fd3153", "waz-lt", "s-1-12-1-538529634", "zaaksysteem",
	}
	dir := t.TempDir()
	broken := filepath.Join(dir, "person.yaml")
	if err := os.WriteFile(broken, []byte("name: [Sanne de Wit\nupns: sanne.dewit@waterlandaanzee.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stranger := filepath.Join(dir, "stranger.yaml")
	if err := os.WriteFile(stranger, []byte("object_id: 11111111-a239-4318-b09d-866fba521c7a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	input := filepath.Join("..", "..", "testdata", "demo", "input")
	for _, args := range [][]string{
		{"run", "--demo", "--out", filepath.Join(dir, "out")},
		{"run", "--subject", broken, "--received", "2026-11-02", "--in", input, "--out", filepath.Join(dir, "o2")},
		{"run", "--subject", stranger, "--received", "2026-11-02", "--in", input, "--out", filepath.Join(dir, "o3")},
		{"run", "--subject", filepath.Join(input, "viewer.csv"), "--received", "2026-11-02", "--in", input, "--out", filepath.Join(dir, "o4")},
	} {
		_, stdout, stderr := invoke(t, args...)
		said := strings.ToLower(stdout + stderr)
		for _, c := range canaries {
			if strings.Contains(said, c) {
				t.Errorf("%v: said %q", args[:2], c)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "o*", ".inzage*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %d folders, %v", len(left), err)
	}
}
