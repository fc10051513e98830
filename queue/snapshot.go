package queue

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"unique"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// The snapshot is the register as it was up to some entry of the ledger, in at
// most 1,024 pieces: requests whose ids begin with the same two characters stand
// in one, so that writing what changed costs few writes and reading all of it is
// no read per request. Each piece, and the head that says up to where all of
// them go, carries a proof that it was kept by somebody who has the
// organisation's key.
//
// A proof does not show that a piece is the newest. The register does: every
// entry of the ledger counts in exactly one request, so requests that come to
// fewer entries than there are were made from an old piece, and then the ledger
// is read instead (Register.short).

// kept is a request in the snapshot.
type kept struct {
	anchor
	Bad     bool           `json:"bad,omitempty"`
	Request schema.Request `json:"request"`
}

// extent says up to which entry of the ledger the snapshot goes, and how many of
// those count in no request.
type extent struct {
	Seq uint64 `json:"seq"`
	Odd uint64 `json:"odd,omitempty"`
}

// headKey is the key of the head; pieceLen is how long the keys of the pieces
// are. Other keys are of versions before this one and are left alone.
const (
	headKey  = "head"
	pieceLen = 2
)

func pieceOf(id schema.RequestID) string { return string(id[:pieceLen]) }

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

// load reads the snapshot. A piece that fails its proof is remembered, and the
// rest is not used then; nor is it where a request's ledger could not be read:
// an older version may have written that.
func (r *Register) load(ctx context.Context) (extent, error) {
	var h extent
	doubt := false
	err := r.q.snapshot(ctx, func(p piece) {
		switch {
		case !p.proven:
			r.forged[p.key], r.revs[p.key] = true, p.revision
		case p.key == headKey:
			h = p.head
		default:
			r.revs[p.key] = p.revision
			for _, k := range p.rows {
				doubt = doubt || k.Bad && k.Request.State != schema.StateErased
				k.Request.Damaged = k.Bad
				r.rows[k.Request.ID] = &row{anchor: k.anchor, request: k.Request}
			}
		}
	})
	if len(r.forged) > 0 || doubt {
		h, r.held, r.rows = extent{}, r.rows, make(map[schema.RequestID]*row)
	}
	return h, err
}

// piece is an entry of the snapshot as it was read.
type piece struct {
	key      string
	revision uint64
	proven   bool
	head     extent
	rows     []kept
}

// snapshot hands over what is kept, piece by piece, in no order.
func (q *Queue) snapshot(ctx context.Context, do func(piece)) error {
	kv, err := q.ledger.KeyValue(ctx, bucketRegister)
	if err != nil {
		return fail("open register", err)
	}
	all, err := kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return fail("read register", err)
	}
	defer func() { _ = all.Stop() }()
	// Decoding takes longer than reading.
	sealed, plain := make(chan jetstream.KeyValueEntry, 16), make(chan piece, 16)
	var decoders, collector sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		decoders.Go(func() {
			for e := range sealed {
				plain <- q.openPiece(e)
			}
		})
	}
	collector.Go(func() {
		for p := range plain {
			do(p)
		}
	})
	err = feed(ctx, all.Updates(), sealed)
	close(sealed)
	decoders.Wait()
	close(plain)
	collector.Wait()
	return err
}

// feed hands on what there is now; a nil entry marks the end of it.
func feed(ctx context.Context, from <-chan jetstream.KeyValueEntry, to chan<- jetstream.KeyValueEntry) error {
	for {
		select {
		case entry, more := <-from:
			if !more {
				return schema.Fail(schema.CodeUnreachable, "read register", nil)
			}
			if entry == nil {
				return nil
			}
			if key := entry.Key(); key == headKey || len(key) == pieceLen {
				to <- entry
			}
		case <-ctx.Done():
			return fail("read register", ctx.Err())
		}
	}
}

func (q *Queue) openPiece(e jetstream.KeyValueEntry) piece {
	p := piece{key: e.Key(), revision: e.Revision()}
	text, ok := q.proven(p.key, e.Value())
	switch {
	case !ok:
	case p.key == headKey:
		p.proven = json.Unmarshal(text, &p.head) == nil
	default:
		p.proven = json.Unmarshal(text, &p.rows) == nil
	}
	for i := range p.rows {
		share(&p.rows[i].Request)
	}
	return p
}

