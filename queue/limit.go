package queue

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Rate is how much of something may be done: so much a second in the long run,
// and up to Burst at once.
type Rate struct {
	PerSecond float64
	Burst     float64
}

// bucket is what all workers know about one limit.
type bucket struct {
	Tokens  float64   `json:"tokens"`
	At      time.Time `json:"at"`
	Blocked time.Time `json:"blocked,omitzero"`
}

// Allow takes one turn of a limit that all workers share, or says how long to
// wait for one; then nothing was taken. The key says what is limited, a tenant
// and a source for instance; it is not shown to NATS. A job must not wait for
// long: let it return schema.Later.
func (q *Queue) Allow(ctx context.Context, key string, rate Rate) (time.Duration, error) {
	var wait time.Duration
	err := q.changeBucket(ctx, key, func(b *bucket, now time.Time) bool {
		if b.At.IsZero() {
			b.Tokens = rate.Burst
		} else if since := now.Sub(b.At); since > 0 { // the clocks of workers differ a little
			b.Tokens = min(rate.Burst, b.Tokens+since.Seconds()*rate.PerSecond)
		}
		if now.After(b.At) {
			b.At = now
		}
		if wait = b.Blocked.Sub(now); wait > 0 {
			return false
		}
		if wait = 0; b.Tokens < 1 {
			// At least a moment: what a sum of fractions lacks of one is less than the
			// nanosecond that a wait of 0, which means a turn, is told from.
			wait = max(time.Millisecond, time.Duration((1-b.Tokens)/rate.PerSecond*float64(time.Second)))
			return false
		}
		b.Tokens--
		return true
	})
	return wait, err
}

// Block lets nobody through until a moment: the far side asked to wait.
func (q *Queue) Block(ctx context.Context, key string, until time.Time) error {
	return q.changeBucket(ctx, key, func(b *bucket, _ time.Time) bool {
		if !until.After(b.Blocked) {
			return false
		}
		b.Blocked = until.UTC()
		return true
	})
}

// changeBucket changes a limit, again and again until nobody was in between. It
// writes nothing where change says so.
func (q *Queue) changeBucket(ctx context.Context, key string, change func(*bucket, time.Time) bool) error {
	kv, err := q.ledger.KeyValue(ctx, bucketRates)
	if err != nil {
		return fail("open limits", err)
	}
	key = hashOf([]byte("rate " + key))
	for {
		var b bucket
		var revision uint64
		entry, err := kv.Get(ctx, key)
		switch {
		case err == nil:
			revision = entry.Revision()
			if err := json.Unmarshal(entry.Value(), &b); err != nil {
				return schema.Fail(schema.CodeTampered, "read limit", nil)
			}
		case !errors.Is(err, jetstream.ErrKeyNotFound):
			return fail("read limit", err)
		}
		if !change(&b, q.now()) {
			return nil
		}
		text, err := json.Marshal(b)
		if err != nil {
			return schema.Fail(schema.CodeInternal, "write limit", err)
		}
		if revision == 0 {
			_, err = kv.Create(ctx, key, text)
		} else {
			_, err = kv.Update(ctx, key, text, revision)
		}
		if err = conflict("write limit", err); err == nil || schema.CodeOf(err) != schema.CodeConflict {
			return err
		}
		if err := wait(ctx, jitter(time.Millisecond)); err != nil {
			return err
		}
	}
}
