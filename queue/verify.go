package queue

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"inzage/schema"
)

// Flaw is something in the ledger that is not as it was written.
type Flaw struct {
	Request schema.RequestID `json:"request"`
	// N is the number of the entry, 0 where none can be named.
	N    int      `json:"n"`
	Kind FlawKind `json:"kind"`
	// Settled says that the request was erased since, with its ledger as it is on
	// record: see EraseTampered.
	Settled bool `json:"settled,omitempty"`
}

// FlawKind says what is wrong with an entry. The codes are public output.
type FlawKind string

// The kinds.
const (
	FlawChanged FlawKind = "changed" // not the bytes that the next entry, or the register, remembers
	FlawMissing FlawKind = "missing" // it was there
	FlawExtra   FlawKind = "extra"   // it does not belong in this ledger
	FlawAnchor  FlawKind = "anchor"  // what the register remembers of this request was altered
	FlawLapse   FlawKind = "lapse"   // what lapsed is not what renewal N states; of no request
)

// Verified is what Verify found.
type Verified struct {
	Requests int    `json:"requests"`
	Entries  int    `json:"entries"`
	Flaws    []Flaw `json:"flaws"`
	// Lapsed is how many entries lapsed, in which Renewals.
	Lapsed   int       `json:"lapsed"`
	Renewals []Renewal `json:"renewals,omitempty"`
}

// Holds reports whether all is as it was written, or settled since.
func (v Verified) Holds() bool {
	return !slices.ContainsFunc(v.Flaws, func(f Flaw) bool { return !f.Settled })
}

// Sound reports whether the ledger itself is: what else is wrong, if anything, is
// what the register's snapshot remembers of it, and Rebuild makes that anew.
func (v Verified) Sound() bool {
	return !slices.ContainsFunc(v.Flaws, func(f Flaw) bool { return !f.Settled && f.Kind != FlawAnchor })
}

// Doubts reports whether something is wrong with what the register's snapshot
// remembers.
func (v Verified) Doubts() bool {
	return slices.ContainsFunc(v.Flaws, func(f Flaw) bool { return !f.Settled && f.Kind == FlawAnchor })
}

// Aside lists the requests whose own ledgers are not what was written: see
// Register.SetAside.
func (v Verified) Aside() (ids []schema.RequestID) {
	for _, f := range v.Flaws {
		if !f.Settled && f.Kind != FlawAnchor && f.Request != "" && !slices.Contains(ids, f.Request) {
			ids = append(ids, f.Request)
		}
	}
	return ids
}

// Lost reports whether entries are gone. What else went with them nobody knows: it
// can have been of any request.
func (v Verified) Lost() bool {
	return slices.ContainsFunc(v.Flaws, func(f Flaw) bool { return !f.Settled && (f.Kind == FlawMissing || f.Kind == FlawLapse) })
}

// Verify reads the whole ledger and checks that each entry follows on the one
// before it, and that what the register's snapshot remembers of each request is
// still there: a chain alone does not show that its end is missing. An entry
// that was written in the last second may not be remembered yet.
//
// Who can write to the server and has the organisation's key can forge both.
func (q *Queue) Verify(ctx context.Context) (Verified, error) {
	check := verifier{chains: make(map[schema.RequestID]*chain)}
	err := q.snapshot(ctx, func(p piece) {
		if !p.proven {
			check.forged = append(check.forged, p.key)
		}
		for _, k := range p.rows {
			check.chain(k.Request.ID).anchor = k.anchor
		}
	})
	if err != nil {
		return Verified{}, err
	}
	err = q.walk(ctx, 0, func(subject string, e stored) error {
		check.entry(subject, e)
		return nil
	}, func(subject, _ string, err error) error {
		if schema.CodeOf(err) == schema.CodeNewerVersion {
			return err
		}
		check.unreadable(subject)
		return nil
	})
	if schema.CodeOf(err) == schema.CodeDamagedStore {
		check.flaw("", 0, FlawMissing) // what was in it is named as far as somebody remembers it
		err = nil
	}
	if err != nil {
		return Verified{}, err
	}
	return check.result(), nil
}

// verifier follows all chains at once, in the order of the stream.
type verifier struct {
	chains  map[schema.RequestID]*chain
	entries int
	lapses  lapses
	flaws   []Flaw
	forged  []string // pieces of the snapshot that fail their proof
}

