package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/rs/zerolog"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"inzage/schema"
)

// Event tells other programs that something was put on record: a CloudEvents 1.0
// message in JSON. It holds ids only; what happened is in Type, as the kind of the
// entry, and whoever may know more asks by the ids.
type Event struct {
	SpecVersion string `json:"specversion"`
	// ID is <request>.<n>, the same however often it is told; none.<place> where a
	// message of the ledger is of no request.
	ID string `json:"id"`
	// Source is EventSource, Type EventType and the kind of the entry.
	Source string `json:"source"`
	Type   string `json:"type"`
	// Subject is the id of the request.
	Subject     schema.RequestID `json:"subject"`
	Time        time.Time        `json:"time"`
	ContentType string           `json:"datacontenttype"`
	// Sequence is the place of the event among all (the extension of that name): 20
	// digits, without a gap.
	Sequence string    `json:"sequence"`
	Data     EventData `json:"data"`
}

// EventData is what an event is about.
type EventData struct {
	Request schema.RequestID `json:"request"`
	Entry   int              `json:"entry"`
}

// What every event has.
const (
	EventSource = "/inzage"
	EventType   = "inzage.request."
)

// noRequest takes the place of the request where a message of the ledger names none.
const noRequest = "none"

// unreadableKind takes the place of the kind where an entry cannot be read: that
// there is one is told all the same, so that nobody waits for it.
const unreadableKind schema.EntryKind = "unreadable"

// eventOf is the event of an entry, by its subject and its place in the ledger,
// which is its number too where it is of no request.
func eventOf(subject string, seq uint64, kind schema.EntryKind, at time.Time) Event {
	id, n, ok := whose(subject)
	name := string(id) + "." + strconv.Itoa(n)
	if !ok {
		id, n, name = "", 0, noRequest+"."+strconv.FormatUint(seq, 10)
	}
	return Event{
		SpecVersion: "1.0", ID: name, Source: EventSource, Type: EventType + string(kind), Subject: id, Time: at.UTC(),
		ContentType: "application/json", Sequence: sequenceText(seq), Data: EventData{id, n},
	}
}

// sequenceText sorts as the numbers do.
func sequenceText(seq uint64) string {
	text := strconv.FormatUint(seq, 10)
	return "00000000000000000000"[:20-len(text)] + text
}

// eventIn is the event of a message of the ledger.
func (q *Queue) eventIn(subject string, h nats.Header, text []byte, seq uint64, at time.Time) Event {
	e, err := q.readEntry(subject, h, text)
	if err != nil {
		return eventOf(subject, seq, unreadableKind, at)
	}
	if !e.At.IsZero() {
		at = e.At // else of a tombstone, which has none
	}
	return eventOf(subject, seq, e.Kind, at)
}

// Events returns up to limit events after a place, in order, and the place after
// them: the ledger itself, so that all there ever were are there, each once.
func (q *Queue) Events(ctx context.Context, after uint64, limit int) (list []Event, next uint64, err error) {
	list, next = []Event{}, after
	all, err := jetstreamext.GetBatch(ctx, q.ledger, streamLedger, limit,
		jetstreamext.GetBatchSubject(subjectLedger+">"), jetstreamext.GetBatchSeq(after+1))
	if err != nil {
		return nil, after, fail("read events", err)
	}
	for msg, err := range all {
		if errors.Is(err, jetstreamext.ErrNoMessages) {
			break
		}
		if err != nil {
			return nil, after, fail("read events", err)
		}
		list = append(list, q.eventIn(msg.Subject, msg.Header, msg.Data, msg.Sequence, msg.Time))
		next = msg.Sequence
	}
	return list, next, nil
}

// eventStream is where programs on NATS follow events: a copy for them, so that
// they need no right on the ledger. An event has the same place in it as its entry
// has in the ledger; that is how each is told once (tellOn).
func eventStream(replicas int, first uint64) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: streamEvents, Subjects: []string{subjectEvent + "*"}, Storage: jetstream.FileStorage, Replicas: replicas,
		DenyDelete: true, DenyPurge: true, MaxBytes: 256 << 20, MaxAge: eventLife, MaxMsgSize: 4 << 10, FirstSeq: first,
		AllowDirect: direct(replicas), Duplicates: 2 * time.Minute,
	}
}

// eventLife is how long an event can be followed on NATS.
const eventLife = 30 * 24 * time.Hour

// ensureEvents makes the stream of events. What was on record before it is told to
// nobody: it is no news.
func (q *Queue) ensureEvents(ctx context.Context) error {
	ledger, err := q.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return fail("open ledger", err)
	}
	_, err = q.ledger.CreateStream(ctx, eventStream(q.opts.Replicas, ledger.CachedInfo().State.LastSeq+1))
	return fail("make events", err)
}

// Tell tells programs on NATS what is put on record, each entry once, until ctx
// ends. Several processes may do so at once. What cannot be told now is told later.
func (q *Queue) Tell(ctx context.Context) error {
	for ctx.Err() == nil {
		pause := time.Millisecond
		if err := q.tellOn(ctx); ctx.Err() == nil && !raced(err) { // else another process was faster
			zerolog.Ctx(ctx).Warn().Str("code", string(schema.CodeOf(err))).Msg("events are told later")
			pause = time.Minute
		}
		_ = wait(ctx, jitter(pause)) // it ends with ctx
	}
	return nil
}

// tellOn goes on where the stream of events ends. It publishes on condition that the
// stream ends just before: so an event is there once, whoever tells it and however
// often, and the place of the next is known without keeping it anywhere.
func (q *Queue) tellOn(ctx context.Context) error {
	events, err := q.ledger.Stream(ctx, streamEvents)
	if err != nil {
		return fail("open events", err)
	}
	last := events.CachedInfo().State.LastSeq
	ledger, err := q.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return fail("open ledger", err)
	}
	consumer, err := ledger.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{subjectLedger + ">"}, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: last + 1,
	})
	if err != nil {
		return fail("follow ledger", err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fail("follow ledger", err)
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fail("follow ledger", err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fail("follow ledger", err)
		}
		seq := meta.Sequence.Stream
		if seq != last+1 { // the ledger lost something, which Verify names
			return schema.Fail(schema.CodeDamagedStore, "follow ledger", nil)
		}
		if err := q.tellOne(ctx, q.eventIn(msg.Subject(), msg.Headers(), msg.Data(), seq, meta.Timestamp), last); err != nil {
			return err
		}
		last = seq
	}
}

func (q *Queue) tellOne(ctx context.Context, e Event, last uint64) error {
	text, err := json.Marshal(e)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "tell event", err)
	}
	msg := nats.NewMsg(subjectEvent + cmp.Or(string(e.Subject), noRequest))
	msg.Data = text
	msg.Header.Set("content-type", "application/cloudevents+json") // the NATS binding of CloudEvents, structured
	_, err = q.ledger.PublishMsg(ctx, msg, jetstream.WithMsgID(e.ID), jetstream.WithExpectLastSequence(last))
	return fail("tell event", err)
}
