package bundle

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	fast "github.com/klauspost/compress/flate"
)

// prose is text much like a sheet's: mostly the same, never quite.
func prose(r *rand.Rand, n int) []byte {
	b := make([]byte, 0, n+200)
	for len(b) < n {
		b = fmt.Appendf(b, `<c r="B%d" s="7" t="s"><v>%d</v></c><c><is><t>value %x</t></is></c>`, r.IntN(1e6), r.IntN(300), r.Uint64())
	}
	return b[:n]
}

// packedBy packs text in writes of odd sizes.
func packedBy(t testing.TB, p *packer, text []byte, r *rand.Rand) []byte {
	t.Helper()
	var out bytes.Buffer
	p.reset(&out)
	for len(text) > 0 {
		n := min(len(text), 1+r.IntN(200<<10))
		if _, err := p.Write(text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// hashedBy is the hash that a packer takes of a text while it packs.
func hashedBy(t testing.TB, p *packer, text []byte) string {
	t.Helper()
	p.reset(io.Discard)
	if _, err := p.Write(text); err != nil {
		t.Fatal(err)
	}
	return p.digest()
}

// TestPacker: whatever the number of cores, the size of writes and what was
// packed before, the same text gives the same bytes, which anybody can unpack. What
// fits in one block is packed as one stream; what does not is hardly larger.
func TestPacker(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 9))
	one, many := newPacker(nil), newPacker(sha256.New())
	one.most, many.most = 1, 5
	for _, size := range []int{0, 1, 13, 70_000, packBlock - 1, packBlock, packBlock + 1, 2 * packBlock, 7*packBlock + 99} {
		text := prose(r, size)
		got := packedBy(t, one, text, r)
		for name, again := range map[string]*packer{"on many cores": many, "once more": one, "by a new one": newPacker(nil)} {
			if !bytes.Equal(got, packedBy(t, again, text, r)) {
				t.Errorf("%d bytes: packed %s, other bytes", size, name)
			}
		}
		if sum := sha256.Sum256(text); hashedBy(t, many, text) != hex.EncodeToString(sum[:]) {
			t.Errorf("%d bytes: another hash", size)
		}
		back, err := io.ReadAll(flate.NewReader(bytes.NewReader(got)))
		if err != nil || !bytes.Equal(back, text) {
			t.Errorf("%d bytes: unpacks to something else: %v", size, err)
		}
		var whole bytes.Buffer
		w, err := fast.NewWriter(&whole, deflateLevel)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if size <= packBlock && !bytes.Equal(got, whole.Bytes()) {
			t.Errorf("%d bytes: not as one writer packs it", size)
		}
		if more := len(got) - whole.Len(); more*200 > whole.Len() {
			t.Errorf("%d bytes: %d larger than in one stream of %d", size, more, whole.Len())
		}
	}
}

// full is a disk with room for so many bytes.
type full int

var errFull = errors.New("full")

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestPackerFails: the first error of the disk is the answer from then on, and the
// packer can be used for another stream.
func TestPackerFails(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 9))
	text := prose(r, 4*packBlock)
	room := full(100)
	p := newPacker(sha256.New())
	p.reset(&room)
	p.most = 2
	_, first := p.Write(text)
	_, again := p.Write(text)
	if last := p.Close(); !errors.Is(first, errFull) || !errors.Is(again, errFull) || !errors.Is(last, errFull) {
		t.Errorf("writing: %v, %v; closing: %v", first, again, last)
	}
	if got := packedBy(t, p, text, r); !bytes.Equal(got, packedBy(t, newPacker(nil), text, r)) {
		t.Error("after an error it packs to other bytes")
	}
	p.reset(io.Discard)
	if _, err := p.Write(text); err != nil { // given up half-way
		t.Fatal(err)
	}
	if got := packedBy(t, p, text[:100], r); !bytes.Equal(got, packedBy(t, newPacker(nil), text[:100], r)) {
		t.Error("after a stream that was given up it packs to other bytes")
	}
}
