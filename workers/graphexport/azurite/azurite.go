// Package azurite runs Azurite, Microsoft's own emulator of Azure storage, for
// tests: signatures, permissions and blob types are really checked. `make test`
// installs it (.ci/azurite); it needs node.
//
//	var storage = azurite.New()
//
//	func TestMain(m *testing.M) { os.Exit(storage.Run(m)) }
//
//	func TestSomething(t *testing.T) {
//		account := storage.Account(t) // of this test alone
//	}
package azurite

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// Server is one Azurite, for the tests of one package.
type Server struct {
	address  string
	keys     []string // by account
	next     atomic.Int64
	problem  error // why there is none
	location string
}

// Account is a storage account on the server.
type Account struct {
	Name     string
	Key      string // base64
	Endpoint string // of the blob service: "http://127.0.0.1:12345/inzage0"
}

// accounts is how many tests of a package can have one.
const accounts = 500

// New prepares a server; Run starts it.
func New() *Server { return &Server{} }

// Run starts the server, runs the tests and stops it.
func (s *Server) Run(m *testing.M) int {
	stop, err := s.start()
	if err != nil {
		s.problem = err
		return m.Run()
	}
	defer stop()
	return m.Run()
}

// Account gives the test an account that no other test has. Where there is no
// Azurite the test is skipped, and in CI it fails.
func (s *Server) Account(t testing.TB) Account {
	t.Helper()
	if s.problem != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no Azurite, and CI must have it: %v", s.problem)
		}
		t.Skipf("no Azurite (make azurite installs it): %v", s.problem)
	}
	n := int(s.next.Add(1) - 1)
	if n >= len(s.keys) {
		t.Fatalf("more than %d accounts", accounts)
	}
	name := accountName(n)
	return Account{Name: name, Key: s.keys[n], Endpoint: s.address + "/" + name}
}

func accountName(n int) string { return fmt.Sprintf("inzage%d", n) }

func (s *Server) start() (stop func(), err error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	folder, err := installed()
	if err != nil {
		return nil, err
	}
	if s.location, err = os.MkdirTemp("", "azurite-"); err != nil {
		return nil, err
	}
	var list []string
	for n := range accounts {
		key := make([]byte, 64)
		_, _ = rand.Read(key) // never fails
		s.keys = append(s.keys, base64.StdEncoding.EncodeToString(key))
		list = append(list, accountName(n)+":"+s.keys[n])
	}
	c := exec.Command(node, filepath.Join(folder, "serve.js"), //nolint:noctx // lives as long as the tests
		"--blobHost", "127.0.0.1", "--blobPort", "0", "--location", s.location, "--silent", "--disableTelemetry")
	c.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+strings.Join(list, ";"))
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		_ = in.Close()
		_ = c.Wait()
		_ = os.RemoveAll(s.location)
	}
	if s.address, err = listening(out); err != nil {
		stop()
		return nil, err
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return stop, nil
}

// listening waits until the server says where it listens.
func listening(out io.Reader) (string, error) {
	address := regexp.MustCompile(`listens on (http://\S+)`)
	lines := bufio.NewScanner(out)
	var said []string
	for lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			return m[1], nil
		}
		said = append(said, lines.Text())
	}
	return "", errors.New("azurite ended: " + strings.Join(said, "\n"))
}

// installed finds the folder in which Azurite was installed, above the package
// that is tested.
func installed() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return "", fs.ErrNotExist
		}
	}
	folder := filepath.Join(dir, ".ci", "azurite")
	_, err = os.Stat(filepath.Join(folder, "node_modules", "azurite"))
	return folder, err
}
