package queue

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"inzage/schema"
)

// Checkpoint says what the whole ledger was at a moment: how many entries it
// had, and the root of the Merkle tree over them (RFC 6962, 2.1). Who keeps one
// elsewhere can prove later that none of them was changed or taken away, whoever
// owns the server and its keys by then.
//
// It holds the record of denials too, which is beside the ledger.
//
// Its text is a signed note (https://c2sp.org/tlog-checkpoint) of a few lines,
// which can be printed: the name of the log, the size, the root, the moment, and
// where the record of denials ended; an empty line; the signature. Other lines
// behind the moment are of a version to come, and passed over, as C2SP asks.
type Checkpoint struct {
	Size    int
	Root    [sha256.Size]byte
	At      time.Time    // UTC, whole seconds
	Denials []DenialHead // of each role that was ever refused anything
	// Text is the note. Signed says that its signature was made with one of the
	// keys that it was read with.
	Text   []byte
	Signed bool
}

// logName is the first line of a checkpoint, and who signs it.
const logName = "inzage-ledger"

// tree takes the leaves of a Merkle tree one by one. It keeps the roots of its
// full subtrees, the largest first: no more than the size has ones in binary.
type tree struct {
	size  int
	peaks []tlog.Hash
}

func (t *tree) add(leaf tlog.Hash) {
	t.size++
	for n := t.size; n%2 == 0; n /= 2 {
		last := len(t.peaks) - 1
		leaf, t.peaks = tlog.NodeHash(t.peaks[last], leaf), t.peaks[:last]
	}
	t.peaks = append(t.peaks, leaf)
}

func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	root := t.peaks[len(t.peaks)-1]
	for i := len(t.peaks) - 2; i >= 0; i-- {
		root = tlog.NodeHash(t.peaks[i], root)
	}
	return root
}

// leaf is an entry in the tree: whose and what it is, and its bytes by their hash.
func leaf(subject, hash string) tlog.Hash { return tlog.RecordHash([]byte(subject + "\n" + hash)) }

// Signer is the key that checkpoints are signed with: the one that is given, or
// one derived from the organisation's key where there is none.
func (q *Queue) Signer(given ed25519.PrivateKey) ed25519.PrivateKey {
	if given != nil {
		return given
	}
	return signerOf(q.opts.Key)
}

func signerOf(key Key) ed25519.PrivateKey {
	seed := key.For(useCheckpoint)
	return ed25519.NewKeyFromSeed(seed.secret[:])
}

// ReadCheckpoint is the function of that name with the keys besides that signed
// before the organisation's key was replaced, for checkpoints of their time.
func (q *Queue) ReadCheckpoint(text []byte, keys ...ed25519.PublicKey) (Checkpoint, error) {
	c, err := ReadCheckpoint(text, keys...)
	for _, f := range q.lasting.former {
		if err == nil && !c.Signed && !c.At.After(f.Until) {
			c, err = ReadCheckpoint(text, f.Signer)
		}
	}
	return c, err
}

// Checkpoint makes a checkpoint of the ledger as it is now, and keeps it nowhere.
func (q *Queue) Checkpoint(ctx context.Context, sign ed25519.PrivateKey) (Checkpoint, error) {
	var t tree
	at := q.now().Truncate(time.Second)
	err := q.walk(ctx, 0, func(subject string, e stored) error {
		t.add(e.leaf(subject))
		return nil
	}, func(subject, hash string, err error) error {
		if schema.CodeOf(err) == schema.CodeNewerVersion {
			return err
		}
		t.add(leaf(subject, hash)) // it holds what there is, and says nothing of whether that is right
		return nil
	})
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{Size: t.size, Root: t.root(), At: at, Signed: true}
	if c.Denials, err = q.denialHeads(ctx); err != nil {
		return Checkpoint{}, err
	}
	lines := []string{logName, strconv.Itoa(c.Size), base64.StdEncoding.EncodeToString(c.Root[:]), at.Format(time.RFC3339)}
	for _, head := range c.Denials {
		lines = append(lines, head.String())
	}
	signer, err := noteSigner(q.Signer(sign))
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Text, err = note.Sign(&note.Note{Text: strings.Join(lines, "\n") + "\n"}, signer); err != nil {
		return Checkpoint{}, schema.Fail(schema.CodeInternal, "sign checkpoint", err)
	}
	return c, nil
}

func noteVerifier(key ed25519.PublicKey) (note.Verifier, error) {
	text, err := note.NewEd25519VerifierKey(logName, key)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read key", nil)
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read key", nil)
	}
	return v, nil
}

func noteSigner(key ed25519.PrivateKey) (note.Signer, error) {
	public, _ := key.Public().(ed25519.PublicKey)
	v, err := noteVerifier(public)
	if err != nil {
		return nil, err
	}
	const algorithm = "\x01" // Ed25519, in the form that the library reads
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", logName, v.KeyHash(),
		base64.StdEncoding.EncodeToString(append([]byte(algorithm), key.Seed()...))))
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read key", nil)
	}
	return signer, nil
}

