package queue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Erase erases everything of a closed request but its ledger, which holds no
// personal data. It may run again after a crash, and at several places at once:
// what was found at first is on record before anything goes, and that it is gone
// is put on record once.
func (q *Queue) Erase(ctx context.Context, id schema.RequestID, by schema.Actor) (schema.Request, error) {
	return q.erase(ctx, id, by, schema.ErasesAll, q.shred)
}

// EraseRaw erases what the sources of a closed request brought, and leaves the
// bundle; otherwise as Erase.
func (q *Queue) EraseRaw(ctx context.Context, id schema.RequestID, by schema.Actor) (schema.Request, error) {
	return q.erase(ctx, id, by, schema.ErasesRaw, q.shredRaw)
}

func (q *Queue) erase(ctx context.Context, id schema.RequestID, by schema.Actor, what schema.Code, drop func(context.Context, schema.RequestID) error) (schema.Request, error) {
	done := func(r schema.Request) bool {
		return r.State == schema.StateErased || what == schema.ErasesRaw && r.Cleared && r.Erasing.Code == ""
	}
	if err := q.vaults("erase request"); err != nil {
		return schema.Request{}, err
	}
	r, err := q.Request(ctx, id)
	if err != nil || done(r) {
		return r, err
	}
	if r.Erasing.Code != what {
		// What another is erasing already may be half gone: its count holds then.
		counts, ref, uncounted := q.inventory(ctx, id, what)
		r, err = q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
			if done(r) || r.Erasing.Code == what {
				return nil, nil
			}
			if r.Erasing.Code == schema.ErasesAll {
				return nil, schema.Fail(schema.CodeConflict, "erase request", nil)
			}
			if uncounted != nil {
				return nil, uncounted
			}
			return []schema.Entry{{Kind: schema.EntryErasing, Actor: by, Code: what, Counts: counts, Ref: ref}}, nil
		})
		if err != nil || done(r) {
			return r, err
		}
	}
	if err := drop(ctx, id); err != nil {
		return r, err
	}
	return q.Update(ctx, id, func(r schema.Request) ([]schema.Entry, error) {
		if done(r) || r.Erasing.Code != what {
			return nil, nil
		}
		e := schema.Entry{Kind: schema.EntryErased, Actor: by, Counts: r.Erasing.Counts, Ref: r.Erasing.Ref}
		if what == schema.ErasesRaw {
			e.Kind = schema.EntryCleared
		}
		return []schema.Entry{e}, nil
	})
}

// inventory counts what is to be erased: "keys", "objects", "bytes" (sealed),
// "notes"; and is the hash of the list of its objects, a line for each: opaque
// name, size, and digest of the sealed bytes.
func (q *Queue) inventory(ctx context.Context, id schema.RequestID, what schema.Code) (counts map[string]int64, ref string, err error) {
	before := q.Refused()
	defer func() { err = q.conns.named(before, err) }()
	counts = map[string]int64{"keys": 0, "objects": 0, "bytes": 0, "notes": 0}
	names, stays := keyNames(id), map[string]bool(nil)
	if what == schema.ErasesRaw {
		v, err := q.Vault(ctx, id)
		if err != nil {
			return nil, "", err
		}
		if stays, err = v.staying(ctx); err != nil {
			return nil, "", err
		}
		notes, err := v.rawNotes(ctx)
		if err != nil {
			return nil, "", err
		}
		names, counts["notes"] = []string{rawKeyName(id)}, int64(len(notes))
	} else if s, err := q.blobs.Stream(ctx, prefixKV+prefixIndex+string(id)); err == nil {
		counts["notes"] = int64(s.CachedInfo().State.Msgs) //nolint:gosec // a count on a disk
	}
	for _, name := range names {
		switch _, err := q.keys.Stream(ctx, prefixKey+name); {
		case err == nil:
			counts["keys"]++
		case !errors.Is(err, jetstream.ErrStreamNotFound):
			return nil, "", fail("count keys", err)
		}
	}
	files, err := q.blobs.ObjectStore(ctx, prefixFiles+string(id))
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return counts, "", nil
	}
	if err != nil {
		return nil, "", fail("count files", err)
	}
	objects, err := files.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, "", fail("count files", err)
	}
	slices.SortFunc(objects, func(a, b *jetstream.ObjectInfo) int { return cmp.Compare(a.Name, b.Name) })
	sum := sha256.New()
	for _, o := range objects {
		if stays[blobOf(o.Name)] {
			continue
		}
		counts["objects"]++
		counts["bytes"] += int64(o.Size) //nolint:gosec // a size on a disk
		_, _ = fmt.Fprintf(sum, "%s %d %s\n", o.Name, o.Size, o.Digest)
	}
	return counts, hex.EncodeToString(sum.Sum(nil)), nil
}

