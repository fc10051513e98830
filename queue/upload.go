package queue

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// incoming is a file that comes in pieces, as far as it came, sealed in the
// index. Its bytes are parts like those of any blob, and Done makes it one.
type incoming struct {
	head
	// Whole is how large the file will be, in bytes.
	Whole int64
	// Want is the hash that who sends it announced, or empty.
	Want string
	// Mark is by what who sends it knows the file again, or empty.
	Mark string
	// Sum is the state of the hash over what came.
	Sum []byte
	// Moved is when the last piece came.
	Moved time.Time
	// Taken says that it is about to be a blob, or is one: the bytes are that
	// blob's then, and no longer the upload's to give up.
	Taken bool
}

// Incoming is an upload that was not finished.
type Incoming struct {
	ID    string
	Name  string
	Mark  string
	Size  int64 // bytes that came
	Whole int64 // bytes that the file has
	Moved time.Time
}

// Upload is a file that comes in pieces, over as many connections as it takes.
// What Write said is stored is durable. It is for one goroutine; of two that
// write to the same upload, one gets CodeConflict.
type Upload struct {
	box      *Box
	id       string
	at       incoming
	revision uint64
	now      func() time.Time
}

// forgottenAfter is how long an upload may stand still before Sweep takes it
// for given up.
const forgottenAfter = 7 * 24 * time.Hour

func (b *Box) uploadKey(id string) string { return b.place + ".upload." + id }

// Begin makes an upload of a file of that many bytes, one at least. Where it is
// not known beforehand how many, whole is how many there may be, and Ended says
// later that there will be no more. want is the hash of the file, hex SHA-256, or
// empty where it is not known beforehand. mark is by what who sends it knows the
// file again, beside its name and size, or empty: nothing reads it here.
func (b *Box) Begin(ctx context.Context, name string, whole int64, want, mark string) (*Upload, error) {
	if whole < 1 {
		return nil, schema.Fail(schema.CodeNothingFound, "begin upload", nil)
	}
	var id [16]byte
	_, _ = rand.Read(id[:])
	u := &Upload{box: b, id: hex.EncodeToString(id[:]), now: time.Now}
	u.at = incoming{head: head{ID: u.id}, Whole: whole, Want: want, Mark: mark}
	u.at.Name = name
	return u, u.note(ctx, sha256.New())
}

// Upload opens an upload that was begun. CodeNotFound says that there is none.
func (b *Box) Upload(ctx context.Context, id string) (*Upload, error) {
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return nil, schema.Fail(schema.CodeNotFound, "open upload", nil)
	}
	u := &Upload{box: b, id: id, now: time.Now}
	var err error
	u.revision, err = b.read(ctx, b.uploadKey(id), &u.at)
	return u, err
}

// Uploads lists the uploads that were not finished.
func (b *Box) Uploads(ctx context.Context) ([]Incoming, error) {
	var list []Incoming
	err := b.each(ctx, "upload", func(key string, sealed []byte) error {
		u := &Upload{id: key[strings.LastIndexByte(key, '.')+1:]}
		if err := b.unseal(key, sealed, &u.at); err != nil {
			return err
		}
		list = append(list, u.Incoming())
		return nil
	})
	return list, err
}

// Incoming is how far the upload is.
func (u *Upload) Incoming() Incoming {
	return Incoming{ID: u.id, Name: u.at.Name, Mark: u.at.Mark, Size: u.at.Size, Whole: u.at.Whole, Moved: u.at.Moved}
}

// note puts on record how far the upload is.
func (u *Upload) note(ctx context.Context, sum hash.Hash) (err error) {
	state, ok := sum.(encoding.BinaryMarshaler)
	if !ok {
		return schema.Fail(schema.CodeInternal, "note upload", nil)
	}
	if u.at.Sum, err = state.MarshalBinary(); err != nil {
		return schema.Fail(schema.CodeInternal, "note upload", err)
	}
	u.at.Moved = u.now().UTC()
	u.revision, err = u.box.write(ctx, u.box.uploadKey(u.id), u.at, u.revision)
	return err
}

// sum is the hash over what came.
func (u *Upload) sum() (hash.Hash, error) {
	h := sha256.New()
	state, ok := h.(encoding.BinaryUnmarshaler)
	if !ok {
		return nil, schema.Fail(schema.CodeInternal, "go on with upload", nil)
	}
	if err := state.UnmarshalBinary(u.at.Sum); err != nil {
		return nil, schema.Fail(schema.CodeTampered, "go on with upload", err)
	}
	return h, nil
}

