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
	return schema.RequestID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])))
}

// ValidID reports whether id has the form that NewID gives: nothing else may
// become part of a name in NATS.
func ValidID(id schema.RequestID) bool {
	return len(id) == 26 && strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// Vault is the sealed place of one request: its data key, its files and its
// notes. Everything in it is gone once the key is (Queue.Erase), in backups of
// the files too.
type Vault struct {
	id    schema.RequestID
	key   Key
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
	if _, err := q.keys.CreateStream(ctx, keyStream(prefixKey+string(id), subjectKey+string(id), q.opts.Replicas)); err != nil {
		return nil, fail("make key stream", err)
	}
	sealed, err := Seal(q.wrapper, subjectKey+string(id), NewKey().secret[:])
	if err != nil {
		return nil, err
	}
	// The stream takes one message for good, so a second maker's key is refused
	// and both open the same vault.
	if _, err := q.keys.Publish(ctx, subjectKey+string(id), sealed); err != nil && apiCode(err) != errStoreFailed {
		return nil, fail("store key", err)
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
	stream, err := q.keys.Stream(ctx, prefixKey+string(id))
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, schema.Fail(schema.CodeErased, "open vault", err)
	}
	if err != nil {
		return nil, fail("open key stream", err)
	}
	msg, err := stream.GetLastMsgForSubject(ctx, subjectKey+string(id))
	if err != nil {
		return nil, fail("read key", err)
	}
	secret, err := Unseal(q.wrapper, subjectKey+string(id), msg.Data)
	if err != nil {
		return nil, err
	}
	if len(secret) != keySize {
		return nil, schema.Fail(schema.CodeTampered, "read key", nil)
	}
	v := &Vault{id: id, conn: q.conns.blobs, replicas: q.opts.Replicas, key: Key{(*[keySize]byte)(secret)}}
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

// shred drops the key of a request, its files and its index, in this order, and
// counts what went: "objects", "bytes", "entries". Without the key the rest is
// noise, wherever a copy of it is. It may run again after a crash.
func (q *Queue) shred(ctx context.Context, id schema.RequestID) (_ map[string]int64, err error) {
	before := q.Refused()
	defer func() { err = q.conns.named(before, err) }()
	if err := q.vaults("erase request"); err != nil {
		return nil, err
	}
	if !ValidID(id) {
		return nil, schema.Fail(schema.CodeNotFound, "erase request", nil)
	}
	counts := map[string]int64{"keys": 0, "objects": 0, "bytes": 0, "notes": 0}
	files, index := prefixObjects+prefixFiles+string(id), prefixKV+prefixIndex+string(id)
	if s, err := q.blobs.Stream(ctx, files); err == nil {
		counts["bytes"] = int64(s.CachedInfo().State.Bytes) //nolint:gosec // a size on a disk
		info, err := s.Info(ctx, jetstream.WithSubjectFilter("$O."+prefixFiles+string(id)+".M.>"))
		if err != nil {
			return nil, fail("count files", err)
		}
		counts["objects"] = int64(len(info.State.Subjects))
	}
	if s, err := q.blobs.Stream(ctx, index); err == nil {
		counts["notes"] = int64(s.CachedInfo().State.Msgs) //nolint:gosec // a count on a disk
	}
	for _, drop := range []struct {
		js   jetstream.JetStream
		name string
	}{{q.keys, prefixKey + string(id)}, {q.blobs, files}, {q.blobs, index}} {
		err := drop.js.DeleteStream(ctx, drop.name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			continue
		}
		if err != nil {
			return nil, fail("erase request", err)
		}
		if drop.js == q.keys {
			counts["keys"] = 1
		}
	}
	q.putting.Delete(id)
	return counts, nil
}
