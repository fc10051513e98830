package schema_test

import (
	"strings"
	"testing"

	"inzage/schema"
)

// A case number begins as no formula, path or option does.
func TestValidCase(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2026-0001": true, "Z.2026_1": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "": false,
		"=1+1": false, "+1": false, "-1": false, "@a": false, ".": false, "../a": false, "a/b": false, "a b": false, "a\t": false, "é1": false, "1;2": false,
	} {
		if got := schema.ValidCase(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
