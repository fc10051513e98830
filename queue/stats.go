package queue

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"
)

// Stats is how much there is to do.
type Stats struct {
	// Waiting is how many jobs of each kind are there to be done now, InHand how
	// many are being done.
	Waiting, InHand map[Kind]int
	// Later is how many jobs wait for their moment.
	Later int
	// Strays is how many messages were set aside since they are no job.
	Strays int
}

// Stats counts what is in the queue. The counts are of nearby moments, not of
// one.
func (q *Queue) Stats(ctx context.Context) (Stats, error) {
	s := Stats{Waiting: make(map[Kind]int), InHand: make(map[Kind]int)}
	for _, kind := range kinds() {
		for lane := range lanes {
			c, err := q.ledger.Consumer(ctx, streamJobs, consumerName(kind, lane))
			if err != nil {
				return s, fail("count jobs", err)
			}
			info := c.CachedInfo()
			s.Waiting[kind] += int(info.NumPending) //nolint:gosec // a count
			s.InHand[kind] += info.NumAckPending
		}
	}
	var err error
	if s.Later, err = q.count(ctx, streamSchedule, subjectSchedule+">"); err != nil {
		return s, err
	}
	s.Strays, err = q.count(ctx, streamParked, subjectParked)
	return s, err
}

func (q *Queue) count(ctx context.Context, name, subject string) (int, error) {
	stream, err := q.ledger.Stream(ctx, name)
	if err != nil {
		return 0, fail("count messages", err)
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(subject))
	if err != nil {
		return 0, fail("count messages", err)
	}
	n := 0
	for _, messages := range info.State.Subjects {
		n += int(messages) //nolint:gosec // a count
	}
	return n, nil
}
