package fetch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"inzage/schema"
)

// What Microsoft documents: so many exports a day for the whole tenant, and for
// one person.
const (
	tenantLimit  = 1000
	subjectLimit = 100
)

// maxAttempts bounds how often an order that came to nothing is made anew.
const maxAttempts = 5

// full tells how long to wait until another export may be ordered, zero for not
// at all. Where the list cannot be had, the service counts.
func (t *try) full(ctx context.Context) (time.Duration, error) {
	list, err := t.graph.operations(ctx)
	if err != nil {
		return 0, unlisted("list operations", err)
	}
	const day = 24 * time.Hour
	var tenant, subject []time.Time
	for _, op := range list {
		if t.now().Sub(op.Submitted) >= day {
			continue
		}
		tenant = append(tenant, op.Submitted)
		if strings.EqualFold(op.UserID, t.mark.ObjectID) {
			subject = append(subject, op.Submitted)
		}
	}
	wait := time.Duration(0)
	for _, c := range []struct {
		at    []time.Time
		limit int
	}{{tenant, tenantLimit}, {subject, subjectLimit}} {
		if free := len(c.at) - c.limit; free >= 0 {
			slices.SortFunc(c.at, time.Time.Compare)
			wait = max(wait, c.at[free].Add(day).Sub(t.now()), time.Second)
		}
	}
	return wait, nil
}

// unlisted lets pass that there is no list of operations: it exists in the
// metadata, but no page promises it.
func unlisted(op string, err error) error {
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		switch answer.StatusCode {
		case 400, 404, 405, 501:
			return nil
		}
	}
	return coded(op, err)
}

// ask orders the export, or finds out whether an earlier run did.
func (t *try) ask(ctx context.Context) error {
	if !t.sent {
		return t.unsure(ctx)
	}
	t.sent = false // whatever comes of it, it was sent
	location, err := t.store.location(t.mark.Container, t.now().Add(t.config.Times.Life))
	if err != nil {
		return schema.Fail(schema.CodeConfig, "sign location", err)
	}
	if err := t.mine(ctx); err != nil {
		return err
	}
	operation, err := t.graph.order(ctx, t.mark.ObjectID, location)
	if err != nil {
		return t.refused(ctx, err)
	}
	return t.accepted(ctx, operation, t.now())
}

// accepted notes that the service has the order.
func (t *try) accepted(ctx context.Context, operation string, at time.Time) error {
	t.mark.Operation, t.mark.Ordered, t.mark.Throttled = operation, at.UTC(), 0
	return t.to(ctx, stageWaiting)
}

// refused sorts the ways in which an order can fail: for good, for now, or not
// known to have failed at all.
func (t *try) refused(ctx context.Context, cause error) error {
	answer, ok := errors.AsType[*azcore.ResponseError](cause)
	if !ok || answer.StatusCode >= 500 || answer.StatusCode == 408 || answer.StatusCode == 409 {
		return coded("order export", cause) // the next run finds out
	}
	switch code := answer.ErrorCode; {
	case code == "StorageLocationAlreadyUsed": // so an earlier order arrived
		return t.unsure(ctx)
	case answer.StatusCode == 429:
		if err := t.again(ctx); err != nil {
			return err
		}
		return t.throttled(ctx)
	case answer.StatusCode == 401 || answer.StatusCode == 403: // an admin can mend it
		if err := t.again(ctx); err != nil {
			return err
		}
		return coded("order export", cause)
	case code == "StorageLocationShouldSupportAppendBlobs":
		return t.giveUp(ctx, schema.CodeStorageUnfit)
	default:
		return t.giveUp(ctx, schema.CodeExportRefused)
	}
}

// giveUp cleans up and ends the fetch: the order was refused for good.
func (t *try) giveUp(ctx context.Context, code schema.Code) error {
	if err := t.drop(ctx, bookmark{}); err != nil {
		return err
	}
	return t.fail(ctx, code)
}

// unsure finds out whether an order that may have been sent was accepted.
//
// An accepted order is on the list of operations, with the container. And its
// RequestInfo.json is in the container, since the service writes that before it
// answers. With neither, after a time in which no request is still under way, it
// never arrived.
func (t *try) unsure(ctx context.Context) error {
	op, err := t.listed(ctx)
	if err != nil {
		return err
	}
	if op.ID != "" {
		return t.accepted(ctx, op.ID, op.Submitted)
	}
	_, arrived, err := t.store.requestInfo(ctx, t.mark.Container)
	if err != nil && !gone(err) {
		return coded("look for request info", err)
	}
	if arrived {
		return t.accepted(ctx, "", t.mark.Asked)
	}
	if left := t.mark.Asked.Add(t.config.Times.Grace).Sub(t.now()); left > 0 {
		return schema.Later(left)
	}
	return t.anew(ctx)
}

// anew begins again, so often and not more.
func (t *try) anew(ctx context.Context) error {
	if t.mark.Attempts+1 >= maxAttempts {
		return t.giveUp(ctx, schema.CodeRemote)
	}
	return t.again(ctx)
}

// listed finds the operation that writes into the container, among all that the
// service lists. Its id is empty where there is none.
func (t *try) listed(ctx context.Context) (operation, error) {
	list, err := t.graph.operations(ctx)
	if err != nil {
		return operation{}, unlisted("list operations", err)
	}
	for _, op := range list {
		if sameContainer(op, t.mark.Container) {
			return op, nil
		}
	}
	return operation{}, nil
}
