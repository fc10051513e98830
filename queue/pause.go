package queue

import (
	"context"
	"math/rand/v2"
	"time"
)

// wait waits, or returns the error of the context that ended first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fail("wait", ctx.Err())
	}
}

// jitter is d, give or take a quarter, so that what failed together does not
// come back together.
func jitter(d time.Duration) time.Duration {
	return d - d/4 + rand.N(d/2+1) //nolint:gosec // no secret
}
