package queue_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/queue"
	"inzage/schema"
)

// A cluster that is choosing a leader is away for a moment: what is asked of it
// meanwhile is asked again, and is no fault of the program.
func TestErrorsOfTheServer(t *testing.T) {
	t.Parallel()
	for code, want := range map[jetstream.ErrorCode]schema.Code{
		10008: schema.CodeUnreachable, // temporarily unavailable
		10009: schema.CodeUnreachable, // not the leader
		10118: schema.CodeUnreachable, // stream offline
		10002: schema.CodeFull,
		10039: schema.CodeDenied,
		10071: schema.CodeConflict,
		10059: schema.CodeNotFound,
		10049: schema.CodeIO, // no stream can be made: a full disk, mostly
		10001: schema.CodeInternal,
	} {
		err := queue.Fail("write ledger", &jetstream.APIError{Code: 500, ErrorCode: code})
		if got := schema.CodeOf(err); got != want {
			t.Errorf("%d is %s, want %s", code, got, want)
		}
		wrapped := queue.Fail("write ledger", errors.Join(errors.New("x"), &jetstream.APIError{Code: 500, ErrorCode: code}))
		if got := schema.CodeOf(wrapped); got != want {
			t.Errorf("%d in another error is %s, want %s", code, got, want)
		}
	}
	for _, err := range []error{jetstream.ErrNoHeartbeat, jetstream.ErrServerShutdown, jetstream.ErrConsumerLeadershipChanged} {
		if got := schema.CodeOf(queue.Fail("read ledger", err)); got != schema.CodeUnreachable {
			t.Errorf("%v is %s, want %s", err, got, schema.CodeUnreachable)
		}
	}
}
