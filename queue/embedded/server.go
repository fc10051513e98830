// Package embedded runs the NATS server of a small organisation inside this
// process, on files in one data folder:
//
//	key         the organisation's key, made at the first start unless given; back it up apart
//	lock        held while a process runs on the folder
//	store       marks the folder as a store of one server, proves the key, and holds the store's own
//	door        lets commands in, while a process runs (see queue.ReadDoor)
//	jetstream/  the server's files, encrypted
//
// The server alone would start without its key and lose its streams, share its
// files with a second server and lose two thirds of what both store, and
// acknowledge what is not on the disk. What guards against each is here, and
// each guard is an error with its own code before anything is touched.
package embedded

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
)

// Options says how to run the server.
type Options struct {
	// Folder is the data folder. It is made, with rights for its owner only.
	Folder string
	// Key is the organisation's key. The zero Key is read from the folder, and
	// made there at the first start.
	Key queue.Key
	// Quota bounds all files of the server, in bytes: 0 takes what is used and
	// three quarters of what is free.
	Quota int64
	// Listen is an address for operators with the NATS tools, "127.0.0.1:4222".
	// Empty opens no port. It needs TLS.
	Listen string
	TLS    *tls.Config
}

// Server is the running server.
type Server struct {
	nats   *server.Server
	inside *entrance
	access queue.Access
	key    queue.Key
	own    queue.Key // the store's, see mark.go
	undo   []func()  // in the order of starting
	folder string
	broken chan struct{} // closed when a stream takes nothing more
}

// entrance is the way in for this process. The library's connections keep it for as
// long as anything keeps them, and it keeps the server no longer than that runs.
type entrance struct{ server atomic.Pointer[server.Server] }

// InProcessConn implements nats.InProcessConnProvider.
func (e *entrance) InProcessConn() (net.Conn, error) {
	if s := e.server.Load(); s != nil {
		return s.InProcessConn()
	}
	return nil, nats.ErrConnectionClosed
}

// readyTimeout bounds the start: a store of a million messages takes a second.
const readyTimeout = 30 * time.Second

// Start starts the server, or says why it must not: CodeInUse (another process
// is on the folder), CodeWrongKey (the key is missing or another), CodeKeyChange
// (Rotate was cut off),
// CodeDamagedStore (a mark or a stream is missing or damaged), CodeFull (the
// quota or the disk is too small), CodeIO.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	s := &Server{key: o.Key, folder: o.Folder, broken: make(chan struct{})}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return nil, schema.Fail(schema.CodeIO, "make data folder", err)
	}
	if err := s.lock(o.Folder); err != nil {
		return nil, err
	}
	if s.key, s.own, err = openStore(o.Folder, o.Key); err != nil {
		return nil, err
	}
	if err := s.serve(ctx, o); err != nil {
		return nil, err
	}
	return s, s.open(o.Folder)
}

// serve starts the server on a folder whose key is proven.
func (s *Server) serve(ctx context.Context, o Options) error {
	if err := removeUnborn(ctx, o.Folder); err != nil {
		return err
	}
	quota, err := quotas(o.Folder, o.Quota)
	if err != nil {
		return err
	}
	if err := s.run(ctx, o, quota); err != nil {
		return err
	}
	return s.complete(ctx, o.Folder)
}

// lock takes the folder. nats-server has no lock of its own.
func (s *Server) lock(folder string) error {
	lock := flock.New(filepath.Join(folder, "lock"), flock.SetPermissions(0o600))
	ours, err := lock.TryLock()
	if err != nil {
		return schema.Fail(schema.CodeIO, "lock data folder", err)
	}
	if !ours {
		return schema.Fail(schema.CodeInUse, "lock data folder", nil)
	}
	s.undo = append(s.undo, func() { _ = lock.Close() })
	return nil
}

// run starts the server and gives each account its share of the disk.
func (s *Server) run(ctx context.Context, o Options, quota map[string]int64) error {
	opts, err := s.options(o, quota)
	if err != nil {
		return err
	}
	if s.nats, err = server.NewServer(opts); err != nil {
		return schema.Fail(schema.CodeConfig, "set up server", err)
	}
	s.inside = &entrance{}
	s.inside.server.Store(s.nats)
	broken := sync.OnceFunc(func() { close(s.broken) })
	s.nats.SetLoggerV2(logger{zerolog.Ctx(ctx).With().Str("part", "nats").Logger(), broken}, false, false, false)
	go s.nats.Start()
	s.undo = append(s.undo, func() {
		s.nats.Shutdown()
		s.nats.WaitForShutdown()
		s.inside.server.Store(nil)
	})
	if !s.nats.ReadyForConnections(readyTimeout) {
		return schema.Fail(schema.CodeDamagedStore, "start server", nil)
	}
	if cfg := s.nats.JetStreamConfig(); cfg == nil || !cfg.SyncAlways {
		return schema.Fail(schema.CodeInternal, "start server", nil)
	}
	for name, bytes := range quota {
		acc, err := s.nats.LookupAccount(name)
		if err != nil {
			return schema.Fail(schema.CodeInternal, "find account", err)
		}
		limits := server.JetStreamAccountLimits{MaxMemory: memory / int64(len(quota)), MaxStore: bytes, MaxStreams: -1, MaxConsumers: -1, MaxAckPending: -1}
		if err := acc.EnableJetStream(map[string]server.JetStreamAccountLimits{"": limits}, nil); err != nil {
			return schema.Fail(schema.CodeDamagedStore, "open account", err)
		}
	}
	return nil
}