// Write adds the bytes of r, which come at the offset, and returns how many of
// them are stored: those that came before r failed are. Every part that is full
// is put on record at once, so a process that is killed loses one part at most.
// CodeConflict says that the offset is not where the upload is, CodeTooLarge
// that more came than the file has.
func (u *Upload) Write(ctx context.Context, offset int64, r io.Reader) (stored int64, err error) {
	if offset != u.at.Size {
		return 0, schema.Fail(schema.CodeConflict, "go on with upload", nil)
	}
	sum, err := u.sum()
	if err != nil {
		return 0, err
	}
	// One byte more than may come shows that too much did.
	r = io.LimitReader(r, u.at.Whole-u.at.Size+1)
	plain := make([]byte, 0, partSize)
	if short := int(u.at.Size % partSize); short > 0 {
		if plain, err = u.lastPart(ctx, plain, short); err != nil {
			return 0, err
		}
	}
	for {
		had := len(plain)
		n, failed := io.ReadFull(r, plain[had:partSize])
		if u.at.Size+int64(n) > u.at.Whole {
			return stored, schema.Fail(schema.CodeTooLarge, "store upload", nil)
		}
		if n > 0 {
			plain = plain[:had+n]
			if err := u.storePart(ctx, plain, n, sum); err != nil {
				return stored, err
			}
			stored += int64(n)
			plain = plain[:0]
		}
		switch {
		case failed == nil:
		case errors.Is(failed, io.EOF), errors.Is(failed, io.ErrUnexpectedEOF):
			return stored, nil
		default:
			return stored, schema.Fail(codeOr(failed, schema.CodeIO), "read upload", failed)
		}
	}
}

// lastPart reads back a part that was not full, to fill it up.
func (u *Upload) lastPart(ctx context.Context, into []byte, length int) ([]byte, error) {
	r, err := u.box.vault.part(ctx, u.box.key, u.at.head.ID, int(u.at.Size/partSize))
	if err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, into[:length]); err != nil {
		return nil, schema.Fail(schema.CodeTampered, "read part", err)
	}
	return into[:length], nil
}

// storePart seals a part, of which the last n bytes are new, and puts it on
// record.
func (u *Upload) storePart(ctx context.Context, plain []byte, n int, sum hash.Hash) error {
	v, number := u.box.vault, int(u.at.Size/partSize)
	var sealed bytes.Buffer
	w, err := sealTo(&sealed, u.box.key, v.partLabel(u.at.head.ID, number))
	if err != nil {
		return err
	}
	if _, err := w.Write(plain); err != nil {
		return schema.Fail(schema.CodeInternal, "seal part", err)
	}
	if err := w.Close(); err != nil {
		return schema.Fail(schema.CodeInternal, "seal part", err)
	}
	// What came is worth keeping, also where who sent it went away meanwhile.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), partTimeout)
	defer stop()
	if err := v.storePart(ctx, partName(u.at.head.ID, number), sealed.Bytes()); err != nil {
		return err
	}
	_, _ = sum.Write(plain[len(plain)-n:])
	u.at.Size += int64(n)
	u.at.Parts = number + 1
	return u.note(ctx, sum)
}

// Ended says that what came is the whole file.
func (u *Upload) Ended(ctx context.Context) error {
	if u.at.Size == 0 {
		return schema.Fail(schema.CodeNothingFound, "end upload", nil)
	}
	if u.at.Whole == u.at.Size {
		return nil
	}
	sum, err := u.sum()
	if err != nil {
		return err
	}
	u.at.Whole = u.at.Size
	return u.note(ctx, sum)
}

