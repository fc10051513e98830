package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// The bounds of a program that gives a key: time for a service on the network, and
// room for 64 digits.
const (
	keyCommandTime  = 30 * time.Second
	keyCommandBytes = 1 << 10
)

// runKeyCommand runs the program that gives the organisation's key: whatever gets it
// out of a KMS, an HSM or a vault. words are the program and what it is called with;
// no shell reads them. It prints the key as queue.ParseKey reads it, within the time
// and keyCommandBytes; else it is ended, with all that it started.
//
// It gets no input, no terminal to ask at, and nothing of our own environment. Nobody
// knows what it says on standard error, so that goes nowhere; and no error has what it
// printed. The error says how it ended and has CodeKeyCommand, or CodeInterrupted
// where ctx ended.
func runKeyCommand(ctx context.Context, words []string, within time.Duration) (queue.Key, error) {
	bounded, end := context.WithTimeout(ctx, within)
	defer end()
	cmd := exec.CommandContext(bounded, words[0], words[1:]...) //nolint:gosec // the operator's own program
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "INZAGE_") })
	ownSession(cmd)
	out, err := cmd.StdoutPipe()
	cmd.Cancel = func() error {
		err := endSession(cmd.Process)
		_ = out.Close() // also where something got away that holds it open
		return err
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return queue.Key{}, schema.Fail(schema.CodeKeyCommand, "start key command", err)
	}
	// Read before waiting: as long as nobody waits the number of the process is its
	// own, so that ending its session cannot end another's.
	text, _ := io.ReadAll(io.LimitReader(out, keyCommandBytes+1))
	long := len(text) > keyCommandBytes
	if long {
		end()
	}
	err = cmd.Wait()
	fail := func(format string, args ...any) (queue.Key, error) {
		return queue.Key{}, schema.Fail(schema.CodeKeyCommand, fmt.Sprintf(format, args...), nil)
	}
	switch {
	case long:
		return fail("read key command, over %d bytes", keyCommandBytes)
	case err != nil && ctx.Err() != nil:
		return queue.Key{}, schema.Fail(schema.CodeInterrupted, "run key command", ctx.Err())
	case err != nil && bounded.Err() != nil:
		return fail("run key command, not done in %s", within)
	case err != nil:
		return fail("run key command, %s", cmd.ProcessState) // "exit status 3", "signal: killed"
	}
	key, err := queue.ParseKey(string(text))
	if err != nil {
		return fail("read key command, not 64 hexadecimal digits")
	}
	return key, nil
}
