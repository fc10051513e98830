package queue

import (
	"context"
	"errors"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// walk reads the entries of all requests from a sequence on, up to the last one
// that is there now, and what lapsed. What cannot be read goes to bad, with the hash
// of its bytes.
func (q *Queue) walk(ctx context.Context, from uint64, do func(subject string, e stored) error, bad func(subject, hash string, err error) error) error {
	w := walker{read: q.readEntry, do: do, bad: bad}
	return q.messages(ctx, streamLedger, subjectLedger, from, w.take)
}

// taker takes a message of the ledger.
type taker func(subject string, h nats.Header, text []byte, seq uint64) error

// messages reads the messages of a stream under the subjects that begin so.
func (q *Queue) messages(ctx context.Context, name, subjects string, from uint64, take taker) error {
	stream, err := q.ledger.Stream(ctx, name)
	if err != nil {
		return fail("read ledger", err)
	}
	cfg := jetstream.OrderedConsumerConfig{FilterSubjects: []string{subjects + ">"}, OptStartSeq: max(from, 1), DeliverPolicy: jetstream.DeliverByStartSequencePolicy}
	consumer, err := stream.OrderedConsumer(ctx, cfg)
	if err != nil {
		return fail("read ledger", err)
	}
	info, err := consumer.Info(ctx)
	if err != nil {
		return fail("read ledger", err)
	}
	left := info.NumPending
	if left == 0 {
		return nil
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fail("read ledger", err)
	}
	defer messages.Stop()
	next := from
	for ; left > 0; left-- {
		msg, err := nextWithin(ctx, messages)
		if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return take.bySequence(ctx, stream, subjects, next)
		}
		if err != nil {
			return fail("read ledger", err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fail("read ledger", err)
		}
		seq := meta.Sequence.Stream
		if err := take(msg.Subject(), msg.Headers(), msg.Data(), seq); err != nil {
			return err
		}
		next = seq + 1
	}
	return nil
}

// nextWithin waits for the next message, but not for ever.
func nextWithin(ctx context.Context, messages jetstream.MessagesContext) (jetstream.Msg, error) {
	ctx, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	return messages.Next(jetstream.NextContext(ctx))
}

// walker hands entries over.
type walker struct {
	read func(subject string, h nats.Header, text []byte) (stored, error)
	do   func(subject string, e stored) error
	bad  func(subject, hash string, err error) error
}

func (w walker) take(subject string, h nats.Header, text []byte, seq uint64) error {
	e, err := w.read(subject, h, text)
	if err != nil {
		return w.bad(subject, hashOf(text), err)
	}
	e.seq = seq
	return w.do(subject, e)
}

// bySequence goes on one by one where the server stopped: it does so, in
// silence, before a block on the disk that is damaged, and what comes after it
// is still there. The error has CodeDamagedStore where a message was missing,
// once the last one was handed over.
func (take taker) bySequence(ctx context.Context, stream jetstream.Stream, subjects string, from uint64) error {
	info, err := stream.Info(ctx)
	if err != nil {
		return fail("read ledger", err)
	}
	gap := false
	for seq := max(from, 1); seq <= info.State.LastSeq; seq++ {
		msg, err := stream.GetMsg(ctx, seq)
		switch code := schema.CodeOf(fail("read ledger", err)); {
		case code == schema.CodeUnreachable || code == schema.CodeInterrupted:
			return fail("read ledger", err)
		case err != nil:
			gap = true
		case strings.HasPrefix(msg.Subject, subjects):
			if err := take(msg.Subject, msg.Header, msg.Data, seq); err != nil {
				return err
			}
		}
	}
	if gap {
		return schema.Fail(schema.CodeDamagedStore, "read ledger", nil)
	}
	return nil
}