// chain is one request's.
type chain struct {
	request schema.Request
	n       int    // of the last entry seen
	hash    string // of its bytes; empty where they could not be read
	anchor  anchor
	gap     bool // an entry is not there, so what follows cannot be folded
}

func (v *verifier) flaw(id schema.RequestID, n int, kind FlawKind) {
	f := Flaw{Request: id, N: n, Kind: kind}
	if !slices.Contains(v.flaws, f) {
		v.flaws = append(v.flaws, f)
	}
}

func (v *verifier) chain(id schema.RequestID) *chain {
	c, ok := v.chains[id]
	if !ok {
		c = &chain{request: schema.Request{ID: id}}
		v.chains[id] = c
	}
	return c
}

// longestGap is how many missing entries in a row are named: the number after a
// longer gap is one that somebody made up.
const longestGap = 10_000

// entry takes the next entry of the stream.
func (v *verifier) entry(subject string, e stored) {
	if e.lapse != nil {
		if !v.lapses.take(e) {
			v.flaw("", e.lapse.n, FlawLapse)
		}
		return
	}
	v.entries++
	id, n, ok := whose(subject)
	if !ok {
		v.flaw("", 0, FlawExtra)
		return
	}
	v.follow(v.chain(id), id, n, e)
	if e.settles() {
		v.settle(id)
	}
}

// follow takes the next entry of a chain.
func (v *verifier) follow(c *chain, id schema.RequestID, n int, e stored) {
	if e.N != n {
		v.flaw(id, n, FlawChanged)
	}
	if n <= c.n || n-c.n > longestGap {
		v.flaw(id, n, FlawExtra)
		return
	}
	for missing := c.n + 1; missing < n; missing++ {
		v.flaw(id, missing, FlawMissing)
	}
	if n == c.n+1 && e.Prev != c.hash && c.hash != unread {
		// One of the two was changed; the one before, unless the register still
		// knows that one.
		if c.n > 0 && c.anchor != (anchor{c.n, c.hash}) {
			v.flaw(id, c.n, FlawChanged)
		} else {
			v.flaw(id, n, FlawChanged)
		}
	}
	if c.anchor.N == n && c.anchor.Hash != e.hash {
		v.flaw(id, n, FlawChanged)
	}
	if c.gap = c.gap || n > c.n+1; !c.gap && !e.told {
		next, err := c.request.Fold(e.Entry)
		if err != nil {
			v.flaw(id, n, FlawExtra)
		} else {
			c.request = next
		}
	}
	c.n, c.hash = n, e.hash
}

// settle marks what was found of a request up to here.
func (v *verifier) settle(id schema.RequestID) {
	for i := range v.flaws {
		v.flaws[i].Settled = v.flaws[i].Settled || v.flaws[i].Request == id
	}
}

// unread stands for the hash of an entry that could not be read.
const unread = "unread"

func (v *verifier) unreadable(subject string) {
	v.entries++
	id, n, ok := whose(subject)
	if !ok {
		v.flaw("", 0, FlawExtra)
		return
	}
	c := v.chain(id)
	if n-c.n > longestGap {
		v.flaw(id, n, FlawExtra)
		return
	}
	v.flaw(id, n, FlawChanged)
	c.n, c.hash, c.gap = max(c.n, n), unread, true
}

func (v *verifier) result() Verified {
	if len(v.forged) > 0 {
		v.flaw("", 0, FlawAnchor)
	}
	for n := range v.lapses.lists { // that no renewal states
		v.flaw("", n, FlawLapse)
	}
	for id, c := range v.chains {
		for missing := c.n + 1; missing <= c.anchor.N; missing++ {
			v.flaw(id, missing, FlawMissing)
		}
		if slices.Contains(v.forged, pieceOf(id)) {
			v.flaw(id, 0, FlawAnchor)
		}
	}
	slices.SortFunc(v.flaws, func(a, b Flaw) int {
		return cmp.Or(cmp.Compare(a.Request, b.Request), a.N-b.N, cmp.Compare(a.Kind, b.Kind))
	})
	return Verified{Requests: len(v.chains), Entries: v.entries, Flaws: v.flaws, Lapsed: v.lapses.entries, Renewals: v.lapses.renewals}
}

// cutPrefix cuts a subject into its parts after the prefix.
func cutPrefix(subject, prefix string) ([]string, bool) {
	rest, ok := strings.CutPrefix(subject, prefix)
	return strings.Split(rest, "."), ok
}
