package embedded

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"

	"inzage/queue"
	"inzage/schema"
)

// longestSocket is the longest path of a socket that every system takes.
const longestSocket = 100

// open lets commands in: a socket that only this user may open, and a file that
// tells where it is and with which users. The server itself opens no port.
func (s *Server) open(folder string) error {
	path := filepath.Join(folder, "door.sock")
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if len(path) > longestSocket {
		tmp, err := os.MkdirTemp("", "inzage-") // 0700
		if err != nil {
			return schema.Fail(schema.CodeIO, "open door", err)
		}
		s.undo = append(s.undo, func() { _ = os.RemoveAll(tmp) })
		path = filepath.Join(tmp, "door.sock")
	}
	// The lock is ours, so a socket that is there is left by a process that died.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return schema.Fail(schema.CodeIO, "open door", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return schema.Fail(schema.CodeIO, "open door", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = listener.Close()
		return schema.Fail(schema.CodeIO, "open door", err)
	}
	var guests sync.WaitGroup
	guests.Go(func() { s.welcome(listener, &guests) })
	s.undo = append(s.undo, func() {
		_ = listener.Close()
		s.nats.Shutdown() // ends the guests' connections
		guests.Wait()
	})
	access := s.access
	access.Socket = path
	remove, err := queue.WriteDoor(folder, access)
	if err != nil {
		return err
	}
	s.undo = append(s.undo, remove)
	return nil
}

// welcome joins every guest to the server, until the listener is closed.
func (s *Server) welcome(listener net.Listener, guests *sync.WaitGroup) {
	for {
		guest, err := listener.Accept()
		if err != nil {
			return
		}
		host, err := s.nats.InProcessConn()
		if err != nil {
			_ = guest.Close()
			continue
		}
		for _, pipe := range [][2]net.Conn{{guest, host}, {host, guest}} {
			guests.Go(func() {
				_, _ = io.Copy(pipe[0], pipe[1])
				_, _ = pipe[0].Close(), pipe[1].Close()
			})
		}
	}
}
