package explain

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFill(t *testing.T) {
	t.Parallel()
	const text = "{count} {count|event|events} in {files} {files|file|files}; {later|is|are} for a template"
	for _, tc := range []struct {
		count, files any
		want         string
	}{
		{1, int64(1), "1 event in 1 file; {later|is|are} for a template"},
		{0, int64(2), "0 events in 2 files; {later|is|are} for a template"},
		{"1", "1,001", "1 event in 1,001 files; {later|is|are} for a template"},
		{11, "", "11 events in  files; {later|is|are} for a template"},
	} {
		if got := Fill(text, "count", tc.count, "files", tc.files); got != tc.want {
			t.Errorf("%v and %v: %q, want %q", tc.count, tc.files, got, tc.want)
		}
	}
	if diff := cmp.Diff([]string{"count", "files", "later"}, placeholders(text)); diff != "" {
		t.Errorf("placeholders (-want +got):\n%s", diff)
	}
}
