package queue

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Register is every request at a glance: their ledgers folded and held in
// memory, sorted by due date and by state. It lags behind the ledger by the time
// a message takes; decide with Update, not with the register. Its methods may be
// called from many goroutines.
type Register struct {
	q *Queue

	mu     sync.RWMutex
	rows   map[schema.RequestID]*row
	cases  map[string]schema.RequestID
	shared map[string]bool // case numbers that several requests have
	due    []dueKey        // of the requests that still need an answer
	states map[schema.State][]dueKey
	seq    uint64                    // the last entry of the ledger that was applied
	aside  uint64                    // how often a request was set aside
	dirty  map[string]bool           // pieces of the snapshot in which something changed
	forged map[string]bool           // those that fail their proof; they are left as they are
	held   map[schema.RequestID]*row // of a snapshot that is not used, while the ledger is read instead
	grown  chan struct{}             // closed and replaced when an entry was applied

	keeping sync.Mutex        // held while the snapshot is written
	revs    map[string]uint64 // of its pieces
}

// row is a request and where its ledger stands.
type row struct {
	anchor
	request schema.Request // Damaged where its ledger is not what was written
}

// anchor is a place in the ledger of a request, kept outside it: how many
// entries there were, and the hash of the last.
type anchor struct {
	N    int    `json:"n"`
	Hash string `json:"hash"`
}

// dueKey is a place in a sorted list.
type dueKey struct {
	due schema.Date
	id  schema.RequestID
}

func (k dueKey) compare(other dueKey) int {
	return cmp.Or(k.due.Compare(other.due), cmp.Compare(k.id, other.id))
}

// OpenRegister reads the snapshot and then the entries after it, up to the last
// one that is there now. Run follows from there. CodeDamagedStore says that
// entries are missing from the ledger: Verify names them. Nothing should be
// written before a backup was restored.
func (q *Queue) OpenRegister(ctx context.Context) (*Register, error) {
	r := &Register{q: q, grown: make(chan struct{}), forged: make(map[string]bool)}
	r.empty()
	h, err := r.load(ctx)
	if err == nil {
		err = q.whole(ctx, h.Seq)
	}
	if err == nil {
		err = r.catchUp(ctx, h)
	}
	if err == nil && h.Seq > 0 && r.short(h) {
		r.held = r.rows
		r.empty()
		err = r.catchUp(ctx, extent{})
	}
	if err != nil {
		return nil, err
	}
	r.held = nil
	r.sort()
	return r, nil
}

// empty makes a register of nothing.
func (r *Register) empty() {
	r.rows, r.dirty, r.revs = make(map[schema.RequestID]*row), make(map[string]bool), make(map[string]uint64)
}

// catchUp reads the entries after those that the snapshot has.
func (r *Register) catchUp(ctx context.Context, h extent) error {
	r.seq = h.Seq
	return r.q.walk(ctx, h.Seq+1, func(subject string, e stored) error {
		r.apply(subject, e)
		return nil
	}, func(subject, _ string, _ error) error {
		r.spoil(subject)
		return nil
	})
}

// short reports whether the requests come to fewer entries than the ledger has:
// a piece of the snapshot is older than its head. Requests with a bad ledger say
// nothing about that, so they make it short too.
func (r *Register) short(h extent) bool {
	var entries uint64
	for _, row := range r.rows {
		entries += uint64(row.N) //nolint:gosec // a count
	}
	return entries+h.Odd < r.seq
}

// sort makes the lists, once everything that was there is in.
func (r *Register) sort() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.due, r.states = make([]dueKey, 0, len(r.rows)), make(map[schema.State][]dueKey)
	r.cases, r.shared = make(map[string]schema.RequestID, len(r.rows)), make(map[string]bool)
	// Many came in on the same day, and reckoning a due date takes a while.
	type term struct {
		received schema.Date
		calendar schema.Calendar
		extended bool
	}
	known := make(map[term]schema.Date)
	all := make([]dueKey, 0, len(r.rows))
	for id, row := range r.rows {
		req := &row.request
		t := term{req.Received, req.Calendar, req.Extended}
		due, ok := known[t]
		if !ok {
			due = req.Due()
			known[t] = due
		}
		all = append(all, dueKey{due, id})
		r.number(req)
	}
	slices.SortFunc(all, dueKey.compare)
	for _, key := range all {
		state := r.rows[key.id].request.State
		r.states[state] = append(r.states[state], key)
		if state.Open() {
			r.due = append(r.due, key)
		}
	}
}

// number files a request under its case number.
func (r *Register) number(req *schema.Request) {
	if id, taken := r.cases[req.Case]; taken && id != req.ID {
		r.shared[req.Case] = true
	}
	r.cases[req.Case] = req.ID
}

