package queuetest_test

import (
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
)

// keepsDenials: a role writes its own denials and nobody else's, and nobody takes any
// away or makes the record another.
func (r roles) keepsDenials(t *testing.T) {
	t.Helper()
	for _, role := range queue.Roles() {
		in := queuetest.Intrude(t, r.access(t, role))
		for _, other := range queue.Roles() {
			refused := in.Refused("inzage.denial." + string(other))
			if own := role == other && role != queue.RoleEvents; refused == own {
				t.Errorf("%s writes denials of %s: %t", role, other, !refused)
			}
		}
		for _, call := range []string{"STREAM.DELETE.DENIALS", "STREAM.PURGE.DENIALS", "STREAM.MSG.DELETE.DENIALS"} {
			if !in.Refused("$JS.API." + call) {
				t.Errorf("%s may ask %s", role, call)
			}
		}
		if role != queue.RoleSetup && !in.Refused("$JS.API.STREAM.UPDATE.DENIALS") {
			t.Errorf("%s may change the record", role)
		}
	}
}
