package workers

import (
	"context"
	"crypto/ed25519"
	"time"

	"inzage/schema"
)

// A clock that is wrong does harm that cannot be taken back: what a term erases
// is gone, and a reminder that was given is not given again. Being late does
// little: a day later is soon enough for a term of thirty, an hour for a
// reminder. So a clock that may be wrong must first run evenly for a while; a
// person sees it in the log by then.
const (
	remindAfter = time.Hour
	eraseAfter  = 24 * time.Hour
	// leap is how far the clock may differ from what it was at the last look and
	// the time that passed since. A machine that slept jumps too.
	leap = 10 * time.Minute
	// silence is how long a service is away at most for its clock to be believed
	// when it is back: each day that it runs leaves a checkpoint.
	silence = 48 * time.Hour
)

// trust is how far a clock is believed.
type trust struct {
	last time.Time     // what it said at the last look
	even time.Duration // how long it has run evenly since it was in doubt
}

// look takes what the clock says and how much time passed since the last look,
// which is known whatever the clock does. It returns what the clock says.
func (t *trust) look(now time.Time, passed time.Duration) time.Time {
	t.even += passed
	if now.Sub(t.last.Add(passed)).Abs() > leap {
		t.even = 0
	}
	t.last = now
	return now
}

// told is the error to tell as long as something waits for the clock.
func (t *trust) told() error {
	if t.even < eraseAfter {
		return schema.Fail(schema.CodeClock, "watch deadlines", nil)
	}
	return nil
}

// before is how long the clock counts as having run evenly when a service
// begins: long enough, unless what is on record speaks against it. That is a
// moment still to come, or that the last checkpoint is older than silence: a
// checkpoint is made only by a clock that was believed. Where there is none, the
// store is new.
func (c *Clock) before(ctx context.Context, now time.Time) time.Duration {
	public, _ := c.Queue.Signer(c.Sign).Public().(ed25519.PublicKey)
	last, err := c.Queue.LastCheckpoint(ctx, public)
	if err != nil || !last.At.IsZero() && now.Sub(last.At) > silence {
		return 0
	}
	latest := last.At
	for r := range c.Register.All() {
		if r.Changed.After(latest) {
			latest = r.Changed
		}
	}
	if latest.After(now.Add(leap)) {
		return 0
	}
	return eraseAfter
}
