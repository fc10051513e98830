package schema_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"inzage/schema"
)

func TestOutcomes(t *testing.T) {
	t.Parallel()
	cause := schema.Fail(schema.CodeIO, "read export", errors.New("x"))
	for _, c := range []struct {
		name  string
		err   error
		later bool
		after time.Duration
		never bool
		code  schema.Code
	}{
		{"done", nil, false, 0, false, ""},
		{"later", schema.Later(time.Hour), true, time.Hour, false, schema.CodeInternal},
		{"later, wrapped", fmt.Errorf("poll: %w", schema.Later(time.Minute)), true, time.Minute, false, schema.CodeInternal},
		{"never", schema.Never(cause), false, 0, true, schema.CodeIO},
		{"never, wrapped", fmt.Errorf("poll: %w", schema.Never(cause)), false, 0, true, schema.CodeIO},
		{"never nothing", schema.Never(nil), false, 0, false, ""},
		{"another try", cause, false, 0, false, schema.CodeIO},
	} {
		after, later := schema.IsLater(c.err)
		if later != c.later || after != c.after {
			t.Errorf("%s: IsLater = %v, %v; want %v, %v", c.name, after, later, c.after, c.later)
		}
		if got := schema.IsNever(c.err); got != c.never {
			t.Errorf("%s: IsNever = %v, want %v", c.name, got, c.never)
		}
		if got := schema.CodeOf(c.err); got != c.code {
			t.Errorf("%s: CodeOf = %q, want %q", c.name, got, c.code)
		}
	}
	if !errors.Is(schema.Never(cause), cause) {
		t.Error("Never hides its cause")
	}
}
