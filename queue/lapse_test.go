package queue

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"inzage/schema"
)

// message is a message of a ledger that is held in memory.
type message struct {
	subject string
	h       nats.Header
	text    []byte
}

// paper is a ledger in memory, and the checkpoints at each of its sizes.
type paper struct {
	q    *Queue
	log  []message
	kept []Checkpoint
}

// newPaper writes the ledgers of requests that were erased, mixed by chance: each
// day an entry.
func newPaper(t *testing.T, chance *rand.Rand, begin time.Time) (paper, []schema.RequestID) {
	t.Helper()
	p := paper{q: &Queue{opts: Options{Key: NewKey()}}}
	type at struct {
		n    int
		prev string
	}
	ids, where := make([]schema.RequestID, 4), make(map[schema.RequestID]*at)
	for i := range ids {
		ids[i] = NewID()
		where[ids[i]] = new(at)
	}
	steps := []schema.Entry{
		{Kind: schema.EntryOpened, Channel: "mail", Parts: []string{"graphexport"}, Day: schema.NewDate(2026, 1, 1)},
		{Kind: schema.EntryWithdrawn},
		{Kind: schema.EntryErasing, Code: schema.ErasesAll},
		{Kind: schema.EntryErased},
	}
	open := slices.Clone(ids)
	for day := 0; len(open) > 0; day++ {
		i := chance.IntN(len(open))
		id := open[i]
		a := where[id]
		e := steps[a.n]
		a.n++
		e.N, e.At, e.Actor, e.Prev = a.n, begin.AddDate(0, 0, day), schema.ActorSystem, a.prev
		if a.n == 1 {
			e.Case = "case-" + string(id)
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		a.prev = hashOf(text)
		p.log = append(p.log, message{subjectLedger + string(id) + "." + strconv.Itoa(a.n) + ".entry." + string(e.Kind), nats.Header{headerVersion: {"1"}}, text})
		p.keep(t, e.At.Add(time.Hour))
		if a.n == len(steps) {
			open = slices.Delete(open, i, i+1)
		}
	}
	return p, ids
}

// keep makes a checkpoint of the ledger as it is.
func (p *paper) keep(t *testing.T, at time.Time) {
	t.Helper()
	var tr tree
	for _, m := range p.log {
		l, err := p.q.leafOf(m.subject, m.h, m.text)
		if err != nil {
			t.Fatal(err)
		}
		tr.add(l)
	}
	p.kept = append(p.kept, Checkpoint{Size: tr.size, Root: tr.root(), At: at, Signed: true})
}

// renew renews it as Renew does.
func (p *paper) renew(t *testing.T, n int, at time.Time, over ...schema.RequestID) {
	t.Helper()
	l := lapser{
		q: p.q, list: newLapseList(), over: func(id schema.RequestID) bool { return slices.Contains(over, id) },
		renewal: Renewal{N: n, At: at, Years: 1, Until: at.AddDate(-1, 0, 0), Requests: len(over), Size: len(p.log)},
	}
	for i, m := range p.log {
		var err error
		if m.subject, m.h, m.text, err = l.take(m.subject, m.h, m.text, uint64(i)+1); err != nil {
			t.Fatal(err)
		}
		p.log[i] = m
	}
	l.renewal.Entries = l.list.entries
	subject, h, text, err := l.record()
	if err != nil {
		t.Fatal(err)
	}
	p.log = append(p.log, message{subject, h, text})
}

// look is what Verify and Prove find.
func (p *paper) look() (Verified, Proof) {
	check := verifier{chains: make(map[schema.RequestID]*chain)}
	prove := prover{kept: slices.Clone(p.kept)}
	prove.reach()
	for i, m := range p.log {
		w := walker{p.q.readEntry, func(subject string, e stored) error {
			check.entry(subject, e)
			prove.entry(subject, e)
			return nil
		}, func(subject, hash string, _ error) error {
			check.unreadable(subject)
			prove.entry(subject, stored{hash: hash})
			return nil
		}}
		_ = w.take(m.subject, m.h, m.text, uint64(i)+1)
	}
	return check.result(), prove.result(true)
}

// Whichever requests lapse, in however many renewals: the root at every size is what
// it was, and the ledger fits itself.
func TestLapse(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	for seed := range uint64(40) {
		chance := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // repeatable
		p, ids := newPaper(t, chance, begin)
		chance.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		size, lapsed := len(p.log), 1+chance.IntN(len(ids))
		first := 1 + chance.IntN(lapsed)
		p.renew(t, 1, begin.AddDate(2, 0, 0), ids[:first]...)
		if first < lapsed {
			p.keep(t, begin.AddDate(2, 0, 1))
			p.renew(t, 2, begin.AddDate(3, 0, 0), ids[first:lapsed]...)
		}
		v, proof := p.look()
		if len(v.Flaws) > 0 || v.Requests != len(ids)-lapsed || v.Lapsed != 4*lapsed || len(proof.Breaches) > 0 || proof.Covered < size {
			t.Fatalf("seed %d: %+v, %+v", seed, v, proof)
		}
		for _, m := range p.log {
			for _, id := range ids[:lapsed] {
				if strings.Contains(m.subject+string(m.text), string(id)) {
					t.Fatalf("seed %d: %s is still there", seed, id)
				}
			}
		}
	}
}

// Whatever is done to tombstones and to what states them is found: by whoever has
// the disk and not the key, in the ledger itself; by whoever has both, against a
// checkpoint that was kept elsewhere.
func TestLapseForged(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	tomb := func(p *paper) int {
		return slices.IndexFunc(p.log, func(m message) bool { return m.subject == subjectLapsed+"1" })
	}
	for name, test := range map[string]struct {
		forge  func(t *testing.T, p *paper, stays schema.RequestID)
		flaw   FlawKind
		breach BreachKind
	}{
		"a tombstone is another":    {func(_ *testing.T, p *paper, _ schema.RequestID) { p.log[tomb(p)].text[3] ^= 1 }, FlawLapse, BreachRewritten},
		"a tombstone is gone":       {func(_ *testing.T, p *paper, _ schema.RequestID) { i := tomb(p); p.log = slices.Delete(p.log, i, i+1) }, FlawLapse, BreachRewritten},
		"a tombstone is cut":        {func(_ *testing.T, p *paper, _ schema.RequestID) { i := tomb(p); p.log[i].text = p.log[i].text[:31] }, FlawExtra, BreachRewritten},
		"the statement is gone":     {func(_ *testing.T, p *paper, _ schema.RequestID) { p.log = p.log[:len(p.log)-1] }, FlawLapse, BreachOlder},
		"the statement is another":  {func(_ *testing.T, p *paper, _ schema.RequestID) { p.log[len(p.log)-1].text[20] ^= 1 }, FlawExtra, BreachRewritten},
		"the statement comes twice": {func(_ *testing.T, p *paper, _ schema.RequestID) { p.log = append(p.log, p.log[len(p.log)-1]) }, FlawLapse, ""},
		"a tombstone moved": {func(_ *testing.T, p *paper, stays schema.RequestID) {
			i := tomb(p)
			j := slices.IndexFunc(p.log, func(m message) bool { return strings.Contains(m.subject, string(stays)) })
			p.log[i], p.log[j] = p.log[j], p.log[i]
		}, FlawLapse, BreachRewritten},
		"a request that stays takes the form of one that lapsed": {func(t *testing.T, p *paper, stays schema.RequestID) {
			t.Helper()
			last := p.log[len(p.log)-1]
			p.log = p.log[:len(p.log)-1]
			p.renew(t, 1, begin.AddDate(2, 0, 0), stays)
			p.log[len(p.log)-1] = last
		}, FlawLapse, ""},
		"and with a statement that another key proves": {func(t *testing.T, p *paper, stays schema.RequestID) {
			t.Helper()
			own := p.q
			p.q = &Queue{opts: Options{Key: NewKey()}}
			last := len(p.log)
			p.renew(t, 2, begin.AddDate(2, 0, 0), stays)
			p.q = own
			if len(p.log) != last+1 {
				t.Fatal("nothing was forged")
			}
		}, FlawLapse, ""},
		"and with the organisation's key, within the term": {func(t *testing.T, p *paper, stays schema.RequestID) {
			t.Helper()
			p.renew(t, 2, begin.AddDate(1, 0, 2), stays)
		}, "", BreachTooEarly},
		"and with a term that is none": {func(t *testing.T, p *paper, stays schema.RequestID) {
			t.Helper()
			p.renew(t, 2, begin.AddDate(0, 0, 30), stays)
			i := len(p.log) - 1
			var r Renewal
			if err := json.Unmarshal(p.log[i].text, &r); err != nil {
				t.Fatal(err)
			}
			r.Until = r.At
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			p.log[i].text = text
			p.log[i].h.Set(headerProof, fmt.Sprintf("%x", p.q.erasureProof(p.log[i].subject, text)))
		}, FlawExtra, ""},
	} {
		p, ids := newPaper(t, rand.New(rand.NewPCG(7, 0)), begin) //nolint:gosec // repeatable
		p.renew(t, 1, begin.AddDate(2, 0, 0), ids[1], ids[2])
		p.keep(t, begin.AddDate(2, 0, 1))
		if v, proof := p.look(); len(v.Flaws) > 0 || len(proof.Breaches) > 0 {
			t.Fatalf("before anything is forged: %+v, %+v", v, proof)
		}
		test.forge(t, &p, ids[0])
		v, proof := p.look()
		found := slices.ContainsFunc(v.Flaws, func(f Flaw) bool { return f.Kind == test.flaw })
		if found != (test.flaw != "") || test.flaw == FlawLapse && !v.Lost() {
			t.Errorf("%s: verifying finds %+v, want %q", name, v.Flaws, test.flaw)
		}
		found = slices.ContainsFunc(proof.Breaches, func(b Breach) bool { return b.Kind == test.breach })
		if found != (test.breach != "") {
			t.Errorf("%s: proving finds %+v, want %q", name, proof.Breaches, test.breach)
		}
	}
}
