package embedded

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// What the server says may name streams and numbers, never what was sent.
func TestServerLogHidesPayloads(t *testing.T) {
	t.Parallel()
	const canary = `{"name":"Jan de Vries"}`
	for _, c := range []struct {
		format string
		args   []any
		want   string
	}{
		{"stream '%s > %s' took %v", []any{"LEDGER", "KV_register", time.Second}, "stream 'LEDGER > KV_register' took 1s"},
		{"Client parser ERROR, state=%d, i=%d: proto='%s...'", []any{1, 2, canary}, "Client parser ERROR, state=1, i=2: proto='[…]...'"},
		{"cannot read: %v", []any{errors.New(canary)}, "cannot read: [*errors.errorString]"},
		{"bytes %q", []any{[]byte(canary)}, `bytes "[…]"`},
	} {
		got := say(c.format, c.args)
		if got != c.want || strings.Contains(got, "Jan") {
			t.Errorf("said %q, want %q", got, c.want)
		}
	}
}
