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
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
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

// blobOf is the id of the blob that a part belongs to.
func blobOf(part string) string {
	id, _, _ := strings.Cut(part, "/")
	return id
}

func (v *Vault) partLabel(blob string, n int) string {
	return "part " + string(v.id) + " " + partName(blob, n)
}

// store seals the bytes of r with the key as parts under a new id. It leaves nothing when it
// fails, as far as the server can be reached.
func (v *Vault) store(ctx context.Context, key Key, r io.Reader) (h head, err error) {
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
		w, err := sealTo(&sealed, key, v.partLabel(h.ID, h.Parts))
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
		if err := v.storePart(ctx, partName(h.ID, h.Parts-1), sealed.Bytes()); err != nil {
			return h, err
		}
		if n < partSize {
			break
		}
	}
	h.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return h, nil
}

// putTries is how often a part is put, since the connection may break in
// between, and getTries how often it is read while a replica lags behind: three
// seconds.
const (
	putTries = 3
	getTries = 11
)

// storePart puts a part, and reads it back: a connection that breaks can leave a
// piece of it twice, which the server does not tell.
func (v *Vault) storePart(ctx context.Context, name string, sealed []byte) error {
	v.putting.Lock()
	defer v.putting.Unlock()
	for try := 1; ; try++ {
		err := v.putPart(ctx, name, sealed)
		code := schema.CodeOf(err)
		if try == putTries || code != schema.CodeTampered && code != schema.CodeUnreachable {
			return err
		}
		if err := wait(ctx, jitter(time.Duration(try)*time.Second)); err != nil {
			return err
		}
	}
}

