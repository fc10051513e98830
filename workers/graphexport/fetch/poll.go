package fetch

import (
	"context"
	"strings"

	"inzage/schema"
)

// poll asks whether the export is ready.
func (t *try) poll(ctx context.Context) error {
	age := t.now().Sub(t.mark.Ordered)
	_, arrived, err := t.store.requestInfo(ctx, t.mark.Container)
	switch {
	case lost(err): // what comes now is written nowhere
		return t.end(ctx, schema.CodeStorageLost)
	case err != nil:
		return coded("look at container", err)
	}
	op, known, err := t.current(ctx)
	switch {
	case schema.CodeOf(err) == schema.CodeThrottled:
		return t.throttled(ctx)
	case err != nil:
		return err
	}
	t.mark.Throttled = 0
	if known && op.UserID != "" {
		if !strings.EqualFold(op.UserID, t.mark.ObjectID) {
			return t.fail(ctx, schema.CodeOtherPerson)
		}
		t.mark.Confirmed = true
	}
	switch {
	case known && op.Status == statusComplete:
		return t.end(ctx, "")
	case known && op.Status == statusFailed:
		return t.end(ctx, schema.CodeExportFailed)
	case age >= t.config.Times.Deadline:
		return t.end(ctx, schema.CodeExportExpired)
	case !known && age >= t.config.Times.Settle:
		return t.vanished(ctx, arrived)
	}
	return schema.Later(t.config.Times.next(age))
}

// current is the operation as it is now. It is looked for on the list where its
// id was never known, or is no longer. False where the service knows none.
func (t *try) current(ctx context.Context) (op operation, known bool, err error) {
	if t.mark.Operation != "" {
		op, err := t.graph.operation(ctx, t.mark.Operation)
		switch {
		case err == nil:
			return op, true, nil
		case refusedBy(err) != "OperationNotFound" && !missing(err):
			return operation{}, false, coded("ask for operation", err)
		}
	}
	op, err = t.listed(ctx)
	if err != nil || op.ID == "" {
		return operation{}, false, err
	}
	if op.ID != t.mark.Operation {
		t.mark.Operation = op.ID
		err = t.note(ctx)
	}
	return op, true, err
}

// vanished deals with an operation that the service does not know. One that was
// never seen and has written nothing never began: its order failed after
// RequestInfo.json was written.
func (t *try) vanished(ctx context.Context, arrived bool) error {
	if t.mark.Operation == "" {
		files, err := t.store.list(ctx, t.mark.Container)
		if err != nil {
			return coded("list container", err)
		}
		if len(files) == 0 || len(files) == 1 && arrived {
			return t.anew(ctx)
		}
		// Somebody writes. Nobody will say when it is complete.
		return schema.Later(t.config.Times.next(t.now().Sub(t.mark.Ordered)))
	}
	return t.end(ctx, schema.CodeExportVanished)
}
