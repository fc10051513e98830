package jsonstream

import (
	"strconv"
	"strings"
)

// place is one place in the records of a file: a path, and the places below it.
// Records of one file resemble each other, so a place is found mostly where the
// last record had it, without hashing and without joining its path anew.
type place struct {
	path string
	key  string // its key in the object above
	root bool
	// plain keys stand in the source as they are, without escapes.
	plain   bool
	order   int      // its index in members of the place above
	visit   uint64   // the object in which it was seen last
	members []*place // in order of first appearance
	named   map[string]*place
	items   []*place // the first elements of an array
}

// keyAt reports whether the string at s[i] is the key of p.
func (p *place) keyAt(s string, i int) bool {
	end := i + 1 + len(p.key)
	return p.plain && end < len(s) && s[end] == '"' && s[i+1:end] == p.key
}

const (
	// manyMembers is when a place gets a map of its members.
	manyMembers = 8
	// keptItems is how many elements of an array are remembered.
	keptItems = 64
	// placeCost is the memory of a place and of its field beside its path, in
	// bytes.
	placeCost = 192
	// maxKept is the memory of paths kept from one record to the next, in bytes.
	maxKept = 8 << 20
)

// paths remembers the places of earlier records.
type paths struct {
	root   *place
	visits uint64
	kept   int64 // memory of all places that are reachable from root
}

// start returns the root for a new record. Where hostile or very varied records
// have filled the memory it begins afresh.
func (p *paths) start() *place {
	if p.root == nil || p.kept > maxKept {
		p.root, p.kept = &place{root: true}, 0
	}
	return p.root
}

// visit numbers the objects, so that a key seen twice in one of them is noticed.
func (p *paths) visit() uint64 {
	p.visits++
	return p.visits
}

// member returns the place of a key in the object at, or nil when the record
// has spent its memory. Plain says that the key stands so in the source.
func (f *Flattener) member(at *place, key string, plain bool) *place {
	if at.named != nil {
		if p := at.named[key]; p != nil {
			return p
		}
	} else {
		for _, p := range at.members {
			if p.key == key {
				return p
			}
		}
	}
	size := len(at.path) + len(".") + len(key)
	if !f.spend(size) {
		return nil
	}
	p := &place{plain: plain, order: len(at.members)}
	if at.root {
		p.path = f.arena.save(key)
		p.key = p.path
	} else {
		p.path = f.arena.save(at.path, ".", key)
		p.key = p.path[len(p.path)-len(key):]
	}
	at.members = append(at.members, p)
	if at.named == nil && len(at.members) > manyMembers {
		at.named = make(map[string]*place, 2*manyMembers)
		for _, m := range at.members {
			at.named[m.key] = m
		}
	} else if at.named != nil {
		at.named[p.key] = p
	}
	f.paths.kept += int64(size) + placeCost
	return p
}

// element returns the place of element i of the array at, or nil when the
// record has spent its memory. Those of long arrays are not remembered.
func (f *Flattener) element(at *place, i int) *place {
	if i < len(at.items) {
		return at.items[i]
	}
	var index [20]byte
	digits := strconv.AppendInt(index[:0], int64(i), 10)
	size := len(at.path) + len("[]") + len(digits)
	if !f.spend(size) {
		return nil
	}
	p := &place{path: f.arena.save(at.path, "[", string(digits), "]")}
	if i == len(at.items) && i < keptItems {
		at.items = append(at.items, p)
		f.paths.kept += int64(size) + placeCost
	}
	return p
}

// spend accounts for a new place with a path of size bytes and reports whether
// the record may have it.
func (f *Flattener) spend(size int) bool {
	f.spent += int64(size) + placeCost
	return f.spent <= maxSpent
}

// arena makes many small strings with few allocations.
type arena struct {
	chunk *strings.Builder
}

// chunkSize is the memory taken at a time, in bytes. A string keeps the chunk
// it stands in alive.
const chunkSize = 8 << 10

// save returns the parts as one string that owns its memory.
func (a *arena) save(parts ...string) string {
	size := 0
	for _, s := range parts {
		size += len(s)
	}
	if size > chunkSize/4 {
		return strings.Join(parts, "")
	}
	if a.chunk == nil || a.chunk.Cap()-a.chunk.Len() < size {
		a.chunk = new(strings.Builder)
		a.chunk.Grow(chunkSize)
	}
	from := a.chunk.Len()
	for _, s := range parts {
		a.chunk.WriteString(s)
	}
	return a.chunk.String()[from:]
}

// saveBytes is save for bytes.
func (a *arena) saveBytes(b []byte) string {
	if len(b) > chunkSize/4 {
		return string(b)
	}
	if a.chunk == nil || a.chunk.Cap()-a.chunk.Len() < len(b) {
		a.chunk = new(strings.Builder)
		a.chunk.Grow(chunkSize)
	}
	from := a.chunk.Len()
	a.chunk.Write(b)
	return a.chunk.String()[from:]
}
