package queuetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

// Borders are sizes around the borders of what a store cuts files into, in bytes.
func Borders() []int {
	return []int{0, 1, 1000, 1<<20 - 1, 16<<20 - 1, 16 << 20, 16<<20 + 1, 40 << 20}
}

// Box holds an empty box to what schema.Box promises, with a file of each size.
func Box(t *testing.T, box schema.Box, sizes ...int) {
	t.Helper()
	ctx := t.Context()
	if blobs, err := box.Blobs(ctx); err != nil || len(blobs) != 0 {
		t.Fatalf("the box is not empty: %v, %v", blobs, err)
	}
	if mark, err := box.Bookmark(ctx); err != nil || mark != nil {
		t.Errorf("an empty box has the bookmark %q, %v", mark, err)
	}
	if _, err := box.Open(ctx, "nothing"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("opening nothing gives %v, want %q", err, schema.CodeNotFound)
	}

	var want []schema.Blob
	for i, size := range sizes {
		content := noise(uint64(i), size)
		sum := sha256.Sum256(content)
		blob := schema.Blob{Name: "map/" + string(rune('z'-i)) + " naam.json", Size: int64(size), SHA256: hex.EncodeToString(sum[:])}
		var got schema.Blob
		// A busy cluster may choose a new leader meanwhile; a job tries again, too.
		Eventually(t, "a file is put", func() (done bool) {
			var err error
			if got, err = box.Put(ctx, blob.Name, iotest.HalfReader(bytes.NewReader(content))); schema.CodeOf(err) == schema.CodeUnreachable {
				return false
			}
			if err != nil {
				t.Fatalf("put %d bytes: %s", size, Why(err))
			}
			return true
		})
		if diff := cmp.Diff(blob, got); diff != "" {
			t.Errorf("what Put says of %d bytes (-want +got):\n%s", size, diff)
		}
		if back := readAll(t, box, blob.Name); !bytes.Equal(back, content) {
			t.Errorf("%d bytes came back as %d others", size, len(back))
		}
		want = append(want, blob)
	}
	slices.Reverse(want)
	got, err := box.Blobs(ctx)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("the list, %v (-want +got):\n%s", err, diff)
	}

	if _, err := box.Put(ctx, want[0].Name, bytes.NewReader([]byte("other"))); err != nil {
		t.Error(Why(err))
	}
	if back := readAll(t, box, want[0].Name); string(back) != "other" {
		t.Error("a blob that was put again is the old one")
	}
	if again, err := box.Blobs(ctx); err != nil || len(again) != len(want) {
		t.Errorf("a blob that was put again makes %d of %d, %v", len(again), len(want), err)
	}

	for _, mark := range []string{"first", "second", ""} {
		if err := box.Note(ctx, []byte(mark)); err != nil {
			t.Error(Why(err))
		}
		if back, err := box.Bookmark(ctx); err != nil || string(back) != mark {
			t.Errorf("the bookmark is %q (%v), want %q", back, err, mark)
		}
	}
	for _, found := range []schema.Found{schema.FoundPart, schema.FoundData} {
		if err := box.Tell(ctx, schema.Result{Place: "Exchange", Found: found, Files: 2}); err != nil {
			t.Error(Why(err))
		}
	}
}

func readAll(t *testing.T, box schema.Box, name string) []byte {
	t.Helper()
	r, err := box.Open(t.Context(), name)
	if err != nil {
		t.Fatalf("open: %s", Why(err))
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read: %s", Why(err))
	}
	return content
}

func noise(seed uint64, size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), 7}).Read(b)
	return b
}
