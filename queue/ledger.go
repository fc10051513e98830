package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"inzage/schema"
)

// The ledger is one stream. An entry is a message, in JSON as schema.Entry
// encodes it, under a subject that says of which request it is, its number, and
// what it is or which job it orders, so that the server can refuse who may not
// write such an entry (roles.go):
//
//	inzage.led.<request>.<n>.entry.<what>
//	inzage.led.<request>.<n>.job.<kind>.<lane>
//
// The last is what JOBS takes over: to hand over a job is to write an entry, one
// write, all or nothing. Each entry carries the hash of the bytes of the one
// before it.

// headerVersion is the version of an entry or job. A reader leaves alone what
// is newer than it knows.
const (
	headerVersion = "Inzage-Version"
	entryVersion  = 1
)

// Request returns the request as its ledger tells it now. CodeNotFound says that
// there is none, CodeTampered that its ledger is not what was written.
func (q *Queue) Request(ctx context.Context, id schema.RequestID) (schema.Request, error) {
	h, err := q.history(ctx, id)
	if err != nil {
		return schema.Request{}, err
	}
	if len(h.entries) == 0 {
		return schema.Request{}, schema.Fail(schema.CodeNotFound, "read request", nil)
	}
	return h.request, nil
}

// Entries returns the ledger of a request.
func (q *Queue) Entries(ctx context.Context, id schema.RequestID) ([]schema.Entry, error) {
	h, err := q.history(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(h.entries) == 0 {
		return nil, schema.Fail(schema.CodeNotFound, "read ledger", nil)
	}
	entries := make([]schema.Entry, len(h.entries))
	for i, e := range h.entries {
		entries[i] = e.Entry
	}
	return entries, nil
}

// updateTries is how often Update starts again where another was faster.
const updateTries = 10

// Update changes a request: it reads the request, asks what to write, and writes
// that, all of it or none, if nobody wrote in between; if somebody did, it
// starts again. decide may therefore run more than once. It gets a request
// without entries where there is none. Nothing to write is no error.
//
// Update fills in N, At, Prev and, where none is given, the actor "system". It
// adds the order to build once the last part is settled and at least one has
// something.
//
// The error is decide's, or that of schema.Request.Apply, or has CodeConflict,
// CodeUnreachable, CodeFull or CodeTampered. After CodeUnreachable it may have
// been written all the same: look before deciding again.
func (q *Queue) Update(ctx context.Context, id schema.RequestID, decide func(schema.Request) ([]schema.Entry, error)) (schema.Request, error) {
	return q.update(ctx, id, func(h history) ([]schema.Entry, error) { return decide(h.request) })
}

// Append is Update for entries that are known beforehand.
func (q *Queue) Append(ctx context.Context, id schema.RequestID, entries ...schema.Entry) (schema.Request, error) {
	return q.Update(ctx, id, func(schema.Request) ([]schema.Entry, error) { return entries, nil })
}

func (q *Queue) update(ctx context.Context, id schema.RequestID, decide func(history) ([]schema.Entry, error)) (schema.Request, error) {
	if !ValidID(id) {
		return schema.Request{}, schema.Fail(schema.CodeNotFound, "write ledger", nil)
	}
	before := q.Refused()
	for try := 0; ; try++ {
		h, err := q.history(ctx, id)
		if err != nil {
			return schema.Request{}, err
		}
		entries, err := decide(h)
		if err == nil && slices.ContainsFunc(entries, decides) {
			err = q.conns.named(before, q.remembered(ctx, h))
		}
		if err != nil || len(entries) == 0 {
			return h.request, err
		}
		next, mark, err := q.write(ctx, h, entries)
		if schema.CodeOf(err) == schema.CodeUnreachable && q.wrote(ctx, id, mark) {
			return next, nil
		}
		if err == nil {
			return next, nil
		}
		if schema.CodeOf(err) != schema.CodeConflict || !raced(err) || try == updateTries {
			return h.request, q.conns.named(before, err)
		}
		// Others may be at it too: not all at the same moment again.
		if err := wait(ctx, jitter(time.Duration(try+1)*2*time.Millisecond)); err != nil {
			return h.request, err
		}
	}
}

// decides reports whether an entry is a decision of people about a request, or
// hands over its bundle: none rests on a ledger that is not what was written.
func decides(e schema.Entry) bool {
	switch e.Kind {
	case schema.EntryProposed, schema.EntryExtended, schema.EntrySuspended, schema.EntryRefused, schema.EntryWithdrawn,
		schema.EntryReleased, schema.EntryRecalled, schema.EntryDelivered:
		return true
	default:
		return false
	}
}

// raced reports whether the conflict is about the moment of writing, not about
// what was written.
func raced(err error) bool {
	code := apiCode(err)
	return code == errWrongSequence || code == errWrongSequenceBatch
}

// wrote reports whether a write that got no answer took place all the same: its
// last entry is there.
func (q *Queue) wrote(ctx context.Context, id schema.RequestID, mark string) bool {
	h, err := q.history(ctx, id)
	return err == nil && slices.ContainsFunc(h.entries, func(e stored) bool { return e.hash == mark })
}

// write appends entries to the history in one atomic batch, on condition that
// it is still the whole history. It returns the hash of the last one too.
func (q *Queue) write(ctx context.Context, h history, entries []schema.Entry) (schema.Request, string, error) {
	at := q.now()
	today := q.today(at)
	request, prev := h.request, ""
	if n := len(h.entries); n > 0 {
		prev = h.entries[n-1].hash
	}
	var batch []*nats.Msg
	add := func(e schema.Entry) error {
		e.N, e.At, e.Prev = request.Entries+1, at, prev
		if e.Actor == "" {
			e.Actor = schema.ActorSystem
		}
		var err error
		if request, err = request.Apply(e, today); err != nil {
			return err
		}
		request.ID = h.id
		text, err := json.Marshal(e)
		if err != nil {
			return schema.Fail(schema.CodeInternal, "write ledger", err)
		}
		prev = hashOf(text)
		msg := nats.NewMsg(subjectLedger + string(h.id) + "." + strconv.Itoa(e.N) + "." + tail(e, request, today))
		msg.Data = text
		msg.Header.Set(headerVersion, strconv.Itoa(entryVersion))
		batch = append(batch, msg)
		return nil
	}
	for _, e := range entries {
		if err := add(e); err != nil {
			return h.request, "", err
		}
	}
	if readyToBuild(request) {
		if err := add(schema.Entry{Kind: schema.EntryBuild}); err != nil {
			return h.request, "", err
		}
	}
	first := batch[0].Header
	first.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(h.last(), 10))
	first.Set(jetstream.ExpectedLastSubjSeqSubjHeader, subjectLedger+string(h.id)+".>")
	ctx, stop := context.WithTimeout(ctx, answerTimeout)
	defer stop()
	var err error
	if len(batch) == 1 {
		_, err = q.ledger.PublishMsg(ctx, batch[0])
	} else {
		_, err = jetstreamext.PublishMsgBatch(ctx, q.ledger, batch)
	}
	return request, prev, fail("write ledger", err)
}

// readyToBuild reports whether the last part has just been settled.
func readyToBuild(r schema.Request) bool {
	return r.State == schema.StateCollecting && r.Collected() &&
		slices.ContainsFunc(r.Parts, func(p schema.Part) bool { return p.State == schema.PartDone })
}

// tail is the end of an entry's subject.
func tail(e schema.Entry, r schema.Request, today schema.Date) string {
	kind, ok := jobOf(e)
	if !ok {
		return "entry." + string(e.Kind)
	}
	return "job." + string(kind) + "." + laneName(laneFor(r, today))
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
