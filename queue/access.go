package queue

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/rs/zerolog"

	"inzage/schema"
)

// The accounts. Rights in NATS cannot name "every stream that starts with
// key_", so what must be guarded apart lives apart: who works on files cannot
// touch the ledger's streams, and only who erases can drop a key. Each account
// has its own quota, so full files never stop the ledger, and its own backup.
const (
	AccountLedger = "LEDGER" // ledger, jobs, schedules, register
	AccountBlobs  = "BLOBS"  // sealed files, one bucket and one index per request
	AccountKeys   = "KEYS"   // wrapped data keys, one stream per request
)

// Access is how to reach a server or cluster: with its addresses, through the
// door in a data folder (ReadDoor), or inside this process (embedded).
type Access struct {
	// URL lists the addresses of a cluster: "tls://a:4222,tls://b:4222".
	URL string
	// Socket is the path of a socket of this machine, instead of URL.
	Socket string
	// Server is a server in this process, instead of both.
	Server nats.InProcessConnProvider
	// TLS is for URL: the authority to trust, and this machine's certificate.
	TLS *tls.Config
	// One credential per account. A role that may not touch files or keys has
	// none for them.
	Ledger, Blobs, Keys Credential
	// Role names the user's inbox, "_IN_<role>": roles with other rights cannot
	// read each other's answers. Empty is "inzage".
	Role Role
}

// Credential proves who connects: an nkey's seed, a file that holds one, or a
// .creds file of the NATS tools.
type Credential struct {
	Seed  string `json:"seed,omitempty"`
	File  string `json:"-"`
	Creds string `json:"-"`
}

const (
	// dialTimeout bounds one try to connect, and waiting for what is read.
	dialTimeout = 5 * time.Second
	// answerTimeout bounds a request. The server answers a write after its disk
	// did, and a busy disk takes seconds for that.
	answerTimeout = 20 * time.Second
)

// conns are the connections of a Queue, and what the server refused on them.
type conns struct {
	ledger, blobs, keys *nats.Conn
	denials             *denials
}

func (a Access) dial(ctx context.Context, now func() time.Time) (c conns, err error) {
	c.denials = newDenials(ctx, now)
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	for _, to := range []struct {
		conn **nats.Conn
		cred Credential
	}{{&c.ledger, a.Ledger}, {&c.blobs, a.Blobs}, {&c.keys, a.Keys}} {
		if to.cred == (Credential{}) && to.conn != &c.ledger {
			continue
		}
		if *to.conn, err = a.connect(ctx, to.cred, c.denials); err != nil {
			return c, err
		}
	}
	return c, nil
}

// connect opens one connection. It is kept up for good: what is sent while the
// server is away fails or waits, and work goes on when it is back.
func (a Access) connect(ctx context.Context, cred Credential, denied *denials) (*nats.Conn, error) {
	log := zerolog.Ctx(ctx)
	role := a.Role
	if role == "" {
		role = "inzage"
	}
	opts := []nats.Option{
		nats.Name("inzage " + string(role)),
		nats.CustomInboxPrefix(inbox(role)),
		nats.MaxReconnects(-1),
		// Nothing is kept back while the server is away: what was half sent when
		// the connection broke would be sent again, and a file have a piece twice.
		nats.ReconnectBufSize(-1),
		nats.Timeout(dialTimeout),
		// The addresses are those that were given, which the certificates are for;
		// one that a server adds fails, and hides why the others refused.
		nats.IgnoreDiscoveredServers(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			// A refused publish shows up here only; its sender sees a timeout.
			if errors.Is(err, nats.ErrPermissionViolation) {
				denied.refuse(a.Role, err)
				return
			}
			log.Warn().Str("code", string(schema.CodeOf(reach(err)))).Msg("nats")
		}),
		nats.NoCallbacksAfterClientClose(), // closing is no loss
		nats.DisconnectErrHandler(func(*nats.Conn, error) { log.Warn().Msg("nats connection lost") }),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info().Msg("nats connection restored") }),
	}
	switch {
	case a.Server != nil:
		opts = append(opts, nats.InProcessServer(a.Server))
	case a.Socket != "":
		opts = append(opts, nats.SetCustomDialer(socketDialer{a.Socket}))
	}
	if a.TLS != nil {
		opts = append(opts, nats.Secure(a.TLS))
	}
	auth, err := cred.option()
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect(a.URL, append(opts, auth)...)
	if err != nil {
		return nil, reach(err)
	}
	return nc, nil
}

