package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"unsafe"

	"inzage/explain/bundle"
	"inzage/schema"
	"inzage/workers/inputs"
)

// Original is a file as it was received. The list of them is for the
// organisation, which keeps the files: the hash of a file with a colleague's
// address in it would let a reader try every colleague's.
type Original struct {
	Name     string          `json:"name"`
	Size     int64           `json:"size"`
	SHA256   string          `json:"sha256"`
	Withheld bundle.Withheld `json:"withheld,omitempty"`
}

// Withheld counts the files that are not in the bundle as they were received.
func (s *Summary) Withheld() (n int64) {
	for _, o := range s.Originals {
		if o.Withheld != "" {
			n++
		}
	}
	return n
}

// readFile is a file, once it was read.
type readFile struct {
	bundle.FileInfo
	schema.File
	hides bool // something in it was masked, or is a record of another person
	cut   bool // a record of it stands in the bundle in part
}

// withheld decides whether the person gets the file as it was received. Only
// what was read to the last byte and holds nothing of anybody else is given:
// each record of the others is in the bundle all the same.
func (l Line) withheld(ctx context.Context, f *readFile) (bundle.Withheld, error) {
	switch {
	case l.Mask == nil:
		return "", nil
	case f.Others > 0:
		return bundle.WithheldOthers, nil
	case f.hides:
		return bundle.WithheldMasked, nil
	case f.Repairs[schema.RepairSecret] > 0, f.Repairs[schema.RepairContent] > 0:
		return bundle.WithheldSecrets, nil
	case f.Source == "" || f.Refused != "" || f.Problem != "" || f.cut || f.Repairs[schema.RepairFreeText] > 0:
		return bundle.WithheldUnread, nil
	}
	return l.scan(ctx, f.Open)
}

// scanWindow is how much is looked at at once, scanOverlap how much of it again
// with the next: longer than anything that is to be found.
const (
	scanWindow  = 1 << 20
	scanOverlap = 64 << 10
)

// scan looks through the bytes of a file for what the masker would mask: a
// person met in a later file can stand in an earlier one.
func (l Line) scan(ctx context.Context, open func() (io.ReadCloser, error)) (held bundle.Withheld, err error) {
	wide := false
	err = windows(ctx, open, func(b []byte, first bool) bool {
		if first {
			wide = bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff"))
		}
		switch {
		case !wide && bytes.IndexByte(b, 0) >= 0:
			held = bundle.WithheldBinary // what programs keep in such a file is more than they show
		case !l.Mask.Clean(view(b)):
			held = bundle.WithheldMasked
		}
		return held == ""
	})
	switch schema.CodeOf(err) {
	case "":
		return held, nil
	case schema.CodeInterrupted:
		return "", err
	default:
		return bundle.WithheldUnread, nil // what is wrong with it was told when it was read
	}
}

// clean reports whether the masker finds nothing in the bytes of an archive.
func (l Line) clean(ctx context.Context, open func() (io.ReadCloser, error)) (clean bool, err error) {
	clean = true
	err = windows(ctx, open, func(b []byte, _ bool) bool {
		clean = l.Mask.Clean(view(b))
		return clean
	})
	return clean, err
}

// view is b as a text, without a copy: it is good until b changes. The masker keeps
// nothing of a text but copies.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// windows shows the bytes of a file in parts that overlap, until look has enough.
func windows(ctx context.Context, open func() (io.ReadCloser, error), look func(b []byte, first bool) bool) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 0, scanWindow)
	for first := true; ; first = false {
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "scan input", ctx.Err())
		}
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if !look(buf, first) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return schema.Fail(schema.CodeIO, "scan input", err)
		}
		buf = buf[:copy(buf, buf[len(buf)-scanOverlap:])]
	}
}

// originals decides of every file on disk, archives unopened, whether it is
// given. An archive is, where everything in it is, its own bytes included: it
// holds the names of its members, and can hold remarks.
func (l Line) originals(ctx context.Context, set *inputs.Set, files []readFile) ([]Original, error) {
	held := make(map[string]bundle.Withheld, len(files)) // by name, and by the name of each archive around it
	for i := range files {
		name := files[i].File.Name
		for at := len(name); at > 0; at = strings.LastIndexByte(name[:at], '/') {
			if h, ok := held[name[:at]]; !ok || h == "" {
				held[name[:at]] = files[i].Withheld
			}
		}
	}
	var list []Original
	for _, raw := range set.Raw() {
		o := Original{Name: raw.Name, Size: raw.Size}
		h, ok := held[raw.Name]
		switch plain := slices.ContainsFunc(files, func(f readFile) bool { return f.File.Name == raw.Name }); {
		case l.Mask == nil:
		case !ok:
			o.Withheld = bundle.WithheldUnread
		case h != "" || plain:
			o.Withheld = h
		default:
			clean, err := l.clean(ctx, raw.Open)
			if err != nil {
				return nil, err
			}
			if !clean {
				o.Withheld = bundle.WithheldMasked
			}
		}
		list = append(list, o)
	}
	return list, nil
}

// Carry hands the files over byte for byte, archives unopened, those that are
// withheld aside, and fills in their hashes. It fails with CodeIO where a file
// changed while the run was on: then what was explained is not what is carried.
func Carry(ctx context.Context, set *inputs.Set, s *Summary, to *bundle.Writer) error {
	for i, raw := range set.Raw() {
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "carry raw files", ctx.Err())
		}
		o := &s.Originals[i]
		var size int64
		var err error
		if o.Withheld != "" {
			to.Withhold(s.shown.of(raw.Name), o.Withheld)
			o.SHA256, size, err = digest(raw)
		} else {
			o.SHA256, size, err = to.Raw(s.shown.of(raw.Name), raw.Open)
		}
		if err != nil {
			return err
		}
		if size != raw.Size {
			return schema.Fail(schema.CodeIO, "carry raw files", errors.New("a file changed"))
		}
	}
	return nil
}

func digest(raw inputs.Raw) (sum string, size int64, err error) {
	r, err := raw.Open()
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	if size, err = io.Copy(h, r); err != nil {
		return "", 0, schema.Fail(schema.CodeIO, "read input file", err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
