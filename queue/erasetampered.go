package queue

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// The ledger of a request that was tampered with says nothing that can be relied
// on, so nothing is decided on top of it. But what is kept of a person can
// always be erased, and that it was must be on record. Such entries follow on
// whatever stands there now, and carry a proof that who wrote them has the
// organisation's key: somebody who got into the server cannot settle with them
// what they did.

// headerProof is the proof of an entry that EraseTampered wrote.
const headerProof = "Inzage-Proof"

// EraseTampered erases everything of a request whose ledger is not what was
// written, in whatever state it was, but that ledger. What is put on record has
// CodeTampered; from then on Verify tells what is wrong with it as settled.
// CodeConflict says that the ledger is as it was written: then Erase decides. It
// may run again after a crash.
func (q *Queue) EraseTampered(ctx context.Context, id schema.RequestID, by schema.Actor) (schema.Request, error) {
	if err := q.vaults("erase request"); err != nil {
		return schema.Request{}, err
	}
	for try := 0; ; try++ {
		r, err := q.eraseTampered(ctx, id, by)
		if !raced(err) || try == updateTries {
			return r, err
		}
		if err := wait(ctx, jitter(time.Duration(try+1)*2*time.Millisecond)); err != nil {
			return r, err
		}
	}
}

func (q *Queue) eraseTampered(ctx context.Context, id schema.RequestID, by schema.Actor) (schema.Request, error) {
	h, err := q.history(ctx, id)
	if err == nil && len(h.entries) > 0 && !slices.ContainsFunc(h.entries, stored.settles) {
		err = q.remembered(ctx, h)
	}
	switch {
	case err == nil && len(h.entries) == 0:
		return h.request, schema.Fail(schema.CodeNotFound, "erase request", nil)
	case err == nil && h.newest().settles():
		return h.request, nil
	case err == nil && !slices.ContainsFunc(h.entries, stored.settles):
		return h.request, schema.Fail(schema.CodeConflict, "erase request", nil)
	case err != nil && schema.CodeOf(err) != schema.CodeTampered:
		return h.request, err
	}
	begun := slices.IndexFunc(h.entries, func(e stored) bool { return e.told && e.Kind == schema.EntryErasing })
	if begun < 0 {
		counts, ref, err := q.inventory(ctx, id, schema.ErasesAll)
		if err != nil {
			return h.request, err
		}
		begin := schema.Entry{Kind: schema.EntryErasing, Actor: by, Code: schema.ErasesAll, Counts: counts, Ref: ref}
		if err := q.tell(ctx, &h, begin); err != nil {
			return h.request, err
		}
		begun = len(h.entries) - 1
	}
	if err := q.shred(ctx, id); err != nil {
		return h.request, err
	}
	was := h.entries[begun]
	err = q.tell(ctx, &h, schema.Entry{Kind: schema.EntryErased, Actor: by, Code: schema.CodeTampered, Counts: was.Counts, Ref: was.Ref})
	if err == nil {
		h.request.State = schema.StateErased
	}
	return h.request, err
}

// largestN is more than any ledger has entries: who counts further wants that
// nobody can.
const largestN = 1 << 30

// newest is the entry that was written last, which need not be the last by number.
func (h history) newest() stored {
	return slices.MaxFunc(h.entries, func(a, b stored) int { return cmp.Compare(a.seq, b.seq) })
}

// tell writes an entry behind whatever stands there, on condition that nobody
// wrote since, and adds it to the history.
func (q *Queue) tell(ctx context.Context, h *history, e schema.Entry) error {
	ctx, stop := context.WithTimeout(ctx, answerTimeout)
	defer stop()
	e.At = q.now()
	for _, before := range h.entries {
		if before.N >= e.N && before.N < largestN {
			e.N, e.Prev = before.N+1, before.hash
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "write ledger", err)
	}
	msg := nats.NewMsg(subjectLedger + string(h.id) + "." + strconv.Itoa(e.N) + ".entry." + string(e.Kind))
	msg.Data = text
	msg.Header.Set(headerVersion, strconv.Itoa(entryVersion))
	msg.Header.Set(headerProof, hex.EncodeToString(q.erasureProof(msg.Subject, text)))
	msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(h.newest().seq, 10))
	msg.Header.Set(jetstream.ExpectedLastSubjSeqSubjHeader, subjectLedger+string(h.id)+".>")
	ack, err := q.ledger.PublishMsg(ctx, msg)
	if err != nil {
		return fail("write ledger", err)
	}
	h.entries = append(h.entries, stored{Entry: e, seq: ack.Sequence, hash: hashOf(text), told: true})
	return nil
}

// settles reports whether everything of a request is gone with this entry,
// whatever its ledger says.
func (e stored) settles() bool { return e.told && e.Kind == schema.EntryErased }

// told reports whether an entry carries the proof that EraseTampered wrote it,
// with the organisation's key of then. A role that has no user for the keys knows
// the key of now only.
func (q *Queue) told(subject string, h nats.Header, text []byte, at time.Time) bool {
	proof, err := hex.DecodeString(h.Get(headerProof))
	if err != nil || len(proof) == 0 {
		return false
	}
	if hmac.Equal(proof, q.erasureProof(subject, text)) {
		return true
	}
	return slices.ContainsFunc(q.lasting.former, func(f former) bool {
		key, err := ParseKey(f.Erase)
		return err == nil && !at.After(f.Until) && hmac.Equal(proof, proofOf(key, subject, text))
	})
}

func (q *Queue) erasureProof(subject string, text []byte) []byte {
	return proofOf(q.opts.Key.For(useErase), subject, text)
}

func proofOf(key Key, subject string, text []byte) []byte {
	mac := hmac.New(sha256.New, key.secret[:])
	_, _ = mac.Write([]byte(subject + "\n"))
	_, _ = mac.Write(text)
	return mac.Sum(nil)
}
