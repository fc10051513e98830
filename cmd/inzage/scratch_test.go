package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"inzage/queue/queuetest"
)

// What a command put down that was killed is gone once the next one begins; what
// another is working on stays, and so does what is not ours.
func TestKilledCommandLeavesNothing(t *testing.T) {
	t.Parallel()
	program, temp := filepath.Join(buildProgram(t), "inzage"), t.TempDir()
	command := func(in *os.File) *exec.Cmd {
		c := exec.CommandContext(t.Context(), program, "explain", "-") //nolint:gosec // built here
		c.Env = append(os.Environ(), "TMPDIR="+temp)
		c.Stdin = in
		return c
	}
	there := func() []string {
		t.Helper()
		list, err := filepath.Glob(filepath.Join(temp, scratchName+"*", scratchLock))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	// Two commands that wait for their input, of which one is killed.
	var waiting []*exec.Cmd
	for n := range 2 {
		in, hold, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = hold.Close() })
		c := command(in)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		_ = in.Close()
		t.Cleanup(func() {
			_ = c.Process.Kill()
			_ = c.Wait()
		})
		waiting = append(waiting, c)
		queuetest.Eventually(t, "a command waits", func() bool { return len(there()) == n+1 })
	}
	both := there()
	_ = waiting[0].Process.Kill()
	_ = waiting[0].Wait()
	stranger := filepath.Join(temp, scratchName+"no-lock")
	if err := os.Mkdir(stranger, 0o700); err != nil {
		t.Fatal(err)
	}
	empty, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	_ = command(empty).Run() // whatever it thinks of that
	left := there()
	if len(left) != 1 || !strings.Contains(strings.Join(both, " "), left[0]) {
		t.Errorf("left are %v, of %v", left, both)
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Errorf("what was just made is gone: %v", err)
	}
}
