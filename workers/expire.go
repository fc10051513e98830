package workers

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"inzage/schema"
)

// Expired counts what Expire erased.
type Expired struct {
	Raw int // requests whose raw files went, and not the bundle
	All int // requests of which the ledger is left
}

// Expire erases what closed requests have held for long enough at the moment
// now, and goes on with what was begun. It may be cut off at any point, and run
// at several places at once: the ledger says what is still to do, and each
// erasure is on record once. The error is of the first request that could not be
// done; the others were.
func (c *Clock) Expire(ctx context.Context, now time.Time) (Expired, error) {
	var done Expired
	var failed error
	today := schema.CivilDate(now, c.Zone)
	for r := range c.Register.All() {
		// In what an older version wrote down, the day of closing is not there yet.
		undated := r.State.Final() && r.Closed.IsZero()
		if r.Damaged || !undated && r.Expired(*c.Terms, today, c.Zone) == "" {
			continue
		}
		if ctx.Err() != nil {
			return done, schema.Fail(schema.CodeInterrupted, "erase requests", ctx.Err())
		}
		if err := c.expire(ctx, r.ID, today, &done); err != nil && failed == nil {
			failed = err
		}
	}
	if done != (Expired{}) {
		zerolog.Ctx(ctx).Info().Int("raw", done.Raw).Int("all", done.All).Msg("erased")
	}
	return done, failed
}

// expire erases by the ledger of a request, which is newer than the register.
func (c *Clock) expire(ctx context.Context, id schema.RequestID, today schema.Date, done *Expired) error {
	r, err := c.Queue.Request(ctx, id)
	if err != nil {
		return err
	}
	switch r.Expired(*c.Terms, today, c.Zone) {
	case schema.ErasesRaw:
		if _, err = c.Queue.EraseRaw(ctx, id, schema.ActorSystem); err == nil {
			done.Raw++
		}
	case schema.ErasesAll:
		if _, err = c.Queue.Erase(ctx, id, schema.ActorSystem); err == nil {
			done.All++
		}
	default: // nothing, by the ledger
	}
	return err
}
