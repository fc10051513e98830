package api

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"inzage/schema"
)

// acts are what a program can prepare.
func acts() []schema.EntryKind {
	return []schema.EntryKind{schema.EntryExtended, schema.EntrySuspended, schema.EntryRefused, schema.EntryReleased, schema.EntryWithdrawn}
}

type act string

// Schema implements huma.SchemaProvider.
func (act) Schema(huma.Registry) *huma.Schema { return oneOf(acts()) }

// NewProposal is an act that a program prepares. Code is one of schema.Reasons of
// the act, empty where it has none; Reason is in words, for people.
type NewProposal struct {
	Act    act    `json:"act"`
	Code   string `json:"code,omitempty" maxLength:"64"`
	Reason string `json:"reason,omitempty" maxLength:"8000"`
}

type prepareInput struct {
	Named
	Body NewProposal
}

// prepare writes a proposal, never the act: whatever the organisation has set, and
// whoever proposed the same before.
func (a *API) prepare(ctx context.Context, in *prepareInput) (*requestOutput, error) {
	c := by(ctx)
	kind, code := schema.EntryKind(in.Body.Act), schema.Code(in.Body.Code)
	reasons := schema.Reasons(kind)
	if len(reasons) == 0 && code != "" || len(reasons) > 0 && !slices.Contains(reasons, code) {
		f := a.flaw(c.lang, "body.code", "choice", "api.flaw.choice")
		for _, one := range reasons {
			f.Allowed = append(f.Allowed, string(one))
		}
		return nil, a.flawed(c.lang, f)
	}
	r, err := a.open(ctx, in.Case)
	if err != nil {
		return nil, err
	}
	e := schema.Entry{Kind: kind, Actor: c.token.Actor(), Code: code}
	if kind == schema.EntrySuspended {
		e.Day = a.today()
	}
	if r, err = a.Queue.Propose(ctx, r.ID, e, []byte(in.Body.Reason)); err == nil {
		err = a.Register.Wait(ctx, r)
	}
	if err != nil {
		return nil, a.fail(ctx, err)
	}
	return &requestOutput{r.On(a.today())}, nil
}
