package workers

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"

	"inzage/schema"
)

// twice finds records that an earlier file of the case holds too. Two records are
// the same where everything that was received of them is: name, time and every
// field, in order, to the byte. Nothing near that counts. What one file holds
// twice is two records: only as many of a later file are duplicates as an earlier
// one had.
//
// It remembers 128 bits of a hash for each record, of a million records at most:
// some 50 MB. Records beyond that are not compared, which is counted and told.
type twice struct {
	known map[[16]byte]sighting
	files []string
	max   int
	// uncompared counts records that were new when memory was full.
	uncompared int64
	hash       hash.Hash
	buf        []byte
}

// sighting is where a record was seen: first, and how often per file.
type sighting struct {
	first  uint32 // position in its file; 0 where that is too far
	in, at uint16 // file of the first, and of the last
	most   uint16 // in one of the files before at
	here   uint16 // in at
}

const (
	maxKnown   = 1_000_000
	maxSeenIn  = math.MaxUint16 // files
	maxPerFile = math.MaxUint16 // of the same record
)

func newTwice() *twice {
	return &twice{known: make(map[[16]byte]sighting), max: maxKnown, hash: sha256.New()}
}

// file tells that the records that follow are of another file.
func (t *twice) file(name string) { t.files = append(t.files, name) }

// seen reports whether an earlier file holds the record too, and where.
func (t *twice) seen(r *schema.Record) (schema.Origin, bool) {
	if len(t.files) > maxSeenIn {
		t.uncompared++
		return schema.Origin{}, false
	}
	file := uint16(len(t.files) - 1)
	key := t.key(r)
	s, ok := t.known[key]
	if !ok {
		if len(t.known) >= t.max {
			t.uncompared++
			return schema.Origin{}, false
		}
		if r.From.Record <= math.MaxUint32 {
			s.first = uint32(r.From.Record)
		}
		s.in, s.at = file, file
	}
	if s.at != file {
		s.most, s.here, s.at = max(s.most, s.here), 0, file
	}
	if s.here == maxPerFile {
		t.uncompared++
		return schema.Origin{}, false
	}
	s.here++
	t.known[key] = s
	return schema.Origin{File: t.files[s.in], Record: int64(s.first), Offset: -1}, s.here <= s.most
}

// key is the hash of everything that a source reads of a record, each text with
// its length, so that no two records give the same bytes.
func (t *twice) key(r *schema.Record) [16]byte {
	b := t.buf[:0]
	text := func(list ...string) {
		for _, s := range list {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	text(r.Source, r.Event, r.Action, r.App, r.DataType)
	b = binary.AppendUvarint(b, uint64(len(r.Spaces)))
	text(r.Spaces...)
	b = binary.AppendVarint(b, r.At.Unix())
	b = binary.AppendUvarint(b, uint64(r.At.Nanosecond()))
	for i := range r.Fields {
		f := &r.Fields[i]
		b = append(b, byte(f.Kind))
		text(f.Path, f.Value.Reveal())
	}
	t.buf = b
	t.hash.Reset()
	t.hash.Write(b)
	var sum [sha256.Size]byte
	t.hash.Sum(sum[:0])
	return [16]byte(sum[:16])
}