func (v *Vault) putPart(ctx context.Context, name string, sealed []byte) error {
	up, stop := v.whileUp(ctx)
	defer stop()
	if _, err := v.files.Put(up, jetstream.ObjectMeta{Name: name}, bytes.NewReader(sealed)); err != nil {
		return lost(up, "store part", err)
	}
	stored, err := v.getPart(ctx, name)
	if err != nil {
		return err
	}
	if !bytes.Equal(stored, sealed) {
		return schema.Fail(schema.CodeTampered, "store part", nil)
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
func (v *Vault) open(ctx context.Context, key Key, h head) io.ReadCloser {
	return &blobReader{ctx: ctx, vault: v, key: key, head: h, sum: sha256.New(), part: strings.NewReader("")}
}

type blobReader struct {
	ctx   context.Context //nolint:containedctx // an io.Reader has no other place for it
	vault *Vault
	key   Key
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
			r.part, r.err = r.vault.part(r.ctx, r.key, r.head.ID, r.next)
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
func (v *Vault) part(ctx context.Context, key Key, blob string, n int) (io.Reader, error) {
	sealed, err := v.getPart(ctx, partName(blob, n))
	if err != nil {
		return nil, err
	}
	r, err := unseal(bytes.NewReader(sealed), key, v.partLabel(blob, n))
	if err != nil {
		return nil, schema.Fail(schema.CodeTampered, "read part", err)
	}
	return r, nil
}

// getPart fetches the sealed bytes of a part. With replicas, the one that answers
// may lag behind and give the beginning only: then once more, a little later.
func (v *Vault) getPart(ctx context.Context, name string) ([]byte, error) {
	ctx, stop := v.whileUp(ctx)
	defer stop()
	sealed, err := v.getBytes(ctx, name)
	for try := 1; errors.Is(err, jetstream.ErrDigestMismatch) && v.replicas > 1 && try < getTries; try++ {
		if err := wait(ctx, jitter(time.Duration(try)*50*time.Millisecond)); err != nil {
			return nil, err
		}
		sealed, err = v.getBytes(ctx, name)
	}
	if errors.Is(err, jetstream.ErrObjectNotFound) || errors.Is(err, jetstream.ErrDigestMismatch) {
		return nil, schema.Fail(schema.CodeTampered, "read part", err)
	}
	return sealed, lost(ctx, "read part", err)
}

// getBytes returns once ctx ends. The library goes on waiting for what does not come
// any more, up to the deadline of ctx: a worker that was stopped stood still for two
// minutes.
func (v *Vault) getBytes(ctx context.Context, name string) (sealed []byte, err error) {
	end := make(chan struct{})
	var got []byte
	var failed error
	go func() {
		defer close(end)
		got, failed = v.files.GetBytes(ctx, name)
	}()
	select {
	case <-end:
		return got, failed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// whileUp bounds the transfer of a part, and ends it when the connection is
// lost: what waits for an answer then would wait until its time is over.
func (v *Vault) whileUp(ctx context.Context) (up context.Context, stop func()) {
	up, end := context.WithTimeout(ctx, partTimeout)
	up, cut := context.WithCancelCause(up)
	down := v.conn.StatusChanged(nats.RECONNECTING, nats.DISCONNECTED, nats.CLOSED)
	go func() {
		select {
		case <-down:
			cut(nats.ErrDisconnected)
		case <-up.Done():
		}
		v.conn.RemoveStatusListener(down)
	}()
	return up, func() {
		cut(nil)
		end()
	}
}

// lost names the error of a transfer that whileUp may have ended.
func lost(up context.Context, op string, err error) error {
	if err != nil && errors.Is(context.Cause(up), nats.ErrDisconnected) {
		return schema.Fail(schema.CodeUnreachable, op, err)
	}
	return fail(op, err)
}

// Sweep deletes the parts that no blob names and that are a day old: a Put that
// was cut off left them. It returns how many.
//
// Uploads that stood still for a week are given up first.
func (v *Vault) Sweep(ctx context.Context, now time.Time) (int, error) {
	if err := v.forget(ctx, now); err != nil {
		return 0, err
	}
	return v.sweepParts(ctx, now, "")
}

// sweepParts deletes what no blob names: all of it that is old enough, or the one
// of the name.
func (v *Vault) sweepParts(ctx context.Context, now time.Time, only string) (int, error) {
	parts, err := v.unnamed(ctx)
	if err != nil {
		return 0, err
	}
	swept := 0
	for _, o := range parts {
		if now.Sub(o.ModTime) < abandonedAfter || only != "" && o.Name != only {
			continue
		}
		if err := v.files.Delete(ctx, o.Name); err != nil {
			return swept, fail("sweep files", err)
		}
		swept++
	}
	return swept, nil
}

// unnamed lists the parts that no blob names.
func (v *Vault) unnamed(ctx context.Context) ([]*jetstream.ObjectInfo, error) {
	named, err := v.named(ctx)
	if err != nil {
		return nil, err
	}
	objects, err := v.files.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, fail("list files", err)
	}
	return slices.DeleteFunc(objects, func(o *jetstream.ObjectInfo) bool { return named[blobOf(o.Name)] }), nil
}

// named returns the ids of all blobs of all boxes, and of those that come in.
func (v *Vault) named(ctx context.Context) (map[string]bool, error) {
	named := make(map[string]bool)
	for _, kind := range []string{"blob", "upload"} {
		err := (&Box{vault: v, place: "*"}).each(ctx, kind, func(key string, sealed []byte) error {
			var h head
			err := v.boxOf(key).unseal(key, sealed, &h)
			named[h.ID] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return named, nil
}

// forget gives up the uploads that stood still for too long.
func (v *Vault) forget(ctx context.Context, now time.Time) error {
	return (&Box{vault: v, place: "*"}).each(ctx, "upload", func(key string, sealed []byte) error {
		var at incoming
		if err := v.boxOf(key).unseal(key, sealed, &at); err != nil {
			return err
		}
		if now.Sub(at.Moved) < forgottenAfter {
			return nil
		}
		return fail("forget upload", v.index.Delete(ctx, key))
	})
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
