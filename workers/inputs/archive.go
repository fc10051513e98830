package inputs

import (
	"cmp"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"inzage/schema"

	"github.com/klauspost/compress/zip"
)

const (
	// ratioFrom is the decompressed size from which the ratio counts: a few
	// kilobytes of blanks compress to nothing in honest files too.
	ratioFrom = 1 << 20
	// directoryLimit bounds the bytes of names, comments and extra data of all
	// archives together, which stay in memory.
	directoryLimit = 64 << 20
	// encrypted is the bit of a member's flags that tells of a password.
	encrypted = 1
)

// errTooMany stops the reading of an archive's directory.
var errTooMany = errors.New("directory of archive over the limit")

// add lists e, or in its place its members where it is an archive at the depth
// given; unpacked gives the archive's bytes. It fails only when the run must
// stop.
func (b *builder) add(e *entry, depth int, unpacked func() (container, error)) error {
	if b.ctx.Err() != nil {
		return schema.Fail(schema.CodeInterrupted, "list input", b.ctx.Err())
	}
	if e.refused == "" {
		archive, err := b.isArchive(e)
		if err != nil {
			b.set.report(e.name, codeOf(err))
		}
		if archive {
			opened, err := b.archive(e.name, depth, unpacked)
			if opened || stops(err) {
				return err
			}
			if err != nil {
				b.set.report(e.name, codeOf(err))
			}
		}
		if b.files >= b.limits.Files {
			e.refused = schema.CodeLimit
		}
	}
	if e.refused != "" {
		b.set.report(e.name, e.refused)
	}
	b.files++
	b.set.entries = append(b.set.entries, e)
	b.set.index[e.name] = e
	return nil
}

// stops tells a full disk or an impatient user from a fault of the archive.
func stops(err error) bool {
	e, ours := errors.AsType[*schema.Error](err)
	return ours && (e.Code == schema.CodeInterrupted || e.Code == schema.CodeIO)
}

// isArchive looks at the content, never at the name.
func (b *builder) isArchive(e *entry) (bool, error) {
	r, err := e.open()
	if err != nil {
		return false, err
	}
	defer r.Close() //nolint:errcheck // only read from
	var magic [4]byte
	n, err := io.ReadFull(r, magic[:])
	if n < len(magic) {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil // shorter than an archive; damage shows when it is read
		}
		return false, err
	}
	switch string(magic[:]) {
	case "PK\x03\x04", "PK\x05\x06", "PK\x07\x08": // a member, an empty archive, a split one
		return true, nil
	}
	return false, nil
}

// archive lists the members of an archive and reports whether it did. Where it
// did not, the archive stays a file like any other and the error, if any, says
// why.
func (b *builder) archive(name string, depth int, unpacked func() (container, error)) (bool, error) {
	c, err := unpacked()
	if err != nil {
		return false, err
	}
	release, err := c.hold()
	if err != nil {
		return false, err
	}
	defer release()
	all, err := b.readDirectory(c)
	if err != nil {
		return false, err
	}
	members := slices.DeleteFunc(slices.Clone(all), isFolder)
	if len(members) == 0 || isOffice(members) {
		return false, nil
	}
	if depth > b.limits.Depth || len(members) > b.limits.Files-b.files || overlap(members) {
		return false, schema.Fail(schema.CodeLimit, "open archive", nil)
	}
	for _, m := range all {
		if isFolder(m) {
			if shown, safe := display(strings.TrimSuffix(m.Name, "/")); !safe {
				b.set.report(name+"/"+shown, schema.CodeUnsafePath)
			}
			continue
		}
		if err := b.member(c, name, m, depth); err != nil {
			return true, err
		}
	}
	return true, nil
}

// isFolder tells a folder's own entry from a file; one with content is a file.
func isFolder(m *zip.File) bool {
	return strings.HasSuffix(m.Name, "/") && m.UncompressedSize64 == 0
}

