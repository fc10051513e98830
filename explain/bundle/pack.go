package bundle

import (
	"bytes"
	"encoding/hex"
	"hash"
	"io"
	"runtime"

	"github.com/klauspost/compress/flate"

	"inzage/schema"
)

const (
	// deflateLevel is five: files that people keep are worth it, and six costs
	// more than it wins.
	deflateLevel = 5
	// packBlock is how much is packed at a time, and packWindow how far back a
	// deflated text can point (RFC 1951, 2), both in bytes.
	packBlock  = 512 << 10
	packWindow = 32 << 10
	// maxPackers bounds the memory that packing takes: some 2 MB for each.
	maxPackers = 8
)

// packer deflates what is written to it on all cores: it cuts the text into
// blocks, packs each on a goroutine of its own with the end of the block before
// it as a dictionary, and writes them in their order, as one stream. That makes
// the stream less than a thousandth longer.
//
// Blocks begin where the text says, so the bytes are the same however many cores
// there are and however the text is cut into writes. What fits in one block is
// packed as any writer would.
//
// A goroutine packs one block, from memory to memory, and ends: one that is given
// up half-way leaves nothing behind. Where the text is to be hashed too, it hashes
// its block once the one before it is.
type packer struct {
	out  io.Writer
	sum  hash.Hash // of the text, where that is wanted; nil otherwise
	most int       // blocks at work
	fill *block    // what is being written to
	busy []*block
	free []*block
	err  error
}

// block is a part of the text, with the part before it that it can point to.
type block struct {
	text   []byte
	before int // bytes of text that are of the block before
	pack   *flate.Writer
	packed bytes.Buffer
	err    error
	done   chan struct{}
	hashed chan struct{} // closed once it and all before it are
}

func newPacker(sum hash.Hash) *packer {
	return &packer{most: min(runtime.GOMAXPROCS(0), maxPackers), sum: sum}
}

// compress is the compressor of a zip whose parts are written one by one: they
// share one packer, which is large.
func (p *packer) compress(out io.Writer) (io.WriteCloser, error) {
	p.reset(out)
	return p, nil
}

// reset begins a new stream.
func (p *packer) reset(out io.Writer) {
	for len(p.busy) > 0 { // of a stream that was given up
		<-p.busy[0].done
		p.release()
	}
	p.out, p.err = out, nil
	if p.fill == nil {
		p.fill = p.take()
	}
	p.fill.text, p.fill.before = p.fill.text[:0], 0
	if p.sum != nil {
		p.sum.Reset()
	}
}

// digest is the hash in hex of the text so far, after which nothing more is written.
func (p *packer) digest() string {
	if n := len(p.busy); n > 0 {
		<-p.busy[n-1].hashed
	}
	p.sum.Write(p.fill.text[p.fill.before:])
	return hex.EncodeToString(p.sum.Sum(nil))
}

// Write implements io.Writer.
func (p *packer) Write(text []byte) (int, error) {
	n := len(text)
	for len(text) > 0 && p.err == nil {
		room := packBlock - (len(p.fill.text) - p.fill.before)
		if room == 0 { // and more comes, so it is not the last one
			p.next()
			continue
		}
		take := min(room, len(text))
		p.fill.text = append(p.fill.text, text[:take]...)
		text = text[take:]
	}
	if p.err != nil {
		return 0, p.err
	}
	return n, nil
}

// Close ends the stream. What it is written to stays open.
func (p *packer) Close() error {
	if p.err == nil {
		p.fill.deflate(true)
	}
	for len(p.busy) > 0 {
		p.collect()
	}
	if p.err == nil {
		p.put(p.fill)
	}
	return p.err
}

// next sets a core to work on the block that is full, and begins another.
func (p *packer) next() {
	if len(p.busy) == p.most {
		p.collect()
	}
	full, b := p.fill, p.take()
	full.hashed = make(chan struct{})
	var before chan struct{}
	if n := len(p.busy); n > 0 {
		before = p.busy[n-1].hashed
	}
	b.text = append(b.text[:0], full.text[len(full.text)-packWindow:]...)
	b.before = packWindow
	p.fill = b
	p.busy = append(p.busy, full)
	go func() {
		full.deflate(false)
		if before != nil {
			<-before
		}
		if p.sum != nil {
			p.sum.Write(full.text[full.before:])
		}
		close(full.hashed)
		full.done <- struct{}{}
	}()
}

// collect writes the oldest block at work, once it is packed.
func (p *packer) collect() {
	<-p.busy[0].done
	p.put(p.busy[0])
	p.release()
}

func (p *packer) put(b *block) {
	if p.err == nil {
		p.err = b.err
	}
	if p.err == nil {
		_, p.err = p.out.Write(b.packed.Bytes())
	}
}

func (p *packer) release() {
	p.free = append(p.free, p.busy[0])
	p.busy = append(p.busy[:0], p.busy[1:]...)
}

func (p *packer) take() *block {
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return &block{text: make([]byte, 0, packWindow+packBlock), done: make(chan struct{}, 1)}
}

// deflate packs the block. All but the last end on a whole byte, so that the next
// one can be put behind it.
func (b *block) deflate(last bool) {
	b.packed.Reset()
	if b.pack == nil {
		if b.pack, b.err = flate.NewWriter(&b.packed, deflateLevel); b.err != nil {
			b.err = schema.Fail(schema.CodeInternal, "pack", b.err)
			return
		}
	}
	b.pack.ResetDict(&b.packed, b.text[:b.before])
	_, b.err = b.pack.Write(b.text[b.before:])
	if b.err == nil && last {
		b.err = b.pack.Close()
	} else if b.err == nil {
		b.err = b.pack.Flush()
	}
}
