package queue_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// breaches are the kinds of what was found, in order, each once.
func breaches(p queue.Proof) (list []queue.BreachKind) {
	for _, b := range p.Breaches {
		if !slices.Contains(list, b.Kind) {
			list = append(list, b.Kind)
		}
	}
	return list
}

// ledgerOf is a store whose clock can be set, with two requests and two days.
type ledgerOf struct {
	*queue.Queue
	days   atomic.Int64
	r      schema.Request
	public ed25519.PublicKey
}

func newLedger(t *testing.T) *ledgerOf {
	t.Helper()
	l := new(ledgerOf)
	begin := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	l.Queue = queuetest.New(t, func(o *queue.Options) {
		o.Now = func() time.Time { return begin.AddDate(0, 0, int(l.days.Load())) }
	})
	l.public, _ = l.Signer(nil).Public().(ed25519.PublicKey)
	l.r = queuetest.Request(t, l.Queue, "graphexport")
	queuetest.Request(t, l.Queue, "graphexport")
	return l
}

func (l *ledgerOf) daily(t *testing.T) queue.Checkpoint {
	t.Helper()
	c, err := l.DailyCheckpoint(t.Context(), nil)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return c
}

func (l *ledgerOf) view(t *testing.T) {
	t.Helper()
	if _, err := l.Append(t.Context(), l.r.ID, schema.Entry{Kind: schema.EntryViewed, Code: "review"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
}

func (l *ledgerOf) prove(t *testing.T, whole bool, kept ...queue.Checkpoint) queue.Proof {
	t.Helper()
	p, err := l.Prove(t.Context(), whole, kept...)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return p
}

// A checkpoint is made once a day, can be read on paper, and holds until
// somebody changes what it covers.
func TestCheckpoint(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	first := l.daily(t)
	l.view(t)
	if again := l.daily(t); !bytes.Equal(again.Text, first.Text) {
		t.Error("there are two of one day")
	}
	l.days.Add(1)
	second := l.daily(t)
	list, err := l.Checkpoints(t.Context(), l.public, l.public)
	if err != nil || len(list) != 2 || !list[0].Signed || list[1].Size != second.Size {
		t.Errorf("kept are %+v, %v", list, err)
	}
	p := l.prove(t, true, list...)
	if len(p.Breaches) > 0 || p.Covered != first.Size+1 || p.Entries != first.Size+1 {
		t.Errorf("an honest ledger: %+v", p)
	}
	if lines := strings.Split(string(first.Text), "\n"); len(first.Text) > 300 || lines[0] != "inzage-ledger" || lines[3] != "2026-11-02T09:00:00Z" {
		t.Errorf("the text is\n%s", first.Text)
	}
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	stranger, err := l.Checkpoint(t.Context(), other)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if read, err := queue.ReadCheckpoint(stranger.Text, l.public); err != nil || read.Signed {
		t.Errorf("signed by a stranger: %+v, %v", read, err)
	} else if p := l.prove(t, true, read); !slices.Equal(breaches(p), []queue.BreachKind{queue.BreachUnsigned}) {
		t.Errorf("signed by a stranger: %+v", p)
	}
	forged := bytes.Replace(first.Text, []byte("2026-11-02"), []byte("2026-11-01"), 1)
	if _, err := queue.ReadCheckpoint(forged, l.public); schema.CodeOf(err) != schema.CodeSyntax {
		t.Errorf("a changed text gives %v", err)
	}
}

// Whatever is done to the ledger, by somebody who owns the server and every key,
// shows against a checkpoint that was kept elsewhere: the store that is held
// against it here was written with the same key, and fits itself.
func TestProve(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	kept := l.daily(t)
	l.days.Add(1)
	l.view(t)
	later := l.daily(t)

	// A ledger that was written anew, with one entry otherwise.
	forged := newLedger(t)
	if p := forged.prove(t, true, kept); !slices.Equal(breaches(p), []queue.BreachKind{queue.BreachRewritten}) || !p.Breaches[0].Since.IsZero() {
		t.Errorf("rewritten: %+v", p)
	}
	// Which day it happened: what is held against it shows the last that holds.
	if p := l.prove(t, true, kept, queue.Checkpoint{Size: later.Size, At: later.At, Signed: true}); !slices.Equal(breaches(p), []queue.BreachKind{queue.BreachRewritten}) || !p.Breaches[0].Since.Equal(kept.At) {
		t.Errorf("rewritten since: %+v", p)
	}
	// Cut off at the end, or an older copy put back.
	later.Size += 3
	for whole, want := range map[bool]queue.BreachKind{true: queue.BreachOlder, false: queue.BreachShorter} {
		p := l.prove(t, whole, kept, later)
		if !slices.Equal(breaches(p), []queue.BreachKind{want}) || p.Breaches[0].Have != later.Size-3 || !p.Breaches[0].Since.Equal(kept.At) {
			t.Errorf("%s: %+v", want, p)
		}
	}
	// Written after the checkpoint, as if it had been before.
	l.days.Add(-5)
	l.view(t)
	p := l.prove(t, true, kept)
	if !slices.Equal(breaches(p), []queue.BreachKind{queue.BreachBackdated}) || p.Breaches[0].Request != l.r.ID || p.Breaches[0].N != 4 {
		t.Errorf("back-dated: %+v", p)
	}
}

// What a newer version wrote is no forgery: whoever cannot read it says so.
func TestProveNewerVersion(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	if err := queue.WriteNewer(t.Context(), l.Queue, l.r); err != nil {
		t.Fatal(err)
	}
	kept := queue.Checkpoint{Size: l.r.Entries * 2, Signed: true}
	if p, err := l.Prove(t.Context(), true, kept); schema.CodeOf(err) != schema.CodeNewerVersion {
		t.Errorf("an older program finds %+v, %v", p, err)
	}
}

// The same on the disk: yesterday's copy of the whole data folder put back, and
// the ledger's stream cut short.
func TestRollback(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	live, copied := filepath.Join(folder, "live"), filepath.Join(folder, "copy")
	open := func() (*queue.Queue, func()) {
		s := queuetest.Serve(t, live)
		q := queuetest.Open(t, s)
		return q, func() { q.Close(); s.Close() }
	}
	q, end := open()
	r := queuetest.Request(t, q, "graphexport")
	end()
	if err := os.CopyFS(copied, os.DirFS(live)); err != nil {
		t.Fatal(err)
	}
	q, end = open()
	if _, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryViewed, Code: "review"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	kept, err := q.DailyCheckpoint(t.Context(), nil)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	end()
	if err := os.RemoveAll(live); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, live); err != nil {
		t.Fatal(err)
	}
	q, end = open()
	defer end()
	v, err := q.Verify(t.Context())
	if err != nil || len(v.Flaws) > 0 {
		t.Errorf("the copy does not fit itself: %+v, %v", v, err)
	}
	p, err := q.Prove(t.Context(), true, kept)
	if err != nil || !slices.Equal(breaches(p), []queue.BreachKind{queue.BreachOlder}) {
		t.Errorf("an older copy: %+v, %v", p, err)
	}
}

func FuzzReadCheckpoint(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public, _ := key.Public().(ed25519.PublicKey)
	f.Add([]byte("inzage-ledger\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n2026-11-02T09:00:00Z\n\n— inzage-ledger AAAAAAAA\n"))
	f.Add([]byte("inzage-ledger\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n2026-11-02T09:00:00Z\ndenials clock 1 2026-11-02T09:00:00Z AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— inzage-ledger AAAAAAAA\n"))
	f.Add([]byte("\n\n— x y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := queue.ReadCheckpoint(text, public)
		if err == nil && (c.Signed || c.Size < 0 || !bytes.Equal(c.Text, text)) {
			t.Errorf("%+v", c)
		}
	})
}