// memory bounds what the server keeps in memory storage: the rate limits.
const memory = 64 << 20

// options are the server's. SyncAlways makes an acknowledgement mean that the
// bytes are on the disk; without it a power cut took everything since the
// start.
func (s *Server) options(o Options, quota map[string]int64) (*server.Options, error) {
	sys := server.NewAccount("SYS")
	opts := &server.Options{
		ServerName: "inzage", DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: o.Folder, SyncAlways: true, DisableJetStreamBanner: true,
		JetStreamMaxMemory: memory, MaxPayload: 1 << 20,
		JetStreamKey: s.own.Encode(), JetStreamCipher: server.AES,
		SystemAccount: sys.Name, Accounts: []*server.Account{sys},
	}
	for _, bytes := range quota {
		opts.JetStreamMaxStore += bytes
	}
	if o.Listen != "" {
		if o.TLS == nil {
			return nil, schema.Fail(schema.CodeConfig, "listen without TLS", nil)
		}
		host, port, err := net.SplitHostPort(o.Listen)
		if err != nil {
			return nil, schema.Fail(schema.CodeConfig, "read address", err)
		}
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, schema.Fail(schema.CodeConfig, "read address", err)
		}
		opts.DontListen, opts.Host, opts.Port, opts.TLSConfig = false, host, n, o.TLS
		opts.TLSTimeout = 5
	}
	s.access = queue.Access{}
	for _, a := range []struct {
		name string
		cred *queue.Credential
	}{
		{queue.AccountLedger, &s.access.Ledger},
		{queue.AccountBlobs, &s.access.Blobs},
		{queue.AccountKeys, &s.access.Keys},
	} {
		user, seed, err := newUser()
		if err != nil {
			return nil, schema.Fail(schema.CodeInternal, "make user", err)
		}
		account := server.NewAccount(a.name)
		opts.Accounts = append(opts.Accounts, account)
		if a.name == queue.AccountLedger { // whom the server does not let in is put on record
			err := sys.AddStreamExport(queue.SubjectConnects, []*server.Account{account})
			if err == nil {
				err = account.AddStreamImport(sys, queue.SubjectConnects, "")
			}
			if err != nil {
				return nil, schema.Fail(schema.CodeInternal, "set up accounts", err)
			}
		}
		opts.Nkeys = append(opts.Nkeys, &server.NkeyUser{Nkey: user, Account: account})
		a.cred.Seed = seed
	}
	return opts, nil
}

// newUser makes a user that lives as long as the process.
func newUser() (user, seed string, err error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return "", "", err
	}
	if user, err = pair.PublicKey(); err != nil {
		return "", "", err
	}
	s, err := pair.Seed()
	return user, string(s), err
}

// Access is how this process reaches the server.
func (s *Server) Access() queue.Access {
	a := s.access
	a.Server = s.inside
	return a
}

// Key is the organisation's key.
func (s *Server) Key() queue.Key { return s.key }

// Health returns nil where the server and every stream work.
func (s *Server) Health() error {
	if h := s.nats.Healthz(&server.HealthzOptions{}); h.StatusCode != 200 {
		return schema.Fail(schema.CodeUnreachable, "check health", nil)
	}
	return nil
}

// Watch returns when ctx ends, or with an error once the disk has refused a write:
// CodeFull where it is full, else CodeIO. The stream that it was for takes nothing
// more then, until the server is started again; what was acknowledged is there.
func (s *Server) Watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.broken:
	}
	if free, err := freeSpace(s.folder); err == nil && free < leastFree {
		return schema.Fail(schema.CodeFull, "write store", nil)
	}
	return schema.Fail(schema.CodeIO, "write store", nil)
}

// leastFree is more than any write asks for.
const leastFree = 16 << 20

// Close stops the server; the queues on it must be closed first. What was
// acknowledged is on the disk, before and after.
func (s *Server) Close() {
	for len(s.undo) > 0 {
		last := len(s.undo) - 1
		s.undo[last]()
		s.undo = s.undo[:last]
	}
}
