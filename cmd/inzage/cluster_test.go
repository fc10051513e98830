package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
)

// transcript is what a program writes, to be read while it runs.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
	// then is done once, when a line holds the words of cue.
	cue  []string
	then func()
}

// Write implements io.Writer.
func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	n, err := s.text.Write(p)
	then := s.then
	s.mu.Unlock()
	if then != nil && s.has(s.cue...) {
		s.mu.Lock()
		s.then = nil
		s.mu.Unlock()
		then()
	}
	return n, err
}

// has reports whether a line holds all of the words.
func (s *transcript) has(words ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(s.text.String()) {
		all := true
		for _, word := range words {
			all = all && strings.Contains(line, word)
		}
		if all {
			return true
		}
	}
	return false
}

// On a cluster with a role for each program, run as compose.yaml says, two workers
// share the work; one is killed in a build, and the other finishes it.
func TestWorkersShareACluster(t *testing.T) {
	t.Parallel()
	program := filepath.Join(buildProgram(t), "inzage")
	c := queuetest.ServeRoles(t)
	command := func(role []string, args ...string) *exec.Cmd {
		args = append(args, "--nats", c.URL, "--key-file", filepath.Join(c.Folder, "key"))
		for _, r := range role {
			args = append(args, "--role", filepath.Join(c.Folder, "roles", r))
		}
		cmd := exec.CommandContext(t.Context(), program, args...) //nolint:gosec // built here
		cmd.Env = append(os.Environ(), "LANG=en_US.UTF-8")
		return cmd
	}
	if err := os.WriteFile(filepath.Join(c.Folder, "compose.env"), []byte("INZAGE_CLUSTER="+c.Folder+"\nINZAGE_USER=0:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	compose := readCompose(t, c.Folder)
	start := func(name string) (*exec.Cmd, *transcript) {
		t.Helper()
		s := compose.Services[name]
		cmd, log := exec.CommandContext(t.Context(), program, s.here(t.TempDir())...), new(transcript) //nolint:gosec // built here
		cmd.Env = append(os.Environ(), "LANG=en_US.UTF-8", "INZAGE_NATS="+c.URL, "INZAGE_KEY_FILE="+s.mounts()[s.Environment["INZAGE_KEY_FILE"]])
		cmd.Stderr = log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		queuetest.Eventually(t, name+" is ready", func() bool { return log.has(`"ready"`) })
		return cmd, log
	}
	queuetest.Eventually(t, "the cluster is prepared", func() bool { return command([]string{"setup"}, "cluster", "prepare").Run() == nil })
	wrongWays(t, program, c)
	start("serve")
	first, one := start("work-1")
	killed := make(chan struct{})
	one.mu.Lock()
	one.cue, one.then = []string{"job begins", `"job":"build"`}, func() { // in the build
		_ = first.Process.Kill()
		close(killed)
	}
	one.mu.Unlock()
	_, two := start("work-2")

	folder := t.TempDir()
	person := filepath.Join(folder, "person.yaml")
	if err := os.WriteFile(person, []byte("name: Sam Jansen\nobject_id: 9f3c1c6e-6f5e-4c0a-9d55-0a1b2c3d4e5f\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	export := filepath.Join(folder, "in", "1005")
	if err := os.MkdirAll(export, 0o700); err != nil {
		t.Fatal(err)
	}
	records := `[` + strings.Repeat(`{"time":"2026-10-01T08:00:00Z","properties":{"AppName":"Word","Action":"FileSaved"}},`, 2000) +
		`{"time":"2026-10-01T08:00:00Z","properties":{"AppName":"Word","Action":"FileSaved"}}]`
	if err := os.WriteFile(filepath.Join(export, "ProductAndServiceUsage.json"), []byte(records), 0o600); err != nil {
		t.Fatal(err)
	}
	const requests = 8
	for i := range requests {
		out, err := command([]string{"desk"}, "request", "new", "--subject", person, "--received", "2026-11-02", "--channel", "letter",
			"--case", fmt.Sprintf("2026-%04d", i), "--identity", "known-at-work", "--in", filepath.Dir(export)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	queuetest.Eventually(t, "a worker is killed in a build", func() bool {
		select {
		case <-killed:
			return true
		default:
			return false
		}
	})
	// Asked of its log: a command that asks again and again takes a core from who builds.
	queuetest.Eventually(t, "the other worker built all", func() bool { return two.count("job ends", `"job":"build"`) >= requests })
	for i := range requests {
		number := fmt.Sprintf("2026-%04d", i)
		queuetest.Eventually(t, number+" is built", func() bool {
			out, err := command([]string{"audit"}, "request", "show", number, "--json").Output()
			return err == nil && bytes.Contains(out, []byte(`"state":"review"`))
		})
	}
	if out, err := command([]string{"audit"}, "ledger", "verify").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("8 ledgers checked")) {
		t.Errorf("%v: %s", err, out)
	}
	if two.has("refused") {
		t.Error("the worker was refused something")
	}
	refusesRenewal(t, c, command)
	if out, err := command([]string{"build"}, "request", "list").CombinedOutput(); err == nil || !bytes.Contains(out, []byte("desk, intake, audit")) {
		t.Errorf("a worker lists requests: %v, %s", err, out)
	}
}

// refusesRenewal holds what is said to who renews the ledger while programs use the
// cluster, or with a setup of other rights than this version gives.
func refusesRenewal(t *testing.T, c *queuetest.Cluster, command func(role []string, args ...string) *exec.Cmd) {
	t.Helper()
	folder := t.TempDir()
	settings, less := filepath.Join(folder, "inzage.yaml"), filepath.Join(folder, "setup")
	if err := os.WriteFile(settings, []byte("terms: {facts_years: 2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(less, os.DirFS(filepath.Join(c.Folder, "roles", "setup"))); err != nil {
		t.Fatal(err)
	}
	seed, err := os.ReadFile(filepath.Join(c.Folder, "roles", "clock", queue.SeedFile(queue.AccountLedger)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(less, queue.SeedFile(queue.AccountLedger)), seed, 0o600); err != nil {
		t.Fatal(err)
	}
	for role, words := range map[string]string{filepath.Join(c.Folder, "roles", "setup"): "A program is still connected to the cluster", less: "may not do all that a renewal takes"} {
		out, err := command(nil, "ledger", "renew", "--yes", "--config", settings, "--role", role).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte(words)) {
			t.Errorf("%v and %q, want %q", err, out, words)
		}
	}
}

// wrongWays holds what is said where the cluster cannot be reached, does not take
// the credentials, or was made with another key.
func wrongWays(t *testing.T, program string, c *queuetest.Cluster) {
	t.Helper()
	desk, stranger := filepath.Join(c.Folder, "roles", "desk"), filepath.Join(t.TempDir(), "desk")
	if err := os.CopyFS(stranger, os.DirFS(desk)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stranger, queue.SeedFile(queue.AccountLedger)), queuetest.NewSeed(t), 0o600); err != nil {
		t.Fatal(err)
	}
	key, other := filepath.Join(c.Folder, "key"), filepath.Join(t.TempDir(), "key")
	if err := queue.NewKey().WriteFile(other); err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct{ url, role, key, english, dutch string }{
		{"tls://127.0.0.1:1", desk, key, "The queue cannot be reached.", "De wachtrij is niet te bereiken."},
		{c.URL, stranger, key, "The queue refuses access.", "De wachtrij weigert de toegang."},
		{c.URL, desk, other, "The key does not belong to this data.", "De sleutel hoort niet bij deze gegevens."},
	} {
		for lang, words := range map[string]string{"en": w.english, "nl": w.dutch} {
			out, err := exec.CommandContext(t.Context(), program, "request", "list", "--lang", lang, "--nats", w.url, "--role", w.role, "--key-file", w.key).CombinedOutput() //nolint:gosec // built here
			if err == nil || !bytes.Contains(out, []byte(words)) {
				t.Errorf("%v and %q, want %q", err, out, words)
			}
		}
	}
}
