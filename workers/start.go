package workers

import (
	"context"

	"inzage/queue"
	"inzage/schema"
)

// Upload is the part of a request that holds what was handed in with it: a dump
// of the Diagnostic Data Viewer, an export that was downloaded by hand.
const Upload = "upload"

// Start puts on record how the identity of who asks was checked and orders every
// part of the request: some of the data lives for thirty days only, so on the
// day itself. Started already, it does nothing.
func Start(ctx context.Context, q *queue.Queue, id schema.RequestID, by schema.Actor, method schema.Code) (schema.Request, error) {
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		if r.State != schema.StateReceived {
			return nil, nil
		}
		entries := []schema.Entry{{Kind: schema.EntryVerified, Actor: by, Code: method}}
		for _, p := range r.Parts {
			entries = append(entries, schema.Entry{Kind: schema.EntryFetch, Actor: by, Part: p.Source})
		}
		return entries, nil
	})
}
