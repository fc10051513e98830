package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// Who wants to release what does not add up reads by how much, file by file.
func TestUnbalanced(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := testApp(t, schema.English)
	a.stdout = &out
	r := schema.Request{Case: "2026-0042"}
	r.Build.Code = schema.CodeUnbalanced
	r.Build.Counts = map[string]int64{"file_2": 3, "files_not_told": 1, "total": 4}
	if err := a.unbalanced(r); schema.CodeOf(err) != schema.CodeUnbalanced {
		t.Errorf("got %v", err)
	}
	want := a.text("cli.request.unbalanced", "case", r.Case) + `
  file 2: 3
  files with records that were not reported: 1
  all files together: 4
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
