package queue

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"inzage/schema"
)

// stored is an entry as it stands in the ledger.
type stored struct {
	schema.Entry
	seq   uint64 // in the stream
	hash  string // of the bytes
	noise bool   // it is not an entry; N is that of its subject
	told  bool   // written by EraseTampered: see told
	lapse *lapse // of no request: see readLapse
}

// history is the ledger of one request.
type history struct {
	id      schema.RequestID
	request schema.Request
	entries []stored
}

// last is the sequence of the last entry, 0 where there is none.
func (h history) last() uint64 {
	if len(h.entries) == 0 {
		return 0
	}
	return h.entries[len(h.entries)-1].seq
}

// history reads the ledger of a request and checks its chain.
func (q *Queue) history(ctx context.Context, id schema.RequestID) (history, error) {
	h := history{id: id}
	if !ValidID(id) {
		return h, schema.Fail(schema.CodeNotFound, "read ledger", nil)
	}
	ctx, stop := context.WithTimeout(ctx, answerTimeout)
	defer stop()
	entries, err := q.entriesAtOnce(ctx, id)
	if err != nil {
		return h, err
	}
	slices.SortFunc(entries, func(a, b stored) int { return a.N - b.N })
	h.entries = entries
	h.request, err = foldAll(id, entries)
	if schema.CodeOf(err) == schema.CodeTampered && slices.ContainsFunc(entries, stored.settles) {
		h.request.State, h.request.Entries, h.request.Damaged, err = schema.StateErased, len(entries), true, nil
	}
	return h, err
}

// foldAll is what entries come to, if each follows on the one before.
func foldAll(id schema.RequestID, entries []stored) (schema.Request, error) {
	request, prev := schema.Request{ID: id}, ""
	for i, e := range entries {
		if e.noise || e.N != i+1 || e.Prev != prev {
			return request, schema.Fail(schema.CodeTampered, "read ledger", nil)
		}
		var err error
		if request, err = request.Fold(e.Entry); err != nil {
			if !known(e.Kind) {
				return request, schema.Fail(schema.CodeNewerVersion, "read ledger", err)
			}
			return request, schema.Fail(schema.CodeTampered, "read ledger", err)
		}
		request.ID = id
		prev = e.hash
	}
	return request, nil
}

// known reports whether this version of the program knows the kind of entry.
func known(kind schema.EntryKind) bool {
	return slices.ContainsFunc(append(schema.States(), ""), func(s schema.State) bool {
		_, allowed := s.Next(kind)
		return allowed
	})
}

// entriesAtOnce reads up to 1024 entries in one request to the server, more in
// pages. With replicas, one that lags behind may answer: so the leader says
// how far the answer must reach.
func (q *Queue) entriesAtOnce(ctx context.Context, id schema.RequestID) ([]stored, error) {
	if q.opts.Replicas == 1 {
		return q.entriesBatch(ctx, id)
	}
	last, err := q.lastSequence(ctx, id)
	for err == nil {
		var entries []stored
		entries, err = q.entriesBatch(ctx, id)
		if err == nil && (last == 0 || slices.ContainsFunc(entries, func(e stored) bool { return e.seq >= last })) {
			return entries, nil
		}
		if err == nil {
			err = wait(ctx, jitter(5*time.Millisecond))
		}
	}
	return nil, err
}

// lastSequence asks the leader for the sequence of a request's last entry, 0
// where there is none.
func (q *Queue) lastSequence(ctx context.Context, id schema.RequestID) (uint64, error) {
	ask, err := json.Marshal(map[string]string{"last_by_subj": subjectLedger + string(id) + ".>"})
	if err != nil {
		return 0, schema.Fail(schema.CodeInternal, "read ledger", err)
	}
	answer, err := q.conns.ledger.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+streamLedger, ask)
	if err != nil {
		return 0, fail("read ledger", err)
	}
	var last struct {
		Error   *jetstream.APIError `json:"error"`
		Message struct {
			Seq uint64 `json:"seq"`
		} `json:"message"`
	}
	if err := json.Unmarshal(answer.Data, &last); err != nil {
		return 0, schema.Fail(schema.CodeInternal, "read ledger", err)
	}
	if last.Error != nil && last.Error.ErrorCode != jetstream.JSErrCodeMessageNotFound {
		return 0, fail("read ledger", last.Error)
	}
	return last.Message.Seq, nil
}

