package schema_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"

	"inzage/schema"
)

// crashAs is the environment variable that makes this test program crash, in the
// way that it names.
const crashAs = "INZAGE_TEST_CRASH"

// crashes are ways in which a process can end with the person in its hands.
func crashes() map[string]func(schema.Personal) {
	return map[string]func(schema.Personal){
		"value":  func(p schema.Personal) { panic(p) },
		"hidden": func(p schema.Personal) { panic(hidden{p}) },
		"error":  func(p schema.Personal) { panic(schema.Fail(schema.CodeIO, "read file", errors.New(p.Reveal()))) },
		"bounds": func(p schema.Personal) { _ = []byte(p.Reveal())[p.Len():][p.Len()] },
		"text": func(p schema.Personal) {
			func(text string, _ []byte) { panic(len(text)) }(p.Reveal(), []byte(p.Reveal()))
		},
	}
}

// TestCrashSaysNothing: what Go prints when a process dies, with the stacks of
// all goroutines, holds no value: words of memory are addresses and lengths.
func TestCrashSaysNothing(t *testing.T) {
	if how := os.Getenv(crashAs); how != "" {
		debug.SetTraceback("all")
		held := make(chan struct{})
		go func(text string) { <-held; _ = text }(canary) // another one that holds it
		crashes()[how](schema.NewPersonal(canary))
	}
	t.Parallel()
	for how := range crashes() {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashSaysNothing$") //nolint:gosec // this program
		c.Env = append(os.Environ(), crashAs+"="+how)
		out, err := c.CombinedOutput()
		if err == nil || len(out) == 0 {
			t.Errorf("%s: it does not crash: %s", how, out)
		}
		if form := leaks(string(out)); form != "" {
			t.Errorf("%s: the crash shows it as %s:\n%s", how, form, out)
		}
	}
}
