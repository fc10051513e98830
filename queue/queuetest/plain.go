package queuetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"inzage/queue"
)

// plainConfig is one server that does not encrypt its files, with the accounts.
const plainConfig = `
server_name: plain
jetstream { store_dir: %q, max_file: 8G, max_mem: 64M, sync_interval: always }
system_account: SYS
accounts {
  SYS {}
  LEDGER { jetstream: enabled, users: [{nkey: %s, permissions: {publish: {deny: [%s]}}}] }
  BLOBS { jetstream: enabled, users: [{nkey: %s}] }
  KEYS { jetstream: enabled, users: [{nkey: %s}] }
}
`

// ServePlain starts one server on the folder that does not encrypt its files, so
// that a test can read what is in them. It refuses what is published to the subjects
// in deny. The result stops it; the end of the test does so too.
func ServePlain(t *testing.T, folder string, deny ...string) (a queue.Access, stop func()) {
	t.Helper()
	users := newUsers(t, &a)
	args := []any{folder, users[0], strings.Join(deny, ", "), users[1], users[2]}
	path := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(path, fmt.Appendf(nil, plainConfig, args...), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := server.ProcessConfigFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o.NoSigs, o.NoLog, o.DontListen = true, true, true
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	stop = func() {
		s.Shutdown()
		s.WaitForShutdown()
	}
	t.Cleanup(stop)
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server is not ready")
	}
	a.Server = s
	return a, stop
}