// Blob is the file as far as it came. It has a hash once it is whole.
func (u *Upload) Blob() (schema.Blob, error) {
	b := u.at.Blob
	if b.Size == u.at.Whole {
		sum, err := u.sum()
		if err != nil {
			return b, err
		}
		b.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	return b, nil
}

// Open reads what came from its first byte. The upload must be whole; an error
// has CodeHashDiffers where it is not the file that was announced.
func (u *Upload) Open(ctx context.Context) (io.ReadCloser, error) {
	h, err := u.whole()
	if err != nil {
		return nil, err
	}
	return u.box.vault.open(ctx, u.box.key, h), nil
}

func (u *Upload) whole() (head, error) {
	blob, err := u.Blob()
	if err != nil {
		return head{}, err
	}
	if blob.SHA256 == "" {
		return head{}, schema.Fail(schema.CodeTruncated, "finish upload", nil)
	}
	if u.at.Want != "" && u.at.Want != blob.SHA256 {
		return head{}, schema.Fail(schema.CodeHashDiffers, "finish upload", nil)
	}
	return head{Blob: blob, ID: u.at.head.ID, Parts: u.at.Parts}, nil
}

// ReaderAt reads what came in any order; the upload must be whole. It keeps the
// part that was read last. It is for one goroutine.
func (u *Upload) ReaderAt(ctx context.Context) io.ReaderAt {
	return &partReader{ctx: ctx, vault: u.box.vault, key: u.box.key, head: u.at.head, at: -1}
}

// Done makes the upload a blob of the box, under its name or, where that is
// taken, the name with a number: nothing that was handed in is replaced. The
// upload must be whole. Until Settled it is there still, so that whoever was cut
// off between the two can do what belongs with it; done again it is the same blob.
// CodeConflict says that it was given up meanwhile.
func (u *Upload) Done(ctx context.Context) (schema.Blob, error) {
	h, err := u.whole()
	if err != nil {
		return schema.Blob{}, err
	}
	if err := u.take(ctx); err != nil {
		return schema.Blob{}, err
	}
	given := h.Name
	for n := 2; ; n++ {
		_, err := u.box.write(ctx, u.box.headKey(h.Name), h, 0)
		if err == nil {
			return h.Blob, nil
		}
		if schema.CodeOf(err) != schema.CodeConflict {
			return schema.Blob{}, err
		}
		var there head
		if _, err := u.box.read(ctx, u.box.headKey(h.Name), &there); err == nil && there.ID == h.ID {
			return h.Blob, nil // this upload, before a crash
		}
		end := path.Ext(given)
		h.Name = strings.TrimSuffix(given, end) + " (" + strconv.Itoa(n) + ")" + end
	}
}

// take puts on record that the bytes are a blob's from now on.
func (u *Upload) take(ctx context.Context) error {
	if u.at.Taken {
		return nil
	}
	sum, err := u.sum()
	if err != nil {
		return err
	}
	u.at.Taken = true
	return u.note(ctx, sum)
}

// Settled ends an upload of which Done made a blob.
func (u *Upload) Settled(ctx context.Context) error {
	return u.end(ctx, "settle upload")
}

// Drop gives the upload up. CodeConflict says that somebody went on with it, or
// that it is a blob.
func (u *Upload) Drop(ctx context.Context) error {
	if u.at.Taken {
		return schema.Fail(schema.CodeConflict, "drop upload", nil)
	}
	if err := u.end(ctx, "drop upload"); err != nil {
		return err
	}
	u.box.vault.discard(ctx, u.at.head)
	return nil
}

// end takes the upload off the record.
func (u *Upload) end(ctx context.Context, op string) error {
	return conflict(op, u.box.vault.index.Delete(ctx, u.box.uploadKey(u.id), jetstream.LastRevision(u.revision)))
}

// partReader reads the parts of a blob in any order.
type partReader struct {
	ctx   context.Context //nolint:containedctx // an io.ReaderAt has no other place for it
	vault *Vault
	key   Key
	head  head
	at    int // which part is in hand, -1 for none
	part  []byte
}

// ReadAt implements io.ReaderAt.
func (r *partReader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, schema.Fail(schema.CodeIO, "read blob", nil)
	}
	for n < len(p) {
		if off >= r.head.Size {
			return n, io.EOF
		}
		if number := int(off / partSize); number != r.at {
			in, err := r.vault.part(r.ctx, r.key, r.head.ID, number)
			if err != nil {
				return n, err
			}
			if r.part, err = io.ReadAll(in); err != nil {
				return n, schema.Fail(schema.CodeTampered, "read part", err)
			}
			r.at = number
		}
		start := int(off % partSize)
		if start >= len(r.part) {
			return n, schema.Fail(schema.CodeTampered, "read part", nil)
		}
		// A part that a cut-off write made longer than is on record ends where
		// the record does.
		end := min(int64(len(r.part)), int64(start)+r.head.Size-off)
		m := copy(p[n:], r.part[start:end])
		n, off = n+m, off+int64(m)
	}
	return n, nil
}
