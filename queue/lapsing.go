package queue

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/nats-io/nats.go"

	"inzage/schema"
)

// Lapsing is what is over. The JSON is public output.
type Lapsing struct {
	Requests int       `json:"requests"`
	Entries  int       `json:"entries"`
	Until    time.Time `json:"until,omitzero"`
	// Size is how many entries there are, lapsed ones too, in so many Bytes.
	Size  int    `json:"size"`
	Bytes uint64 `json:"bytes"`

	last     map[schema.RequestID]uint64 // the place of the last entry of each
	renewals int                         // that there were before
}

// Lapsing looks what would lapse now: the requests that were erased, and of which
// nothing was put on record within the term. A ledger that is not what was written,
// or that does not hold against a checkpoint, gives CodeTampered; no term gives
// CodeConfig.
func (q *Queue) Lapsing(ctx context.Context, how Renewing) (Lapsing, error) {
	var l Lapsing
	terms := how.Terms
	if terms.Facts < 1 || !terms.Valid() {
		return l, schema.Fail(schema.CodeConfig, "renew ledger", nil)
	}
	kept, err := q.checkpointsOf(ctx, how)
	if err != nil {
		return l, err
	}
	if l.renewals, err = q.holds(ctx, kept); err != nil {
		return l, err
	}
	day := terms.FactsUntil(q.today(q.now())).AddDays(1)
	until, err := time.ParseInLocation(time.DateOnly, day.String(), q.opts.Zone)
	if err != nil {
		return l, schema.Fail(schema.CodeInternal, "renew ledger", err)
	}
	l.Until = until.UTC()
	limit := within(kept, l.Until)
	reg, err := q.OpenRegister(ctx)
	if err != nil {
		return l, err
	}
	l.last = make(map[schema.RequestID]uint64)
	for r := range reg.In(schema.StateErased) {
		l.last[r.ID] = 0
	}
	counts, size := make(map[schema.RequestID]int), uint64(0)
	err = q.messages(ctx, streamLedger, subjectLedger, 0, func(subject string, h nats.Header, text []byte, seq uint64) error {
		l.Size++
		size = seq
		id, _, ok := whose(subject)
		if _, over := l.last[id]; !ok || !over {
			return nil
		}
		l.last[id], counts[id] = seq, counts[id]+1
		e, err := q.readEntry(subject, h, text)
		if schema.CodeOf(err) == schema.CodeNewerVersion {
			return err
		}
		if seq >= limit || err == nil && !e.At.Before(l.Until) {
			delete(l.last, id)
		}
		return nil
	})
	if err == nil && size != uint64(l.Size) { //nolint:gosec // a count
		err = schema.Fail(schema.CodeDamagedStore, "renew ledger", nil)
	}
	if err != nil {
		return l, err
	}
	for id := range l.last {
		l.Requests++
		l.Entries += counts[id]
	}
	ledger, err := q.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return l, fail("open ledger", err)
	}
	l.Bytes = ledger.CachedInfo().State.Bytes
	return l, nil
}

// signers are the keys that checkpoints can be signed with.
func (q *Queue) signers(sign ed25519.PrivateKey) (keys []ed25519.PublicKey) {
	for _, private := range []ed25519.PrivateKey{sign, nil} {
		public, _ := q.Signer(private).Public().(ed25519.PublicKey)
		keys = append(keys, public)
	}
	return keys
}

// checkpointsOf are all that there are to hold the ledger against.
func (q *Queue) checkpointsOf(ctx context.Context, how Renewing) ([]Checkpoint, error) {
	keys := q.signers(how.Sign)
	list, err := q.Checkpoints(ctx, keys...)
	for _, text := range how.Kept {
		var c Checkpoint
		if err == nil {
			c, err = q.ReadCheckpoint(text, keys...)
			list = append(list, c)
		}
	}
	return list, err
}

// holds looks at all that can be held against the ledger here, and returns how often
// it was renewed.
func (q *Queue) holds(ctx context.Context, kept []Checkpoint) (renewals int, err error) {
	v, err := q.Verify(ctx)
	if err != nil {
		return 0, err
	}
	p, err := q.Prove(ctx, true, kept...)
	if err == nil && (!v.Holds() || len(p.Breaches) > 0) {
		err = schema.Fail(schema.CodeTampered, "renew ledger", nil)
	}
	return len(v.Renewals), err
}

// within is the first place of which a checkpoint shows that it was written within
// the term, whatever the entry there says. Prove finds a tombstone behind it.
func within(kept []Checkpoint, until time.Time) uint64 {
	place := ^uint64(0)
	for _, c := range kept {
		if !c.At.Before(until) {
			place = min(place, uint64(c.Size)+1) //nolint:gosec // a count
		}
	}
	return place
}
