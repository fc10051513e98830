package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"inzage/explain/bundle"
	"inzage/queue"
	"inzage/schema"
)

// ledgerCheckpointCommand gives a checkpoint of the ledger as it is now, to keep
// elsewhere.
func (a *app) ledgerCheckpointCommand() *cobra.Command {
	var out string
	var reach *reachFlags
	c := a.command("checkpoint", "ledger.checkpoint", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		q, conf, err := a.open(c.Context(), reach)
		if err != nil {
			return err
		}
		defer q.Close()
		sign, err := signKey(conf.SignKey)
		if err != nil {
			return err
		}
		made, err := q.Checkpoint(c.Context(), sign)
		if err != nil {
			return err
		}
		if out == "" {
			a.printf("%s", made.Text)
			return nil
		}
		return a.createFile(out, made.Text, 0o644)
	})
	reach = a.reachFlags(c)
	c.Flags().StringVar(&out, "out", "", a.text("cli.flag.checkpoint-out"))
	return c
}

// elsewhere keeps each day's checkpoint as a file of its own in the folder, under
// its day in the zone; one of the same day that covers more, which a renewal makes,
// has its size in the name too. A file is there whole or not at all, and none is
// ever written over: CodeConflict says that the day has another one.
func elsewhere(folder string, zone *time.Location) func(queue.Checkpoint) error {
	if folder == "" {
		return nil
	}
	return func(c queue.Checkpoint) error {
		name := filepath.Join(folder, "inzage-ledger-"+c.At.In(zone).Format(time.DateOnly))
		there, err := os.ReadFile(filepath.Clean(name + ".txt"))
		if first, no := queue.ReadCheckpoint(there); err == nil && no == nil && first.Size < c.Size {
			name += "-" + strconv.Itoa(c.Size)
			there, err = os.ReadFile(filepath.Clean(name + ".txt"))
		}
		switch {
		case err == nil && !bytes.Equal(there, c.Text):
			return schema.Fail(schema.CodeConflict, "keep checkpoint elsewhere", nil)
		case errors.Is(err, fs.ErrNotExist):
			err = writeWhole(name+".txt", c.Text)
		}
		if err != nil {
			return schema.Fail(schema.CodeIO, "keep checkpoint elsewhere", err)
		}
		return nil
	}
}

// writeWhole makes a file under its name once it is whole.
func writeWhole(name string, text []byte) error {
	partial := name + ".partial"                                                              // also what a run left that was cut off
	f, err := os.OpenFile(filepath.Clean(partial), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644) //nolint:gosec // meant for others to read; it holds hashes only
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(partial, name)
}

// proofFlags say what the ledger is held against: the checkpoints beside it from
// a day on, and files that were kept elsewhere.
type proofFlags struct {
	since, key string
	kept       []string
}

// prove holds the ledger against the checkpoints.
func (a *app) prove(ctx context.Context, q *queue.Queue, reach *reachFlags, f proofFlags, whole bool) (queue.Proof, error) {
	conf, err := readConfig(reach.config)
	if err != nil {
		return queue.Proof{}, err
	}
	sign, err := signKey(conf.SignKey)
	if err != nil {
		return queue.Proof{}, err
	}
	keys := checkpointKeys(q, sign)
	if f.key != "" {
		text, err := readSmall(f.key)
		if err != nil {
			return queue.Proof{}, err
		}
		public, err := bundle.ReadPublicKey(text)
		if err != nil {
			return queue.Proof{}, err
		}
		keys = append(keys, public)
	}
	held, err := a.checkpointsSince(ctx, q, f.since, conf.zone(), keys)
	if err != nil {
		return queue.Proof{}, err
	}
	for _, name := range f.kept {
		text, err := readSmall(name)
		if err != nil {
			return queue.Proof{}, err
		}
		c, err := q.ReadCheckpoint(text, keys...)
		if err != nil {
			return queue.Proof{}, err
		}
		held = append(held, c)
	}
	return q.Prove(ctx, whole, held...)
}

// checkpointKeys are those that the checkpoints of this service can be signed with.
func checkpointKeys(q *queue.Queue, sign ed25519.PrivateKey) (keys []ed25519.PublicKey) {
	for _, private := range []ed25519.PrivateKey{sign, nil} {
		public, _ := q.Signer(private).Public().(ed25519.PublicKey)
		keys = append(keys, public)
	}
	return keys
}

// checkpointsSince lists those that stand beside the ledger, from the last one
// that was made on the day or before it.
func (a *app) checkpointsSince(ctx context.Context, q *queue.Queue, since string, zone *time.Location, keys []ed25519.PublicKey) ([]queue.Checkpoint, error) {
	list, err := q.Checkpoints(ctx, keys...)
	if err != nil || since == "" {
		return list, err
	}
	day, err := schema.ParseDate(since)
	if err != nil {
		return nil, a.usage("cli.error.date", "date", since)
	}
	from := -1
	for i, c := range list {
		if !schema.CivilDate(c.At, zone).After(day) {
			from = i
		}
	}
	if from < 0 {
		return nil, a.usage("cli.error.since", "date", since)
	}
	return list[from:], nil
}

// tellProof says in words what the checkpoints prove.
func (a *app) tellProof(p queue.Proof) {
	for _, b := range p.Breaches {
		a.printf("%s\n", a.text("cli.breach."+string(b.Kind), "moment", utc(b.At), "size", b.Size, "have", b.Have,
			"missing", b.Size-b.Have, "request", string(b.Request), "entry", b.N, "renewal", b.Renewal))
		if !b.Since.IsZero() && b.Kind != queue.BreachUnsigned {
			a.printf("  %s\n", a.text("cli.breach.since", "moment", utc(b.Since)))
		}
	}
	switch {
	case p.Since.IsZero():
		a.printf("%s\n", a.text("cli.ledger.no-checkpoint"))
	case len(p.Breaches) == 0:
		a.printf("%s\n", a.text("cli.ledger.proved", "moment", utc(p.Since), "covered", p.Covered))
	}
}
