package corpus

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"time"
)

// slot is a value that is drawn anew for every event.
type slot struct {
	kind  slotKind
	below int64    // for integer: 0 ≤ drawn < below
	words []string // for word: what to choose from
}

type slotKind uint8

const (
	literal  slotKind = iota // not drawn at all
	moment                   // the event's time in UTC, to 100 ns
	micros                   // the same, as the cloud services write it
	millis                   // the same, to milliseconds
	local                    // the same, as a Dutch machine shows it
	sequence                 // the number of the event
	integer                  // a number below slot.below
	filetick                 // the event's time as FILETIME, above 2^53
	truth                    // true or false
	id                       // a GUID
	hash                     // 16 hexadecimal digits
	word                     // one of slot.words
)

// bare reports whether the value stands in JSON without quotes.
func (k slotKind) bare() bool {
	return k == sequence || k == integer || k == filetick || k == truth
}

// stencil is an event of one name: fixed text with slots between. Filling one
// costs a copy and the few values that differ, so the generator is no part of
// what a benchmark measures.
type stencil []stencilPart

type stencilPart struct {
	text []byte
	slot slot // what stands behind the text
}

// cutter makes stencils.
type cutter struct {
	csv   bool // inside a CSV cell: quotes are doubled, text is ASCII
	text  []byte
	parts stencil
}

// value adds a JSON value that may hold slots.
func (c *cutter) value(v any) {
	switch v := v.(type) {
	case slot:
		c.hole(v)
	case object:
		c.text = append(c.text, '{')
		for i, m := range v {
			c.text = appendComma(c.text, i)
			c.text = append(appendString(c.text, m.key), ':')
			c.value(m.value)
		}
		c.text = append(c.text, '}')
	default:
		c.text = appendValue(c.text, v)
	}
}

func (c *cutter) hole(s slot) {
	if c.csv {
		words := make([]string, len(s.words))
		for i, w := range s.words {
			words[i] = ascii(w)
		}
		s.words = words
	}
	if !s.kind.bare() {
		c.text = append(c.text, '"')
	}
	c.flush(s)
	if !s.kind.bare() {
		c.text = append(c.text, '"')
	}
}

// flush ends the text so far with a slot.
func (c *cutter) flush(s slot) {
	text := bytes.Clone(c.text)
	if c.csv {
		text = bytes.ReplaceAll(text, []byte(`"`), []byte(`""`))
	}
	c.parts = append(c.parts, stencilPart{text: text, slot: s})
	c.text = c.text[:0]
}

// raw adds text as it stands, CSV quotes included, followed by a slot.
func (c *cutter) raw(text string, s slot) {
	c.flush(slot{})
	c.parts = append(c.parts, stencilPart{text: []byte(text), slot: s})
}

func (c *cutter) done() stencil {
	c.flush(slot{})
	return c.parts
}

// fill appends one event.
func (s stencil) fill(b []byte, r *rand.Rand, n int64, at time.Time) []byte {
	for _, p := range s {
		b = append(b, p.text...)
		switch p.slot.kind {
		case literal:
		case moment:
			b = at.AppendFormat(b, "2006-01-02T15:04:05.0000000Z")
		case micros:
			b = append(at.AppendFormat(b, "2006-01-02T15:04:05.000000"), "+00:00"...)
		case millis:
			b = at.AppendFormat(b, "2006-01-02T15:04:05.000Z")
		case local:
			b = at.In(zone(at)).AppendFormat(b, "2-1-2006 15:04:05")
		case sequence:
			b = strconv.AppendInt(b, n, 10)
		case integer:
			b = strconv.AppendInt(b, r.Int64N(p.slot.below), 10)
		case filetick:
			b = strconv.AppendInt(b, filetime(at), 10)
		case truth:
			b = strconv.AppendBool(b, r.Uint64()&1 == 0)
		case id:
			b = appendGUID(b, r)
		case hash:
			b = appendHex(b, r.Uint64())
		case word:
			b = append(b, p.slot.words[r.IntN(len(p.slot.words))]...)
		}
	}
	return b
}

func appendHex(b []byte, v uint64) []byte {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], v)
	return hex.AppendEncode(b, raw[:])
}

func appendGUID(b []byte, r *rand.Rand) []byte {
	g := newGUID(r)
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, g[[...]int{0, 4, 6, 8, 10}[i]:end])
	}
	return b
}
