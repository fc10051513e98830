// Package cluster writes what a cluster of three NATS servers needs, so that
// nobody writes permissions by hand: a configuration per server, an authority
// with certificates for servers and clients (mTLS), and a folder per role
// (queue.Role) that is all a machine with that role must have:
//
//	OUT/nats-1/   nats.conf, ca.pem, server.pem, server.key; the same for the others
//	OUT/roles/R/  role, ca.pem, client.pem, client.key, and a seed per account
//	OUT/key       the organisation's key; keep a copy apart
//	OUT/ca.key    signs further certificates; keep it off every machine
//
// Each call makes new secrets. Nothing that is there is written over.
package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nkeys"

	"inzage/queue"
	"inzage/schema"
)

// Node is one server.
type Node struct {
	// Name is the server's name in the cluster and of its folder, Host where the
	// others and the clients reach it.
	Name, Host string
	// Port is for clients, ClusterPort for the other servers.
	Port, ClusterPort int
	// Config is where the server finds its folder, Store where it keeps its files;
	// both as the server's machine calls them.
	Config, Store string
}

// Options says what to write.
type Options struct {
	Folder string
	Nodes  []Node
	// What each account may store on each server, in bytes.
	Ledger, Blobs, Keys int64
	// Now is the beginning of the certificates' life, Years its length.
	Now   time.Time
	Years int
}

// URL is the addresses of the servers, for clients.
func URL(nodes []Node) string {
	var list []string
	for _, n := range nodes {
		list = append(list, "tls://"+net.JoinHostPort(n.Host, strconv.Itoa(n.Port)))
	}
	return strings.Join(list, ",")
}

// Write writes everything. An error has CodeConfig where the options cannot be,
// or CodeIO; what was written before it stays.
func Write(o Options) error {
	if len(o.Nodes) != 3 {
		return schema.Fail(schema.CodeConfig, "plan cluster", nil)
	}
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return schema.Fail(schema.CodeIO, "make folder", err)
	}
	ca, err := newAuthority(o.Now, o.Years)
	if err != nil {
		return err
	}
	users, err := writeRoles(o, ca)
	if err != nil {
		return err
	}
	for i := range o.Nodes {
		if err := writeNode(o, i, ca, users); err != nil {
			return err
		}
	}
	if err := write(o.Folder, "ca.key", ca.secret); err != nil {
		return err
	}
	return queue.NewKey().WriteFile(filepath.Join(o.Folder, "key"))
}

// user is a role's user in an account.
type user struct {
	role    queue.Role
	account string
	public  string
}

// writeRoles writes the folder of each role and returns their users.
func writeRoles(o Options, ca *authority) ([]user, error) {
	var users []user
	for _, role := range queue.Roles() {
		folder := filepath.Join(o.Folder, "roles", string(role))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, schema.Fail(schema.CodeIO, "make folder", err)
		}
		cert, key, err := ca.issue("inzage "+string(role), nil)
		if err != nil {
			return nil, err
		}
		files := map[string][]byte{
			queue.FileRole: []byte(string(role) + "\n"), queue.FileAuthority: ca.certificate,
			queue.FileCertificate: cert, queue.FileKey: key,
		}
		for _, account := range queue.Accounts() {
			if _, ok := role.Rights(account); !ok {
				continue
			}
			public, seed, err := newUser()
			if err != nil {
				return nil, err
			}
			users = append(users, user{role, account, public})
			files[queue.SeedFile(account)] = append(seed, '\n')
		}
		for name, content := range files {
			if err := write(folder, name, content); err != nil {
				return nil, err
			}
		}
	}
	return users, nil
}

// writeNode writes the folder of a server.
func writeNode(o Options, i int, ca *authority, users []user) error {
	n := o.Nodes[i]
	folder := filepath.Join(o.Folder, n.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return schema.Fail(schema.CodeIO, "make folder", err)
	}
	cert, key, err := ca.issue(n.Name, []string{n.Host})
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"ca.pem": ca.certificate, "server.pem": cert, "server.key": key, "nats.conf": configuration(o, i, users),
	} {
		if err := write(folder, name, content); err != nil {
			return err
		}
	}
	return nil
}

