package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// Remote is a source with the other side that it pulls from, as the suite is
// given it: fresh, with nothing asked of it yet.
type Remote struct {
	Source schema.Fetcher
	Who    schema.Subject
	// Personal are values of the person that the source meets. No error may
	// quote one.
	Personal []string
	// Acts counts what the other side was made to do that must not be done
	// twice, such as ordering an export. It is nil where there is no such act:
	// then the other side answers at once, and nothing asks to come later.
	Acts func() int
	// Pause is the longest that the suite waits when it is asked to come later:
	// the other side's time is short.
	Pause time.Duration
	// Box opens the box of the fetch, as each try does anew; nil is one in a
	// folder.
	Box func(t *testing.T) schema.Box
}

// Fetch checks what schema.Fetcher promises of any source: that it asks to be
// called again while the other side is busy, goes on from every bookmark, acts
// once however often it is cut off, obeys a caller who cancels, bears a box that
// fails, does nothing more once it is done, and says no personal value in an
// error. Start makes a fresh Remote; every one must hold the same for the person.
func Fetch(t *testing.T, start func(t *testing.T) Remote) {
	t.Helper()
	var want map[string]int
	var notes int
	used := make(map[string]bool) // methods of the box
	t.Run("undisturbed", func(t *testing.T) {
		f := newFetching(t, start(t))
		f.used = used
		if _, later := schema.IsLater(f.try(t.Context())); !later && f.remote.Acts != nil {
			t.Error("the first try does not ask to come later")
		}
		f.finish()
		want, notes = f.contents(), f.notes
		if len(want) == 0 || notes == 0 {
			t.Errorf("%d files, %d bookmarks", len(want), notes)
		}
		if err := f.try(t.Context()); err != nil || f.notes != notes || f.acts() != 1 {
			t.Errorf("once it is done it does more: %v, %d bookmarks, %d acts", err, f.notes, f.acts())
		}
	})
	if t.Failed() {
		return
	}
	for n := 1; n <= notes; n++ {
		t.Run(fmt.Sprint("cut off after bookmark ", n), func(t *testing.T) {
			t.Parallel()
			f := newFetching(t, start(t))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f.noted = func() {
				if f.notes == n {
					cancel()
				}
			}
			for ctx.Err() == nil && f.try(ctx) != nil {
				f.pause()
			}
			f.finish()
			if diff := cmp.Diff(want, f.contents()); diff != "" {
				t.Errorf("other files than undisturbed (-want +got):\n%s", diff)
			}
		})
	}
	for _, what := range slices.Sorted(maps.Keys(used)) {
		t.Run("a box that fails to "+what, func(t *testing.T) {
			t.Parallel()
			f := newFetching(t, start(t))
			f.fail = what
			f.finish()
			if f.fail != "" {
				t.Errorf("it was never asked to %s", what)
			}
			if diff := cmp.Diff(want, f.contents()); diff != "" {
				t.Errorf("other files than undisturbed (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("cancelled before it begins", func(t *testing.T) {
		t.Parallel()
		f := newFetching(t, start(t))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := f.try(ctx)
		_, later := schema.IsLater(err)
		if err == nil || later || schema.IsNever(err) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the cancellation", err)
		}
		if f.notes != 0 || f.remote.Acts != nil && f.acts() != 0 {
			t.Error("it acted all the same")
		}
	})
}

// fetching is one fetch under test. It is the box too.
type fetching struct {
	schema.Box

	t      *testing.T
	remote Remote
	notes  int
	noted  func() // called after every note
	fail   string // what the box fails to do, once
	used   map[string]bool
}

func newFetching(t *testing.T, r Remote) *fetching {
	t.Helper()
	if r.Box == nil {
		folder := t.TempDir()
		r.Box = func(*testing.T) schema.Box { return NewBox(folder) }
	}
	return &fetching{Box: r.Box(t), t: t, remote: r, noted: func() {}}
}

// try runs the job once and looks at its error.
func (f *fetching) try(ctx context.Context) error {
	f.t.Helper()
	f.Box = f.remote.Box(f.t)
	err := f.remote.Source.Fetch(ctx, f.remote.Who, f)
	if err == nil {
		return nil
	}
	said := fmt.Sprintf("%v %+v %s %q", err, err, err, err)
	for _, v := range append(f.remote.Personal, secret) {
		if v != "" && strings.Contains(strings.ToLower(said), strings.ToLower(v)) {
			f.t.Error("an error quotes a personal value or a path")
		}
	}
	if schema.CodeOf(err) == schema.CodeInternal {
		if _, later := schema.IsLater(err); !later {
			f.t.Errorf("an error without code: %v", err)
		}
	}
	return err
}

// finish runs the job until it is done.
func (f *fetching) finish() {
	f.t.Helper()
	for tries := 0; ; {
		err := f.try(f.t.Context())
		if err == nil {
			break
		}
		if _, later := schema.IsLater(err); !later {
			tries++
		}
		if schema.IsNever(err) || tries > 20 || f.t.Context().Err() != nil {
			f.t.Fatalf("it does not get there: %v", err)
		}
		f.pause()
	}
	if n := f.acts(); n != 1 {
		f.t.Errorf("it acted %d times, want once", n)
	}
}

// acts counts the acts; where there are none to count, it is as it should be.
func (f *fetching) acts() int {
	if f.remote.Acts == nil {
		return 1
	}
	return f.remote.Acts()
}

// pause waits as long as the other side needs to get on.
func (f *fetching) pause() {
	timer := time.NewTimer(f.remote.Pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-f.t.Context().Done():
	}
}

// contents counts what is in the box, by size: names, ids and moments in the
// files may be other ones each time.
func (f *fetching) contents() map[string]int {
	f.t.Helper()
	blobs, err := f.Box.Blobs(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	got := make(map[string]int)
	for _, b := range blobs {
		got[fmt.Sprint(b.Size)]++
	}
	return got
}

// faulty fails once where it was told to, as a box does: with a code, and a
// cause that quotes a path.
func (f *fetching) faulty(what string) error {
	if f.used != nil {
		f.used[what] = true
	}
	if f.fail != what {
		return nil
	}
	f.fail = ""
	return errLimit()
}

// Put implements schema.Box.
func (f *fetching) Put(ctx context.Context, name string, r io.Reader) (schema.Blob, error) {
	if err := f.faulty("put"); err != nil {
		return schema.Blob{}, err
	}
	return f.Box.Put(ctx, name, r)
}

// Blobs implements schema.Box.
func (f *fetching) Blobs(ctx context.Context) ([]schema.Blob, error) {
	if err := f.faulty("blobs"); err != nil {
		return nil, err
	}
	return f.Box.Blobs(ctx)
}

// Open implements schema.Box.
func (f *fetching) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := f.faulty("open"); err != nil {
		return nil, err
	}
	return f.Box.Open(ctx, name)
}

// Bookmark implements schema.Box.
func (f *fetching) Bookmark(ctx context.Context) ([]byte, error) {
	if err := f.faulty("bookmark"); err != nil {
		return nil, err
	}
	return f.Box.Bookmark(ctx)
}

// Note implements schema.Box.
func (f *fetching) Note(ctx context.Context, bookmark []byte) error {
	if err := f.faulty("note"); err != nil {
		return err
	}
	err := f.Box.Note(ctx, bookmark)
	f.notes++
	f.noted()
	return err
}

// Tell implements schema.Box.
func (f *fetching) Tell(ctx context.Context, r schema.Result) error {
	if err := f.faulty("tell"); err != nil {
		return err
	}
	return f.Box.Tell(ctx, r)
}
