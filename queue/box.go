package queue

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Box is the part of a vault that belongs to one source, or to the bundle. It
// is a schema.Box.
//
// A worker that was cut off and comes back late cannot undo what its successor
// did: what is noted or put over something replaces what this Box has seen, and
// fails with CodeConflict where it was changed since.
type Box struct {
	vault *Vault
	place string // opaque name of the box
	key   Key    // seals what is in it
	order int

	mu   sync.Mutex
	seen map[string]uint64 // key of an entry → the revision that was read or written last
}

var _ schema.Box = (*Box)(nil)

// Box returns the box of a source; the name is the source's, or another word of
// the program's own.
func (v *Vault) Box(name string) *Box {
	key := v.raw
	if name == boxPerson || name == boxBundle {
		key = v.key
	}
	return &Box{vault: v, place: v.opaque("box", name), key: key, seen: make(map[string]uint64)}
}

// ForOrder is the box as one order of its source sees it: the number of the
// order's entry in the ledger.
func (b *Box) ForOrder(number int) *Box {
	return &Box{vault: b.vault, place: b.place, key: b.key, order: number, seen: make(map[string]uint64)}
}

// Order implements schema.Box.
func (b *Box) Order() int { return b.order }

// boxOf is the box that an entry of the index belongs to.
func (v *Vault) boxOf(key string) *Box {
	place, _, _ := strings.Cut(key, ".")
	for _, name := range []string{boxPerson, boxBundle} {
		if b := v.Box(name); b.place == place {
			return b
		}
	}
	return &Box{vault: v, place: place, key: v.raw, seen: make(map[string]uint64)}
}

// opaque makes a name for NATS from one that may say something. The same name
// gives the same result, as long as the key lives.
func (v *Vault) opaque(kind, name string) string {
	mac := hmac.New(sha256.New, v.key.derive(nil, "name").secret[:])
	_, _ = io.WriteString(mac, kind+"\x00"+name)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:20]))
}

// head is what is known of a blob, sealed in the index. Writing it is the moment
// at which a Put happens.
type head struct {
	schema.Blob
	ID    string // of its parts
	Parts int
}

// The keys of a box in the index: <place>.<kind>.<name>.
func (b *Box) headKey(name string) string {
	return b.place + ".blob." + b.vault.opaque(b.place, name)
}

func (b *Box) bookmarkKey() string { return b.place + ".bookmark" }

func (b *Box) resultKey(place string) string {
	return b.place + ".result." + b.vault.opaque(b.place+"result", place)
}

// Put implements schema.Box.
func (b *Box) Put(ctx context.Context, name string, r io.Reader) (schema.Blob, error) {
	key := b.headKey(name)
	var old head
	revision, err := b.read(ctx, key, &old)
	if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
		return schema.Blob{}, err
	}
	stored, err := b.vault.store(ctx, b.key, r)
	if err != nil {
		return schema.Blob{}, err
	}
	stored.Name = name
	if err := b.name(ctx, key, stored, revision); err != nil {
		return schema.Blob{}, err
	}
	b.vault.discard(ctx, old)
	return stored.Blob, nil
}

// name puts a blob that is stored into the index. It is not cut off when ctx ends:
// whoever gave up in that moment would not know whether the index names the blob, and
// must not discard one that it names. Where the server does not answer that stays
// unknown, and Sweep finds what no index names.
func (b *Box) name(ctx context.Context, key string, stored head, revision uint64) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
	defer stop()
	_, err := b.write(ctx, key, stored, revision)
	if err == nil {
		return nil
	}
	var now head
	if _, lost := b.read(ctx, key, &now); lost == nil && now.ID == stored.ID {
		return nil // the answer to an earlier try was lost
	}
	if code := schema.CodeOf(err); code == schema.CodeConflict || code == schema.CodeFull {
		b.vault.discard(ctx, stored)
	}
	return err
}

// Blobs implements schema.Box.
func (b *Box) Blobs(ctx context.Context) ([]schema.Blob, error) {
	var blobs []schema.Blob
	err := b.each(ctx, "blob", func(key string, sealed []byte) error {
		var h head
		if err := b.unseal(key, sealed, &h); err != nil {
			return err
		}
		blobs = append(blobs, h.Blob)
		return nil
	})
	slices.SortFunc(blobs, func(x, y schema.Blob) int { return cmp.Compare(x.Name, y.Name) })
	return blobs, err
}

// Open implements schema.Box.
func (b *Box) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	var h head
	if _, err := b.read(ctx, b.headKey(name), &h); err != nil {
		return nil, err
	}
	if h.Name != name {
		return nil, schema.Fail(schema.CodeTampered, "open blob", nil)
	}
	return b.vault.open(ctx, b.key, h), nil
}

