package queue

import (
	"context"
	"crypto/ed25519"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/mod/sumdb/tlog"

	"inzage/schema"
)

// Nothing can be deleted from the ledger, and nobody may be able to. So what is
// over goes with the ledger as a whole, and a new one takes its place: the same log
// in the same order, each entry that stays byte for byte and at its place, and a
// tombstone at the place of each that lapsed (lapse.go). Every checkpoint that was
// ever made holds for it, and so do all positions in the ledger that somebody
// remembers: that of events, of jobs, of who follows.

// Renewing says how to renew a ledger.
type Renewing struct {
	// Terms has the term of procedure facts.
	Terms schema.Terms
	// Sign signs the checkpoint that follows, as in DailyCheckpoint.
	Sign ed25519.PrivateKey
	// Kept are the texts of checkpoints that were kept elsewhere, to hold the ledger
	// against before anything goes.
	Kept [][]byte
	// Told hears how many messages of how many are written, and may be nil.
	Told func(done, total int)
}

// Renewed is what Renew did.
type Renewed struct {
	Renewal // the zero Renewal where nothing was over
	// Checkpoint is of the ledger right after it.
	Checkpoint Checkpoint
}

// Renew lets go of the entries that are over, once the ledger and all checkpoints
// beside it hold, on a store that nobody else uses: CodeInUse says that somebody
// does. It needs room for a second ledger beside the one that is there.
//
// It can be cut off at any moment: until the new ledger is on the disk as a whole,
// everything is as it was; from then on Open refuses the store with CodeRenewal
// until Renew ran again, and ended. The errors are those of Lapsing.
func Renew(ctx context.Context, a Access, o Options, how Renewing) (Renewed, error) {
	o.Bind = true
	q, err := open(ctx, a, o, (*Queue).ensureRenewal)
	if err != nil {
		return Renewed{}, err
	}
	defer q.Close()
	done, err := q.renew(ctx, how)
	return done, q.conns.named(0, err)
}

// ensureRenewal proves the key. What else must be there depends on how far a run
// before came.
func (q *Queue) ensureRenewal(ctx context.Context) error {
	for _, name := range []string{streamRenewal, streamLedger} {
		if s, err := q.ledger.Stream(ctx, name); err == nil {
			q.opts.Replicas = max(s.CachedInfo().Config.Replicas, 1) // as it was made
		}
	}
	return q.ensureKey(ctx, false)
}

func (q *Queue) renew(ctx context.Context, how Renewing) (Renewed, error) {
	if err := q.noWorkers(ctx); err != nil {
		return Renewed{}, err
	}
	names, err := streamNames(ctx, q.ledger)
	if err != nil {
		return Renewed{}, err
	}
	if !slices.Contains(names, streamRenewing) {
		if err := q.openLedger(ctx); err != nil { // of a run that was cut off
			return Renewed{}, err
		}
		// A ledger that is missing is an alarm, as in ensure.
		if err := q.ensure(ctx); err != nil {
			return Renewed{}, err
		}
		if err := q.idle(ctx); err != nil {
			return Renewed{}, err
		}
		over, err := q.Lapsing(ctx, how)
		if err == nil && over.Requests == 0 {
			err = dropStream(ctx, q.ledger, streamRenewal) // of a run that was cut off
		}
		if err != nil || over.Requests == 0 {
			return Renewed{}, err
		}
		if err := q.stage(ctx, over, how); err != nil {
			return Renewed{}, err
		}
	}
	return q.replace(ctx, how)
}

// stage writes what the ledger will be, and the mark once that is on the disk as a
// whole.
func (q *Queue) stage(ctx context.Context, over Lapsing, how Renewing) error {
	renewal, mark := renewalStreams(q.opts.Replicas)
	if err := dropStream(ctx, q.ledger, streamRenewal); err != nil {
		return err
	}
	if _, err := q.ledger.CreateStream(ctx, renewal); err != nil {
		return fail("make ledger", err)
	}
	to := writing{q: q, to: subjectRenewal, told: how.Told, total: 2 * (over.Size + 1)}
	l := lapser{q: q, list: newLapseList(), over: func(id schema.RequestID) bool { return over.last[id] != 0 }, renewal: Renewal{
		N: over.renewals + 1, At: q.now(), Years: how.Terms.Facts, Until: over.Until, Requests: over.Requests, Entries: over.Entries, Size: over.Size,
	}}
	err := q.messages(ctx, streamLedger, subjectLedger, 0, func(subject string, h nats.Header, text []byte, seq uint64) error {
		subject, h, text, err := l.take(subject, h, text, seq)
		if err != nil {
			return err
		}
		return to.add(ctx, subject, h, text)
	})
	if err != nil {
		return err
	}
	if l.tree.size != over.Size || l.list.entries != over.Entries {
		return schema.Fail(schema.CodeConflict, "renew ledger", nil) // somebody wrote meanwhile
	}
	subject, h, text, err := l.record()
	if err == nil {
		err = to.add(ctx, subject, h, text)
	}
	if err == nil {
		err = to.flush(ctx)
	}
	if err == nil {
		err = q.same(ctx, streamRenewal, l.tree)
	}
	if err == nil {
		err = q.keepRest(ctx, l.over)
	}
	if err == nil {
		err = q.closeLedger(ctx, over.Size)
	}
	if err == nil {
		_, err = q.ledger.CreateStream(ctx, mark)
	}
	return fail("renew ledger", err)
}

