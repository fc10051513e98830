package queue

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"runtime"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// snapshot is what is kept of a row, with a proof that it was kept by someone
// who has the organisation's key.
type snapshot struct {
	anchor
	Request schema.Request `json:"request"`
}

// seqKey is the key under which the snapshot says up to where it goes.
const seqKey = "seq"

// whole checks that the ledger has every entry from the first to the last, and
// reaches to where the snapshot does. A damaged block on the disk makes the
// server forget what was in it, in silence.
func (q *Queue) whole(ctx context.Context, seq uint64) error {
	stream, err := q.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return fail("open ledger", err)
	}
	s := stream.CachedInfo().State
	if s.LastSeq < seq || s.Msgs != s.LastSeq || s.NumDeleted > 0 {
		return schema.Fail(schema.CodeDamagedStore, "open ledger", nil)
	}
	return nil
}

// load reads the snapshot and returns how far it goes.
func (r *Register) load(ctx context.Context) (uint64, error) {
	var seq uint64
	err := r.q.snapshots(ctx, func(key string, revision uint64, s snapshot, ok bool) {
		if key == seqKey {
			if ok {
				seq = uint64(s.N) //nolint:gosec // was a uint64
			}
			return
		}
		if !ok {
			r.forged[schema.RequestID(key)] = true
			return
		}
		r.rows[schema.RequestID(key)] = &row{anchor: s.anchor, request: s.Request, rev: revision}
	}, func() { seq, r.rows = 0, make(map[schema.RequestID]*row) })
	return seq, err
}

// snapshots hands over what is kept; broken is called where a proof fails: then
// the snapshot as a whole is not used.
func (q *Queue) snapshots(ctx context.Context, do func(key string, revision uint64, s snapshot, ok bool), broken func()) error {
	kv, err := q.ledger.KeyValue(ctx, bucketRegister)
	if err != nil {
		return fail("open register", err)
	}
	all, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return fail("read register", err)
	}
	defer func() { _ = all.Stop() }()
	type opened struct {
		entry jetstream.KeyValueEntry
		s     snapshot
		ok    bool
	}
	// Decoding takes longer than reading.
	sealed, plain := make(chan jetstream.KeyValueEntry, 256), make(chan opened, 256)
	var decoders sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		decoders.Go(func() {
			for e := range sealed {
				s, ok := q.openSnapshot(e.Key(), e.Value())
				plain <- opened{e, s, ok}
			}
		})
	}
	var collected sync.WaitGroup
	spoilt := false
	collected.Go(func() {
		for o := range plain {
			do(o.entry.Key(), o.entry.Revision(), o.s, o.ok)
			spoilt = spoilt || !o.ok
		}
	})
	err = nil
	for err == nil {
		select {
		case entry, more := <-all.Updates():
			if more && entry != nil {
				sealed <- entry
				continue
			}
			if !more {
				err = schema.Fail(schema.CodeUnreachable, "read register", nil)
			}
		case <-ctx.Done():
			err = fail("read register", ctx.Err())
		}
		break
	}
	close(sealed)
	decoders.Wait()
	close(plain)
	collected.Wait()
	if spoilt {
		broken()
	}
	return err
}

func (q *Queue) sealSnapshot(key string, s snapshot) ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write register", err)
	}
	return append(q.proof(key, text), text...), nil
}

func (q *Queue) openSnapshot(key string, value []byte) (s snapshot, ok bool) {
	if len(value) < sha256.Size {
		return s, false
	}
	proof, text := value[:sha256.Size], value[sha256.Size:]
	if !hmac.Equal(proof, q.proof(key, text)) || json.Unmarshal(text, &s) != nil {
		return s, false
	}
	return s, true
}

func (q *Queue) proof(key string, text []byte) []byte {
	mac := hmac.New(sha256.New, q.mac.secret[:])
	_, _ = mac.Write([]byte(key + "\n"))
	_, _ = mac.Write(text)
	return mac.Sum(nil)
}

// Keep writes what changed to the snapshot.
func (r *Register) Keep(ctx context.Context) error {
	kv, err := r.q.ledger.KeyValue(ctx, bucketRegister)
	if err != nil {
		return fail("open register", err)
	}
	r.mu.Lock()
	seq, changed := r.seq, make(map[schema.RequestID]*row, len(r.dirty))
	for id := range r.dirty {
		if !r.forged[id] {
			changed[id] = r.rows[id]
		}
	}
	clear(r.dirty)
	r.mu.Unlock()
	if len(changed) == 0 {
		return nil
	}
	for id, row := range changed {
		if err := r.keepRow(ctx, kv, id, row); err != nil {
			r.mu.Lock()
			for id := range changed {
				r.dirty[id] = true
			}
			r.mu.Unlock()
			return err
		}
	}
	value, err := r.q.sealSnapshot(seqKey, snapshot{anchor: anchor{N: int(seq)}}) //nolint:gosec // read back as it was
	if err == nil {
		_, err = kv.Put(ctx, seqKey, value)
	}
	return fail("write register", err)
}

// keepRow writes one row, unless another process has written a later one.
func (r *Register) keepRow(ctx context.Context, kv jetstream.KeyValue, id schema.RequestID, now *row) error {
	value, err := r.q.sealSnapshot(string(id), snapshot{now.anchor, now.request})
	if err != nil {
		return err
	}
	rev := now.rev
	for {
		var next uint64
		if rev == 0 {
			next, err = kv.Create(ctx, string(id), value)
		} else {
			next, err = kv.Update(ctx, string(id), value, rev)
		}
		if err == nil {
			r.mu.Lock()
			r.rows[id].rev = next
			r.mu.Unlock()
			return nil
		}
		if schema.CodeOf(conflict("write register", err)) != schema.CodeConflict {
			return fail("write register", err)
		}
		theirs, err := kv.Get(ctx, string(id))
		if err != nil {
			return fail("read register", err)
		}
		if s, ok := r.q.openSnapshot(string(id), theirs.Value()); ok && s.N >= now.N {
			return nil
		}
		rev = theirs.Revision()
	}
}
