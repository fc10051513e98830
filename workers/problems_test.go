package workers

import (
	"io"
	"iter"
	"testing"
	"testing/iotest"

	gocmp "github.com/google/go-cmp/cmp"

	"inzage/explain/bundle"
	"inzage/schema"
	"inzage/workers/inputs"
)

// files keeps what the line says of files.
type files []bundle.FileInfo

func (*files) Add(*schema.Explanation) error                 { return nil }
func (*files) Unreadable(*schema.Record) error               { return nil }
func (*files) Duplicate(*schema.Record, schema.Origin) error { return nil }
func (f *files) File(x bundle.FileInfo)                      { *f = append(*f, x) }

// TestEveryProblemIsTold: a name with more than one thing wrong with it keeps
// all of them, each once.
func TestEveryProblemIsTold(t *testing.T) {
	t.Parallel()
	var told files
	read := []readFile{
		{File: schema.File{Name: "a"}, FileInfo: bundle.FileInfo{Name: "a", Problem: schema.CodeTruncated}},
		{File: schema.File{Name: "b"}, FileInfo: bundle.FileInfo{Name: "b"}},
	}
	problems := []inputs.Problem{
		{Name: "a", Code: schema.CodeTruncated},
		{Name: "a", Code: schema.CodeTooLarge},
		{Name: "b", Code: schema.CodeDamagedArchive},
		{Name: "b", Code: schema.CodeTooLarge},
		{Name: "link", Code: schema.CodeDamagedArchive},
		{Name: "link", Code: schema.CodeTooLarge},
	}
	s := &Summary{}
	if err := (Line{Sink: &told}).tell(t.Context(), s, read, problems); err != nil {
		t.Fatal(err)
	}
	want := files{
		{Name: "a", Problem: schema.CodeTruncated, More: []schema.Code{schema.CodeTooLarge}},
		{Name: "b", Problem: schema.CodeDamagedArchive, More: []schema.Code{schema.CodeTooLarge}},
		{Name: "link", Problem: schema.CodeDamagedArchive, More: []schema.Code{schema.CodeTooLarge}},
	}
	if d := gocmp.Diff(want, told); d != "" {
		t.Error(d)
	}
	if s.Broken != 3 {
		t.Errorf("%d files with a problem, want 3", s.Broken)
	}
}

// breaks reads nothing of a file, and says that it is broken.
type breaks struct{ schema.Source }

func (breaks) Name() string { return "breaks" }

func (breaks) Records(schema.Subject, schema.File, *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		yield(schema.Record{}, schema.Fail(schema.CodeSyntax, "read records", nil))
	}
}

// What shows only when the rest of a file is read is told beside what was wrong
// before.
func TestRestThatBreaksIsTold(t *testing.T) {
	t.Parallel()
	f := schema.File{Name: "a", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.ErrReader(schema.Fail(schema.CodeDamagedArchive, "read input", nil))), nil
	}}
	var told files
	s := &Summary{twice: newTwice()}
	read, err := Line{Sink: &told}.file(t.Context(), s, f, nil, breaks{}, schema.Format{Code: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff([]schema.Code{schema.CodeSyntax, schema.CodeDamagedArchive}, append([]schema.Code{read.Problem}, read.More...)); d != "" {
		t.Error(d)
	}
}