// readDirectory lists the members, folders included.
func (b *builder) readDirectory(c container) ([]*zip.File, error) {
	count := 0
	r, err := zip.NewReaderWithOptions(c.at, c.size, zip.ReaderOptions{
		// The hook for old character sets is also the one place where a huge
		// directory can be stopped before it fills the memory.
		NameDecoder: func(h *zip.FileHeader) error {
			count++
			b.directory += len(h.Name) + len(h.Extra) + len(h.Comment)
			if count > 2*b.limits.Files || b.directory > directoryLimit {
				return schema.Fail(schema.CodeLimit, "read directory of archive", errTooMany)
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return r.File, nil
}

// isOffice tells a document that happens to be a zip from a container of files: one
// of Office, or a capture by Fiddler, which also has such a list or is told by its
// requests.
func isOffice(members []*zip.File) bool {
	return slices.ContainsFunc(members, func(m *zip.File) bool {
		return m.Name == "[Content_Types].xml" || strings.HasPrefix(m.Name, "raw/") && strings.HasSuffix(m.Name, "_c.txt")
	})
}

// overlap reports whether two members share bytes, as no honest archive's do:
// it is how a small file unpacks to petabytes without nesting.
func overlap(members []*zip.File) bool {
	type extent struct{ from, to int64 }
	list := make([]extent, 0, len(members))
	for _, m := range members {
		from, err := m.DataOffset()
		if err != nil || m.CompressedSize64 == 0 {
			continue // damage is told per member
		}
		if m.CompressedSize64 > math.MaxInt64-uint64(from) {
			return true
		}
		list = append(list, extent{from, from + int64(m.CompressedSize64)})
	}
	slices.SortFunc(list, func(x, y extent) int {
		return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to))
	})
	for i := 1; i < len(list); i++ {
		if list[i].from < list[i-1].to {
			return true
		}
	}
	return false
}

// member lists one member of the archive called name.
func (b *builder) member(c container, name string, m *zip.File, depth int) error {
	shown, safe := display(m.Name)
	shown = b.unique(name + "/" + shown)
	if !safe || !m.Mode().IsRegular() {
		b.set.report(shown, schema.CodeUnsafePath)
	}
	// The name has done its work. Left as it is, a trailing slash would keep
	// the content out of reach, and comments would stay in memory.
	m.Name, m.Comment, m.Extra = "", "", nil

	e := &entry{
		name: shown, size: int64(min(m.UncompressedSize64, math.MaxInt64)),
		open:    func() (io.ReadCloser, error) { return openMember(c, m) },
		refused: b.judge(m),
	}
	return b.add(e, depth+1, func() (container, error) {
		r, err := e.open()
		if err != nil {
			return container{}, err
		}
		defer r.Close() //nolint:errcheck // only read from
		return b.set.store.keep(b.ctx, r, b.limits.Bytes)
	})
}

// judge says why a member may not be unpacked, if so.
func (b *builder) judge(m *zip.File) schema.Code {
	if m.Flags&encrypted != 0 {
		return schema.CodeEncryptedMember
	}
	size, packed := m.UncompressedSize64, m.CompressedSize64
	if size > ratioFrom && size/max(packed, 1) > uint64(b.limits.Ratio) {
		return schema.CodeLimit
	}
	// Never more comes out of a member than it declares: reading then ends with
	// an error. So the declared sizes bound the whole.
	if size > uint64(b.limits.Bytes-b.bytes) {
		return schema.CodeLimit
	}
	b.bytes += int64(size)
	return ""
}

// openMember reads a member, keeping its archive open meanwhile.
func openMember(c container, m *zip.File) (io.ReadCloser, error) {
	release, err := c.hold()
	if err != nil {
		return nil, err
	}
	r, err := m.Open()
	if err != nil {
		release()
		return nil, err
	}
	return &memberReader{ReadCloser: r, release: release}, nil
}

type memberReader struct {
	io.ReadCloser
	release func()
}

func (r *memberReader) Close() error {
	defer r.release()
	return r.ReadCloser.Close()
}
