package workers

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"time"

	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
)

// Clock watches what nobody else does: due dates, and what crashes leave behind.
// Several clocks may run at once, on several machines: what one has put on
// record, the next finds there.
type Clock struct {
	Queue    *queue.Queue
	Register *queue.Register
	Zone     *time.Location
	// Terms is how long closed requests keep what they hold; nil erases nothing.
	Terms *schema.Terms
	// Sign signs the checkpoints of the ledger, see queue.Queue.Signer. Elsewhere
	// keeps a copy of each in another place; may be nil.
	Sign      ed25519.PrivateKey
	Elsewhere func(queue.Checkpoint) error
	// Doubted is told at each turn whether something waits since the clock may be
	// wrong; may be nil.
	Doubted func(bool)
	Now     func() time.Time
	// Every is the time between looks at the due dates; 0 is five minutes. What
	// crashes leave behind is swept every hour.
	Every time.Duration
}

const (
	usually = 5 * time.Minute
	// sweepQueue is how often the queue itself is swept, which reads every
	// request that has work to do.
	sweepQueue = time.Hour
)

// Run looks at the due dates until ctx ends. What fails in a turn is told in the
// log, made up for at the next, and holds up nothing else: deadlines and terms
// never stop because something else does. Only a clock that may be wrong does,
// for as long as trust says.
func (c *Clock) Run(ctx context.Context) error {
	turn := time.NewTicker(cmp.Or(c.Every, usually))
	defer turn.Stop()
	ticked := time.Now()
	clock := trust{last: c.Now()}
	clock.even = c.before(ctx, clock.last)
	var swept time.Time
	for {
		passed := time.Since(ticked)
		ticked = ticked.Add(passed)
		now := clock.look(c.Now(), passed)
		if c.Doubted != nil {
			c.Doubted(clock.told() != nil)
		}
		sweep := func() error {
			if !swept.IsZero() && ticked.Sub(swept) < sweepQueue {
				return nil
			}
			swept = ticked
			s, err := c.Queue.Sweep(ctx, c.Register)
			if s != (queue.Swept{}) {
				zerolog.Ctx(ctx).Info().Int("moved", s.Moved).Int("freed", s.Freed).Int("lost", s.Lost).
					Int("parts", s.Parts).Int("vaults", s.Vaults).Msg("swept")
			}
			return err
		}
		for _, step := range []struct {
			after time.Duration
			do    func() error
		}{
			{0, clock.told},
			{remindAfter, func() error { _, err := c.Sweep(ctx, now); return err }},
			{remindAfter, sweep},
			{eraseAfter, func() error { return c.erase(ctx, now) }},
			{eraseAfter, func() error { return c.checkpoint(ctx) }},
		} {
			if clock.even < step.after {
				continue
			}
			if code := schema.CodeOf(step.do()); code != "" && ctx.Err() == nil {
				zerolog.Ctx(ctx).Error().Str("code", string(code)).Msg("clock")
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-turn.C:
		}
	}
}

func (c *Clock) erase(ctx context.Context, now time.Time) error {
	if c.Terms == nil {
		return nil
	}
	_, err := c.Expire(ctx, now)
	return err
}

// checkpoint makes the checkpoint of the day, once, and keeps a copy elsewhere
// until that works.
func (c *Clock) checkpoint(ctx context.Context) error {
	made, err := c.Queue.DailyCheckpoint(ctx, c.Sign)
	if err != nil || made.Size == 0 || c.Elsewhere == nil {
		return err
	}
	return c.Elsewhere(made)
}

// Swept counts what a sweep did.
type Swept struct {
	Requests  int // looked at
	Reminders int // put on record
	Damaged   int // requests that were set aside: nothing is done on them
	Unread    int // requests with files that were handed in during a build, now read
}

// Sweep puts on record every reminder that is owing at the moment now, but of
// requests whose ledgers are damaged. The error
// is of the first request that could not be done; the others were.
func (c *Clock) Sweep(ctx context.Context, now time.Time) (Swept, error) {
	var done Swept
	today := schema.CivilDate(now, c.Zone)
	var owing []schema.RequestID
	for r := range c.Register.Open() {
		done.Requests++
		if r.Damaged {
			done.Damaged++
			continue
		}
		if len(r.Owing(today)) > 0 || len(unread(r)) > 0 {
			owing = append(owing, r.ID)
		}
	}
	var failed error
	for _, id := range owing {
		if ctx.Err() != nil {
			return done, schema.Fail(schema.CodeInterrupted, "watch deadlines", ctx.Err())
		}
		n, read, err := c.settle(ctx, id, today)
		done.Reminders += n
		done.Unread += read
		if err != nil && failed == nil {
			failed = err
		}
	}
	if done.Reminders > 0 {
		zerolog.Ctx(ctx).Info().Int("requests", done.Requests).Int("reminders", done.Reminders).Msg("reminders on record")
	}
	return done, failed
}

// settle puts on record what a request still owes, by its ledger, which is newer
// than the register: reminders, and the order to read what was handed in.
func (c *Clock) settle(ctx context.Context, id schema.RequestID, today schema.Date) (n, read int, err error) {
	_, err = c.Queue.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		var entries []schema.Entry
		owing := r.Owing(today)
		for i, m := range owing {
			entries = append(entries, r.Remind(m, i < len(owing)-1))
		}
		n = len(entries)
		entries = append(entries, unread(r)...)
		read = len(entries) - n
		return entries, nil
	})
	if err != nil {
		n, read = 0, 0
	}
	return n, read, err
}
