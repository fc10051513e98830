//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A program gives the key, or the error says how it ended and nothing that it said.
func TestKeyCommand(t *testing.T) {
	t.Setenv("INZAGE_TEST_SECRET", "hidden")
	key := queue.NewKey()
	digits := key.Encode()
	for _, c := range []struct {
		name, script string
		within       time.Duration
		want         string // of the error
	}{
		{"a key", "printf '\\n " + digits + " \\r\\n'", time.Hour, ""},
		{"in capitals", "echo " + strings.ToUpper(digits), time.Hour, ""},
		{"no input, terminal or variable of ours", `if read -r _ || (: </dev/tty) || [ "$INZAGE_TEST_SECRET" ]; then exit 1; fi; echo ` + digits, time.Hour, ""},
		{"a wrong exit", "echo " + digits + "; echo " + digits + " >&2; exit 3", time.Hour, "run key command, exit status 3: key-command"},
		{"a signal", "kill -TERM $$", time.Hour, "run key command, signal: terminated: key-command"},
		{"silence", "sleep 1000", time.Millisecond, "run key command, not done in 1ms: key-command"},
		{"silence behind a closed output", "exec >&-; sleep 1000", 20 * time.Millisecond, "run key command, not done in 20ms: key-command"},
		{"a key without an end", "while echo " + digits + "; do :; done", time.Hour, "read key command, over 1024 bytes: key-command"},
		{"too much, then silence", "printf '%1024s' ; echo " + digits + "; sleep 1000", time.Hour, "read key command, over 1024 bytes: key-command"},
		{"nothing", ":", time.Hour, "read key command, not 64 hexadecimal digits: key-command"},
		{"a digit more", "echo " + digits + "0", time.Hour, "read key command, not 64 hexadecimal digits: key-command"},
		{"a name before it", "echo key=" + digits, time.Hour, "read key command, not 64 hexadecimal digits: key-command"},
		{"two keys", "echo " + digits + "; echo " + digits, time.Hour, "read key command, not 64 hexadecimal digits: key-command"},
	} {
		got, err := runKeyCommand(t.Context(), []string{"sh", "-c", c.script}, c.within)
		switch {
		case c.want == "" && (err != nil || got.Encode() != digits):
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || err.Error() != c.want || !got.IsZero()):
			t.Errorf("%s gives %v, want %s", c.name, err, c.want)
		}
		for ; err != nil; err = errors.Unwrap(err) {
			if strings.Contains(strings.ToLower(err.Error()), digits[:8]) {
				t.Errorf("%s: the key is in the error", c.name)
			}
		}
	}
	_, err := runKeyCommand(t.Context(), []string{filepath.Join(t.TempDir(), "none")}, time.Hour)
	if err == nil || err.Error() != "start key command: key-command" {
		t.Errorf("no program gives %v", err)
	}
}

// What a program started ends with it.
func TestKeyCommandEndsAll(t *testing.T) {
	t.Parallel()
	held := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(held, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := runKeyCommand(ctx, []string{"sh", "-c", `(echo ready; sleep 1000) >"$1" & wait`, "sh", held}, time.Hour)
		ended <- err
	}()
	f, err := os.Open(held)
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(f)
	if line, err := r.ReadString('\n'); line != "ready\n" {
		t.Fatal(line, err)
	}
	cancel()
	if err := <-ended; schema.CodeOf(err) != schema.CodeInterrupted {
		t.Errorf("stopping it gives %v", err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil { // ends once nobody holds it any more
		t.Error(err)
	}
	_ = f.Close()
}

// The organisation's key moves from a file to a program, goes on where that was cut
// off, and moves back; it is never on the disk meanwhile, and never in what is said.
func TestKeyCommandHoldsTheStore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	data, settings := path("data"), path("inzage.yaml")
	s := queuetest.Serve(t, data)
	q := queuetest.Open(t, s)
	queuetest.Request(t, q, "graphexport")
	q.Close()
	s.Close()
	from, to := s.Key(), queue.NewKey()
	if err := to.WriteFile(path("vault")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte("key_command: [cat, "+path("vault")+"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	catalog := testCatalog(t)
	var all bytes.Buffer
	inzage := func(code int, words string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		sys := system{args: append(args, "--data", data, "--lang", "en"), stdin: strings.NewReader(""), stdout: &out, stderr: &out, env: func(name string) string {
			return map[string]string{"INZAGE_NEW_KEY_COMMAND": "cat " + path("vault")}[name]
		}}
		if exit := execute(t.Context(), sys, catalog); exit != code || !strings.Contains(out.String(), words) {
			t.Errorf("%s ends with %d and %q, want %d and %q", args, exit, out.String(), code, words)
		}
		_, _ = out.WriteTo(&all)
	}
	inzage(2, "two places: --key-command (key_command) and old", "ledger", "verify", "--key-file", "old", "--config", settings)
	inzage(2, "two places: --new-key-command and new", "key", "rotate", "--new-key-file", "new")
	inzage(1, "wrong-key", "ledger", "verify", "--config", settings)
	inzage(1, "exit status 1: key-command", "key", "rotate", "--new-key-command", "cat "+path("none"))

	ctx, cut := context.WithCancel(t.Context())
	if _, err := embedded.Rotate(ctx, embedded.Options{Folder: data, Key: from, Quota: queuetest.Quota}, to, time.Now(), func(int, int) { cut() }); err == nil {
		t.Fatal("it was not cut off")
	}
	inzage(1, "key-change", "ledger", "verify")
	inzage(0, "The new one opens 2 keys", "key", "rotate")
	inzage(0, "the new key: --new-key-command", "key", "rotate") // again: it does nothing
	inzage(1, "wrong-key", "ledger", "verify")
	if err := os.Rename(filepath.Join(data, "key"), path("old")); err != nil {
		t.Fatal(err)
	}
	inzage(0, "1 ledger checked", "ledger", "verify", "--config", settings)

	a := testApp(t, schema.English)
	a.stdout = &all
	conf, err := readConfig(settings)
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{data, path("fresh")} {
		st, err := a.openStage(t.Context(), serveFlags{reach: &reachFlags{data: where}}, conf, true)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		st.close()
		if _, err := os.Stat(filepath.Join(where, "key")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a service that a program gives the key has one in its folder: %v", err)
		}
	}

	if err := a.rotateKey(t.Context(), &reachFlags{data: data, config: settings}, keyPlace{}, time.Now()); err == nil {
		t.Error("a new key takes the place of a program")
	}
	if err := a.rotateKey(t.Context(), &reachFlags{data: data, config: settings}, keyPlace{file: path("next")}, time.Now()); err != nil {
		t.Error(queuetest.Why(err))
	}
	inzage(0, "1 ledger checked", "ledger", "verify", "--key-file", path("next"))
	for _, secret := range []queue.Key{from, to} {
		if strings.Contains(strings.ToLower(all.String()), secret.Encode()[:8]) {
			t.Errorf("a key is in what was said: %s", all.String())
		}
	}
}
