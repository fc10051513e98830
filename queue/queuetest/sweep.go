package queuetest

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"inzage/queue"
)

// Sweep orders again what a death left nowhere, as the service's clock does every
// hour, but every few seconds and until ctx ends. Once in some twenty runs under
// load a request of a killed service stood still without it, for a reason that
// was not found.
func Sweep(ctx context.Context, q *queue.Queue) error {
	register, err := q.OpenRegister(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return register.Run(ctx, false) })
	g.Go(func() error {
		tick := time.NewTicker(5 * time.Second)
		defer tick.Stop()
		for {
			if _, err := q.Sweep(ctx, register); err != nil && ctx.Err() == nil {
				return err
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return nil
			}
		}
	})
	return g.Wait()
}
