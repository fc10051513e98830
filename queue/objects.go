package queue

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// A file is stored as sealed parts, each an object of its own: the server
// refuses larger ones when it makes everything durable at once. A part is whole
// in memory while it is written or read, so that nothing is handed on that was
// not checked, and memory does not grow with the file.
const (
	partSize = 16 << 20 // plain bytes
	// partTimeout bounds the transfer of one part: 16 MiB in two minutes.
	partTimeout = 2 * time.Minute
	// abandonedAfter is how old a part must be, that no blob names, to be taken
	// for what a cut-off Put left: a Put of one file takes less.
	abandonedAfter = 24 * time.Hour
)

func partName(blob string, n int) string { return fmt.Sprintf("%s/p%05d", blob, n) }

func (v *Vault) partLabel(blob string, n int) string {
	return "part " + string(v.id) + " " + partName(blob, n)
}

// store seals the bytes of r as parts under a new id. It leaves nothing when it
// fails, as far as the server can be reached.
func (v *Vault) store(ctx context.Context, r io.Reader) (h head, err error) {
	var id [16]byte
	_, _ = rand.Read(id[:])
	h.ID = hex.EncodeToString(id[:])
	defer func() {
		if err != nil {
			v.discard(ctx, h)
		}
	}()
	sum := sha256.New()
	var sealed bytes.Buffer
	for {
		sealed.Reset()
		w, err := sealTo(&sealed, v.key, v.partLabel(h.ID, h.Parts))
		if err != nil {
			return h, err
		}
		n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(r, partSize))
		if err != nil {
			return h, schema.Fail(codeOr(err, schema.CodeIO), "read file", err)
		}
		if n == 0 && h.Parts > 0 {
			break
		}
		if err := w.Close(); err != nil {
			return h, schema.Fail(schema.CodeInternal, "seal part", err)
		}
		h.Parts++
		h.Size += n
		if err := v.putPart(ctx, partName(h.ID, h.Parts-1), sealed.Bytes()); err != nil {
			return h, err
		}
		if n < partSize {
			break
		}
	}
	h.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return h, nil
}

func (v *Vault) putPart(ctx context.Context, name string, sealed []byte) error {
	v.putting.Lock()
	defer v.putting.Unlock()
	ctx, stop := context.WithTimeout(ctx, partTimeout)
	defer stop()
	info, err := v.files.Put(ctx, jetstream.ObjectMeta{Name: name}, bytes.NewReader(sealed))
	if err != nil {
		return fail("store part", err)
	}
	sum := sha256.Sum256(sealed)
	if digest, err := jetstream.DecodeObjectDigest(info.Digest); err != nil || !bytes.Equal(digest, sum[:]) || info.Size != uint64(len(sealed)) {
		return schema.Fail(schema.CodeTampered, "store part", err)
	}
	return nil
}

// discard deletes the parts of a blob that no index names any more. What it
// cannot delete, Sweep does later.
func (v *Vault) discard(ctx context.Context, h head) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), partTimeout)
	defer stop()
	for n := range h.Parts {
		_ = v.files.Delete(ctx, partName(h.ID, n))
	}
}

// open reads a blob part by part.
func (v *Vault) open(ctx context.Context, h head) io.ReadCloser {
	return &blobReader{ctx: ctx, vault: v, head: h, sum: sha256.New(), part: strings.NewReader("")}
}

type blobReader struct {
	ctx   context.Context //nolint:containedctx // an io.Reader has no other place for it
	vault *Vault
	head  head
	next  int       // the next part to get
	part  io.Reader // the plain text of the part in hand
	sum   hash.Hash
	read  int64
	err   error
}

// Read implements io.Reader.
func (r *blobReader) Read(p []byte) (int, error) {
	for r.err == nil {
		n, err := r.part.Read(p)
		r.read += int64(n)
		_, _ = r.sum.Write(p[:n])
		switch {
		case err == nil && n > 0:
			return n, nil
		case err == nil:
		case !errors.Is(err, io.EOF):
			r.err = err
		case r.next < r.head.Parts:
			r.part, r.err = r.vault.part(r.ctx, r.head.ID, r.next)
			r.next++
		case r.read != r.head.Size || hex.EncodeToString(r.sum.Sum(nil)) != r.head.SHA256:
			r.err = schema.Fail(schema.CodeTampered, "read blob", nil)
		default:
			r.err = io.EOF
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

// Close implements io.Closer.
func (r *blobReader) Close() error {
	r.err = schema.Fail(schema.CodeIO, "read blob", io.ErrClosedPipe)
	r.part = nil
	return nil
}

// part fetches one part and opens its seal.
func (v *Vault) part(ctx context.Context, blob string, n int) (io.Reader, error) {
	ctx, stop := context.WithTimeout(ctx, partTimeout)
	defer stop()
	sealed, err := v.files.GetBytes(ctx, partName(blob, n))
	switch {
	case errors.Is(err, jetstream.ErrObjectNotFound), errors.Is(err, jetstream.ErrDigestMismatch):
		return nil, schema.Fail(schema.CodeTampered, "read part", err)
	case err != nil:
		return nil, fail("read part", err)
	}
	r, err := unseal(bytes.NewReader(sealed), v.key, v.partLabel(blob, n))
	if err != nil {
		return nil, schema.Fail(schema.CodeTampered, "read part", err)
	}
	return r, nil
}

// Sweep deletes the parts that no blob names and that are a day old: a Put that
// was cut off left them. It returns how many.
func (v *Vault) Sweep(ctx context.Context, now time.Time) (int, error) {
	named, err := v.named(ctx)
	if err != nil {
		return 0, err
	}
	objects, err := v.files.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fail("list files", err)
	}
	swept := 0
	for _, o := range objects {
		blob, _, _ := strings.Cut(o.Name, "/")
		if named[blob] || now.Sub(o.ModTime) < abandonedAfter {
			continue
		}
		if err := v.files.Delete(ctx, o.Name); err != nil {
			return swept, fail("sweep files", err)
		}
		swept++
	}
	return swept, nil
}

// named returns the ids of all blobs of all boxes.
func (v *Vault) named(ctx context.Context) (map[string]bool, error) {
	everywhere := &Box{vault: v, place: "*"}
	named := make(map[string]bool)
	err := everywhere.each(ctx, "blob", func(key string, sealed []byte) error {
		var h head
		err := everywhere.unseal(key, sealed, &h)
		named[h.ID] = true
		return err
	})
	return named, err
}

// codeOr is the code of an error that has one, else the given code.
func codeOr(err error, code schema.Code) schema.Code {
	if e, ok := errors.AsType[*schema.Error](err); ok {
		return e.Code
	}
	if errors.Is(err, context.Canceled) {
		return schema.CodeInterrupted
	}
	return code
}
