// Command inzage answers an employee's data-subject access request about
// Microsoft 365 diagnostic data in words that the employee understands.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the day begins in a zone, also where the system has no zones

	"inzage/workers/graphexport/fetch"
)

func main() {
	fetch.Quiet()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, system{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv,
		limit: debug.SetMemoryLimit,
	})
	stop()
	os.Exit(code)
}

// system is what the command gets from outside, so that tests can give it too.
type system struct {
	args   []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	env    func(string) string
	// limit has the collector keep memory within so many bytes, where it can; nil in
	// tests, which share a process.
	limit func(bytes int64) int64
}
