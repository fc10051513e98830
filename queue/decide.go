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
		e := act
		if e.Kind == schema.EntryReleased || e.Kind == schema.EntryDelivered {
			e.Ref = r.Bundle
		}
		return []schema.Entry{r.Decision(e)}, nil
	})
}

// Propose writes that an act is wanted, and never the act itself, whoever wants it:
// it is how a program prepares what people decide. reason as in Decide.
func (q *Queue) Propose(ctx context.Context, id schema.RequestID, act schema.Entry, reason []byte) (schema.Request, error) {
	ref, err := q.keepReason(ctx, id, act.Kind, reason)
	if err != nil {
		return schema.Request{}, err
	}
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		e := act
		e.Kind, e.Act, e.Ref = schema.EntryProposed, act.Kind, ref
		if act.Kind == schema.EntryReleased {
			e.Ref = r.Bundle
		}
		return []schema.Entry{e}, nil
	})
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
