package queue

import (
	"context"
	"errors"
	"strings"

	"github.com/nats-io/nats.go"

	"inzage/schema"
)

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