// configuration is a server's nats.conf. sync_interval always makes an
// acknowledgement mean that the bytes are on the disk.
func configuration(o Options, i int, users []user) []byte {
	n := o.Nodes[i]
	var routes []string
	for j, other := range o.Nodes {
		if j != i {
			routes = append(routes, strconv.Quote("tls://"+net.JoinHostPort(other.Host, strconv.Itoa(other.ClusterPort))))
		}
	}
	var storeKey [32]byte
	_, _ = rand.Read(storeKey[:])
	file := func(name string) string { return strconv.Quote(n.Config + "/" + name) }
	tls := fmt.Sprintf("tls { cert_file: %s, key_file: %s, ca_file: %s, verify: true, min_version: \"1.3\", timeout: 5 }",
		file("server.pem"), file("server.key"), file("ca.pem"))
	var b strings.Builder
	fmt.Fprintf(&b, `# Written by "inzage cluster init". Who may do what stands in the program
# (queue/roles.go): write it anew rather than change it here.
server_name: %s
listen: "0.0.0.0:%d"
max_payload: 1MB
%s
jetstream {
  store_dir: %s
  max_file_store: %d
  max_memory_store: 64MB
  sync_interval: always   # an acknowledgement means that it is on the disk
  cipher: aes
  key: "%s"               # of this server's files; lost with this file
}
cluster {
  name: inzage
  listen: "0.0.0.0:%d"
  routes: [%s]
  %s
}
system_account: SYS
accounts {
  # Whom a server does not let in is told to the role that puts it on record.
  SYS { exports: [ { stream: %s, accounts: [%s] } ] }
`, strconv.Quote(n.Name), n.Port, tls, strconv.Quote(n.Store), o.Ledger+o.Blobs+o.Keys, hex.EncodeToString(storeKey[:]),
		n.ClusterPort, strings.Join(routes, ", "), tls, strconv.Quote(queue.SubjectConnects), queue.AccountLedger)
	for _, a := range []struct {
		name string
		size int64
	}{{queue.AccountLedger, o.Ledger}, {queue.AccountBlobs, o.Blobs}, {queue.AccountKeys, o.Keys}} {
		// The account's limit counts every replica.
		fmt.Fprintf(&b, "  %s {\n    jetstream { max_file: %d, max_mem: 64MB }\n", a.name, 3*a.size)
		if a.name == queue.AccountLedger {
			fmt.Fprintf(&b, "    imports: [ { stream: { account: SYS, subject: %s } } ]\n", strconv.Quote(queue.SubjectConnects))
		}
		b.WriteString("    users: [\n")
		for _, u := range users {
			if u.account == a.name {
				writeUser(&b, u)
			}
		}
		b.WriteString("    ]\n  }\n")
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

func writeUser(b *strings.Builder, u user) {
	rights, _ := u.role.Rights(u.account)
	fmt.Fprintf(b, "      # %s\n      { nkey: %s, permissions: {\n        publish: { allow: %s", u.role, u.public, quoted(rights.Publish))
	if len(rights.Deny) > 0 {
		fmt.Fprintf(b, ", deny: %s", quoted(rights.Deny))
	}
	fmt.Fprintf(b, " }\n        subscribe: { allow: %s }\n      } }\n", quoted(rights.Subscribe))
}

func quoted(list []string) string {
	out := slices.Clone(list)
	slices.Sort(out)
	out = slices.Compact(out)
	for i := range out {
		out[i] = strconv.Quote(out[i])
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func newUser() (public string, seed []byte, err error) {
	pair, err := nkeys.CreateUser()
	if err == nil {
		public, err = pair.PublicKey()
	}
	if err == nil {
		seed, err = pair.Seed()
	}
	if err != nil {
		return "", nil, schema.Fail(schema.CodeInternal, "make user", err)
	}
	return public, seed, nil
}

// write writes a new file for its owner only.
func write(folder, name string, content []byte) error {
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return schema.Fail(schema.CodeIO, "create file", err)
	}
	_, err = f.Write(content)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "write file", err)
	}
	return nil
}
