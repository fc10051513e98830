package queue

import (
	"context"
	"errors"
	"strings"

	"github.com/nats-io/nats.go"

	"inzage/schema"
)

// closeLedger has the ledger take nothing more, if it is of that size and nobody came
// in since idle looked: who did would find that what they were told is written is not
// in the new one. Else it is as it was.
func (q *Queue) closeLedger(ctx context.Context, size int) error {
	closed, err := q.ledger.UpdateStream(ctx, closedLedger(q.opts.Replicas))
	err = fail("close ledger", err)                                      // it may be closed all the same
	if err == nil && closed.CachedInfo().State.LastSeq != uint64(size) { //nolint:gosec // a count
		err = schema.Fail(schema.CodeConflict, "renew ledger", nil)
	}
	if err == nil {
		err = q.noWorkers(ctx)
	}
	if err == nil {
		err = q.idle(ctx)
	}
	if err != nil {
		return errors.Join(err, q.openLedger(context.WithoutCancel(ctx)))
	}
	return nil
}

// openLedger has a ledger that is closed take entries again.
func (q *Queue) openLedger(ctx context.Context) error {
	ledger, err := q.ledger.Stream(ctx, streamLedger)
	if schema.CodeOf(fail("open ledger", err)) == schema.CodeNotFound {
		return nil // for ensure
	}
	if err == nil && ledger.CachedInfo().Config.SubjectTransform != nil {
		_, err = q.ledger.UpdateStream(ctx, ledgerStreams(q.opts.Replicas)[0])
	}
	return fail("open ledger", err)
}

// idle refuses where somebody follows the ledger, as each service does.
func (q *Queue) idle(ctx context.Context) error {
	stream, err := q.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return fail("open ledger", err)
	}
	list := stream.ListConsumers(ctx)
	for info := range list.Info() {
		if info.NumWaiting > 0 {
			return schema.Fail(schema.CodeInUse, "renew ledger", nil)
		}
	}
	return fail("list consumers", list.Err())
}

// noWorkers refuses where a worker is connected, of any version: each listens for
// word that there is a job. So it is given such a word, which has a worker look, and
// no more; where nobody listens, the server says so, before it answers anything that
// came later. Nobody else learns from it, and no answer is waited for.
//
// Whoever may not give such a word has a role that an older version made, and is
// told so (CodeDenied) before anything is touched.
func (q *Queue) noWorkers(ctx context.Context) error {
	nc := q.conns.ledger
	inbox := nc.NewInbox()
	answers, err := nc.SubscribeSync(inbox)
	if err != nil {
		return fail("look for workers", err)
	}
	defer func() { _ = answers.Unsubscribe() }()
	for _, kind := range kinds() {
		if err := nc.PublishRequest(subjectWake+string(kind)+"."+wakeRenewal, inbox, nil); err != nil {
			return fail("look for workers", err)
		}
	}
	ctx, stop := context.WithTimeout(ctx, answerTimeout)
	defer stop()
	if err := nc.FlushWithContext(ctx); err != nil {
		return fail("look for workers", err)
	}
	if err := nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), subjectWake) {
		return schema.Fail(schema.CodeDenied, "look for workers", err)
	}
	nobody, _, err := answers.Pending()
	if err == nil && nobody < len(kinds()) {
		err = schema.Fail(schema.CodeInUse, "renew ledger", nil)
	}
	return fail("look for workers", err)
}

// wakeRenewal ends the subject of that word.
const wakeRenewal = "renewal"
