package queue

import (
	"cmp"
	"context"
	"slices"
	"time"

	"inzage/schema"
)

// Breach is where the ledger is not what a checkpoint says that it was. The JSON
// is public output.
type Breach struct {
	Kind BreachKind `json:"kind"`
	// At and Size are those of the checkpoint.
	At   time.Time `json:"at"`
	Size int       `json:"size"`
	// Since is the moment of the last checkpoint that still holds: what happened is
	// about entries after it. Zero where none does.
	Since time.Time `json:"since,omitzero"`
	// Have is how many entries there are, of BreachShorter and BreachOlder.
	Have int `json:"have,omitempty"`
	// Renewal is which one it is about, of BreachTooEarly.
	Renewal int `json:"renewal,omitempty"`
	// Request and N name the entry, of BreachBackdated.
	Request schema.RequestID `json:"request,omitempty"`
	N       int              `json:"n,omitempty"`
}

// BreachKind says what is wrong. The codes are public output.
type BreachKind string

// The kinds.
const (
	BreachRewritten BreachKind = "rewritten"  // entries were changed, or taken away and the rest moved up
	BreachShorter   BreachKind = "shorter"    // entries at the end are missing
	BreachOlder     BreachKind = "older"      // likewise, and the store fits itself: an older copy of it was put back
	BreachBackdated BreachKind = "back-dated" // an entry that was not there yet carries an earlier moment
	BreachUnsigned  BreachKind = "unsigned"   // the checkpoint is not signed with a key that is known
	BreachDenials   BreachKind = "denials"    // of the record of denials something was changed or taken away that was there
	BreachTooEarly  BreachKind = "too-early"  // an entry lapsed that was written after the checkpoint, which is within the term
)

// skew is how much earlier than a checkpoint an entry may say it is that came
// after it: clocks of several machines differ.
const skew = 10 * time.Minute

// Proof is what Prove found.
type Proof struct {
	// Entries is how many there are now, Covered how many of them the last
	// checkpoint covers that holds.
	Entries  int       `json:"entries"`
	Covered  int       `json:"covered"`
	Since    time.Time `json:"since,omitzero"` // the earliest checkpoint that was held against it
	Breaches []Breach  `json:"breaches"`
}

// Prove holds the ledger against checkpoints: those that were kept elsewhere
// prove it also where somebody owns the server, the keys and all that is stored.
// whole says that Verify found no flaw: then an end that is missing is an older
// copy that was put back. CodeNewerVersion says that there are entries which this
// version cannot read, and so not hold against anything.
func (q *Queue) Prove(ctx context.Context, whole bool, kept ...Checkpoint) (Proof, error) {
	kept = slices.Clone(kept)
	slices.SortStableFunc(kept, func(a, b Checkpoint) int { return cmp.Or(a.Size-b.Size, a.At.Compare(b.At)) })
	p := prover{kept: kept}
	for _, c := range kept {
		if !c.Signed {
			p.breach(BreachUnsigned, c)
		}
		if p.proof.Since.IsZero() || c.At.Before(p.proof.Since) {
			p.proof.Since = c.At
		}
	}
	p.reach()
	err := q.walk(ctx, 0, func(subject string, e stored) error {
		p.entry(subject, e)
		return nil
	}, func(subject, hash string, err error) error {
		if schema.CodeOf(err) == schema.CodeNewerVersion {
			return err
		}
		p.entry(subject, stored{hash: hash})
		return nil
	})
	if err != nil && schema.CodeOf(err) != schema.CodeDamagedStore { // what is missing shows in the tree
		return Proof{}, err
	}
	proof := p.result(whole)
	denials, err := q.proveDenials(ctx, kept)
	proof.Breaches = append(proof.Breaches, denials...)
	return proof, err
}

// prover follows the ledger from its beginning.
type prover struct {
	kept  []Checkpoint // not reached yet
	tree  tree
	after time.Time // the latest moment of a checkpoint that was passed
	held  time.Time // that of the last one that holds
	proof Proof
	// lapsed is, by renewal, the last checkpoint that was passed before an entry that
	// lapsed: it was written after it.
	lapsed map[int]Checkpoint
	passed Checkpoint
}

func (p *prover) breach(kind BreachKind, c Checkpoint) *Breach {
	p.proof.Breaches = append(p.proof.Breaches, Breach{Kind: kind, At: c.At, Size: c.Size, Since: p.held})
	return &p.proof.Breaches[len(p.proof.Breaches)-1]
}

func (p *prover) entry(subject string, e stored) {
	if !e.At.IsZero() && e.At.Before(p.after.Add(-skew)) {
		b := p.breach(BreachBackdated, Checkpoint{At: p.after, Size: p.tree.size})
		b.Request, b.N, _ = whose(subject)
	}
	if e.lapse != nil {
		p.lapse(*e.lapse)
	}
	p.tree.add(e.leaf(subject))
	p.reach()
}

// lapse holds what lapsed against the checkpoints: a tombstone says nothing of its
// entry, but where it stands shows after which checkpoint that was written.
func (p *prover) lapse(l lapse) {
	if l.renewal == nil {
		if p.lapsed == nil {
			p.lapsed = make(map[int]Checkpoint)
		}
		p.lapsed[l.n] = p.passed
		return
	}
	if c := p.lapsed[l.n]; c.At.After(l.renewal.Until.Add(skew)) {
		p.breach(BreachTooEarly, c).Renewal = l.n
	}
}

// reach compares with the checkpoints of this size.
func (p *prover) reach() {
	for len(p.kept) > 0 && p.kept[0].Size == p.tree.size {
		c := p.kept[0]
		p.kept = p.kept[1:]
		if p.tree.root() != c.Root {
			p.breach(BreachRewritten, c)
			continue
		}
		p.held, p.proof.Covered = c.At, c.Size
		if c.At.After(p.after) {
			p.after, p.passed = c.At, c
		}
	}
}

func (p *prover) result(whole bool) Proof {
	p.proof.Entries = p.tree.size
	kind := BreachShorter
	if whole && !slices.ContainsFunc(p.proof.Breaches, func(b Breach) bool { return b.Kind == BreachRewritten }) {
		kind = BreachOlder
	}
	for _, c := range p.kept {
		p.breach(kind, c).Have = p.tree.size
	}
	return p.proof
}
