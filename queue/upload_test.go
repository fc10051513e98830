package queue_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A file that comes in pieces, each over a connection that breaks, is the file
// that was sent.
func TestUploadInPieces(t *testing.T) {
	t.Parallel()
	box := vault(t, queuetest.New(t)).Box("upload")
	data := random(7, 33<<20+12345)
	u, err := box.Begin(t.Context(), "dump.csv", int64(len(data)), "", "")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	id, broken := u.Incoming().ID, errors.New("the connection broke")
	var at int64
	for _, piece := range []int{1, 5<<20 + 1, 16 << 20, 0, 16 << 20} {
		if u, err = box.Upload(t.Context(), id); err != nil { // as after a restart
			t.Fatal(queuetest.Why(err))
		}
		if got := u.Incoming(); got.Size != at || got.Whole != int64(len(data)) {
			t.Fatalf("it is at %d of %d, want %d of %d", got.Size, got.Whole, at, len(data))
		}
		end := min(int(at)+piece, len(data))
		in := io.MultiReader(bytes.NewReader(data[at:end]), iotest.ErrReader(broken))
		n, err := u.Write(t.Context(), at, in)
		if end < len(data) && !errors.Is(err, broken) || n != int64(end)-at {
			t.Fatalf("%d of %d bytes stored: %v", n, int64(end)-at, err)
		}
		if _, err := u.Write(t.Context(), at-1, bytes.NewReader(data)); schema.CodeOf(err) != schema.CodeConflict {
			t.Errorf("bytes of another place give %v", err)
		}
		at += n
	}
	want := sha256.Sum256(data)
	where := u.ReaderAt(t.Context())
	for _, off := range []int64{0, 16<<20 - 3, 32 << 20, 5} {
		some := make([]byte, 9)
		if _, err := where.ReadAt(some, off); err != nil || !bytes.Equal(some, data[off:off+9]) {
			t.Errorf("the bytes at %d are not those that were sent: %v", off, err)
		}
	}
	blob, err := u.Done(t.Context())
	if err != nil || blob.SHA256 != hex.EncodeToString(want[:]) {
		t.Fatalf("the hash is %q: %v", blob.SHA256, err)
	}
	in, err := box.Open(t.Context(), "dump.csv")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer in.Close()
	if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, data) {
		t.Errorf("what comes out is not what went in: %v", err)
	}
	if err := u.Drop(t.Context()); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("what is a file of the box is given up: %v", err)
	}
	if u, err = box.Upload(t.Context(), id); err != nil { // as after a crash
		t.Fatal(queuetest.Why(err))
	}
	if again, err := u.Done(t.Context()); err != nil || again != blob {
		t.Errorf("done once more it is %v: %v", again, err)
	}
	if err := u.Settled(t.Context()); err != nil {
		t.Error(queuetest.Why(err))
	}
	if _, err := box.Upload(t.Context(), id); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("the upload is still there: %v", err)
	}
	if list, err := box.Blobs(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%d files are in the box: %v", len(list), err)
	}
}

// Of two that hold an upload, one gives it up while the other is about to make it a
// file of the box: no file without its bytes comes of it.
func TestGivenUpMeanwhile(t *testing.T) {
	t.Parallel()
	box := vault(t, queuetest.New(t)).Box("upload")
	u, err := box.Begin(t.Context(), "dump.csv", 4, "", "")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := u.Write(t.Context(), 0, bytes.NewReader([]byte("data"))); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	other, err := box.Upload(t.Context(), u.Incoming().ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if err := other.Drop(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := u.Done(t.Context()); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("what was given up is done: %v", err)
	}
	if list, err := box.Blobs(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d files are in the box, and their bytes are not: %v", len(list), err)
	}
}

// What was handed in before is not replaced, too much is refused, and an upload
// that nobody goes on with is forgotten.
func TestUploadRules(t *testing.T) {
	t.Parallel()
	v := vault(t, queuetest.New(t))
	box := v.Box("upload")
	begin := func(whole int64) *queue.Upload {
		t.Helper()
		u, err := box.Begin(t.Context(), "a.json", whole, "", "")
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		return u
	}
	for _, text := range []string{"first", "second"} {
		u := begin(100)
		if _, err := u.Write(t.Context(), 0, bytes.NewReader([]byte(text))); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if _, err := u.Done(t.Context()); schema.CodeOf(err) != schema.CodeTruncated {
			t.Errorf("half a file is done: %v", err)
		}
		if err := u.Ended(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if _, err := u.Done(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if err := u.Settled(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	for name, text := range map[string]string{"a.json": "first", "a (2).json": "second"} {
		in, err := box.Open(t.Context(), name)
		if err != nil {
			t.Fatal(name, queuetest.Why(err))
		}
		if got, err := io.ReadAll(in); err != nil || string(got) != text {
			t.Errorf("%s holds %q: %v", name, got, err)
		}
	}
	if _, err := begin(3).Write(t.Context(), 0, bytes.NewReader([]byte("four"))); schema.CodeOf(err) != schema.CodeTooLarge {
		t.Errorf("more than was announced gives %v", err)
	}
	if _, err := box.Begin(t.Context(), "b", 0, "", ""); schema.CodeOf(err) != schema.CodeNothingFound {
		t.Errorf("an empty file gives %v", err)
	}
	u, err := box.Begin(t.Context(), "c", 1, hex.EncodeToString(make([]byte, sha256.Size)), "")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := u.Write(t.Context(), 0, bytes.NewReader([]byte("c"))); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := u.Done(t.Context()); schema.CodeOf(err) != schema.CodeHashDiffers {
		t.Errorf("another file than was announced gives %v", err)
	}
	if err := u.Drop(t.Context()); err != nil {
		t.Error(queuetest.Why(err))
	}
	u = begin(9)
	if _, err := u.Write(t.Context(), 0, bytes.NewReader([]byte("some"))); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	again, err := box.Upload(t.Context(), u.Incoming().ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := again.Write(t.Context(), 4, bytes.NewReader([]byte("!"))); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := u.Write(t.Context(), 4, bytes.NewReader([]byte("?"))); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("two at the same place give %v", err)
	}
	for _, sweep := range []struct {
		days, left int
	}{{2, 2}, {8, 0}} {
		if _, err := v.Sweep(t.Context(), time.Now().AddDate(0, 0, sweep.days)); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if list, err := box.Uploads(t.Context()); err != nil || len(list) != sweep.left {
			t.Errorf("%d uploads after %d days, want %d: %v", len(list), sweep.days, sweep.left, err)
		}
	}
}