func (q *Queue) entriesBatch(ctx context.Context, id schema.RequestID) ([]stored, error) {
	var entries []stored
	pending := "0"
	all, err := jetstreamext.GetLastMsgsFor(ctx, q.ledger, streamLedger, []string{subjectLedger + string(id) + ".>"})
	if err != nil {
		return nil, fail("read ledger", err)
	}
	for msg, err := range all {
		switch {
		case errors.Is(err, jetstreamext.ErrNoMessages):
			return nil, nil
		case errors.Is(err, jetstreamext.ErrBatchUnsupported): // said of too many, too
			return q.entriesInPages(ctx, id)
		case err != nil:
			return nil, fail("read ledger", err)
		}
		e, err := q.readStored(msg.Subject, msg.Header, msg.Data)
		if err != nil {
			return nil, err
		}
		e.seq = msg.Sequence
		entries = append(entries, e)
		pending = msg.Header.Get("Nats-Num-Pending")
	}
	if pending != "0" {
		return nil, schema.Fail(schema.CodeUnreachable, "read ledger", nil)
	}
	return entries, nil
}

// page is how many entries are asked for at once where all do not fit one answer.
const page = 1000

// entriesInPages reads a ledger that is too long for one answer. It asks for
// nothing that who reads a short one may not ask for.
func (q *Queue) entriesInPages(ctx context.Context, id schema.RequestID) ([]stored, error) {
	var entries []stored
	for from, more := uint64(1), true; more; {
		all, err := jetstreamext.GetBatch(ctx, q.ledger, streamLedger, page,
			jetstreamext.GetBatchSubject(subjectLedger+string(id)+".>"), jetstreamext.GetBatchSeq(from))
		if err != nil {
			return nil, fail("read ledger", err)
		}
		more = false
		for msg, err := range all {
			if errors.Is(err, jetstreamext.ErrNoMessages) {
				break
			}
			if err != nil {
				return nil, fail("read ledger", err)
			}
			e, err := q.readStored(msg.Subject, msg.Header, msg.Data)
			if err != nil {
				return nil, err
			}
			e.seq = msg.Sequence
			entries = append(entries, e)
			from, more = e.seq+1, true
		}
	}
	return entries, nil
}

// readStored reads a message of a request's ledger, also where it is not an entry.
func (q *Queue) readStored(subject string, h nats.Header, text []byte) (stored, error) {
	e, err := q.readEntry(subject, h, text)
	if schema.CodeOf(err) != schema.CodeTampered {
		return e, err
	}
	_, n, _ := whose(subject)
	return stored{Entry: schema.Entry{N: n}, hash: hashOf(text), noise: true}, nil
}

// readEntry reads a message of the ledger.
func (q *Queue) readEntry(subject string, h nats.Header, text []byte) (stored, error) {
	if e, ok, err := q.readLapse(subject, h, text); ok {
		return e, err
	}
	if v, err := strconv.Atoi(h.Get(headerVersion)); err != nil || v < 1 {
		return stored{}, schema.Fail(schema.CodeTampered, "read entry", nil)
	} else if v > entryVersion {
		return stored{}, schema.Fail(schema.CodeNewerVersion, "read entry", nil)
	}
	var e schema.Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return stored{}, schema.Fail(schema.CodeTampered, "read entry", nil)
	}
	if !fits(subject, e) {
		return stored{}, schema.Fail(schema.CodeTampered, "read entry", nil)
	}
	return stored{Entry: e, hash: hashOf(text), told: q.told(subject, h, text, e.At)}, nil
}

// fits reports whether an entry is what its subject says: by the subject the
// server decides who may write it. In layout 1 it did not say more than "entry".
func fits(subject string, e schema.Entry) bool {
	words, ok := cutPrefix(subject, subjectLedger)
	if !ok || len(words) < 3 {
		return false
	}
	kind, job := jobOf(e)
	switch tail := words[2:]; {
	case job && e.Kind == schema.EntryAsked && len(tail) == 2 && tail[0] == "entry":
		return tail[1] == string(e.Kind) // of when nobody was told of it
	case job:
		return len(tail) == 3 && tail[0] == "job" && tail[1] == string(kind)
	case tail[0] != "entry":
		return false
	default:
		return len(tail) == 1 || len(tail) == 2 && tail[1] == string(e.Kind)
	}
}
