package queue

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Shelf keeps small things of the desk that belong to no request, each under a
// key: sealed, so that whoever administers NATS can neither read nor forge one,
// and under hashes of the keys. It is no place for anything about a person: what
// a shelf keeps is not erased with a request.
type Shelf struct {
	q    *Queue
	name string
}

// shelfLabel begins the label that what stands on a shelf is sealed with.
const shelfLabel = "shelf "

// Shelf returns the shelf of the name: lower-case letters, our own word.
func (q *Queue) Shelf(name string) Shelf { return Shelf{q, name} }

func (s Shelf) key(key string) string { return s.name + "." + hashOf([]byte("shelf "+key)) }

func (s Shelf) open(ctx context.Context) (jetstream.KeyValue, error) {
	kv, err := s.q.ledger.KeyValue(ctx, bucketShelf)
	return kv, fail("open shelf", err)
}

func (s Shelf) unseal(e jetstream.KeyValueEntry) ([]byte, error) {
	return Unseal(s.q.wrapper, shelfLabel+e.Key(), e.Value())
}

// Get returns what is kept under the key; CodeNotFound says that nothing is.
func (s Shelf) Get(ctx context.Context, key string) ([]byte, error) {
	kv, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	e, err := kv.Get(ctx, s.key(key))
	if err != nil {
		return nil, fail("read shelf", err)
	}
	return s.unseal(e)
}

// Change replaces what is kept under the key by what change makes of it, again
// and again until nobody was in between. Nothing is nil, before and after.
func (s Shelf) Change(ctx context.Context, key string, change func(old []byte) ([]byte, error)) error {
	kv, err := s.open(ctx)
	if err != nil {
		return err
	}
	key = s.key(key)
	for {
		var old []byte
		var revision uint64
		e, err := kv.Get(ctx, key)
		switch {
		case err == nil:
			revision = e.Revision()
			if old, err = s.unseal(e); err != nil {
				return err
			}
		case !errors.Is(err, jetstream.ErrKeyNotFound):
			return fail("read shelf", err)
		}
		made, err := change(old)
		switch {
		case err != nil:
			return err
		case made != nil:
			err = s.put(ctx, kv, key, made, revision)
		case revision > 0:
			err = kv.Delete(ctx, key, jetstream.LastRevision(revision))
		}
		if err = conflict("write shelf", err); err == nil || schema.CodeOf(err) != schema.CodeConflict {
			return err
		}
		if err := wait(ctx, jitter(time.Millisecond)); err != nil {
			return err
		}
	}
}

func (s Shelf) put(ctx context.Context, kv jetstream.KeyValue, key string, plain []byte, revision uint64) error {
	sealed, err := Seal(s.q.wrapper, shelfLabel+key, plain)
	if err != nil {
		return err
	}
	if revision == 0 {
		_, err = kv.Create(ctx, key, sealed)
	} else {
		_, err = kv.Update(ctx, key, sealed, revision)
	}
	return err
}

// All hands over everything that the shelf keeps, in no order.
func (s Shelf) All(ctx context.Context, do func([]byte) error) error {
	kv, err := s.open(ctx)
	if err != nil {
		return err
	}
	all, err := kv.Watch(ctx, s.name+".*", jetstream.IgnoreDeletes())
	if err != nil {
		return fail("read shelf", err)
	}
	defer func() { _ = all.Stop() }()
	for {
		select {
		case e, ok := <-all.Updates():
			if !ok || e == nil { // nil comes after the last that was there
				return nil
			}
			plain, err := s.unseal(e)
			if err != nil {
				return err
			}
			if err := do(plain); err != nil {
				return err
			}
		case <-ctx.Done():
			return fail("read shelf", ctx.Err())
		}
	}
}
