package workers

import (
	"context"

	"inzage/queue"
	"inzage/schema"
)

// Upload is the part of a request that holds what was handed in with it: a dump
// of the Diagnostic Data Viewer, an export that was downloaded by hand.
const Upload = "upload"

// Removed is the code of an entry EntryHandedIn for a file that was taken back.
const Removed schema.Code = "removed"

// HandedIn puts on record that files were handed in later, which are in the part
// Upload already, or taken back, which code says; it orders that the part is read: at once or, during a build,
// after it, which is the clock's to see to. CodeConflict says that the request
// needs an answer no more.
func HandedIn(ctx context.Context, q *queue.Queue, id schema.RequestID, by schema.Actor, code schema.Code, counts map[string]int64) (schema.Request, error) {
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		e := schema.Entry{Kind: schema.EntryHandedIn, Actor: by, Part: Upload, Code: code, Counts: counts}
		after, err := r.Fold(e)
		if err != nil {
			return nil, err
		}
		return append([]schema.Entry{e}, unread(after)...), nil
	})
}

// unread orders that what was handed in is read, where that can be done now. A
// request that waits for a check of who asks has everything ordered by Start.
func unread(r schema.Request) []schema.Entry {
	p, ok := r.PartOf(Upload)
	now := r.State == schema.StateCollecting || r.State == schema.StateReview || r.State == schema.StateBuilding && r.Build.Settled()
	if !ok || !now || p.State != schema.PartIdle {
		return nil
	}
	return []schema.Entry{{Kind: schema.EntryFetch, Part: Upload}}
}

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
