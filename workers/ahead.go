package workers

import (
	"iter"
	"runtime"
	"sync"

	"inzage/explain"
	"inzage/schema"
)

// A case is read, explained and written at the same time, in batches: one
// goroutine reads ahead, others explain where there are cores for them, and the
// loop of Line takes what they made in the order of the file. What the loop does is
// done in order, on one goroutine: masking, counting, writing.

const (
	batchRecords  = 64
	batchBytes    = 256 << 10
	hugeBatch     = 4 << 20 // one record can take 256 MB
	bytesPerField = 40      // and its value
	// maxExplainers bounds what explainers remember: each learns the names of
	// events anew, some 50 MB of two thousand names. More would wait for the loop.
	maxExplainers = 1
)

// step is a record, and what was made of it on its way to the loop.
type step struct {
	record schema.Record
	err    error
	// explained is of a record that can be read and is the person's, once done. Its
	// memory is used again for a later record.
	explained schema.Explanation
	done      bool
}

// explanation is what was made of the record, or what x makes of it where nobody
// else has.
func (s *step) explanation(x *explain.Explainer) *schema.Explanation {
	if !s.done {
		x.ExplainTo(&s.explained, s.record)
		s.done = true
	}
	s.explained.Record.From = s.record.From
	return &s.explained
}

// batch is some records that stand one after the other.
type batch struct {
	steps    []step
	bytes    int
	ready    chan struct{} // told once the batch is explained
	panicked any           // what stopped the goroutine that worked on it
}

// crew makes explainers to the same reader as x, as many as there are cores to
// spare beside those that read, and that write and pack: none on two.
func crew(x *explain.Explainer) []*explain.Explainer {
	list := make([]*explain.Explainer, max(0, min(runtime.GOMAXPROCS(0)-2, maxExplainers)))
	for i := range list {
		list[i] = x.Another()
	}
	return list
}

// ahead reads records on a goroutine of its own, has them explained by the others
// at work, if any, and yields each in its order. A step is the loop's until the
// next one. When the loop ends, early or not, no goroutine is left, and what the
// reader counted may be read. A panic of one of them is the loop's.
func ahead(records iter.Seq2[schema.Record, error], others []*explain.Explainer) iter.Seq[*step] {
	return func(yield func(*step) bool) {
		room := max(1, len(others)) + 2
		r := reader{
			line: make(chan *batch, room), todo: make(chan *batch, room), free: make(chan *batch, 2*room), quit: make(chan struct{}),
		}
		var at sync.WaitGroup
		defer at.Wait()
		defer close(r.quit)
		at.Go(func() { r.read(records) })
		if len(others) == 0 {
			others = []*explain.Explainer{nil}
		}
		for _, x := range others {
			at.Go(func() {
				for b := range r.todo {
					b.guard(func() { b.explain(x) })
					b.ready <- struct{}{}
				}
			})
		}
		for b := range r.line {
			<-b.ready
			for i := range b.steps {
				if !yield(&b.steps[i]) {
					return
				}
			}
			if b.panicked != nil {
				panic(b.panicked)
			}
			r.free <- b // there are never more batches than it holds
		}
	}
}

// reader cuts records into batches.
type reader struct {
	line chan *batch // in the order of the file
	todo chan *batch // the same, to be explained
	free chan *batch // done with, in that order
	quit chan struct{}
}

// read reads records until they end or the loop does.
func (r reader) read(records iter.Seq2[schema.Record, error]) {
	defer close(r.line)
	defer close(r.todo)
	b, going := r.next(), true
	var last batch
	last.guard(func() {
		for rec, err := range records {
			if b.add(rec, err); len(b.steps) < batchRecords && b.bytes < batchBytes {
				continue
			}
			if going = r.hand(b); !going {
				return
			}
			b = r.next()
		}
	})
	if b.panicked = last.panicked; going {
		r.hand(b)
	}
}

// next is an empty batch.
func (r reader) next() *batch {
	select {
	case b := <-r.free:
		b.steps, b.bytes = b.steps[:0], 0
		return b
	default:
		return &batch{steps: make([]step, 0, batchRecords), ready: make(chan struct{}, 1)}
	}
}

// hand gives a batch to the others, and reports whether the loop wants more. Where
// a record in it is huge it waits until the loop is done with it.
func (r reader) hand(b *batch) bool {
	select {
	case r.line <- b:
		r.todo <- b
	case <-r.quit:
		return false
	}
	for huge := b.bytes >= hugeBatch; huge; {
		select {
		case done := <-r.free:
			huge = done != b
		case <-r.quit:
			return false
		}
	}
	return true
}

// add puts a record in the batch.
func (b *batch) add(r schema.Record, err error) {
	b.bytes += r.Raw.Len() + len(r.Fields)*bytesPerField
	for i := range r.Fields {
		b.bytes += r.Fields[i].Value.Len()
	}
	n := len(b.steps)
	b.steps = b.steps[:n+1] // with the memory of an explanation in it
	b.steps[n].record, b.steps[n].err, b.steps[n].done = r, err, false
}

// explain explains the records that can be read and are the person's; without an
// explainer, none.
func (b *batch) explain(x *explain.Explainer) {
	if x == nil {
		return
	}
	for i := range b.steps {
		if s := &b.steps[i]; s.err == nil && s.record.Unreadable == "" && s.record.Owner != schema.OwnerOther {
			s.explanation(x)
		}
	}
}

// guard keeps a panic for who waits for the batch.
func (b *batch) guard(work func()) {
	defer func() {
		if v := recover(); v != nil {
			b.panicked = v
		}
	}()
	work()
}
