package api

import (
	"context"

	"inzage/queue"
	"inzage/schema"
)

type entriesInput struct {
	Named
	After int `query:"after" minimum:"0"`
	Limit int `query:"limit" default:"500" minimum:"1" maximum:"1000"`
}

// EntryList is a page of the ledger of a request.
type EntryList struct {
	Entries []schema.Entry `json:"entries" nullable:"false"`
	// Next is what "after" must be for the page after this one; 0 where there is
	// none.
	Next int `json:"next,omitempty"`
}

type entriesOutput struct{ Body EntryList }

// entries shows the ledger of a request, from its first entry on.
func (a *API) entries(ctx context.Context, in *entriesInput) (*entriesOutput, error) {
	r, err := a.open(ctx, in.Case)
	if err != nil {
		return nil, err
	}
	all, err := a.Queue.Entries(ctx, r.ID)
	if err != nil {
		return nil, a.fail(ctx, err)
	}
	rest := all[min(in.After, len(all)):]
	out := &entriesOutput{EntryList{Entries: rest}}
	if len(rest) > in.Limit {
		out.Body.Entries = rest[:in.Limit]
		out.Body.Next = in.After + in.Limit
	}
	return out, nil
}

type verifyOutput struct{ Body queue.Verified }

// verify reads the whole ledger and checks that it is what was written.
func (a *API) verify(ctx context.Context, _ *struct{}) (*verifyOutput, error) {
	if !a.verifying.TryLock() {
		return nil, a.fail(ctx, schema.Fail(schema.CodeInUse, "verify ledger", nil))
	}
	defer a.verifying.Unlock()
	report, err := a.Queue.Verify(ctx)
	if err != nil {
		return nil, a.fail(ctx, err)
	}
	if report.Flaws == nil {
		report.Flaws = []queue.Flaw{}
	}
	return &verifyOutput{report}, nil
}

// Health says that the service answers.
type Health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

type healthOutput struct{ Body Health }

// health answers whoever asks: it says nothing about requests.
func (a *API) health(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	if a.Health != nil {
		if err := a.Health(ctx); err != nil {
			return nil, a.problem(by(ctx).lang, schema.Fail(schema.CodeUnreachable, "check health", err))
		}
	}
	return &healthOutput{Health{"ok", a.Version}}, nil
}