func (c Credential) option() (nats.Option, error) {
	switch {
	case c.Creds != "":
		return nats.UserCredentials(c.Creds), nil
	case c.File != "":
		opt, err := nats.NkeyOptionFromSeed(c.File)
		if err != nil {
			return nil, schema.Fail(schema.CodeConfig, "read credentials", err)
		}
		return opt, nil
	}
	pair, err := nkeys.FromSeed([]byte(c.Seed))
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read credentials", nil)
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read credentials", nil)
	}
	return nats.Nkey(public, pair.Sign), nil
}

func (c conns) close() {
	for _, nc := range []*nats.Conn{c.ledger, c.blobs, c.keys} {
		if nc != nil {
			nc.Close()
		}
	}
}

// reach names an error of a connection.
func reach(err error) error {
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrPermissionViolation), distrusted(err):
		return schema.Fail(schema.CodeDenied, "connect", err)
	default:
		return schema.Fail(schema.CodeUnreachable, "connect", err)
	}
}

// violated is the subject that an error of permissions names. Subjects hold ids
// and words of the program's own.
func violated(err error) string {
	_, rest, _ := strings.Cut(err.Error(), `"`)
	subject, _, _ := strings.Cut(rest, `"`)
	return subject
}

// named names an error that came of a refusal: the server tells the connection,
// and leaves who asked without an answer. before is how often it had refused
// something when the asking began.
func (c conns) named(before int64, err error) error {
	if err != nil && schema.CodeOf(err) == schema.CodeUnreachable && c.denials.refused.Load() > before {
		return schema.Fail(schema.CodeDenied, "ask server", err)
	}
	return err
}

// socketDialer dials the same socket whatever the address.
type socketDialer struct{ path string }

// Dial implements nats.CustomDialer.
func (d socketDialer) Dial(string, string) (net.Conn, error) {
	return net.DialTimeout("unix", d.path, dialTimeout)
}

// SkipTLSHandshake implements the nats option: a socket of this machine needs none.
func (socketDialer) SkipTLSHandshake() bool { return true }

// doorFile is the name of the door in a data folder.
const doorFile = "door"

// door is what the door file holds.
type door struct {
	Socket string     `json:"socket"`
	Ledger Credential `json:"ledger"`
	Blobs  Credential `json:"blobs"`
	Keys   Credential `json:"keys"`
}

// ReadDoor returns the access to the server that runs in another process on
// this data folder. CodeUnreachable says that none runs.
func ReadDoor(folder string) (Access, error) {
	text, err := os.ReadFile(filepath.Join(folder, doorFile))
	if err != nil {
		return Access{}, schema.Fail(schema.CodeUnreachable, "read door", err)
	}
	var d door
	if err := json.Unmarshal(text, &d); err != nil {
		return Access{}, schema.Fail(schema.CodeUnreachable, "read door", err)
	}
	return Access{Socket: d.Socket, Ledger: d.Ledger, Blobs: d.Blobs, Keys: d.Keys, Role: "command"}, nil
}

// WriteDoor lets other processes of the same user in, by a file that only that
// user may read. The result takes the file away.
func WriteDoor(folder string, a Access) (remove func(), err error) {
	text, err := json.Marshal(door{a.Socket, a.Ledger, a.Blobs, a.Keys})
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write door", err)
	}
	path := filepath.Join(folder, doorFile)
	fresh := path + ".new" // who writes holds the lock of the folder
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return nil, schema.Fail(schema.CodeIO, "write door", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return nil, schema.Fail(schema.CodeIO, "write door", err)
	}
	return func() { _ = os.Remove(path) }, nil
}

// distrusted reports whether one side does not accept the certificate of the other.
func distrusted(err error) bool {
	if _, ours := errors.AsType[*tls.CertificateVerificationError](err); ours {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error" // an alert of TLS, whose type is not exported
}