// largestNote is more than any checkpoint is long.
const largestNote = 4 << 10

// ReadCheckpoint reads the text of a checkpoint and looks whether one of the keys
// signed it. The error has CodeSyntax where it is not one.
func ReadCheckpoint(text []byte, keys ...ed25519.PublicKey) (Checkpoint, error) {
	var known []note.Verifier
	for i, key := range keys {
		if slices.ContainsFunc(keys[:i], func(k ed25519.PublicKey) bool { return k.Equal(key) }) {
			continue // the library takes each once
		}
		v, err := noteVerifier(key)
		if err != nil {
			return Checkpoint{}, err
		}
		known = append(known, v)
	}
	bad := schema.Fail(schema.CodeSyntax, "read checkpoint", nil)
	if len(text) > largestNote {
		return Checkpoint{}, bad
	}
	c := Checkpoint{Text: text}
	n, err := note.Open(text, note.VerifierList(known...))
	c.Signed = err == nil
	if stranger, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		n, err = stranger.Note, nil
	}
	if err != nil {
		return Checkpoint{}, bad // also where the signature is a known key's, and wrong
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 5 || lines[0] != logName {
		return Checkpoint{}, bad
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != len(c.Root) {
		return Checkpoint{}, bad
	}
	c.Root = [sha256.Size]byte(root)
	if c.Size, err = strconv.Atoi(lines[1]); err != nil || c.Size < 0 {
		return Checkpoint{}, bad
	}
	if c.At, err = time.Parse(time.RFC3339, lines[3]); err != nil {
		return Checkpoint{}, bad
	}
	for _, line := range lines[4:] {
		head, is, err := readDenialHead(line)
		if err != nil {
			return Checkpoint{}, bad
		}
		if is {
			c.Denials = append(c.Denials, head)
		}
	}
	return c, nil
}

// DailyCheckpoint makes the checkpoint of today and keeps it beside the ledger,
// if there is none yet. Of several clocks one succeeds; all get the same one.
func (q *Queue) DailyCheckpoint(ctx context.Context, sign ed25519.PrivateKey) (Checkpoint, error) {
	public, _ := q.Signer(sign).Public().(ed25519.PublicKey)
	for {
		last, seq, err := q.lastCheckpoint(ctx, public)
		if err != nil || seq > 0 && q.today(last.At) == q.today(q.now()) {
			return last, err
		}
		c, err := q.Checkpoint(ctx, sign)
		if err != nil || c.Size == 0 { // there is nothing to hold yet
			return c, err
		}
		_, err = q.ledger.Publish(ctx, subjectCheckpoint, c.Text, jetstream.WithExpectLastSequence(seq))
		if err == nil || !raced(err) {
			return c, fail("keep checkpoint", err)
		}
	}
}

// LastCheckpoint is the last that is kept beside the ledger, the zero Checkpoint
// where there is none.
func (q *Queue) LastCheckpoint(ctx context.Context, keys ...ed25519.PublicKey) (Checkpoint, error) {
	c, _, err := q.lastCheckpoint(ctx, keys...)
	return c, err
}

// lastCheckpoint is the last that is kept, and its sequence, 0 where there is
// none.
func (q *Queue) lastCheckpoint(ctx context.Context, keys ...ed25519.PublicKey) (Checkpoint, uint64, error) {
	stream, err := q.ledger.Stream(ctx, streamCheckpoints)
	if err != nil {
		return Checkpoint{}, 0, fail("open checkpoints", err)
	}
	seq := stream.CachedInfo().State.LastSeq
	if seq == 0 {
		return Checkpoint{}, 0, nil
	}
	msg, err := stream.GetMsg(ctx, seq)
	if err != nil {
		return Checkpoint{}, 0, fail("read checkpoint", err)
	}
	c, err := q.ReadCheckpoint(msg.Data, keys...)
	return c, seq, err
}

// Checkpoints lists those that are kept beside the ledger, oldest first. One that
// cannot be read is told by its place in the error, CodeTampered.
func (q *Queue) Checkpoints(ctx context.Context, keys ...ed25519.PublicKey) ([]Checkpoint, error) {
	stream, err := q.ledger.Stream(ctx, streamCheckpoints)
	if err != nil {
		return nil, fail("open checkpoints", err)
	}
	var list []Checkpoint
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		msg, err := stream.GetMsg(ctx, seq)
		if err != nil {
			return nil, schema.Fail(codeOr(fail("read checkpoint", err), schema.CodeTampered), "read checkpoint", err)
		}
		c, err := q.ReadCheckpoint(msg.Data, keys...)
		if err != nil {
			return nil, schema.Fail(schema.CodeTampered, "read checkpoint", err)
		}
		list = append(list, c)
	}
	return list, nil
}
