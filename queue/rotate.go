package queue

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Rotated is what Rotate did.
type Rotated struct {
	Keys    int // keys of requests that are wrapped with the new key now
	Damaged int // keys that neither key opens; they are left as they are
	Pieces  int // pieces of the register's snapshot and of shelves that were done anew
}

// Rotate puts the key to in the place of the organisation's key from: every
// key of a request is wrapped anew, the register's snapshot is proven anew, what
// the shelves keep is sealed anew, and then to is the key that Open takes. Nobody else may use the store meanwhile;
// Open refuses it with CodeKeyChange until all is done. told hears how many of
// how many keys are done, and may be nil.
//
// It can be cut off at any moment: run again with the same keys it goes on, and
// run again after it was done it does nothing. The keys that are wrapped anew
// stand in a stream of their own before the first old one is dropped. What holds
// a key is dropped as a whole and made again, since a deleted message stays on the
// disk.
//
// Errors: CodeWrongKey where neither key is the store's, or the run that was cut
// off had another to; CodeConflict where somebody went on with the old key
// meanwhile (stop them, and run it again); CodeDamagedStore.
func Rotate(ctx context.Context, a Access, from, to Key, now time.Time, told func(done, total int)) (Rotated, error) {
	if from.IsZero() || to.IsZero() || *from.secret == *to.secret {
		return Rotated{}, schema.Fail(schema.CodeConfig, "replace key", nil)
	}
	c, err := a.dial(ctx, func() time.Time { return now })
	if err != nil {
		return Rotated{}, err
	}
	defer c.close()
	if c.keys == nil {
		return Rotated{}, schema.Fail(schema.CodeDenied, "replace key", nil)
	}
	r := rotation{from: from, to: to, now: now.UTC(), told: told}
	if r.keys, err = jetstream.New(c.keys, jetstream.WithDefaultTimeout(answerTimeout)); err == nil {
		r.ledger, err = jetstream.New(c.ledger, jetstream.WithDefaultTimeout(answerTimeout))
	}
	if err != nil {
		return Rotated{}, schema.Fail(schema.CodeInternal, "replace key", err)
	}
	return r.Rotated, c.named(0, r.run(ctx))
}

// rotation is a run of Rotate.
type rotation struct {
	Rotated
	from, to     Key
	now          time.Time
	told         func(done, total int)
	keys, ledger jetstream.JetStream
	replicas     int
}

// run goes through the states that a run before may have left, told apart by the
// check of the key: it proves the old key (nothing was dropped yet), is gone (keys
// are on their way), or proves the new one.
func (r *rotation) run(ctx context.Context) error {
	ledger, err := r.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return fail("open ledger", err)
	}
	r.replicas = max(ledger.CachedInfo().Config.Replicas, 1)
	check, err := r.read(ctx, streamCheck, subjectCheck)
	if err != nil {
		return err
	}
	if check != nil {
		if err := r.stage(ctx, check); err != nil {
			return err
		}
	}
	staged, err := r.staged(ctx)
	if err != nil {
		return err
	}
	after := staged[streamCheck]
	if check == nil {
		if after == nil {
			return schema.Fail(schema.CodeDamagedStore, "open key check", nil)
		}
		if _, err := openLasting(r.to, after); err != nil {
			return err
		}
	}
	delete(staged, streamCheck)
	if err := r.move(ctx, staged); err != nil {
		return err
	}
	if err := r.prove(ctx); err != nil {
		return err
	}
	if after != nil {
		if err := r.put(ctx, streamCheck, subjectCheck, after); err != nil {
			return err
		}
	}
	if err := dropStream(ctx, r.keys, streamRotation); err != nil {
		return err
	}
	return r.verify(ctx)
}

// read reads what a stream of one message holds, nil where there is none.
func (r *rotation) read(ctx context.Context, name, subject string) ([]byte, error) {
	stream, err := r.keys.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fail("open key stream", err)
	}
	msg, err := stream.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fail("read key", err)
	}
	return msg.Data, nil
}

// put makes a stream of one message anew.
func (r *rotation) put(ctx context.Context, name, subject string, value []byte) error {
	if err := dropStream(ctx, r.keys, name); err != nil {
		return err
	}
	if _, err := r.keys.CreateStream(ctx, keyStream(name, subject, r.replicas)); err != nil {
		return fail("make key stream", err)
	}
	_, err := r.keys.Publish(ctx, subject, value)
	return fail("store key", err)
}

// stage writes what every key will be, and the check last; once that is on the
// disk, the old check goes, and with it the old key is no longer the store's.
func (r *rotation) stage(ctx context.Context, check []byte) error {
	before, err := openLasting(r.to, check)
	changed := schema.CodeOf(err) != schema.CodeWrongKey
	if !changed {
		before, err = openLasting(r.from, check)
	}
	if err != nil {
		return err
	}
	// What an earlier run had staged is of no use any more, but for a key that it
	// had dropped just then.
	staged, err := r.staged(ctx)
	if err != nil {
		return err
	}
	delete(staged, streamCheck)
	for name, value := range staged {
		there, err := r.read(ctx, prefixKey+name, subjectKey+name)
		if err == nil && there == nil {
			err = r.put(ctx, prefixKey+name, subjectKey+name, value)
		}
		if err != nil {
			return err
		}
	}
	if err := dropStream(ctx, r.keys, streamRotation); err != nil {
		return err
	}
	if _, err := r.keys.CreateStream(ctx, rotationStream(r.replicas)); err != nil {
		return fail("make key stream", err)
	}
	if err := r.stageKeys(ctx); err != nil || changed {
		return err
	}
	before.former = append(before.former, formerOf(r.from, r.now))
	sealed, err := before.seal(r.to)
	if err != nil {
		return err
	}
	if _, err := r.keys.Publish(ctx, subjectRotation+streamCheck, sealed); err != nil {
		return fail("store key", err)
	}
	return dropStream(ctx, r.keys, streamCheck)
}

