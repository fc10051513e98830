package embedded

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"inzage/queue"
	"inzage/schema"
)

// longestSocket is the longest path of a socket that every system takes.
const longestSocket = 100

// asideName begins the name of a folder for the socket alone, in the system's
// folder for temporary files.
const asideName = "inzage-door-"

// open lets commands in: a socket that only this user may open, and a file that
// tells where it is and with which users. The server itself opens no port.
//
// Where the path of the data folder is too long for a socket it is put aside, in a
// folder that the door file names before it is there: so a process that is killed
// at any moment leaves nothing that the next start does not find.
func (s *Server) open(folder string) error {
	closeAside(folder)
	path := filepath.Join(folder, "door.sock")
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	aside := ""
	if len(path) > longestSocket {
		aside = filepath.Join(os.TempDir(), asideName+string(queue.NewID()))
		path = filepath.Join(aside, "door.sock")
	}
	access := s.access
	access.Socket = path
	remove, err := queue.WriteDoor(folder, access)
	if err != nil {
		return err
	}
	s.undo = append(s.undo, remove)
	if aside != "" {
		s.undo = append(s.undo, func() { _ = os.Remove(aside) })
		if err := os.Mkdir(aside, 0o700); err != nil {
			return schema.Fail(schema.CodeIO, "open door", err)
		}
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
	return nil
}

// closeAside removes the socket that a process put aside which was killed. The lock
// is ours, so nobody listens there. Only what it made can be named: the folder is
// removed only if nothing else is in it.
func closeAside(folder string) {
	left, err := queue.ReadDoor(folder)
	if aside := filepath.Dir(left.Socket); err == nil && strings.HasPrefix(filepath.Base(aside), asideName) {
		_ = os.Remove(left.Socket)
		_ = os.Remove(aside)
	}
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
