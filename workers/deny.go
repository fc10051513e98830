package workers

import (
	"context"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// Deny puts on record that somebody asked for a request and did not get it: once a
// day (in the zone), so that nobody can fill a ledger by asking. Of one that was
// erased nothing more is written.
func Deny(ctx context.Context, q *queue.Queue, id schema.RequestID, by schema.Actor, zone *time.Location, now time.Time) error {
	entries, err := q.Entries(ctx, id)
	if err != nil {
		return err
	}
	today := schema.CivilDate(now, zone)
	for _, e := range entries {
		told := e.Kind == schema.EntryDenied && e.Actor == by && schema.CivilDate(e.At, zone) == today
		if told || e.Kind == schema.EntryErased {
			return nil
		}
	}
	_, err = q.Append(ctx, id, schema.Entry{Kind: schema.EntryDenied, Actor: by})
	return err
}
