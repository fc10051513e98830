package bundle

import (
	"encoding/binary"
	"time"

	"inzage/schema"
)

// appendCells appends cells in the form in which the spool keeps them.
func appendCells(b []byte, cells []cell) []byte {
	for i := range cells {
		c := &cells[i]
		b = append(b, byte(c.kind))
		switch c.kind {
		case cellNumber:
			b = binary.AppendVarint(b, c.n)
		case cellMoment:
			b = binary.AppendVarint(b, c.at.Unix())
			b = binary.AppendUvarint(b, uint64(c.at.Nanosecond()))
		default:
			b = binary.AppendUvarint(b, uint64(len(c.text)))
			b = append(b, c.text...)
		}
	}
	return b
}

// decodeCells appends the cells in data to dst. Their texts are parts of data.
func decodeCells(dst []cell, data string) ([]cell, error) {
	for len(data) > 0 {
		c := cell{kind: cellKind(data[0])}
		data = data[1:]
		var ok bool
		switch c.kind {
		case cellNumber:
			c.n, data, ok = varint(data)
		case cellMoment:
			var sec int64
			var nsec uint64
			if sec, data, ok = varint(data); ok {
				nsec, data, ok = uvarint(data)
			}
			c.at = time.Unix(sec, int64(nsec))
		default:
			var n uint64
			if n, data, ok = uvarint(data); ok {
				if ok = n <= uint64(len(data)); ok {
					c.text, data = data[:n], data[n:]
				}
			}
		}
		if !ok {
			return nil, schema.Fail(schema.CodeInternal, "read spooled row", nil)
		}
		dst = append(dst, c)
	}
	return dst, nil
}

// uvarint is binary.Uvarint of a string: no copy of it is made.
func uvarint(s string) (n uint64, rest string, ok bool) {
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(s[i]&0x7f) << (7 * i)
		if s[i] < 0x80 {
			return n, s[i+1:], true
		}
	}
	return 0, s, false
}

func varint(s string) (n int64, rest string, ok bool) {
	u, rest, ok := uvarint(s)
	n = int64(u >> 1)
	if u&1 != 0 {
		n = ^n
	}
	return n, rest, ok
}
