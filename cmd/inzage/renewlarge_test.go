//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"inzage/queue/embedded"
	"inzage/queue/queuetest"
)

// Six hundred thousand entries in the folder, of which half lapse: the program that
// is handed out renews the ledger, and says how long that took; the memory that it
// held at most, and the room, are looked at from outside. Figures, and no limit on
// them: they depend on what else the machine does.
func TestRenewLarge(t *testing.T) {
	t.Parallel()
	if os.Getenv("INZAGE_LONG") == "" {
		t.Skip("INZAGE_LONG is not set: six hundred thousand entries are for make long")
	}
	const requests = 150_000
	program := filepath.Join(buildProgram(t), "inzage")
	folder := t.TempDir()
	data, settings := filepath.Join(folder, "data"), filepath.Join(folder, "inzage.yaml")
	if err := os.WriteFile(settings, []byte("terms: {facts_years: 5}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := embedded.Start(t.Context(), embedded.Options{Folder: data})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	queuetest.Open(t, server).Close() // it makes the streams
	begun := time.Now()
	queuetest.FillErased(t, server.Access(), requests, func(n int) time.Time { return time.Now().AddDate(-7+6*(n%2), 0, 0) })
	server.Close()
	t.Logf("filled in %v: %d MB", time.Since(begun), size(t, data))
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for _, args := range [][]string{{"--dry-run"}, {"--yes"}} {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"ledger", "renew", "--config", settings, "--data", data, "--lang", "en"}, args...)...) //nolint:gosec // built here
		text := new(transcript)
		cmd.Stdout, cmd.Stderr = text, text
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		room, err := 0, error(nil)
		for running := true; running; {
			select {
			case err = <-ended:
				running = false
			case <-second.C:
				room = max(room, size(t, data))
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", text.text.String(), err)
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			t.Fatal("what the process used is not told")
		}
		const kb = 1000 // Linux counts in those
		t.Logf("%s: %v; at most %d MB resident and %d MB on the disk, %d MB after; %s", args[0], time.Since(begun), usage.Maxrss/kb, room, size(t, data), text.text.String())
	}
}

// size is the room that a folder takes, in MB, as well as can be known while it is used.
func size(t *testing.T, folder string) int {
	t.Helper()
	var sum int64
	_ = filepath.WalkDir(folder, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // gone meanwhile
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return int(sum / 1_000_000)
}
