package fetch

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the checksum that storage keeps, not a secret
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"inzage/schema"
)

// maxRounds bounds how often the container is listed until nothing in it has
// changed.
const maxRounds = 10

// download takes every file over into the box, under the name it has, and reads
// each back out of the box, until the list of the container shows none that is
// not held. Only then may the container go.
func (t *try) download(ctx context.Context) error {
	d := &download{try: t, held: make(map[string]digest), taken: make(map[string]digest)}
	if t.mark.Why == schema.CodeStorageLost {
		return d.lost(ctx)
	}
	if err := t.whose(ctx); err != nil {
		if lost(err) {
			return d.lost(ctx)
		}
		return err
	}
	for range maxRounds {
		files, err := t.store.list(ctx, t.mark.Container)
		if err != nil {
			return coded("list container", err)
		}
		fresh, err := d.round(ctx, files)
		if err != nil {
			return err
		}
		if fresh == 0 {
			return d.finish(ctx, files)
		}
	}
	return schema.Later(t.config.Times.Grace) // somebody still writes
}

// whose checks that the container holds the export of this person, and of this
// organisation. Where it holds another's, nothing is taken over and nothing
// deleted: somebody has to look.
func (t *try) whose(ctx context.Context) error {
	data, ok, err := t.store.requestInfo(ctx, t.mark.Container)
	if err != nil {
		return coded("read request info", err)
	}
	checked := false
	if ok {
		who := schema.Subject{ObjectID: schema.NewPersonal(t.mark.ObjectID), TenantID: schema.NewPersonal(t.config.Tenant)}
		f := schema.File{
			Name: requestInfo, Size: int64(len(data)), Head: data,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
		}
		for _, err := range t.Records(who, f, new(schema.Tally)) {
			code := schema.CodeOf(err)
			if code == schema.CodeOtherPerson || code == schema.CodeOtherTenant {
				return t.fail(ctx, code)
			}
			checked = err == nil
		}
	}
	if !checked && !t.mark.Confirmed {
		return t.fail(ctx, schema.CodeExportUnchecked)
	}
	return nil
}

// download is the state of taking an export over.
type download struct {
	*try

	held  map[string]digest // by name: read back out of the box, and right
	taken map[string]digest // by name: as it came out of the container in this run
}

// round takes over what is not held and counts it.
func (d *download) round(ctx context.Context, files []remote) (fresh int, err error) {
	stored := make(map[string]int64)
	blobs, err := d.box.Blobs(ctx)
	if err != nil {
		return 0, err
	}
	for _, b := range blobs {
		stored[b.Name] = b.Size
	}
	for _, f := range files {
		size, ok := stored[f.name]
		if ok && size == f.size {
			if ok, err = d.right(ctx, f); err != nil {
				return fresh, err
			}
		}
		if ok && size == f.size {
			continue
		}
		if err := d.take(ctx, f); err != nil {
			return fresh, err
		}
		fresh++
	}
	return fresh, nil
}

// right reads a file back out of the box and compares it with what storage has:
// by its hash, or, where storage has none, with what came out of it in this run.
func (d *download) right(ctx context.Context, f remote) (bool, error) {
	if h, ok := d.held[f.name]; ok && h.etag == f.etag {
		return true, nil
	}
	r, err := d.box.Open(ctx, f.name)
	if err != nil {
		return false, err
	}
	defer r.Close()
	got := newDigest(f)
	if _, err := io.Copy(got, r); err != nil {
		if schema.CodeOf(err) == schema.CodeTampered {
			return false, nil // there is still the original
		}
		return false, err
	}
	want, taken := d.taken[f.name]
	switch {
	case got.size != f.size:
		return false, nil
	case taken && want.etag == f.etag:
		if got.sum() != want.sum() {
			return false, nil
		}
	case f.md5 == nil || !got.matches(f.md5):
		return false, nil
	}
	got.damaged = want.damaged
	d.held[f.name] = *got
	return true, nil
}

// take streams a file into the box. A file whose hash is not what storage says
// is read a second time: if it is the same again, then that is what Microsoft
// wrote, and it is kept as received and counted.
func (d *download) take(ctx context.Context, f remote) error {
	got, err := d.stream(ctx, f, func(r io.Reader) error {
		stored, err := d.box.Put(ctx, f.name, r)
		if err == nil && stored.Size != f.size {
			err = schema.Fail(schema.CodeTampered, "store file", nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	if f.md5 != nil && !got.matches(f.md5) {
		again, err := d.stream(ctx, f, func(r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		})
		if err != nil {
			return err
		}
		if again.sum() != got.sum() {
			return schema.Fail(schema.CodeRemote, "download file", nil)
		}
		got.damaged = true
	}
	d.taken[f.name] = *got
	return nil
}

// stream hands a file over while it is downloaded, and returns what it was.
func (d *download) stream(ctx context.Context, f remote, to func(io.Reader) error) (*digest, error) {
	in, err := d.store.open(ctx, d.mark.Container, f)
	if err != nil {
		return nil, coded("download file", err)
	}
	defer in.Close()
	got := newDigest(f)
	whole := &exactly{in: io.TeeReader(in, got), left: f.size}
	if err := to(whole); err != nil {
		if whole.err != nil {
			return nil, coded("download file", whole.err)
		}
		return nil, err
	}
	if whole.left != 0 {
		return nil, schema.Fail(schema.CodeInternal, "store file", nil) // the box did not read it all
	}
	return got, nil
}

// exactly reads so many bytes: fewer, or more, are an error, so that the box
// never stores a file that was cut off.
type exactly struct {
	in   io.Reader
	left int64
	err  error // of the source
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	e.left -= int64(n)
	switch {
	case e.left < 0, err == io.EOF && e.left > 0:
		err = io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF {
		e.err = err
	}
	return n, err
}

// digest is what was read of a file.
type digest struct {
	etag    azcore.ETag
	size    int64
	md5     hash.Hash
	sha256  hash.Hash
	head    []byte // the first bytes, to see whether there is anything in it
	damaged bool   // its hash is not what storage says
}

func newDigest(f remote) *digest {
	return &digest{etag: f.etag, md5: md5.New(), sha256: sha256.New()} //nolint:gosec // as above
}

// headSize is more than an empty file of any format has.
const headSize = 16

// Write implements io.Writer.
func (d *digest) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	d.head = append(d.head, p[:min(len(p), headSize-len(d.head))]...)
	_, _ = d.md5.Write(p)
	_, _ = d.sha256.Write(p)
	return len(p), nil
}

func (d *digest) matches(md5 []byte) bool { return bytes.Equal(d.md5.Sum(nil), md5) }

func (d *digest) sum() string { return hex.EncodeToString(d.sha256.Sum(nil)) }

// empty reports whether there is no record in the file.
func (d *digest) empty() bool {
	if d.size > headSize {
		return false
	}
	bare := bytes.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '\ufeff':
			return -1
		}
		return r
	}, d.head)
	return len(bare) == 0 || string(bare) == "[]" || string(bare) == "{}"
}
