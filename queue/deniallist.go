package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// DenialFlaw is a place in the record of denials that is not as it was written:
// FlawMissing or FlawChanged.
type DenialFlaw struct {
	Place uint64   `json:"place"`
	Kind  FlawKind `json:"kind"`
}

// Denials reads the record: what was refused since the moment, in the order in
// which it was written, and what of the whole record is not as it was written. The
// server numbers what it keeps, so what is taken out leaves a gap; each denial has
// the hash of the one before it of its role. That the beginning is gone is told
// where nothing can be too old to be kept yet; that the end is, by Prove, with a
// checkpoint of a time when it was there.
//
// Who can write in the record of a role, which is who has its user, can write there
// what they want: it is told as that role's.
func (q *Queue) Denials(ctx context.Context, since time.Time) (list []Denial, flaws []DenialFlaw, err error) {
	r, err := q.readDenials(ctx, since)
	if err != nil {
		return nil, nil, err
	}
	return r.list, r.flaws, nil
}

// readDenials reads the whole record. Those at the places are looked for besides.
func (q *Queue) readDenials(ctx context.Context, since time.Time, places ...uint64) (*denialReader, error) {
	stream, err := q.ledger.Stream(ctx, streamDenials)
	if err != nil {
		return nil, fail("read denials", err)
	}
	info := stream.CachedInfo()
	r := &denialReader{since: since, last: make(map[Role]DenialHead), at: make(map[uint64]DenialHead), next: max(info.State.FirstSeq, 1)}
	for _, place := range places {
		r.at[place] = DenialHead{}
	}
	if info.State.FirstSeq > 1 && q.now().Sub(info.Created) < denialLife {
		r.next = 1
	}
	if info.State.Msgs > 0 {
		if err := r.read(ctx, stream, info.State.LastSeq); err != nil {
			return nil, err
		}
	}
	r.miss(info.State.LastSeq + 1)
	return r, nil
}

// denialReader follows the record of every role at once.
type denialReader struct {
	since time.Time
	last  map[Role]DenialHead   // the last one of each
	at    map[uint64]DenialHead // what stands at the places that are looked for
	next  uint64                // the place that comes next
	list  []Denial
	flaws []DenialFlaw
}

// read hands over what there is up to a place.
func (r *denialReader) read(ctx context.Context, stream jetstream.Stream, last uint64) error {
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return fail("read denials", err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fail("read denials", err)
	}
	defer messages.Stop()
	for r.next <= last {
		msg, err := nextWithin(ctx, messages)
		if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return nil // the server has no more, whatever it says
		}
		if err != nil {
			return fail("read denials", err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fail("read denials", err)
		}
		if seq := meta.Sequence.Stream; seq <= last {
			r.miss(seq)
			role := Role(strings.TrimPrefix(msg.Subject(), subjectDenial))
			r.take(DenialHead{Role: role, Place: seq, At: meta.Timestamp.UTC().Truncate(time.Second), Hash: sha256.Sum256(msg.Data())}, msg.Data())
		}
		r.next = meta.Sequence.Stream + 1
	}
	return nil
}

// miss notes that what comes before a place is not there.
func (r *denialReader) miss(seq uint64) {
	for ; r.next < seq && len(r.flaws) < longestGap; r.next++ {
		r.flaws = append(r.flaws, DenialFlaw{r.next, FlawMissing})
	}
}

// take takes the next one.
func (r *denialReader) take(head DenialHead, text []byte) {
	prev, known := r.last[head.Role]
	r.last[head.Role] = head
	if _, ok := r.at[head.Place]; ok {
		r.at[head.Place] = head
	}
	var kept keptDenial
	err := json.Unmarshal(text, &kept)
	d := kept.Denial
	d.Role = head.Role
	if err != nil || !d.plausible() || known && kept.Prev != hex.EncodeToString(prev.Hash[:]) {
		r.flaws = append(r.flaws, DenialFlaw{head.Place, FlawChanged})
	}
	if err == nil && d.plausible() && !d.Until.Before(r.since) {
		r.list = append(r.list, d)
	}
}

// plausible reports whether it can have been written by this program: what was
// taken over writes what it likes, and people read it.
func (d Denial) plausible() bool {
	return writes(d.Role) && d.Count > 0 && !d.Until.Before(d.From) && slices.Contains(DenialActs(), d.Act) && plain(d.What) &&
		(d.Actor == "" || plain(string(d.Actor)))
}

// writes reports whether denials are written under a name: a role's, or that of a
// process with a server of its own.
func writes(r Role) bool { return r == "inzage" || r == "command" || slices.Contains(Roles(), r) }

// plain reports whether a text is what a subject, a route or an id may look like.
func plain(text string) bool {
	for _, c := range text {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("_.:/\\$>*{} -", c) {
			return false
		}
	}
	return text != "" && len(text) <= 400
}