// Remove takes a blob away; its bytes stay on the disk, sealed, until the
// request is erased. Removing what is not there is no error.
func (b *Box) Remove(ctx context.Context, name string) error {
	var h head
	revision, err := b.read(ctx, b.headKey(name), &h)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := b.vault.index.Delete(ctx, b.headKey(name), jetstream.LastRevision(revision)); err != nil {
		return conflict("remove blob", err)
	}
	b.vault.discard(ctx, h)
	return nil
}

// Bookmark implements schema.Box.
func (b *Box) Bookmark(ctx context.Context) ([]byte, error) {
	var mark []byte
	revision, err := b.read(ctx, b.bookmarkKey(), &mark)
	if schema.CodeOf(err) == schema.CodeNotFound {
		revision, err = 0, nil
	}
	if err == nil {
		b.mu.Lock()
		b.seen[b.bookmarkKey()] = revision
		b.mu.Unlock()
	}
	return mark, err
}

// Note implements schema.Box.
func (b *Box) Note(ctx context.Context, bookmark []byte) error {
	return b.replace(ctx, b.bookmarkKey(), bookmark)
}

// told is a result, and the order for which it was told.
type told struct {
	schema.Result
	Order int
}

// Tell implements schema.Box.
func (b *Box) Tell(ctx context.Context, r schema.Result) error {
	return b.replace(ctx, b.resultKey(r.Place), told{r, b.order})
}

// Results lists what was told for the order of this Box, in the order of the
// places; of a Box of no order, for the last that told anything. A place of which
// only an earlier order told is not among them: the later one replaces the whole.
func (b *Box) Results(ctx context.Context) ([]schema.Result, error) {
	var results []schema.Result
	order := b.order
	err := b.each(ctx, "result", func(key string, sealed []byte) error {
		var r told
		if err := b.unseal(key, sealed, &r); err != nil {
			return err
		}
		if b.order == 0 && r.Order > order {
			order, results = r.Order, nil
		}
		if r.Order == order {
			results = append(results, r.Result)
		}
		return nil
	})
	slices.SortFunc(results, func(x, y schema.Result) int { return cmp.Compare(x.Place, y.Place) })
	return results, err
}

// read opens an entry of the index and returns its revision. CodeNotFound says
// that there is none.
func (b *Box) read(ctx context.Context, key string, into any) (uint64, error) {
	entry, err := b.vault.index.Get(ctx, key)
	if err != nil {
		return 0, fail("read index", err)
	}
	return entry.Revision(), b.unseal(key, entry.Value(), into)
}

func (b *Box) unseal(key string, sealed []byte, into any) error {
	plain, err := Unseal(b.key, key, sealed)
	if err != nil {
		return schema.Fail(schema.CodeTampered, "read index", err)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return schema.Fail(schema.CodeTampered, "read index", err)
	}
	return nil
}

// write seals an entry in the place of the revision, 0 for none.
func (b *Box) write(ctx context.Context, key string, v any, revision uint64) (uint64, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return 0, schema.Fail(schema.CodeInternal, "write index", err)
	}
	sealed, err := Seal(b.key, key, plain)
	if err != nil {
		return 0, err
	}
	if revision == 0 {
		revision, err = b.vault.index.Create(ctx, key, sealed)
	} else {
		revision, err = b.vault.index.Update(ctx, key, sealed, revision)
	}
	return revision, conflict("write index", err)
}

// replace seals an entry in the place of the one that this Box has seen.
func (b *Box) replace(ctx context.Context, key string, v any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.seen[key]; !ok {
		entry, err := b.vault.index.Get(ctx, key)
		switch {
		case err == nil:
			b.seen[key] = entry.Revision()
		case !errors.Is(err, jetstream.ErrKeyNotFound):
			return fail("read index", err)
		}
	}
	revision, err := b.write(ctx, key, v, b.seen[key])
	if err == nil {
		b.seen[key] = revision
	}
	return err
}

// each hands over the sealed entries of one kind. Which there are, the leader of
// the index says: a watcher may be served by a replica that lags behind, and
// would miss what was just put.
func (b *Box) each(ctx context.Context, kind string, do func(key string, sealed []byte) error) error {
	ctx, stop := context.WithTimeout(ctx, partTimeout)
	defer stop()
	root := "$KV." + b.vault.index.Bucket() + "."
	info, err := b.vault.keys.Info(ctx, jetstream.WithSubjectFilter(root+b.place+"."+kind+".>"))
	if err != nil {
		return fail("list index", err)
	}
	for _, subject := range slices.Sorted(maps.Keys(info.State.Subjects)) {
		key := strings.TrimPrefix(subject, root)
		entry, err := b.vault.index.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue // removed
		}
		if err != nil {
			return fail("list index", err)
		}
		if err := do(entry.Key(), entry.Value()); err != nil {
			return err
		}
	}
	return nil
}

// conflict names the error of a write that came too late.
func conflict(op string, err error) error {
	if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
		return schema.Fail(schema.CodeConflict, op, err)
	}
	return fail(op, err)
}
