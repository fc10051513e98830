package queuetest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"inzage/queue"
)

// Cluster is three servers on loopback, for as long as the test lasts.
type Cluster struct {
	Servers []*server.Server
	Access  queue.Access
}

// clusterConfig is what a cluster needs beside its TLS and its roles: accounts
// of those names, and sync_interval always.
const clusterConfig = `
server_name: node%d
listen: "127.0.0.1:-1"
jetstream { store_dir: %q, max_file: 8G, max_mem: 64M, sync_interval: always }
cluster { name: inzage, listen: "127.0.0.1:%d", routes: [%s] }
system_account: SYS
accounts {
  SYS {}
  LEDGER { jetstream: enabled, users: [{nkey: %s}] }
  BLOBS { jetstream: enabled, users: [{nkey: %s}] }
  KEYS { jetstream: enabled, users: [{nkey: %s}] }
}
`

// ServeCluster starts a cluster in fresh folders.
func ServeCluster(t *testing.T) *Cluster {
	t.Helper()
	c := &Cluster{}
	var users []any
	for _, cred := range []*queue.Credential{&c.Access.Ledger, &c.Access.Blobs, &c.Access.Keys} {
		pair, err := nkeys.CreateUser()
		if err != nil {
			t.Fatal(err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		seed, err := pair.Seed()
		if err != nil {
			t.Fatal(err)
		}
		cred.Seed = string(seed)
		users = append(users, public)
	}
	ports := freePorts(t, 3)
	var routes, urls []string
	for _, port := range ports {
		routes = append(routes, fmt.Sprintf("%q", "nats://127.0.0.1:"+strconv.Itoa(port)))
	}
	for i, port := range ports {
		folder := t.TempDir()
		args := append([]any{i, filepath.Join(folder, "js"), port, strings.Join(routes, ", ")}, users...)
		path := filepath.Join(folder, "nats.conf")
		if err := os.WriteFile(path, fmt.Appendf(nil, clusterConfig, args...), 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := server.ProcessConfigFile(path)
		if err != nil {
			t.Fatal(err)
		}
		o.NoSigs, o.NoLog = true, true
		s, err := server.NewServer(o)
		if err != nil {
			t.Fatal(err)
		}
		go s.Start()
		t.Cleanup(func() {
			s.Shutdown()
			s.WaitForShutdown()
		})
		c.Servers = append(c.Servers, s)
	}
	for _, s := range c.Servers {
		if !s.ReadyForConnections(30 * time.Second) {
			t.Fatal("a server of the cluster is not ready")
		}
		urls = append(urls, s.ClientURL())
	}
	c.Access.URL = strings.Join(urls, ",")
	Eventually(t, "the cluster has a leader", func() bool {
		for _, s := range c.Servers {
			if s.JetStreamIsLeader() {
				return true
			}
		}
		return false
	})
	return c
}

// StopLeader stops the server that leads the ledger, and returns whether there
// was one.
func (c *Cluster) StopLeader() bool {
	for _, s := range c.Servers {
		if s.Running() && s.JetStreamIsStreamLeader(queue.AccountLedger, "LEDGER") {
			s.Shutdown()
			s.WaitForShutdown()
			return true
		}
	}
	return false
}

// freePorts returns ports that were free a moment ago.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if a, ok := l.Addr().(*net.TCPAddr); ok {
			ports = append(ports, a.Port)
		}
	}
	return ports
}
