package queue_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

func vault(t *testing.T, q *queue.Queue) *queue.Vault {
	t.Helper()
	v, err := queue.MakeVault(q, t.Context(), queue.NewID())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return v
}

func random(seed uint64, size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = r.Read(b)
	return b
}

func TestBox(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	queuetest.Box(t, vault(t, q).Box("graphexport"), queuetest.Borders()...)
}

func TestBoxesAreApart(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	v := vault(t, q)
	one, other := v.Box("graphexport"), v.Box("dataviewer")
	if _, err := one.Put(t.Context(), "a", bytes.NewReader([]byte("one"))); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(t.Context(), "a"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("one box opens what is in another: %v", err)
	}
	if blobs, err := other.Blobs(t.Context()); err != nil || len(blobs) != 0 {
		t.Errorf("one box lists what is in another: %v, %v", blobs, err)
	}
}

// A worker that was cut off and comes back must not undo what its successor did.
func TestLateWorkerLoses(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	v := vault(t, q)
	late, next := v.Box("graphexport"), v.Box("graphexport")
	for _, b := range []*queue.Box{late, next} {
		if _, err := b.Bookmark(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := next.Note(t.Context(), []byte("next")); err != nil {
		t.Fatal(err)
	}
	if err := late.Note(t.Context(), []byte("late")); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("the late one's note gives %v, want %q", err, schema.CodeConflict)
	}
	if err := next.Note(t.Context(), []byte("next again")); err != nil {
		t.Errorf("the next one's second note: %v", err)
	}
	if mark, err := v.Box("graphexport").Bookmark(t.Context()); err != nil || string(mark) != "next again" {
		t.Errorf("the bookmark is %q (%v)", mark, err)
	}
}

func TestErasedIsGone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	q := queuetest.Open(t, queuetest.Serve(t, folder))
	id := queue.NewID()
	v, err := queue.MakeVault(q, t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	box := v.Box("graphexport")
	if _, err := box.Put(t.Context(), "a", bytes.NewReader(random(1, 3<<20))); err != nil {
		t.Fatal(err)
	}
	if err := box.Note(t.Context(), []byte("mark")); err != nil {
		t.Fatal(err)
	}
	counts, ref, err := queue.Inventory(q, t.Context(), id, schema.ErasesAll)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if counts["keys"] != 2 || counts["objects"] != 1 || len(ref) != 64 || counts["notes"] != 2 || counts["bytes"] < 3<<20 {
		t.Errorf("the counts are %v", counts)
	}
	if err := queue.Shred(q, t.Context(), id); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := q.Vault(t.Context(), id); schema.CodeOf(err) != schema.CodeErased {
		t.Errorf("the vault opens: %v", err)
	}
	if _, err := box.Open(t.Context(), "a"); err == nil {
		t.Error("the blob opens")
	}
	// The server takes the folders out of use at once and removes them after.
	queuetest.Eventually(t, "no file is left", func() bool {
		left, err := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", "*"+string(id)+"*"))
		return err == nil && len(left) == 0
	})
	if err := queue.Shred(q, t.Context(), id); err != nil {
		t.Errorf("erasing again: %v", err)
	}
	if counts, _, err = queue.Inventory(q, t.Context(), id, schema.ErasesAll); err != nil || counts["keys"]+counts["objects"]+counts["notes"] != 0 {
		t.Errorf("what is left: %v, %v", counts, err)
	}
}

// What is on the disk of the server says nothing: neither names nor contents.
func TestNothingReadableOnTheDisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	const canary = "Jan-de-Vries-canary"
	box := vault(t, q).Box("graphexport")
	if _, err := box.Put(t.Context(), canary+".json", bytes.NewReader(bytes.Repeat([]byte(canary), 1000))); err != nil {
		t.Fatal(err)
	}
	if err := box.Note(t.Context(), []byte(canary)); err != nil {
		t.Fatal(err)
	}
	if err := box.Tell(t.Context(), schema.Result{Place: canary, Found: schema.FoundData}); err != nil {
		t.Fatal(err)
	}
	q.Close()
	s.Close()
	files := 0
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(canary)) || bytes.Contains([]byte(path), []byte(canary)) {
			t.Errorf("%s shows the canary", path)
		}
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}

func TestPutIsAllOrNothing(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	box := vault(t, q).Box("graphexport")
	broken := errors.New("the line broke")
	half := io.MultiReader(bytes.NewReader(random(1, 20<<20)), iotest.ErrReader(broken))
	if _, err := box.Put(t.Context(), "a", half); !errors.Is(err, broken) {
		t.Errorf("a broken reader gives %v", err)
	}
	if blobs, err := box.Blobs(t.Context()); err != nil || len(blobs) != 0 {
		t.Errorf("half a blob is there: %v, %v", blobs, err)
	}
	whole := random(2, 1000)
	if _, err := box.Put(t.Context(), "a", bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	half = io.MultiReader(bytes.NewReader(random(1, 100)), iotest.ErrReader(broken))
	if _, err := box.Put(t.Context(), "a", half); !errors.Is(err, broken) {
		t.Errorf("a broken reader gives %v", err)
	}
	r, err := box.Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if diff := cmp.Diff(whole, got); err != nil || diff != "" {
		t.Errorf("a Put that failed changed what was there: %v", err)
	}
}

// Whoever is stopped in the moment in which a file takes the place of another leaves
// one that can be read: the one before, or the new one.
func TestPutCutOff(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	box := vault(t, q).Box("graphexport")
	if _, err := box.Put(t.Context(), "raw", strings.NewReader("as it was")); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	cut := make(chan context.CancelFunc, 1)
	err := queue.Listen(q, func(msg *nats.Msg) {
		if strings.HasPrefix(msg.Subject, "$KV.index_") && strings.Contains(msg.Subject, ".blob.") {
			(<-cut)()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		ctx, stop := context.WithCancel(t.Context())
		cut <- stop
		content := bytes.Repeat([]byte("new"), 1000)
		_, put := box.Put(ctx, "raw", bytes.NewReader(content))
		stop()
		file, err := box.Open(t.Context(), "raw")
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		got, err := io.ReadAll(file)
		if err != nil {
			t.Fatalf("it cannot be read any more: %s; putting gave %s", queuetest.Why(err), queuetest.Why(put))
		}
		if put == nil && !bytes.Equal(got, content) {
			t.Errorf("what was put is not there: %q", got)
		}
	}
}
