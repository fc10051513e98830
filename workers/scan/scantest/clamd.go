// Package scantest starts a real clamd for tests, with one signature of our own, so
// that it needs no download and is there in a moment.
package scantest

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/workers/scan"
)

// Pattern is what the one signature finds, wherever it stands in a file.
const Pattern = "inzage: an invented pattern, 4711"

// Server is a clamd of a test.
type Server struct {
	*scan.Clamd
	process *exec.Cmd
	exited  chan struct{}
}

// Start starts a clamd with lines of configuration beside its own, and stops it with
// the test. Where there is no clamd the test is skipped, and fails in CI.
func Start(t testing.TB, lines ...string) *Server {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/clamd") // not in everybody's path
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("CI must have clamd (make viewers):", err)
	}
	if err != nil {
		t.Skip("no clamd (Debian: clamav-daemon), so nothing scans:", err)
	}
	dir, err := os.MkdirTemp("", "clamd") //nolint:usetesting // a socket has a short name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{Clamd: &scan.Clamd{Network: "unix", Address: filepath.Join(dir, "s")}, exited: make(chan struct{})}
	files := map[string]string{
		"test.ndb": "Inzage.Test:0:*:" + hex.EncodeToString([]byte(Pattern)) + "\n",
		// Of what is said twice clamd takes the first.
		"clamd.conf": strings.Join(append(lines, "DatabaseDirectory "+dir, "TemporaryDirectory "+dir, "LocalSocket "+s.Address,
			"Foreground yes", "AlertExceedsMax yes", ""), "\n"),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	s.process = exec.Command(program, "-c", filepath.Join(dir, "clamd.conf")) //nolint:gosec,noctx // ends with the test
	s.process.Stdout, s.process.Stderr = &said, &said
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.process.Wait()
		close(s.exited)
	}()
	t.Cleanup(s.Kill)
	for s.Ping(t.Context()) != nil {
		select {
		case <-s.exited:
			t.Fatal("clamd does not start:", said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return s
}

// Kill kills it, in whatever it was doing.
func (s *Server) Kill() {
	_ = s.process.Process.Kill()
	<-s.exited
}