// stageKeys stages every key that the new one does not open yet.
func (r *rotation) stageKeys(ctx context.Context) error {
	return r.each(ctx, func(name string, wrapped []byte) error {
		label := subjectKey + name
		if _, err := Unseal(r.to.For(useWrap), label, wrapped); err == nil {
			return nil
		}
		secret, err := Unseal(r.from.For(useWrap), label, wrapped)
		if err != nil {
			return nil //nolint:nilerr // no key opens it, before and after; verify counts it
		}
		sealed, err := Seal(r.to.For(useWrap), label, secret)
		if err != nil {
			return err
		}
		_, err = r.keys.Publish(ctx, subjectRotation+name, sealed)
		return fail("store key", err)
	})
}

// each hands over every wrapped key by its name.
func (r *rotation) each(ctx context.Context, do func(name string, wrapped []byte) error) error {
	names, err := streamNames(ctx, r.keys)
	if err != nil {
		return err
	}
	for _, stream := range names {
		name, ok := strings.CutPrefix(stream, prefixKey)
		if !ok {
			continue
		}
		wrapped, err := r.read(ctx, stream, subjectKey+name)
		if err == nil && wrapped != nil { // else a request that was never opened
			err = do(name, wrapped)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// staged reads what is staged, by name; nothing where nothing is.
func (r *rotation) staged(ctx context.Context) (map[string][]byte, error) {
	all := make(map[string][]byte)
	stream, err := r.keys.Stream(ctx, streamRotation)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return all, nil
	}
	if err != nil {
		return nil, fail("open key stream", err)
	}
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		msg, err := stream.GetMsg(ctx, seq)
		if err != nil {
			return nil, fail("read key", err)
		}
		all[strings.TrimPrefix(msg.Subject, subjectRotation)] = msg.Data
	}
	return all, nil
}

// move puts the staged keys in the place of the old ones.
func (r *rotation) move(ctx context.Context, staged map[string][]byte) error {
	done := 0
	for name, value := range staged {
		there, err := r.read(ctx, prefixKey+name, subjectKey+name)
		if err != nil {
			return err
		}
		if _, err := Unseal(r.to.For(useWrap), subjectKey+name, there); there == nil || err != nil {
			if err := r.put(ctx, prefixKey+name, subjectKey+name, value); err != nil {
				return err
			}
		}
		if done++; r.told != nil {
			r.told(done, len(staged))
		}
	}
	return nil
}

// prove puts the proof of the new key before each piece of the register's
// snapshot, and seals with it what the shelves keep. What the old key neither
// proves nor opens is left as it is: done by a run before, or for Verify to find.
func (r *rotation) prove(ctx context.Context) error {
	before, after := &Queue{mac: r.from.For(useRegister)}, &Queue{mac: r.to.For(useRegister)}
	err := r.anew(ctx, bucketRegister, func(key string, value []byte) ([]byte, error) {
		text, ok := before.proven(key, value)
		if !ok {
			return nil, nil
		}
		return append(after.proof(key, text), text...), nil
	})
	if err != nil {
		return err
	}
	return r.anew(ctx, bucketShelf, func(key string, value []byte) ([]byte, error) {
		plain, err := Unseal(r.from.For(useWrap), shelfLabel+key, value)
		if err != nil {
			return nil, nil //nolint:nilerr // left as it is
		}
		return Seal(r.to.For(useWrap), shelfLabel+key, plain)
	})
}

// anew replaces the values of a bucket; a nil value is left as it is.
func (r *rotation) anew(ctx context.Context, bucket string, change func(key string, value []byte) ([]byte, error)) error {
	kv, err := r.ledger.KeyValue(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil // a store of before there was one
	}
	if err != nil {
		return fail("open bucket", err)
	}
	keys, err := kv.ListKeys(ctx)
	if err != nil {
		return fail("list bucket", err)
	}
	defer func() { _ = keys.Stop() }()
	for key := range keys.Keys() {
		e, err := kv.Get(ctx, key)
		if err != nil {
			return fail("read bucket", err)
		}
		value, err := change(key, e.Value())
		if err != nil {
			return err
		}
		if value == nil {
			continue
		}
		if _, err := kv.Update(ctx, key, value, e.Revision()); err != nil {
			return fail("write bucket", err)
		}
		r.Pieces++
	}
	return nil
}

// verify opens every key with the new one.
func (r *rotation) verify(ctx context.Context) error {
	old := false
	err := r.each(ctx, func(name string, wrapped []byte) error {
		label := subjectKey + name
		if _, err := Unseal(r.to.For(useWrap), label, wrapped); err == nil {
			r.Keys++
			return nil
		}
		r.Damaged++
		if _, err := Unseal(r.from.For(useWrap), label, wrapped); err == nil {
			old = true
		}
		return nil
	})
	if err == nil && old {
		err = schema.Fail(schema.CodeConflict, "replace key", nil)
	}
	return err
}
