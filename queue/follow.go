package queue

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/rs/zerolog"

	"inzage/schema"
)

// consumerEvents is how far the one who passes events on has come.
const consumerEvents = "webhook"

// followPatience is how long passing an event on may take before another process
// does it.
const followPatience = 2 * time.Minute

// Follow passes events on until ctx ends, in order, each at least once, from the
// first that is told after it was first called. Where it stopped, it goes on, on
// another machine too; several processes may follow, of which one has an event at a
// time. The error of do is the fate of the event (schema.Later, schema.Never,
// anything else): the next one waits for it, for as long as events are kept.
func (q *Queue) Follow(ctx context.Context, do func(context.Context, Event) error) error {
	for ctx.Err() == nil {
		if err := q.followOn(ctx, do); ctx.Err() == nil {
			zerolog.Ctx(ctx).Warn().Str("code", string(schema.CodeOf(err))).Msg("events are passed on later")
			_ = wait(ctx, jitter(time.Minute)) // it ends with ctx
		}
	}
	return nil
}

func (q *Queue) followOn(ctx context.Context, do func(context.Context, Event) error) error {
	consumer, err := q.ledger.CreateOrUpdateConsumer(ctx, streamEvents, jetstream.ConsumerConfig{
		Durable: consumerEvents, DeliverPolicy: jetstream.DeliverNewPolicy, AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: followPatience, MaxAckPending: 1, MaxDeliver: -1,
	})
	if err != nil {
		return fail("follow events", err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(1))
	if err != nil {
		return fail("follow events", err)
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fail("follow events", err)
		}
		if err := q.passOn(ctx, msg, do); err != nil {
			return err
		}
	}
}

// passOn hands an event to do, and settles it. One that is refused for good is
// passed over, which the log tells.
func (q *Queue) passOn(ctx context.Context, msg jetstream.Msg, do func(context.Context, Event) error) error {
	var e Event
	outcome := schema.Never(schema.Fail(schema.CodeDamagedStore, "read event", nil))
	if json.Unmarshal(msg.Data(), &e) == nil {
		outcome = do(ctx, e)
	}
	if outcome == nil {
		q.acknowledge(ctx, msg) // also when ctx ends just now: else it waits for another process to give it up
		return nil
	}
	code := string(schema.CodeOf(outcome))
	if schema.IsNever(outcome) {
		zerolog.Ctx(ctx).Error().Str("event", e.ID).Str("code", code).Msg("event passed over")
		return fail("follow events", msg.Term())
	}
	after, later := schema.IsLater(outcome)
	if meta, err := msg.Metadata(); err == nil && !later {
		after = q.backoff(int(min(meta.NumDelivered, 30))) //nolint:gosec // a small number
	}
	zerolog.Ctx(ctx).Warn().Str("event", e.ID).Str("code", code).Msg("event not passed on yet")
	return fail("follow events", msg.NakWithDelay(after))
}
