package jsonstream

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"inzage/schema"
)

// The encodings that Decode tells apart.
const (
	UTF8    = "utf-8"
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
)

// Decode returns the text of r in UTF-8, without byte order mark, and the
// encoding that r has: one of the constants of this package. It recognises
// UTF-16 by its byte order mark, else by the zero bytes of its first ASCII
// characters. Anything else passes through unchanged, valid or not.
//
// Counted in t (which may be nil) are RepairByteOrderMark; RepairEncoding, once,
// where the text is converted; and what cannot be: half of a surrogate pair
// becomes its six characters \ud800 (RepairLoneSurrogate), a last odd byte
// becomes \xff (RepairInvalidUTF8). A JSON string that holds such a half is
// counted once more by Flattener.
//
// Decode reads the beginning of r at once. Errors of r come back from the reader
// that is returned, unchanged and in their place.
func Decode(r io.Reader, t *schema.Tally) (text io.Reader, encoding string) {
	w := window{r: r, buf: make([]byte, decodeSize), most: decodeSize}
	head := w.peek(sniffSize)
	encoding, mark := sniff(head)
	if mark > 0 {
		t.Repair(schema.RepairByteOrderMark, 1)
		w.pos = mark
	}
	if encoding == UTF8 {
		return &plain{w}, UTF8
	}
	t.Repair(schema.RepairEncoding, 1)
	d := &decoder{window: w, order: binary.LittleEndian, tally: t}
	if encoding == UTF16BE {
		d.order = binary.BigEndian
	}
	return d, encoding
}

const (
	decodeSize = 64 << 10 // bytes in memory at a time
	sniffSize  = 256      // bytes by which an encoding is recognised
)

// sniff returns the encoding of a text that begins with head, and the length of
// its byte order mark.
func sniff(head []byte) (encoding string, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte(bom)):
		return UTF8, len(bom)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE, 2
	}
	var zeros [2]int // at even and odd positions
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	// All formats that we read begin with ASCII, which in UTF-16 is every second
	// byte zero. Zeros on the other side are a few characters such as U+0100.
	switch most := len(head) / 4; {
	case len(head) < 2:
	case zeros[1] > max(most, 4*zeros[0]):
		return UTF16LE, 0
	case zeros[0] > max(most, 4*zeros[1]):
		return UTF16BE, 0
	}
	return UTF8, 0
}

// plain hands out a window as it is.
type plain struct{ window }

// Read implements io.Reader.
func (p *plain) Read(dst []byte) (int, error) {
	if p.pos < p.end {
		n := copy(dst, p.buf[p.pos:p.end])
		p.pos += n
		return n, nil
	}
	if p.err != nil {
		return 0, p.err
	}
	return p.r.Read(dst)
}

// decoder converts UTF-16 to UTF-8.
type decoder struct {
	window
	order binary.ByteOrder
	tally *schema.Tally
	spare []byte // converted, but not yet asked for
}

// Read implements io.Reader.
func (d *decoder) Read(dst []byte) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	if len(d.spare) == 0 {
		if len(dst) < longest {
			d.spare = d.convert(make([]byte, 0, longest))
		} else if n := len(d.convert(dst[:0:len(dst)])); n > 0 {
			return n, nil
		}
		if len(d.spare) == 0 {
			return 0, d.err
		}
	}
	n := copy(dst, d.spare)
	d.spare = d.spare[n:]
	return n, nil
}

// longest is the most that is written for one character, in bytes: \ud800.
const longest = 6

// convert appends to dst, within its capacity, and returns nothing only at the
// end of the stream.
func (d *decoder) convert(dst []byte) []byte {
	for len(dst)+longest <= cap(dst) {
		b := d.buf[d.pos:d.end]
		if len(b) < 4 {
			if len(dst) > 0 && d.err == nil {
				return dst // what there is, before waiting for more
			}
			if b = d.peek(4); len(b) == 0 {
				return dst
			}
		}
		if len(b) == 1 {
			d.tally.Repair(schema.RepairInvalidUTF8, 1)
			d.pos++
			return appendByte(dst, b[0])
		}
		r, n := rune(d.order.Uint16(b)), 2
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, byte(r))
		case !utf16.IsSurrogate(r):
			dst = utf8.AppendRune(dst, r)
		default:
			pair := utf8.RuneError
			if len(b) >= 4 {
				pair = utf16.DecodeRune(r, rune(d.order.Uint16(b[2:])))
			}
			if pair != utf8.RuneError {
				dst, n = utf8.AppendRune(dst, pair), 4
				break
			}
			d.tally.Repair(schema.RepairLoneSurrogate, 1)
			dst = appendUnit(dst, r)
		}
		d.pos += n
	}
	return dst
}

// appendUnit shows half of a surrogate pair as \ud800.
func appendUnit(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
