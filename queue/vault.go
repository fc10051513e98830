package queue

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// NewID makes the id of a request: 26 letters and digits from 128 random bits.
func NewID() schema.RequestID {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return requestID(b)
}

func requestID(b [16]byte) schema.RequestID {
	return schema.RequestID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])))
}

// ValidID reports whether id has the form that NewID gives: nothing else may
// become part of a name in NATS.
func ValidID(id schema.RequestID) bool {
	return len(id) == 26 && strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// Vault is the sealed place of one request: its data keys, its files and its
// notes. What the sources brought has a key of its own, so that it can go before
// the rest. Everything in it is gone once the keys are (Queue.Erase), in backups
// of the files too.
type Vault struct {
	id    schema.RequestID
	key   Key // of the person, what people wrote, the bundle, and all opaque names
	raw   Key // of what the sources brought; key where a request has one key only
	files jetstream.ObjectStore
	index jetstream.KeyValue
	keys  jetstream.Stream // the index's
	conn  *nats.Conn
	// replicas is how many servers keep the files.
	replicas int
	// putting is held during a Put: the server refuses much of what is stored
	// into one bucket at the same time.
	putting *sync.Mutex
}

// makeVault makes the place of a new request. It may run again after a crash.
func (q *Queue) makeVault(ctx context.Context, id schema.RequestID) (_ *Vault, err error) {
	before := q.Refused()
	defer func() { err = q.conns.named(before, err) }()
	if err := q.vaults("make vault"); err != nil {
		return nil, err
	}
	if !ValidID(id) {
		return nil, schema.Fail(schema.CodeUsage, "make vault", nil)
	}
	for _, name := range keyNames(id) {
		if err := q.makeKey(ctx, name); err != nil {
			return nil, err
		}
	}
	for _, cfg := range []jetstream.StreamConfig{
		filesStream(prefixFiles+string(id), q.opts.Replicas), indexStream(prefixIndex+string(id), q.opts.Replicas),
	} {
		if _, err := q.blobs.CreateStream(ctx, cfg); err != nil {
			return nil, fail("make bucket", err)
		}
	}
	return q.Vault(ctx, id)
}

// keyNames are the names of a request's keys: of the vault, and of what the
// sources brought.
func keyNames(id schema.RequestID) []string { return []string{string(id), rawKeyName(id)} }

func rawKeyName(id schema.RequestID) string { return string(id) + rawKey }

// makeKey makes a data key and keeps it, wrapped.
func (q *Queue) makeKey(ctx context.Context, name string) error {
	if _, err := q.keys.CreateStream(ctx, keyStream(prefixKey+name, subjectKey+name, q.opts.Replicas)); err != nil {
		return fail("make key stream", err)
	}
	sealed, err := Seal(q.wrapper, subjectKey+name, NewKey().secret[:])
	if err != nil {
		return err
	}
	// The stream takes one message for good, so a second maker's key is refused
	// and both open the same vault.
	if _, err := q.keys.Publish(ctx, subjectKey+name, sealed); err != nil && apiCode(err) != errStoreFailed {
		return fail("store key", err)
	}
	return nil
}

// openKey opens a data key. CodeErased says that there is none.
func (q *Queue) openKey(ctx context.Context, name string) (Key, error) {
	stream, err := q.keys.Stream(ctx, prefixKey+name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return Key{}, schema.Fail(schema.CodeErased, "open vault", err)
	}
	if err != nil {
		return Key{}, fail("open key stream", err)
	}
	msg, err := stream.GetLastMsgForSubject(ctx, subjectKey+name)
	if err != nil {
		return Key{}, fail("read key", err)
	}
	secret, err := Unseal(q.wrapper, subjectKey+name, msg.Data)
	if err != nil {
		return Key{}, err
	}
	if len(secret) != keySize {
		return Key{}, schema.Fail(schema.CodeTampered, "read key", nil)
	}
	return Key{(*[keySize]byte)(secret)}, nil
}

// Vault opens the place of a request. CodeErased says that its key is gone, or
// that there never was such a request; CodeWrongKey, that the organisation's
// key is another.
func (q *Queue) Vault(ctx context.Context, id schema.RequestID) (_ *Vault, err error) {
	before := q.Refused()
	defer func() { err = q.conns.named(before, err) }()
	if err := q.vaults("open vault"); err != nil {
		return nil, err
	}
	if !ValidID(id) {
		return nil, schema.Fail(schema.CodeNotFound, "open vault", nil)
	}
	v := &Vault{id: id, conn: q.conns.blobs, replicas: q.opts.Replicas}
	if v.key, err = q.openKey(ctx, string(id)); err != nil {
		return nil, err
	}
	// Without a key for the raw files they were erased, and there is nothing that
	// it would open; or the request is of before there was one.
	if v.raw, err = q.openKey(ctx, rawKeyName(id)); schema.CodeOf(err) == schema.CodeErased {
		v.raw, err = v.key, nil
	}
	if err != nil {
		return nil, err
	}
	if v.files, err = q.blobs.ObjectStore(ctx, prefixFiles+string(id)); err != nil {
		return nil, fail("open bucket", err)
	}
	if v.index, err = q.blobs.KeyValue(ctx, prefixIndex+string(id)); err != nil {
		return nil, fail("open index", err)
	}
	if v.keys, err = q.blobs.Stream(ctx, prefixKV+prefixIndex+string(id)); err != nil {
		return nil, fail("open index", err)
	}
	lock, _ := q.putting.LoadOrStore(id, new(sync.Mutex))
	v.putting, _ = lock.(*sync.Mutex)
	return v, nil
}
