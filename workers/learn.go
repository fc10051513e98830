package workers

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"

	"inzage/explain"
	"inzage/schema"
	"inzage/workers/inputs"
)

// learn reads everything once for who is in it, before anything is masked: a
// colleague's name in the title of a document can stand before the record that
// tells that it is somebody's name. What cannot be read is passed over here; it
// is told when its turn comes.
func (l Line) learn(ctx context.Context, set *inputs.Set) (*learnt, error) {
	if l.Mask == nil {
		return nil, nil
	}
	var was learnt
	for _, support := range []bool{true, false} { // what names its person goes first, as in Run
		for f, err := range set.Files() {
			src, format := l.match(f, err)
			if src == nil || format.Refused != "" || format.Support != support {
				continue
			}
			sum := &summed{hash: sha256.New(), open: f.Open}
			f.Open = sum.Open
			if err := l.learnFile(ctx, &was, f, src); err != nil {
				return nil, errors.Join(err, sum.close())
			}
			_ = sum.finish(ctx) // what is wrong with the rest is told when its turn comes
			if ctx.Err() != nil {
				return nil, schema.Fail(schema.CodeInterrupted, "read input", ctx.Err())
			}
			was.files = append(was.files, sum.sum())
		}
	}
	return &was, nil
}

func (l Line) learnFile(ctx context.Context, was *learnt, f schema.File, src schema.Source) error {
	for step := range ahead(src.Records(l.Subject, f, nil), nil) {
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "read input", ctx.Err())
		}
		if err := step.err; err != nil {
			if code := schema.CodeOf(err); code == schema.CodeOtherPerson || code == schema.CodeOtherTenant {
				return err
			}
			return nil
		}
		was.record(l.Mask.Learn(l.Explain, step.record), l.Mask.Knowledge())
	}
	return nil
}

// learnt is what the first reading found out for the second: which records hold
// nobody, so that they need not be looked through again, and of which bytes that
// was said. It remembers a bit for each record, of 64 million records at most; those
// beyond, and those before somebody became known, are looked through again.
type learnt struct {
	files     [][sha256.Size]byte
	knowledge int // of the masker, since record from
	from      int
	clean     []uint64 // a bit for each record since then
	records   int
	again     struct{ files, records int } // so far, of the second reading
}

const maxClean = 1 << 26

// record takes the next record of the first reading.
func (w *learnt) record(clean bool, knowledge int) {
	if knowledge != w.knowledge {
		w.knowledge, w.from, w.clean = knowledge, w.records, w.clean[:0]
	}
	if n := w.records - w.from; n < maxClean {
		if n%64 == 0 {
			w.clean = append(w.clean, 0)
		}
		if clean {
			w.clean[n/64] |= 1 << (n % 64)
		}
	}
	w.records++
}

// holdsNobody reports of the next record of the second reading whether it is
// certain, by what is known of people now, that there is nobody in it.
func (w *learnt) holdsNobody(knowledge int) bool {
	if w == nil {
		return false
	}
	n := w.again.records - w.from
	w.again.records++
	return knowledge == w.knowledge && n >= 0 && n/64 < len(w.clean) && w.clean[n/64]>>(n%64)&1 != 0
}

// file holds the next file of the second reading against the first: what was learnt
// of other bytes says nothing of these.
func (w *learnt) file(sum [sha256.Size]byte) error {
	if w == nil {
		return nil
	}
	w.again.files++
	if sum != w.files[w.again.files-1] {
		return schema.Fail(schema.CodeIO, "read input again", errors.New("a file changed"))
	}
	return nil
}

// shownNames are the names of files with other people masked, each name once.
type shownNames struct {
	mask  *explain.Masker
	by    map[string]string
	taken map[string]bool
}

func (n *shownNames) of(name string) string {
	if n.mask == nil {
		return name
	}
	if s, ok := n.by[name]; ok {
		return s
	}
	if n.by == nil {
		n.by, n.taken = make(map[string]string), make(map[string]bool)
	}
	s, _ := n.mask.Text(name)
	try := s
	for i := 2; n.taken[try]; i++ {
		try = s + " (" + strconv.Itoa(i) + ")"
	}
	n.by[name], n.taken[try] = try, true
	return try
}