// shred drops the keys of a request, its files and its index, in this order.
// Without the keys the rest is noise, wherever a copy of it is; and what the
// server deletes as a whole leaves nothing on its disk. It may run again after a
// crash.
func (q *Queue) shred(ctx context.Context, id schema.RequestID) (err error) {
	before := q.Refused()
	defer func() { err = q.conns.named(before, err) }()
	if err := q.vaults("erase request"); err != nil {
		return err
	}
	if !ValidID(id) {
		return schema.Fail(schema.CodeNotFound, "erase request", nil)
	}
	// The vault's own key last: as long as it is there, Sweep finds what is left of
	// a request that was never opened.
	for _, name := range slices.Backward(keyNames(id)) {
		if err := dropStream(ctx, q.keys, prefixKey+name); err != nil {
			return err
		}
	}
	for _, name := range []string{prefixObjects + prefixFiles + string(id), prefixKV + prefixIndex + string(id)} {
		if err := dropStream(ctx, q.blobs, name); err != nil {
			return err
		}
	}
	q.putting.Delete(id)
	return nil
}

func dropStream(ctx context.Context, js jetstream.JetStream, name string) error {
	err := js.DeleteStream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return fail("erase request", err)
}

// shredRaw drops the key of what the sources brought, and then that. The server
// takes deleted bytes off its disk when it compacts a block, some of them not
// before the rest of the request goes: without the key they are noise.
func (q *Queue) shredRaw(ctx context.Context, id schema.RequestID) (err error) {
	before := q.Refused()
	defer func() { err = q.conns.named(before, err) }()
	v, err := q.Vault(ctx, id)
	if err != nil {
		return err
	}
	stays, err := v.staying(ctx)
	if err != nil {
		return err
	}
	if err := dropStream(ctx, q.keys, prefixKey+rawKeyName(id)); err != nil {
		return err
	}
	objects, err := v.files.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return fail("list files", err)
	}
	for _, o := range objects {
		if stays[blobOf(o.Name)] {
			continue
		}
		if err := v.files.Delete(ctx, o.Name); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			return fail("erase files", err)
		}
	}
	notes, err := v.rawNotes(ctx)
	if err != nil {
		return err
	}
	for _, subject := range notes {
		// Not as the library deletes a key: that leaves a mark in its place.
		if err := v.keys.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return fail("erase index", err)
		}
	}
	return nil
}

// staying is the ids of the blobs that stay when the raw files go.
func (v *Vault) staying(ctx context.Context) (map[string]bool, error) {
	ids := make(map[string]bool)
	for _, name := range []string{boxPerson, boxBundle} {
		b := v.Box(name)
		err := b.each(ctx, "blob", func(key string, sealed []byte) error {
			var h head
			err := b.unseal(key, sealed, &h)
			ids[h.ID] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// rawNotes lists the subjects under which the index keeps what it says of the
// boxes of sources.
func (v *Vault) rawNotes(ctx context.Context) (subjects []string, err error) {
	root := "$KV." + v.index.Bucket() + "."
	info, err := v.keys.Info(ctx, jetstream.WithSubjectFilter(root+">")) // of the leader: see Box.each
	if err != nil {
		return nil, fail("list index", err)
	}
	person, bundle := v.Box(boxPerson).place, v.Box(boxBundle).place
	for subject := range info.State.Subjects {
		place, _, _ := strings.Cut(strings.TrimPrefix(subject, root), ".")
		if place != person && place != bundle {
			subjects = append(subjects, subject)
		}
	}
	return subjects, nil
}