// apply takes an entry; the lists are not made yet.
func (r *Register) apply(subject string, e stored) (old, changed *row) {
	id, n, ok := whose(subject)
	r.seq = max(r.seq, e.seq)
	if !ok {
		return nil, nil
	}
	old = r.rows[id]
	now := row{request: schema.Request{ID: id}}
	if old != nil {
		now = *old
	}
	damaged := now.request.Damaged
	if damaged && e.settles() && now.request.State != schema.StateErased {
		now.request.State = schema.StateErased
		r.rows[id], r.dirty[pieceOf(id)] = &now, true
		return old, &now
	}
	if damaged || n < now.N || n == now.N && e.hash == now.Hash {
		return old, old
	}
	next, err := now.request.Fold(e.Entry)
	if err != nil || e.N != n || e.N != now.N+1 || e.Prev != now.Hash || r.differs(id, n, e.hash) {
		now.request.Damaged = true
	} else {
		next.ID = id
		now.request, now.anchor = next, anchor{e.N, e.hash}
		share(&now.request)
	}
	r.rows[id], r.dirty[pieceOf(id)] = &now, true
	return old, &now
}

// differs reports whether a snapshot that is not used remembers another entry.
func (r *Register) differs(id schema.RequestID, n int, hash string) bool {
	held := r.held[id]
	return held != nil && held.N == n && held.Hash != hash
}

// spoil marks the request of an entry that cannot be read.
func (r *Register) spoil(subject string) {
	if id, _, ok := whose(subject); ok {
		r.damage(id)
	}
}

// damage marks a request as one whose ledger is not what was written. It stays in
// the lists where it was; one that nobody took in is in none.
func (r *Register) damage(id schema.RequestID) {
	now := row{request: schema.Request{ID: id}}
	if old := r.rows[id]; old != nil {
		now = *old
	}
	now.request.Damaged = true
	r.rows[id], r.dirty[pieceOf(id)] = &now, true
	r.aside++
}

// SetAside marks requests as damaged, of which Verify found that their ledgers are
// not what was written: the register sees by itself what does not follow on what
// came before, and not that what it has read was changed since.
func (r *Register) SetAside(ids ...schema.RequestID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if old := r.rows[id]; old == nil || !old.request.Damaged {
			r.damage(id)
		}
	}
}

// update takes an entry and keeps the lists sorted.
func (r *Register) update(subject string, e stored) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, now := r.apply(subject, e)
	if now == nil || old == now {
		return
	}
	if old != nil {
		key := dueKey{old.request.Due(), old.request.ID}
		r.states[old.request.State] = without(r.states[old.request.State], key)
		r.due = without(r.due, key)
	}
	key := dueKey{now.request.Due(), now.request.ID}
	r.states[now.request.State] = with(r.states[now.request.State], key)
	if now.request.State.Open() {
		r.due = with(r.due, key)
	}
	r.number(&now.request)
	close(r.grown)
	r.grown = make(chan struct{})
}

func with(list []dueKey, key dueKey) []dueKey {
	if i, found := slices.BinarySearchFunc(list, key, dueKey.compare); !found {
		return slices.Insert(list, i, key)
	}
	return list
}

func without(list []dueKey, key dueKey) []dueKey {
	if i, found := slices.BinarySearchFunc(list, key, dueKey.compare); found {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// whose reads the request and the number from the subject of an entry.
func whose(subject string) (schema.RequestID, int, bool) {
	rest, ok := cutPrefix(subject, subjectLedger)
	if !ok || len(rest) < 2 || !ValidID(schema.RequestID(rest[0])) {
		return "", 0, false
	}
	n, err := strconv.Atoi(rest[1])
	return schema.RequestID(rest[0]), n, err == nil && n > 0
}

// Run follows the ledger until ctx ends, and keeps the snapshot if keep is set,
// each second and at the end. Several processes may keep it at once.
func (r *Register) Run(ctx context.Context, keep bool) error {
	stream, err := r.q.ledger.Stream(ctx, streamLedger)
	if err != nil {
		return fail("follow ledger", err)
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{subjectLedger + ">"},
		DeliverPolicy:  jetstream.DeliverByStartSequencePolicy, OptStartSeq: r.seq + 1,
	})
	if err != nil {
		return fail("follow ledger", err)
	}
	following, err := consumer.Consume(func(msg jetstream.Msg) {
		e, err := r.q.readEntry(msg.Subject(), msg.Headers(), msg.Data())
		if err != nil {
			r.mu.Lock()
			r.spoil(msg.Subject())
			r.mu.Unlock()
			return
		}
		if meta, err := msg.Metadata(); err == nil {
			e.seq = meta.Sequence.Stream
			r.update(msg.Subject(), e)
		}
	})
	if err != nil {
		return fail("follow ledger", err)
	}
	defer following.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if keep {
				r.retest(ctx)
				_ = r.Keep(ctx) // tried again in a second; what is dirty stays so
			}
		case <-ctx.Done():
			if !keep {
				return nil
			}
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
			defer stop()
			return r.Keep(last)
		}
	}
}

// Wait returns once the register knows the request as it was after a write, or that
// it is damaged, or with the error of ctx.
func (r *Register) Wait(ctx context.Context, written schema.Request) error {
	for {
		r.mu.RLock()
		row, grown := r.rows[written.ID], r.grown
		r.mu.RUnlock()
		if row != nil && (row.N >= written.Entries || row.request.Damaged) {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return fail("wait for register", ctx.Err())
		}
	}
}
