package queue

import (
	"context"

	"inzage/schema"
)

// Decide writes what somebody decides on a request: the act itself or, where it
// takes two people, a proposal of it, and the act once another proposed it (see
// schema.Request.Decision). reason are that person's words, sealed beside the
// ledger, and may be empty; the words of who proposed an act stay its reason. The
// bundle of an act that is about it is filled in.
func (q *Queue) Decide(ctx context.Context, id schema.RequestID, act schema.Entry, reason []byte) (schema.Request, error) {
	r, err := q.Request(ctx, id)
	if err != nil {
		return r, err
	}
	if !r.Confirms(act) {
		if act.Ref, err = q.keepReason(ctx, id, act.Kind, reason); err != nil {
			return r, err
		}
	}
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		return decided(r, act), nil
	})
}

// Confirm is Decide for an act that another proposed, as seen by whoever confirms
// it now. CodeConflict says that the proposal is another one by now, or gone: what
// nobody saw, nobody confirmed.
func (q *Queue) Confirm(ctx context.Context, id schema.RequestID, act schema.Entry, seen schema.Proposal) (schema.Request, error) {
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		if r.Proposals[act.Kind] != seen {
			return nil, schema.Fail(schema.CodeConflict, "confirm proposal", nil)
		}
		return decided(r, act), nil
	})
}

// Decline writes that a proposal, as seen by who declines it, will not be done.
// CodeConflict as in Confirm.
func (q *Queue) Decline(ctx context.Context, id schema.RequestID, kind schema.EntryKind, by schema.Actor, seen schema.Proposal) (schema.Request, error) {
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		if r.Proposals[kind] != seen {
			return nil, schema.Fail(schema.CodeConflict, "decline proposal", nil)
		}
		return []schema.Entry{{Kind: schema.EntryDeclined, Act: kind, Actor: by}}, nil
	})
}

// decided is what is put on record of an act.
func decided(r schema.Request, e schema.Entry) []schema.Entry {
	if e.Kind == schema.EntryReleased || e.Kind == schema.EntryDelivered {
		e.Ref = r.Bundle
	}
	return []schema.Entry{r.Decision(e)}
}

// Prepare is Decide for who may not confirm: where the act takes two people it is
// a proposal, also where another proposed the same before. reason as in Decide.
func (q *Queue) Prepare(ctx context.Context, id schema.RequestID, act schema.Entry, reason []byte) (schema.Request, error) {
	return q.put(ctx, id, act, reason, func(r schema.Request, e schema.Entry) []schema.Entry {
		if r.TakesTwo(e.Kind) {
			return proposed(r, e)
		}
		return decided(r, e)
	})
}

// Propose writes that an act is wanted, and never the act itself, whoever wants it:
// it is how a program prepares what people decide. reason as in Decide.
func (q *Queue) Propose(ctx context.Context, id schema.RequestID, act schema.Entry, reason []byte) (schema.Request, error) {
	return q.put(ctx, id, act, reason, proposed)
}

// put keeps the words that were given for an act, and writes what it comes to.
func (q *Queue) put(ctx context.Context, id schema.RequestID, act schema.Entry, reason []byte, as func(schema.Request, schema.Entry) []schema.Entry) (schema.Request, error) {
	var err error
	if act.Ref, err = q.keepReason(ctx, id, act.Kind, reason); err != nil {
		return schema.Request{}, err
	}
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) { return as(r, act), nil })
}

// proposed is the proposal of an act.
func proposed(r schema.Request, e schema.Entry) []schema.Entry {
	if e.Kind == schema.EntryReleased {
		e.Ref = r.Bundle
	}
	e.Act, e.Kind = e.Kind, schema.EntryProposed
	return []schema.Entry{e}
}

// keepReason seals the words that were given for an act; there may be none.
func (q *Queue) keepReason(ctx context.Context, id schema.RequestID, kind schema.EntryKind, reason []byte) (ref string, err error) {
	if len(reason) == 0 {
		return "", nil
	}
	v, err := q.Vault(ctx, id)
	if err != nil {
		return "", err
	}
	return v.Keep(ctx, reasonOf(kind), reason)
}

// Reason returns the words that were given for an act, by the Ref of its entry
// or proposal.
func (q *Queue) Reason(ctx context.Context, id schema.RequestID, kind schema.EntryKind, ref string) ([]byte, error) {
	v, err := q.Vault(ctx, id)
	if err != nil {
		return nil, err
	}
	return v.Reason(ctx, kind, ref)
}

// Reason is Queue.Reason, for who reads several.
func (v *Vault) Reason(ctx context.Context, kind schema.EntryKind, ref string) ([]byte, error) {
	return v.Kept(ctx, reasonOf(kind), ref)
}

// Say writes an entry whose Ref is what somebody said, sealed beside the ledger:
// see Reason.
func (q *Queue) Say(ctx context.Context, id schema.RequestID, e schema.Entry, words []byte) (schema.Request, error) {
	v, err := q.Vault(ctx, id)
	if err != nil {
		return schema.Request{}, err
	}
	if e.Ref, err = v.Keep(ctx, reasonOf(e.Kind), words); err != nil {
		return schema.Request{}, err
	}
	return q.Append(ctx, id, e)
}

func reasonOf(kind schema.EntryKind) string { return "reason of " + string(kind) }
