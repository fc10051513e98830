package queue_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// line is a connection to a server that can be slow, and cut.
type line struct {
	path  string
	mu    sync.Mutex
	conns []net.Conn
	left  int           // bytes until nothing more is let through, where held is set
	still chan struct{} // closed at that end
	held  chan struct{} // what arrives after it waits for this
}

// newLine makes a socket that leads to the door of a folder; each piece that
// passes waits so long.
func newLine(t *testing.T, folder string, delay time.Duration) (*line, queue.Access) {
	t.Helper()
	access, err := queue.ReadDoor(folder)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "line") //nolint:usetesting // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l := &line{path: filepath.Join(dir, "s")}
	listener, err := net.Listen("unix", l.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	door := access.Socket
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", door)
			if err != nil {
				return
			}
			l.mu.Lock()
			l.conns = append(l.conns, near, far)
			l.mu.Unlock()
			go l.pass(far, near, delay)
			go l.pass(near, far, delay)
		}
	}()
	access.Socket = l.path
	return l, access
}

func (l *line) pass(to io.WriteCloser, from io.Reader, delay time.Duration) {
	defer to.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			<-time.After(delay)
			if held := l.spend(n); held != nil {
				<-held
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// hold lets so many bytes through and then nothing until the test ends; nothing is
// cut. The result is closed at that moment.
func (l *line) hold(t *testing.T, after int) <-chan struct{} {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left, l.still, l.held = after, make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(l.held) })
	return l.still
}

// spend counts bytes that are to pass, and returns what they have to wait for.
func (l *line) spend(n int) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.held == nil:
		return nil
	case l.left > n:
		l.left -= n
		return nil
	case l.left > 0:
		l.left = 0
		close(l.still)
	}
	return l.held
}

// cut cuts every connection; new ones are let through.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		_ = c.Close()
	}
	l.conns = nil
}

func TestSlowStore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := queuetest.Serve(t, folder)
	queuetest.Open(t, s)
	_, access := newLine(t, folder, 3*time.Millisecond)
	q, err := queue.Open(t.Context(), access, queue.Options{Key: s.Key(), Bind: true})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer q.Close()
	r := queuetest.Request(t, q, "graphexport")
	v, err := q.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	content := random(4, 3<<20)
	box := v.Box("graphexport")
	if _, err := box.Put(t.Context(), "raw", bytes.NewReader(content)); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	file, err := box.Open(t.Context(), "raw")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
}

// Who is told to stop stops, also while it waits for a part of a file that does not
// come.
func TestStopWhileReading(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	l, access := newLine(t, folder, 0)
	far, err := queue.Open(t.Context(), access, queue.Options{Key: s.Key(), Bind: true})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	t.Cleanup(far.Close)
	r := queuetest.Request(t, q, "graphexport")
	v, err := far.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := v.Box("graphexport").Put(t.Context(), "raw", bytes.NewReader(random(4, 12<<20))); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	ctx, stop := context.WithCancel(t.Context())
	file, err := v.Box("graphexport").Open(ctx, "raw")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	still, end := l.hold(t, 2<<20), make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, file)
		end <- err
	}()
	<-still
	stop()
	select {
	case err := <-end:
		if schema.CodeOf(err) != schema.CodeInterrupted {
			t.Errorf("reading ended with %s", queuetest.Why(err))
		}
	case <-time.After(time.Minute): // the part alone has two
		t.Error("it still reads")
	}
}

// A connection that is cut again and again costs time, and nothing else.
func TestCutConnection(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	l, access := newLine(t, folder, 0)
	far, err := queue.Open(t.Context(), access, queue.Options{Key: s.Key(), Bind: true, Patience: 2 * time.Second, Backoff: time.Second})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	t.Cleanup(far.Close)
	work(t, far, queue.Worker{Slots: 2, Do: func(ctx context.Context, job queue.Job) error { return putAndTell(ctx, far, job) }})
	var ids []schema.RequestID
	for range 4 {
		ids = append(ids, order(t, q, "a", "b").ID)
		<-time.After(50 * time.Millisecond)
		l.cut()
	}
	for _, id := range ids {
		reach(t, q, id, schema.StateReview)
	}
}
