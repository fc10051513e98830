package queue

import (
	"crypto/sha256"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// The tree is that of RFC 6962, as the library of Go's own checksum database
// makes it, at every size.
func TestTree(t *testing.T) {
	t.Parallel()
	var tr tree
	if tr.root() != sha256.Sum256(nil) {
		t.Error("the empty tree")
	}
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (list []tlog.Hash, err error) {
		for _, i := range at {
			list = append(list, hashes[i])
		}
		return list, nil
	})
	for n := range int64(130) {
		l := leaf("inzage.led.x", string(rune('a'+n)))
		more, err := tlog.StoredHashesForRecordHash(n, l, reader)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
		want, err := tlog.TreeHash(n+1, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tr.add(l); tr.root() != want {
			t.Fatalf("at size %d the root differs", n+1)
		}
	}
}