// remembered checks a ledger against what the snapshot remembers of it: the chain
// alone does not show that the last entry is another than it was. A snapshot that
// is in doubt says nothing, and stops nobody. The error has CodeTampered.
func (q *Queue) remembered(ctx context.Context, h history) error {
	ctx, stop := context.WithTimeout(ctx, answerTimeout)
	defer stop()
	kv, err := q.ledger.KeyValue(ctx, bucketRegister)
	if err != nil {
		return fail("open register", err)
	}
	one, err := kv.Watch(ctx, pieceOf(h.id), jetstream.IgnoreDeletes()) // no role has a right to Get it
	if err != nil {
		return fail("read register", err)
	}
	defer func() { _ = one.Stop() }()
	var p piece
	select {
	case e, more := <-one.Updates():
		if !more {
			return schema.Fail(schema.CodeUnreachable, "read register", nil)
		}
		if e != nil { // nil says that there is none
			p = q.openPiece(e)
		}
	case <-ctx.Done():
		return fail("read register", ctx.Err())
	}
	i := slices.IndexFunc(p.rows, func(k kept) bool { return k.Request.ID == h.id })
	if !p.proven || i < 0 || p.rows[i].N == 0 {
		return nil
	}
	at := p.rows[i].anchor
	if len(h.entries) < at.N { // somebody wrote since it was read, or its end is gone
		if h, err = q.history(ctx, h.id); err != nil {
			return err
		}
	}
	if len(h.entries) < at.N || h.entries[at.N-1].hash != at.Hash {
		return schema.Fail(schema.CodeTampered, "read ledger", nil)
	}
	return nil
}

// share lets requests have one copy of the words that all of them use: a hundred
// thousand requests would hold a million.
func share(r *schema.Request) {
	r.Channel, r.Lang, r.State = one(r.Channel), one(r.Lang), one(r.State)
	r.Build.State, r.Version = one(r.Build.State), one(r.Version)
	for i := range r.Parts {
		p := &r.Parts[i]
		p.Source, p.State, p.Code = one(p.Source), one(p.State), one(p.Code)
	}
}

func one[T ~string](s T) T { return unique.Make(s).Value() }

// prove puts its proof before a value of the snapshot.
func (q *Queue) prove(key string, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write register", err)
	}
	return append(q.proof(key, text), text...), nil
}

// proven takes the proof off again; false says that it is not one.
func (q *Queue) proven(key string, value []byte) (text []byte, ok bool) {
	if len(value) < sha256.Size {
		return nil, false
	}
	proof, text := value[:sha256.Size], value[sha256.Size:]
	return text, hmac.Equal(proof, q.proof(key, text))
}

func (q *Queue) proof(key string, text []byte) []byte {
	mac := hmac.New(sha256.New, q.mac.secret[:])
	_, _ = mac.Write([]byte(key + "\n"))
	_, _ = mac.Write(text)
	return mac.Sum(nil)
}

// Keep writes the pieces in which something changed, then the head. What fails
// its proof is left as it is, for Verify to find and a person to look at: see
// Rebuild.
func (r *Register) Keep(ctx context.Context) error {
	r.keeping.Lock()
	defer r.keeping.Unlock()
	kv, err := r.q.ledger.KeyValue(ctx, bucketRegister)
	if err != nil {
		return fail("open register", err)
	}
	h, changed := r.changes()
	if len(changed) == 0 {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(changed)) {
		if err := r.keepPiece(ctx, kv, key, changed[key]); err != nil {
			r.mu.Lock()
			for key := range changed {
				r.dirty[key] = true
			}
			r.mu.Unlock()
			return err
		}
	}
	if r.doubts(headKey) {
		return nil
	}
	value, err := r.q.prove(headKey, h)
	if err == nil {
		_, err = kv.Put(ctx, headKey, value)
	}
	return fail("write register", err)
}

// changes takes what is to be written, as it is at one moment.
func (r *Register) changes() (extent, map[string]map[schema.RequestID]kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := make(map[string]map[schema.RequestID]kept)
	for key := range r.dirty {
		if !r.forged[key] {
			changed[key] = make(map[schema.RequestID]kept)
		}
	}
	clear(r.dirty)
	h := extent{Seq: r.seq, Odd: r.seq}
	for id, row := range r.rows {
		h.Odd -= uint64(row.N) //nolint:gosec // a count
		if rows := changed[pieceOf(id)]; rows != nil {
			rows[id] = kept{anchor: row.anchor, Bad: row.request.Damaged, Request: row.request}
		}
	}
	return h, changed
}

// keepPiece writes a piece. Where another process has written it, what that one
// knew better is taken over.
func (r *Register) keepPiece(ctx context.Context, kv jetstream.KeyValue, key string, rows map[schema.RequestID]kept) error {
	for {
		list := slices.SortedFunc(maps.Values(rows), func(a, b kept) int { return bytes.Compare([]byte(a.Request.ID), []byte(b.Request.ID)) })
		value, err := r.q.prove(key, list)
		if err != nil {
			return err
		}
		rev := r.revs[key]
		if rev == 0 {
			rev, err = kv.Create(ctx, key, value)
		} else {
			rev, err = kv.Update(ctx, key, value, rev)
		}
		if err == nil {
			r.revs[key] = rev
			return nil
		}
		if schema.CodeOf(conflict("write register", err)) != schema.CodeConflict {
			return fail("write register", err)
		}
		theirs, err := kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			r.revs[key] = 0
			continue
		}
		if err != nil {
			return fail("read register", err)
		}
		p := r.q.openPiece(theirs)
		if !p.proven {
			r.mu.Lock()
			r.forged[key] = true
			r.mu.Unlock()
			return nil
		}
		for _, k := range p.rows {
			if ours, ok := rows[k.Request.ID]; !ok || k.N > ours.N {
				rows[k.Request.ID] = k
			}
		}
		r.revs[key] = p.revision
	}
}
