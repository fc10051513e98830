package queue

import (
	"iter"
	"slices"

	"inzage/schema"
)

// Len is how many requests there are.
func (r *Register) Len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.rows)
}

// Seq grows with every entry of the ledger that the register takes in, and with
// every request that is set aside: while it stays the same, so do the lists.
func (r *Register) Seq() uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.seq + r.aside
}

// Request returns a request.
func (r *Register) Request(id schema.RequestID) (schema.Request, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	row, ok := r.rows[id]
	if !ok {
		return schema.Request{}, false
	}
	return row.request, true
}

// Case returns the request with the case number. Where several have it, none of
// them is meant: see Shared.
func (r *Register) Case(number string) (schema.Request, bool) {
	r.mu.RLock()
	id, ok := r.cases[number]
	shared := r.shared[number]
	r.mu.RUnlock()
	if !ok || shared {
		return schema.Request{}, false
	}
	return r.Request(id)
}

// Shared reports whether several requests have the case number: two that were
// taken in at the same moment can. They are told apart by their ids.
func (r *Register) Shared(number string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.shared[number]
}

// Open lists the requests that still need an answer, the nearest due date first.
func (r *Register) Open() iter.Seq[schema.Request] {
	return r.list(func() []dueKey { return r.due })
}

// All lists every request, state by state, the earliest due date first in each.
func (r *Register) All() iter.Seq[schema.Request] {
	return func(yield func(schema.Request) bool) {
		for _, state := range schema.States() {
			for req := range r.In(state) {
				if !yield(req) {
					return
				}
			}
		}
	}
}

// In lists the requests in a state, the earliest due date first.
func (r *Register) In(state schema.State) iter.Seq[schema.Request] {
	return r.list(func() []dueKey { return r.states[state] })
}

// Parked lists the requests with work that was given up, for a person to look
// at: see Queue.Retry.
func (r *Register) Parked() iter.Seq[schema.Request] {
	return func(yield func(schema.Request) bool) {
		for req := range r.Open() {
			given := func(p schema.Part) bool { return p.State == schema.PartAbandoned }
			if (given(req.Build) || slices.ContainsFunc(req.Parts, given)) && !yield(req) {
				return
			}
		}
	}
}

// Damaged lists the requests whose ledger is not what was written, and that were
// not erased since. Nothing is done on them; see EraseTampered.
func (r *Register) Damaged() []schema.RequestID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var bad []schema.RequestID
	for id, row := range r.rows {
		if row.request.Damaged && row.request.State != schema.StateErased {
			bad = append(bad, id)
		}
	}
	slices.Sort(bad)
	return bad
}

// list goes through a copy, so that the caller may take its time.
func (r *Register) list(keys func() []dueKey) iter.Seq[schema.Request] {
	return func(yield func(schema.Request) bool) {
		r.mu.RLock()
		list := slices.Clone(keys())
		r.mu.RUnlock()
		for _, key := range list {
			if req, ok := r.Request(key.id); ok && !yield(req) {
				return
			}
		}
	}
}
