package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write golden files")

func TestScripts(t *testing.T) {
	t.Parallel()
	bin := buildProgram(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"until": until, "damage": damage, "repack": repack},
		Condition: func(name string) (bool, error) {
			if name != "mount" {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			err := exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", t.TempDir()).Run() // in a place that only that process sees
			return err == nil, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "en_US.UTF-8")
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
	})
}

// buildProgram builds the program as it is released, and returns the folder that
// it is in. The scripts start it hundreds of times: this very binary, with the
// race detector in it, would start ten times as slowly. Its packages are tested
// with the race detector where they stand.
func buildProgram(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// damage flips a bit in the middle of a file: "damage FILE".
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage file")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}

// until runs a command again and again until what it prints matches, for half a
// minute at most: "until PATTERN COMMAND ARG…".
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until pattern command args")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(30 * time.Second); ; <-tick.C {
		_ = ts.Exec(args[1], args[2:]...)
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("not within half a minute: %s", args[0])
		}
	}
}

// TestManual holds docs/cli.md to the help texts of the program.
func TestManual(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	out.WriteString("# Commands\n\nMade from the program's own help (`go test ./cmd/inzage -run TestManual -update`); do not edit.\n")
	help := func(args ...string) string {
		var b, stderr bytes.Buffer
		code := execute(context.Background(), system{
			args: append(args, "--help"), stdin: strings.NewReader(""), stdout: &b, stderr: &stderr,
			env: func(string) string { return "" },
		}, testCatalog(t))
		if code != exitOK {
			t.Fatalf("%v: exit %d: %s", args, code, stderr.String())
		}
		return b.String()
	}
	a := testApp(t, "en")
	var walk func(c *cobra.Command, path []string)
	walk = func(c *cobra.Command, path []string) {
		out.WriteString("\n## inzage " + strings.Join(path, " ") + "\n\n```\n" + help(path...) + "```\n")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && sub.Name() != "completion" && sub.Name() != "help" {
				walk(sub, append(slices.Clip(path), sub.Name()))
			}
		}
	}
	walk(a.root(), nil)
	golden(t, filepath.Join("..", "..", "docs", "cli.md"), out.Bytes())
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", filepath.Base(file), d)
	}
}
