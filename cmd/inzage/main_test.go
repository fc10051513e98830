package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write golden files")

// TestMain lets the scripts run this very binary as "inzage".
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"inzage": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "en_US.UTF-8")
			return nil
		},
	})
}

// TestManual holds docs/cli.md to the help texts of the program.
func TestManual(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	out.WriteString("# Commands\n\nMade from the program's own help (`go test ./cmd/inzage -run TestManual -update`); do not edit.\n")
	help := func(args ...string) string {
		var b, stderr bytes.Buffer
		code := run(context.Background(), system{
			args: append(args, "--help"), stdin: strings.NewReader(""), stdout: &b, stderr: &stderr,
			env: func(string) string { return "" },
		})
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
