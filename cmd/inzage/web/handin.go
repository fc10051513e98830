package web

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
)

// accept judges the files that came in whole and takes those that are of use, and in
// which the scanner finds nothing: they
// become files of the request, the ledger says so, and the bundle is made with
// them. The others are told to refuse, which returns false for an error that is
// not about the file. left are the uploads that nothing was done with.
func (d *Desk) accept(v *visit, box *queue.Box, came []*queue.Upload, refuse func(name string, err error) bool) (taken int, left []*queue.Upload, err error) {
	blobs, err := box.Blobs(v.ctx())
	if err != nil {
		return 0, came, err
	}
	var total int64
	for _, b := range blobs {
		total += b.Size
	}
	// A database comes before its companions, which are nothing without it.
	slices.SortStableFunc(came, func(a, b *queue.Upload) int { return cmp.Compare(a.Incoming().Name, b.Incoming().Name) })
	var fit []*queue.Upload
	for i, u := range came {
		err := d.judge(v, box, blobs, came, u)
		size := u.Incoming().Size
		if err == nil && (len(blobs)+len(fit) >= mostFiles || total+size > 4*d.largest()) {
			err = schema.Fail(schema.CodeFull, "hand in file", nil)
		}
		switch {
		case err == nil:
			fit = append(fit, u)
			total += size
		case refuse(u.Incoming().Name, err):
			left = append(left, u)
		default:
			return 0, append(append(left, fit...), came[i:]...), err
		}
	}
	taken, rest, err := d.keep(v, box, fit)
	return taken, append(left, rest...), err
}

// keep makes files of the request of uploads that are of use. Whoever sent them
// may be gone by now: they came, and are taken. rest are those that are not.
func (d *Desk) keep(v *visit, box *queue.Box, fit []*queue.Upload) (taken int, rest []*queue.Upload, err error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(v.ctx()), takingTime)
	defer stop()
	counts := map[string]int64{"files": 0, "bytes": 0}
	var names []string
	var failed error
	for _, u := range fit {
		blob, err := u.Done(ctx)
		if err != nil {
			failed = err
			break
		}
		names = append(names, blob.Name)
		counts["files"]++
		counts["bytes"] += blob.Size
	}
	done, rest := fit[:len(names)], fit[len(names):]
	if len(names) == 0 {
		return 0, rest, failed
	}
	r, err := workers.HandedIn(ctx, d.Queue, v.request.ID, v.who.Actor, "", counts)
	if err != nil && schema.CodeOf(err) != schema.CodeConflict {
		return 0, rest, err // shown as not finished: sent once more, it is
	}
	for i, u := range done {
		if err != nil { // the request was closed meanwhile
			_ = box.Remove(ctx, names[i])
		}
		_ = u.Settled(ctx)
	}
	if err != nil {
		return 0, rest, err
	}
	v.request = r
	if failed == nil {
		failed = d.Register.Wait(ctx, r)
	}
	return len(names), rest, failed
}

// takingTime is how long it may take at most that files which came in whole
// become files of the request.
const takingTime = time.Minute

// judge says whether an upload is of use, beside the files that are there and
// those that came with it, and whether the scanner lets it through.
func (d *Desk) judge(v *visit, box *queue.Box, there []schema.Blob, came []*queue.Upload, u *queue.Upload) error {
	stored := func(u *queue.Upload) inputs.Stored {
		return inputs.Stored{
			Name: u.Incoming().Name, Size: u.Incoming().Size, At: u.ReaderAt(v.ctx()),
			Open: func() (io.ReadCloser, error) { return u.Open(v.ctx()) },
		}
	}
	if _, err := u.Open(v.ctx()); err != nil { // not what was announced
		return err
	}
	name := u.Incoming().Name
	var with []inputs.Stored
	for _, b := range there {
		if b.Name != name && related(b.Name, name) {
			with = append(with, inputs.Stored{Name: b.Name, Size: b.Size, Open: func() (io.ReadCloser, error) { return box.Open(v.ctx(), b.Name) }})
		}
	}
	for _, other := range came {
		if other != u && other.Incoming().Name != name && related(other.Incoming().Name, name) {
			with = append(with, stored(other))
		}
	}
	if err := workers.Judge(v.ctx(), d.Sources, stored(u), with); err != nil {
		return err
	}
	return d.scan(v, stored(u))
}

// scan has the scanner look at a file, where there is one. What it refuses is in the
// log, by code and request: somebody may have to look at a computer, or the scanner.
func (d *Desk) scan(v *visit, file inputs.Stored) error {
	if d.Scan == nil {
		return nil
	}
	set, err := inputs.OpenStored(v.ctx(), []inputs.Stored{file}, inputs.Options{Memory: true})
	if err != nil {
		return err
	}
	defer func() { _ = set.Close() }()
	if err = d.Scan(v.ctx(), set); err != nil {
		zerolog.Ctx(v.ctx()).Warn().Str("request", string(v.request.ID)).Str("code", string(schema.CodeOf(err))).Msg("file not accepted: scanner")
	}
	return err
}

// related reports whether two files belong together by their names, as a database
// and its companions do.
func related(a, b string) bool {
	return len(a) > len(b) && a[:len(b)] == b || len(b) > len(a) && b[:len(a)] == a
}

// takeBack removes a file that was handed in, by its hash: it was the wrong one.
// The bundle is made again without it.
func (d *Desk) takeBack(v *visit) error {
	if _, can := v.request.State.Next(schema.EntryHandedIn); !can {
		return schema.Fail(schema.CodeConflict, "take file back", nil)
	}
	box, err := d.upload(v.ctx(), v)
	if err != nil {
		return err
	}
	blobs, err := box.Blobs(v.ctx())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(blobs, func(b schema.Blob) bool { return b.SHA256 == v.r.FormValue("file") })
	if i < 0 {
		return schema.Fail(schema.CodeNotFound, "take file back", nil)
	}
	if err := box.Remove(v.ctx(), blobs[i].Name); err != nil {
		return err
	}
	r, err := workers.HandedIn(v.ctx(), d.Queue, v.request.ID, v.who.Actor, workers.Removed, map[string]int64{"files": 1, "bytes": blobs[i].Size})
	if err != nil {
		return err
	}
	return d.done(v, r, v.base()+"/files", "desk.files.removed")
}

// forget gives up an upload that broke off.
func (d *Desk) forget(v *visit) error {
	box, err := d.upload(v.ctx(), v)
	if err != nil {
		return err
	}
	u, err := box.Upload(v.ctx(), v.r.FormValue("upload"))
	if err != nil {
		return err
	}
	if err := u.Drop(v.ctx()); err != nil {
		return err
	}
	return v.to(v.base() + "/files")
}
