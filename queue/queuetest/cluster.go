package queuetest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"inzage/queue"
	"inzage/queue/cluster"
)

// Cluster is three servers on loopback, for as long as the test lasts.
type Cluster struct {
	Servers []*server.Server
	// Access is of a user that may do everything; ServeRoles makes none.
	Access queue.Access
	// Folder is what was written for the cluster, and URL its addresses; of
	// ServeRoles only.
	Folder, URL string
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

// newUsers gives the access a new user of each account, and returns their public keys
// in the order ledger, blobs, keys.
func newUsers(t *testing.T, a *queue.Access) (public []any) {
	t.Helper()
	for _, cred := range []*queue.Credential{&a.Ledger, &a.Blobs, &a.Keys} {
		pair, err := nkeys.CreateUser()
		if err != nil {
			t.Fatal(err)
		}
		user, err := pair.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		seed, err := pair.Seed()
		if err != nil {
			t.Fatal(err)
		}
		cred.Seed = string(seed)
		public = append(public, user)
	}
	return public
}

// ServeCluster starts a cluster in fresh folders.
func ServeCluster(t *testing.T) *Cluster {
	t.Helper()
	c := &Cluster{}
	users := newUsers(t, &c.Access)
	ports := freePorts(t, 3)
	var routes, files []string
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
		files = append(files, path)
	}
	c.start(t, files)
	var urls []string
	for _, s := range c.Servers {
		urls = append(urls, s.ClientURL())
	}
	c.Access.URL = strings.Join(urls, ",")
	return c
}

// ServeRoles starts a cluster from the very configuration that is written for
// one, in fresh folders.
func ServeRoles(t *testing.T) *Cluster {
	t.Helper()
	o := cluster.Options{Folder: filepath.Join(t.TempDir(), "cluster"), Ledger: 8 << 30, Blobs: 8 << 30, Keys: 1 << 30, Now: time.Now(), Years: 1}
	ports := freePorts(t, 6)
	var files []string
	for i := range 3 {
		name := fmt.Sprintf("nats-%d", i+1)
		config := filepath.Join(o.Folder, name)
		o.Nodes = append(o.Nodes, cluster.Node{
			Name: name, Host: "127.0.0.1", Port: ports[i], ClusterPort: ports[3+i], Config: config, Store: filepath.Join(t.TempDir(), "js"),
		})
		files = append(files, filepath.Join(config, "nats.conf"))
	}
	if err := cluster.Write(o); err != nil {
		t.Fatal(Why(err))
	}
	c := &Cluster{Folder: o.Folder, URL: cluster.URL(o.Nodes)}
	c.start(t, files)
	return c
}

// start starts a server for each configuration file and waits for their leader.
func (c *Cluster) start(t *testing.T, files []string) {
	t.Helper()
	for _, path := range files {
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
		if !s.ReadyForConnections(time.Minute) {
			t.Fatal("a server of the cluster is not ready")
		}
	}
	Eventually(t, "the cluster has a leader", func() bool {
		return slices.ContainsFunc(c.Servers, (*server.Server).JetStreamIsLeader)
	})
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
