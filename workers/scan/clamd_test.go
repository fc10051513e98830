package scan_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"inzage/schema"
	"inzage/workers/scan"
	"inzage/workers/scan/scantest"
)

func packed(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("a.zip")
	if err == nil {
		_, err = f.Write(data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLook asks a real clamd, over both ways.
func TestLook(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only for a free number
	if err != nil {
		t.Fatal(err)
	}
	tcp := &scan.Clamd{Network: "tcp", Address: l.Addr().String()}
	_, port, _ := net.SplitHostPort(tcp.Address)
	_ = l.Close()
	s := scantest.Start(t, "TCPAddr 127.0.0.1", "TCPSocket "+port, "StreamMaxLength 1M")
	deep := []byte(scantest.Pattern)
	for range 20 { // it unpacks 17 deep
		deep = packed(t, deep)
	}
	long := strings.Repeat("0123456789abcdef", 40<<10) // ten pieces
	broken := errors.New("the store is gone")
	text := func(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }
	for _, c := range []struct {
		what string
		data func() io.Reader
		want schema.Code
	}{
		{"nothing", text(""), ""},
		{"text", text("a,b\n1,2\n"), ""},
		{"many pieces", text(long), ""},
		{"pattern", text("a," + scantest.Pattern + "\n"), schema.CodeInfected},
		{"pattern over two pieces", text(long[:64<<10-9] + scantest.Pattern), schema.CodeInfected},
		{"byte by byte", func() io.Reader { return iotest.OneByteReader(strings.NewReader(scantest.Pattern)) }, schema.CodeInfected},
		{"pattern in an archive", text(string(packed(t, []byte(scantest.Pattern)))), schema.CodeInfected},
		{"more than it takes", text(strings.Repeat("a", 3<<20)), schema.CodeScanLimit},
		{"deeper than it looks", text(string(deep)), schema.CodeScanLimit},
		{"breaks off", func() io.Reader { return io.MultiReader(strings.NewReader("a,b"), iotest.ErrReader(broken)) }, schema.CodeInternal},
	} {
		for _, by := range []*scan.Clamd{s.Clamd, tcp} {
			t.Run(c.what+" "+by.Network, func(t *testing.T) {
				if err := by.Look(t.Context(), c.data()); schema.CodeOf(err) != c.want || c.want == schema.CodeInternal && !errors.Is(err, broken) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			})
		}
	}
	if at, err := s.Signed(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("without signatures of ClamAV's own they are of %v (%v)", at, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Look(gone, strings.NewReader("a")); schema.CodeOf(err) != schema.CodeInterrupted {
		t.Errorf("nobody waits any more: %v", err)
	}
	s.Kill()
	for _, by := range []*scan.Clamd{s.Clamd, tcp} {
		if err := by.Look(t.Context(), strings.NewReader("a")); schema.CodeOf(err) != schema.CodeNotScanned {
			t.Errorf("nobody is there: %v", err)
		}
	}
}

// killing kills a scanner once half was read.
type killing struct {
	io.Reader
	do func()
}

func (k killing) Read(p []byte) (int, error) {
	k.do()
	return k.Reader.Read(p)
}

// A scanner that fails, in whatever way, found nothing in no file.
func TestFaults(t *testing.T) {
	t.Parallel()
	file := func() io.Reader { return bytes.NewReader(make([]byte, 1<<20)) }
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		s := scantest.Start(t)
		err := s.Look(t.Context(), io.MultiReader(file(), killing{file(), s.Kill}))
		if schema.CodeOf(err) != schema.CodeNotScanned {
			t.Errorf("got %v", err)
		}
	})
	t.Run("clean before it has all", func(t *testing.T) {
		t.Parallel()
		by := pretends(t, func(c net.Conn) {
			_, _ = io.CopyN(io.Discard, c, 100<<10)
			_, _ = io.WriteString(c, "stream: OK\x00")
		})
		zeros, err := os.Open("/dev/zero") // endless, where a connection is not
		if err != nil {
			t.Skip("this system has no /dev/zero:", err)
		}
		defer zeros.Close()
		if err := by.Look(t.Context(), zeros); schema.CodeOf(err) != schema.CodeNotScanned {
			t.Errorf("got %v", err)
		}
	})
	for what, answer := range map[string]func(net.Conn){
		"hangs up":           func(net.Conn) {},
		"hangs up half-way":  func(c net.Conn) { _, _ = io.CopyN(io.Discard, c, 100<<10) },
		"takes nothing":      func(net.Conn) { <-t.Context().Done() },
		"says nothing":       func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"garbage":            func(c net.Conn) { says(c, "\xff\x01 OK\x00") },
		"half an answer":     func(c net.Conn) { says(c, "stream: OK") },
		"endless":            func(c net.Conn) { says(c, strings.Repeat("stream: OK ", 10<<10)) },
		"an error":           func(c net.Conn) { says(c, "stream: Can't allocate memory ERROR\x00") },
		"of another command": func(c net.Conn) { says(c, "PONG\x00") },
		"more than OK":       func(c net.Conn) { says(c, "stream: OK but\x00") },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			by := pretends(t, answer)
			if err := by.Look(t.Context(), file()); schema.CodeOf(err) != schema.CodeNotScanned {
				t.Errorf("a file: %v", err)
			}
			if what != "of another command" {
				if err := by.Ping(t.Context()); schema.CodeOf(err) != schema.CodeNotScanned {
					t.Errorf("a ping: %v", err)
				}
			}
		})
	}
}

// pretends listens as a scanner would, and answers in its own way.
func pretends(t *testing.T, answer func(net.Conn)) *scan.Clamd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				answer(c)
			}()
		}
	}()
	return &scan.Clamd{Network: "tcp", Address: l.Addr().String(), Patience: 300 * time.Millisecond}
}

// The day of the signatures stands in the version where they are ClamAV's own.
func TestSigned(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ClamAV 1.4.6/27400/Sat Nov 14 09:26:00 2026":   "2026-11-14",
		"ClamAV 0.105.1/26687/Wed Oct  2 07:59:06 2022": "2022-10-02",
		"ClamAV 1.4.6":          "0001-01-01",
		"ClamAV 1.4.6/27400/":   "0001-01-01",
		"Another 1/2/yesterday": "0001-01-01",
	} {
		by := pretends(t, func(c net.Conn) { says(c, text+"\x00") })
		if at, err := by.Signed(t.Context()); err != nil || at.Format(time.DateOnly) != want {
			t.Errorf("%q is of %v (%v), want %s", text, at, err, want)
		}
	}
}

// says reads what comes and answers.
func says(c net.Conn, text string) {
	_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	_, _ = io.Copy(io.Discard, c)
	_, _ = io.WriteString(c, text)
}
