package queue

import (
	"context"
	"maps"
	"slices"
)

// A snapshot that fails its proof stops nobody: the register is made from the
// ledger then. But it is not put right by itself, since it may be all that is
// left of what somebody did: a person looks at it, and says Rebuild.

// Doubted is how many pieces of the snapshot fail their proof, its head included.
func (r *Register) Doubted() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.forged)
}

func (r *Register) doubts(key string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.forged[key]
}

// Rebuild writes the whole snapshot anew, from what the ledger comes to, also
// what fails its proof. It returns how many pieces those were. Verify should
// have found the ledger Sound, and Prove no breach: what the snapshot remembered
// is gone after it.
func (r *Register) Rebuild(ctx context.Context) (int, error) {
	r.mu.Lock()
	doubted := len(r.forged)
	for key := range r.forged {
		if key != headKey {
			r.dirty[key] = true // where it is of no request, as a piece of nothing
		}
	}
	for id := range r.rows {
		r.dirty[pieceOf(id)] = true
	}
	clear(r.forged)
	r.mu.Unlock()
	return doubted, r.Keep(ctx)
}

// retest looks again at what failed its proof: another process may have rebuilt
// it. What cannot be read now is looked at the next time.
func (r *Register) retest(ctx context.Context) {
	r.mu.RLock()
	forged := slices.Sorted(maps.Keys(r.forged))
	r.mu.RUnlock()
	if len(forged) == 0 {
		return
	}
	kv, err := r.q.ledger.KeyValue(ctx, bucketRegister)
	if err != nil {
		return
	}
	for _, key := range forged {
		e, err := kv.Get(ctx, key)
		if err != nil || !r.q.openPiece(e).proven {
			continue
		}
		r.mu.Lock()
		delete(r.forged, key)
		if key != headKey {
			r.dirty[key] = true // what happened meanwhile is not in it
		}
		r.mu.Unlock()
	}
}
