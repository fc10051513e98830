package queue

import (
	"context"
	"errors"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Options says how to use a store.
type Options struct {
	// Key is the organisation's key.
	Key Key
	// Replicas is how many servers keep each stream of a new store: 1 (embedded),
	// or 3. A store that is there goes on as it was made.
	Replicas int
	// Bind makes nothing: streams that are missing are an error. For those who
	// may not make streams, and for the commands.
	Bind bool
	// Zone is where a day begins and ends, for the law. Nil is UTC.
	Zone *time.Location
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Patience is how long a job may go without a sign of life before another
	// worker gets it; 0 is a minute. InHand is how many jobs of a kind all
	// workers together may have in hand per lane; 0 is 64.
	Patience time.Duration
	InHand   int
	// Tries is how often a job is tried before it is parked; 0 is 8.
	Tries int
	// Vanished is how often a job may vanish in a worker's hands, without any
	// answer, before it is parked: it may be what kills them. 0 is 8.
	Vanished int
	// Backoff is the wait after the first failed try, doubled with every
	// further one up to six hours; 0 is 30 seconds.
	Backoff time.Duration
}

// Queue is an open store. Its methods may be called from many goroutines, and
// from many processes at once.
type Queue struct {
	opts    Options
	conns   conns
	ledger  jetstream.JetStream // the account of that name, and the next two
	blobs   jetstream.JetStream
	keys    jetstream.JetStream
	wrapper Key // wraps the requests' keys and seals shelves; Rotate does anew whatever it sealed
	mac     Key // proves the register's snapshot
	lasting lasting
	role    Role
	leave   func() // what Close does first, in the context of Open

	putting sync.Map // bucket name → *sync.Mutex: one Put at a time
}

// Open connects, proves the key, and makes or checks the streams. An error has
// CodeUnreachable, CodeDenied, CodeWrongKey, CodeKeyChange (Rotate was cut off), CodeRenewal (Renew was),
// CodeDamagedStore (something is missing that was there), CodeNewerVersion or
// CodeFull.
func Open(ctx context.Context, a Access, o Options) (*Queue, error) {
	return open(ctx, a, o, (*Queue).ensure)
}

func open(ctx context.Context, a Access, o Options, ensure func(*Queue, context.Context) error) (*Queue, error) {
	if o.Key.IsZero() {
		return nil, schema.Fail(schema.CodeConfig, "open queue", nil)
	}
	o.fill()
	c, err := a.dial(ctx, o.Now)
	if err != nil {
		return nil, err
	}
	q := &Queue{opts: o, conns: c, role: a.Role, wrapper: o.Key.For(useWrap), mac: o.Key.For(useRegister)}
	q.leave = func() { q.leaveDenials(ctx) }
	for _, to := range []struct {
		js *jetstream.JetStream
		nc *nats.Conn
	}{{&q.ledger, c.ledger}, {&q.blobs, c.blobs}, {&q.keys, c.keys}} {
		if to.nc == nil {
			continue
		}
		if *to.js, err = jetstream.New(to.nc, jetstream.WithDefaultTimeout(answerTimeout)); err != nil {
			c.close()
			return nil, schema.Fail(schema.CodeInternal, "open queue", err)
		}
	}
	if err := ensure(q, ctx); err != nil {
		q.Close()
		return nil, c.named(0, err)
	}
	return q, nil
}

func (o *Options) fill() {
	o.Replicas = max(o.Replicas, 1)
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	if o.InHand == 0 {
		o.InHand = 64
	}
	if o.Vanished == 0 {
		o.Vanished = 8
	}
	if o.Tries == 0 {
		o.Tries = 8
	}
	if o.Backoff == 0 {
		o.Backoff = 30 * time.Second
	}
}

// Close puts on record what was refused and is not yet, and ends the connections.
// Work must have returned.
func (q *Queue) Close() {
	q.leave()
	q.conns.close()
}

// Health returns nil where the accounts that the role has a user in answer.
func (q *Queue) Health(ctx context.Context) error {
	if _, err := q.ledger.Stream(ctx, streamLedger); err != nil {
		return fail("check ledger", err)
	}
	if q.keys != nil {
		if _, err := q.keys.Stream(ctx, streamCheck); err != nil {
			return fail("check keys", err)
		}
	}
	if q.blobs != nil {
		if _, err := q.blobs.AccountInfo(ctx); err != nil {
			return fail("check files", err)
		}
	}
	return nil
}

// Refused is how often the server refused something that the role may not do. It
// only grows.
func (q *Queue) Refused() int64 { return q.conns.denials.refused.Load() }

// vaults refuses what needs files and keys where the role has no user for them.
func (q *Queue) vaults(op string) error {
	if q.blobs == nil || q.keys == nil {
		return schema.Fail(schema.CodeDenied, op, nil)
	}
	return nil
}

// now is the moment, UTC, without what JSON does not keep.
func (q *Queue) now() time.Time { return q.opts.Now().UTC().Truncate(time.Millisecond) }

// today is the civil day of the moment.
func (q *Queue) today(at time.Time) schema.Date { return schema.CivilDate(at, q.opts.Zone) }

// Errors of the server that have no constant in the client.
const (
	errResources     jetstream.ErrorCode = 10002 // the account is full
	errInsufficient  jetstream.ErrorCode = 10023
	errMemory        jetstream.ErrorCode = 10028
	errStorage       jetstream.ErrorCode = 10047
	errStoreFailed   jetstream.ErrorCode = 10077 // over a stream's limit
	errNoPermission  jetstream.ErrorCode = 10039
	errWrongSequence jetstream.ErrorCode = 10071
	// A stream cannot be made. On a full disk the server says no more than this.
	errStreamCreate jetstream.ErrorCode = 10049
	// The same on a stream with replicas.
	errWrongSequenceBatch jetstream.ErrorCode = 10164
	// A cluster that is choosing a leader.
	errUnavailable jetstream.ErrorCode = 10008
	errNotLeader   jetstream.ErrorCode = 10009
	errOffline     jetstream.ErrorCode = 10118
)

// fail names an error of NATS. It is nil for nil, and leaves alone what has a
// name already.
func fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, named := errors.AsType[*schema.Error](err); named {
		return err
	}
	code := schema.CodeInternal
	switch {
	case full(err):
		code = schema.CodeFull
	case apiCode(err) != 0:
		switch apiCode(err) {
		case errWrongSequence, errWrongSequenceBatch:
			code = schema.CodeConflict
		case errUnavailable, errNotLeader, errOffline:
			code = schema.CodeUnreachable
		case errNoPermission:
			code = schema.CodeDenied
		case errStreamCreate:
			code = schema.CodeIO
		case jetstream.JSErrCodeStreamNotFound, jetstream.JSErrCodeMessageNotFound:
			code = schema.CodeNotFound
		default:
		}
	case errors.Is(err, context.Canceled):
		code = schema.CodeInterrupted
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout), errors.Is(err, nats.ErrNoResponders),
		errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrDisconnected), errors.Is(err, nats.ErrConnectionReconnecting),
		errors.Is(err, nats.ErrConnectionDraining), errors.Is(err, jetstream.ErrNoStreamResponse),
		errors.Is(err, jetstream.ErrNoHeartbeat), errors.Is(err, jetstream.ErrServerShutdown), errors.Is(err, jetstream.ErrConsumerLeadershipChanged):
		code = schema.CodeUnreachable
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrPermissionViolation):
		code = schema.CodeDenied
	case errors.Is(err, jetstream.ErrBucketNotFound), errors.Is(err, jetstream.ErrStreamNotFound),
		errors.Is(err, jetstream.ErrKeyNotFound), errors.Is(err, jetstream.ErrObjectNotFound), errors.Is(err, jetstream.ErrMsgNotFound):
		code = schema.CodeNotFound
	default:
	}
	return schema.Fail(code, op, err)
}

// full reports whether the server has no room for it: by a limit of its own, or
// because the disk has none, for which it has no code.
func full(err error) bool {
	switch apiCode(err) {
	case errResources, errInsufficient, errMemory, errStorage, errStoreFailed:
		return true
	case 0:
		return false
	default:
		js, _ := errors.AsType[jetstream.JetStreamError](err)
		return strings.Contains(js.APIError().Description, syscall.ENOSPC.Error())
	}
}

// apiCode is the server's code of an error, 0 where it has none.
func apiCode(err error) jetstream.ErrorCode {
	if js, ok := errors.AsType[jetstream.JetStreamError](err); ok && js.APIError() != nil {
		return js.APIError().ErrorCode
	}
	return 0
}
