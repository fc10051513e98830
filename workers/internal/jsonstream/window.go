package jsonstream

import (
	"errors"
	"io"

	"inzage/schema"
)

// window is the part of the stream that is in memory: buf[:end] holds the bytes
// from offset base on, buf[pos] is the next to be looked at.
type window struct {
	r        io.Reader
	buf      []byte
	base     int64
	pos, end int
	most     int   // the size buf may grow to, in bytes
	err      error // what ended the stream, io.EOF included
}

// idleReads is how often in a row a reader may return nothing, neither a byte
// nor an error, before it is given up.
const idleReads = 100

// fill reads on and reports whether there are new bytes. Bytes before buf[hold]
// are given up when room is needed, and then pos, end and base move together:
// indices into buf do not survive a fill, offsets do.
func (w *window) fill(hold int) bool {
	if w.err != nil {
		return false
	}
	if w.end == len(w.buf) {
		w.makeRoom(hold)
	}
	for range idleReads {
		n, err := w.r.Read(w.buf[w.end:])
		w.end += n
		w.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// makeRoom moves buf[hold:] to the front, into a larger buffer when more than
// half of this one has to stay. Callers hold less than most, and let go of what
// they hold before long, so that every byte is moved a bounded number of times,
// however records and reads fall.
func (w *window) makeRoom(hold int) {
	buf := w.buf
	if keep := w.end - hold; keep > len(buf)/2 && len(buf) < w.most {
		size := 2 * len(buf)
		if size > w.most/2 {
			size = w.most // in one step, for the last one is the largest
		}
		buf = make([]byte, max(size, keep+minRead))
	}
	copy(buf, w.buf[hold:w.end])
	w.buf = buf
	w.base += int64(hold)
	w.pos -= hold
	w.end -= hold
}

// minRead is the least room, in bytes, that a read is given after a move.
const minRead = 16

// at is the offset of buf[i] in the stream.
func (w *window) at(i int) int64 { return w.base + int64(i) }

// index is the inverse of at; it is negative for bytes that were given up.
func (w *window) index(offset int64) int { return int(offset - w.base) }

// peek returns the next n bytes without passing them, fewer only where the
// stream ends. What it returns does not depend on how the reader hands out its
// bytes.
func (w *window) peek(n int) []byte {
	for w.end-w.pos < n && w.fill(w.pos) {
		continue
	}
	return w.buf[w.pos:min(w.end, w.pos+n)]
}

// failure is the error that ended the stream before its end, or nil.
func (w *window) failure() error {
	if w.err == nil || w.err == io.EOF { //nolint:errorlint // a wrapped EOF is a stream that broke off
		return nil
	}
	code := schema.CodeIO
	if e, ok := errors.AsType[*schema.Error](w.err); ok {
		code = e.Code
	}
	return schema.Fail(code, "read records", w.err)
}