// leafOf is the leaf of a message, whatever it is. The error has CodeNewerVersion.
func (q *Queue) leafOf(subject string, h nats.Header, text []byte) (tlog.Hash, error) {
	e, err := q.readEntry(subject, h, text)
	if schema.CodeOf(err) == schema.CodeNewerVersion {
		return tlog.Hash{}, err
	}
	if err != nil {
		return leaf(subject, hashOf(text)), nil //nolint:nilerr // what is no entry has a leaf too
	}
	return e.leaf(subject), nil
}

// treeOf is the Merkle tree over a stream that holds a ledger.
func (q *Queue) treeOf(ctx context.Context, name string) (t tree, err error) {
	subjects := subjectLedger
	if name == streamRenewal {
		subjects = subjectRenewal
	}
	err = q.messages(ctx, name, subjects, 0, func(subject string, h nats.Header, text []byte, seq uint64) error {
		l, err := q.leafOf(subjectLedger+strings.TrimPrefix(subject, subjects), h, text)
		if t.add(l); err == nil && uint64(t.size) != seq { //nolint:gosec // a count
			err = schema.Fail(schema.CodeDamagedStore, "renew ledger", nil)
		}
		return err
	})
	return t, err
}

// same reports by an error where a stream does not hold that tree.
func (q *Queue) same(ctx context.Context, name string, want tree) error {
	got, err := q.treeOf(ctx, name)
	if err == nil && (got.size != want.size || got.root() != want.root()) {
		err = schema.Fail(schema.CodeConflict, "renew ledger", nil)
	}
	return err
}

// replace puts what was staged in the ledger's place. It may run again.
func (q *Queue) replace(ctx context.Context, how Renewing) (Renewed, error) {
	var done Renewed
	want, err := q.treeOf(ctx, streamRenewal)
	if err != nil {
		return done, err
	}
	if err := dropStream(ctx, q.ledger, streamLedger); err != nil {
		return done, err
	}
	if _, err := q.ledger.CreateStream(ctx, closedLedger(q.opts.Replicas)); err != nil {
		return done, fail("make ledger", err)
	}
	to := writing{q: q, to: subjectClosed, told: how.Told, done: want.size, total: 2 * want.size}
	err = q.messages(ctx, streamRenewal, subjectRenewal, 0, func(subject string, h nats.Header, text []byte, _ uint64) error {
		subject = subjectLedger + strings.TrimPrefix(subject, subjectRenewal)
		if e, ok, err := q.readLapse(subject, h, text); ok && err == nil && e.lapse.renewal != nil {
			done.Renewal = *e.lapse.renewal // the last one
		}
		return to.add(ctx, subject, h, text)
	})
	if err == nil {
		err = to.flush(ctx)
	}
	if err == nil {
		err = q.same(ctx, streamLedger, want)
	}
	if err == nil {
		err = q.freshRegister(ctx)
	}
	if err == nil {
		err = q.renewRest(ctx, want.size)
	}
	if err == nil {
		done.Checkpoint, err = q.checkpointNow(ctx, how.Sign)
	}
	if err == nil {
		err = dropStream(ctx, q.ledger, streamRenewing)
	}
	// Not before the mark is gone: a run that finds the mark begins this anew.
	if err == nil {
		err = q.openLedger(ctx)
	}
	if err == nil {
		err = dropStream(ctx, q.ledger, streamRenewal)
	}
	return done, err
}

// freshRegister makes the register's snapshot anew, on a disk that holds nothing of
// the one before.
func (q *Queue) freshRegister(ctx context.Context) error {
	if err := dropStream(ctx, q.ledger, prefixKV+bucketRegister); err != nil {
		return err
	}
	for _, cfg := range buckets(q.opts.Replicas) {
		if cfg.Name != prefixKV+bucketRegister {
			continue
		}
		if _, err := q.ledger.CreateStream(ctx, cfg); err != nil {
			return fail("make bucket", err)
		}
	}
	reg, err := q.OpenRegister(ctx)
	if err == nil {
		_, err = reg.Rebuild(ctx)
	}
	return err
}

// checkpointNow makes a checkpoint and keeps it beside the ledger, also where there is
// one of today, unless that is the same.
func (q *Queue) checkpointNow(ctx context.Context, sign ed25519.PrivateKey) (Checkpoint, error) {
	last, seq, err := q.lastCheckpoint(ctx, q.signers(sign)...)
	if err != nil {
		return last, err
	}
	c, err := q.Checkpoint(ctx, sign)
	if err != nil || c.Size == last.Size && c.Root == last.Root {
		return last, err
	}
	_, err = q.ledger.Publish(ctx, subjectCheckpoint, c.Text, jetstream.WithExpectLastSequence(seq))
	return c, fail("keep checkpoint", err)
}
