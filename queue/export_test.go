package queue

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"strconv"

	"github.com/nats-io/nats.go"
	"golang.org/x/mod/sumdb/note"

	"inzage/schema"
)

// For the tests of this package only.
var (
	MakeVault = (*Queue).makeVault
	Shred     = (*Queue).shred
	ShredRaw  = (*Queue).shredRaw
	Inventory = (*Queue).inventory
	Fail      = fail
	Fits      = fits
	Shut      = (*Queue).closeLedger
)

// Follows reports whether somebody has begun to follow events.
func Follows(q *Queue) bool {
	_, err := q.ledger.Consumer(context.Background(), streamEvents, consumerEvents)
	return err == nil
}

// Told reports whether all that is on record was told.
func Told(q *Queue) bool {
	events, err := q.ledger.Stream(context.Background(), streamEvents)
	if err != nil {
		return false
	}
	ledger, err := q.ledger.Stream(context.Background(), streamLedger)
	return err == nil && events.CachedInfo().State.LastSeq == ledger.CachedInfo().State.LastSeq
}

// Jobs is how many jobs are in the queue.
func Jobs(q *Queue) uint64 {
	s, err := q.ledger.Stream(context.Background(), streamJobs)
	if err != nil {
		return 0
	}
	return s.CachedInfo().State.Msgs
}

// LoseJobs empties the queue, as a damaged file would.
func LoseJobs(q *Queue) error {
	s, err := q.ledger.Stream(context.Background(), streamJobs)
	if err != nil {
		return err
	}
	return s.Purge(context.Background())
}

// Parked is how many messages were set aside.
func Parked(q *Queue) uint64 {
	s, err := q.ledger.Stream(context.Background(), streamParked)
	if err != nil {
		return 0
	}
	return s.CachedInfo().State.Msgs
}

// GiveAgain puts another copy of a fetch job into the queue.
func GiveAgain(q *Queue, id schema.RequestID, n int) error {
	return q.handOver(context.Background(), Job{Kind: KindFetch, Request: schema.Request{ID: id}, Entry: schema.Entry{N: n}, Try: 1}, 0)
}

// GiveNewer puts a job of a version to come into the queue.
func GiveNewer(q *Queue, id schema.RequestID) error {
	msg := jobMsg(dueSubject(KindFetch, 0, id, 3), 1)
	msg.Header.Set(headerVersion, "99")
	_, err := q.ledger.PublishMsg(context.Background(), msg)
	return err
}

// WriteNewer writes an entry of a version to come behind the ledger of a request.
func WriteNewer(ctx context.Context, q *Queue, r schema.Request) error {
	msg := nats.NewMsg(subjectLedger + string(r.ID) + "." + strconv.Itoa(r.Entries+1) + ".entry.to-come")
	msg.Header.Set(headerVersion, strconv.Itoa(entryVersion+1))
	_, err := q.ledger.PublishMsg(ctx, msg)
	return err
}

// Touch makes the register write its whole snapshot.
func Touch(r *Register) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.rows {
		r.dirty[pieceOf(id)] = true
	}
}

// Doubt marks a request in the register as one whose ledger is not what was
// written.
func Doubt(r *Register, id schema.RequestID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spoil(subjectLedger + string(id) + ".1.entry")
}

// Piece is the piece of the snapshot in which a request stands.
func Piece(q *Queue, id schema.RequestID) ([]byte, error) {
	kv, err := q.ledger.KeyValue(context.Background(), bucketRegister)
	if err != nil {
		return nil, err
	}
	e, err := kv.Get(context.Background(), pieceOf(id))
	if err != nil {
		return nil, err
	}
	return e.Value(), nil
}

// SetPiece puts another in its place.
func SetPiece(q *Queue, id schema.RequestID, value []byte) error {
	kv, err := q.ledger.KeyValue(context.Background(), bucketRegister)
	if err != nil {
		return err
	}
	_, err = kv.Put(context.Background(), pieceOf(id), value)
	return err
}

// Store stores a file and forgets it.
func Store(ctx context.Context, v *Vault, content []byte) error {
	h, err := v.store(ctx, v.raw, bytes.NewReader(content))
	v.discard(ctx, h)
	return err
}

// Listen hands over all that passes through the three accounts.
func Listen(q *Queue, do func(*nats.Msg)) error {
	for _, nc := range []*nats.Conn{q.conns.ledger, q.conns.blobs, q.conns.keys} {
		if _, err := nc.Subscribe(">", do); err != nil {
			return err
		}
		if err := nc.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// DropKeys drops the keys of a request and nothing else.
func DropKeys(ctx context.Context, q *Queue, id schema.RequestID) error {
	for _, name := range keyNames(id) {
		if err := dropStream(ctx, q.keys, prefixKey+name); err != nil {
			return err
		}
	}
	return nil
}

// SpoilNotes puts something else in the place of every sealed name of a box.
func SpoilNotes(ctx context.Context, b *Box) error {
	return b.each(ctx, "blob", func(key string, _ []byte) error {
		_, err := b.vault.index.Put(ctx, key, []byte("noise"))
		return err
	})
}

// SetHead puts something in the place of the snapshot's head.
func SetHead(q *Queue, value []byte) error {
	kv, err := q.ledger.KeyValue(context.Background(), bucketRegister)
	if err != nil {
		return err
	}
	_, err = kv.Put(context.Background(), headKey, value)
	return err
}

// Abandon stores a file in a box and forgets its name, as a crash would.
func Abandon(ctx context.Context, v *Vault) error {
	_, err := v.store(ctx, v.raw, bytes.NewReader([]byte("content")))
	return err
}

// MakeStream makes a stream that this program knows nothing of.
func MakeStream(ctx context.Context, q *Queue, name string) error {
	_, err := q.blobs.CreateStream(ctx, keyStream(name, "strange."+name, 1))
	return err
}

// Misremember keeps another hash of the last entry of a request, with a proof: the
// ledger is then not what the snapshot remembers.
func Misremember(q *Queue, id schema.RequestID) error {
	kv, err := q.ledger.KeyValue(context.Background(), bucketRegister)
	if err != nil {
		return err
	}
	e, err := kv.Get(context.Background(), pieceOf(id))
	if err != nil {
		return err
	}
	p := q.openPiece(e)
	for i := range p.rows {
		if p.rows[i].Request.ID == id {
			p.rows[i].Hash = hashOf([]byte("another"))
		}
	}
	value, err := q.prove(pieceOf(id), p.rows)
	if err != nil {
		return err
	}
	return SetPiece(q, id, value)
}

// ShrinkDenials leaves one denial of each role, as somebody can who owns the server.
func ShrinkDenials(q *Queue) error {
	cfg := denialStream(1)
	cfg.MaxMsgsPerSubject = 1
	_, err := q.ledger.UpdateStream(context.Background(), cfg)
	return err
}

// CutDenials tries to take the first denial away, and all of them, and returns the
// errors.
func CutDenials(q *Queue) (deleting, purging error) {
	s, err := q.ledger.Stream(context.Background(), streamDenials)
	if err != nil {
		return err, err
	}
	return s.DeleteMsg(context.Background(), 1), s.Purge(context.Background())
}

// ClassOf is how a subject is told.
var ClassOf = classOf

// SignNote signs a text as that of a checkpoint.
func SignNote(text string, key ed25519.PrivateKey) ([]byte, error) {
	signer, err := noteSigner(key)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: text}, signer)
}
