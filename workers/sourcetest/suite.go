package sourcetest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"inzage/schema"
)

// suite is one file put to one source.
type suite struct {
	errorf func(format string, args ...any) // told what is wrong; testing.T.Errorf
	src    schema.Source
	who    schema.Subject
	name   string
	data   []byte
	beside map[string][]byte
}

func (s *suite) file() schema.File {
	return build(s.name, s.data, s.beside, func(r io.Reader) io.Reader { return r }, new(atomic.Int64))
}

// with is the same file with other bytes.
func (s *suite) with(data []byte) *suite {
	other := *s
	other.data = data
	return &other
}

// result is everything that came of a file.
type result struct {
	Records []schema.Record
	Tally   schema.Tally
	Code    schema.Code // of the error
	err     error       // not compared: causes may differ
}

// readable are the records that could be read.
func (r result) readable() []schema.Record {
	var list []schema.Record
	for _, rec := range r.Records {
		if rec.Unreadable == "" {
			list = append(list, rec)
		}
	}
	return list
}

// difference tells in what b differs from a, or is empty.
func difference(a, b result) string {
	if a.Code == b.Code && cmp.Equal(a.Tally, b.Tally) && same(a.Records, b.Records) {
		return ""
	}
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(result{}))
}

// same compares records. The fields are compared by hand: there are many, and
// go-cmp takes its time for each.
func same(a, b []schema.Record) bool {
	return slices.EqualFunc(a, b, func(a, b schema.Record) bool {
		if !sameFields(a.Fields, b.Fields) {
			return false
		}
		a.Fields, b.Fields = nil, nil
		return cmp.Equal(a, b)
	})
}

func sameFields(a, b []schema.Field) bool {
	return slices.EqualFunc(a, b, func(a, b schema.Field) bool {
		return a.Path == b.Path && a.Kind == b.Kind && a.Value.Equal(b.Value)
	})
}

// read reads a file to its end and checks what holds for every record.
func (s *suite) read(f schema.File) result {
	var r result
	for rec, err := range s.src.Records(s.who, f, &r.Tally) {
		if r.err != nil {
			s.errorf("the sequence goes on after an error")
			break
		}
		if err != nil {
			r.err, r.Code = err, schema.CodeOf(err)
			continue
		}
		r.Records = append(r.Records, rec)
		if rec.Source != s.src.Name() || rec.From.File != f.Name {
			s.errorf("record %d says that it is of another source or file", len(r.Records))
		}
		if rec.Unreadable != "" && len(rec.Fields) > 0 || rec.Unreadable == "" && !rec.Raw.IsEmpty() {
			s.errorf("record %d has both fields and raw text, or the wrong one", len(r.Records))
		}
	}
	if r.Code == schema.CodeInternal {
		s.errorf("an error without code")
	}
	return r
}

// format checks Match, and that the name has no part in it.
func (s *suite) format(want schema.Format) {
	for _, name := range []string{s.name, "", "x", "notes.txt", "RequestInfo.json", "a/b/viewer.csv", "EventTranscript.db", "ü/\xff.json"} {
		f := s.file()
		f.Name = name
		got, ok := s.src.Match(f)
		if got != want || ok != (want.Code != "") {
			s.errorf("Match under the name %q: got %+v, %v; want %+v", name, got, ok, want)
		}
	}
}

// refuses checks that a file that is not the source's does no harm.
func (s *suite) refuses() {
	if r := s.read(s.file()); r.err == nil && len(r.Records) > 0 {
		s.errorf("records of a file that Match does not accept")
	}
}

func (s *suite) counts(c Case) {
	r := s.read(s.file())
	var others, unreadable int
	for _, rec := range r.Records {
		if rec.Owner == schema.OwnerOther {
			others++
		}
		if rec.Unreadable != "" {
			unreadable++
		}
	}
	if r.Code != c.Err {
		s.errorf("error: got %q, want %q", r.Code, c.Err)
	}
	if got := len(r.Records) - unreadable; got != c.Readable || unreadable != c.Unreadable || others != c.Others {
		s.errorf("got %d readable, %d unreadable, %d of others; want %d, %d, %d", got, unreadable, others, c.Readable, c.Unreadable, c.Others)
	}
}

// repeats checks that the same file gives the same records every time.
func (s *suite) repeats() {
	first := s.read(s.file())
	if diff := difference(first, s.read(s.file())); diff != "" {
		s.errorf("the second reading differs (-first +second):\n%s", diff)
	}
}

// stops checks that a caller who stops is obeyed, which the language sees to by
// a panic, and that the file is closed by then.
func (s *suite) stops() {
	all := len(s.read(s.file()).Records)
	for after := 0; after <= all; after += 1 + all/12 {
		var opened atomic.Int64
		seen := 0
		f := build(s.name, s.data, s.beside, func(r io.Reader) io.Reader { return r }, &opened)
		for _, err := range s.src.Records(s.who, f, new(schema.Tally)) {
			if seen++; seen > after || err != nil {
				break
			}
		}
		if n := opened.Load(); n != 0 {
			s.errorf("%d readers are still open when the caller stops after %d records", n, after)
			return
		}
	}
}

// readers checks that it does not matter in what portions a file is read, and
// that the error of a reader arrives.
func (s *suite) readers() {
	want := s.read(s.file())
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"one byte at a time":  iotest.OneByteReader,
		"half of what fits":   iotest.HalfReader,
		"error with the last": iotest.DataErrReader,
	} {
		f := build(s.name, s.data, s.beside, wrap, new(atomic.Int64))
		if diff := difference(want, s.read(f)); diff != "" {
			s.errorf("%s: other records (-want +got):\n%s", name, diff)
		}
	}
	for _, n := range []int64{0, 1, int64(len(s.data)) / 2, int64(len(s.data))} {
		var opened atomic.Int64
		reached := false
		f := build(s.name, s.data, s.beside, failing(n), &opened)
		open := f.Open
		f.Open = func() (io.ReadCloser, error) {
			reached = true
			return open()
		}
		got := s.read(f)
		// A file that ends in an error of its own may come to that first.
		if reached && got.Code != schema.CodeLimit && (want.Code == "" || got.Code != want.Code) {
			s.errorf("a reader that fails with %q after %d bytes: got %q", schema.CodeLimit, n, got.Code)
		}
		s.mute("failing reader", got, want)
		if opened.Load() != 0 {
			s.errorf("a reader is still open after an error")
		}
	}
}

// silent checks that neither errors nor values give themselves away when they
// are printed.
func (s *suite) silent() {
	f := s.file()
	f.Name = secret + "/" + f.Name
	r := s.read(f)
	s.mute("reading", r, r)
	f.Open = func() (io.ReadCloser, error) { return nil, errLimit() }
	closed := s.read(f)
	s.mute("opening", closed, r)
	for _, rec := range r.Records {
		shown := prints(rec.Raw)
		for _, field := range rec.Fields {
			shown = shown || prints(field.Value)
		}
		if shown {
			s.errorf("a value of record %d prints itself", rec.From.Record)
			return
		}
	}
}

// prints reports whether a value shows itself to fmt. Short ones are passed
// over: they can be part of what is shown instead.
func prints(v schema.Personal) bool {
	return v.Len() > len("[personal]") && strings.Contains(fmt.Sprintf("%v %+v %#v %s %q", v, v, v, v, v), v.Reveal())
}

// mute checks that the error of got says neither the secret nor a value.
func (s *suite) mute(what string, got, values result) {
	if got.err == nil {
		return
	}
	said := fmt.Sprintf("%v %+v %#v %s %q", got.err, got.err, got.err, got.err, got.err)
	if strings.Contains(said, secret) {
		s.errorf("%s: the error quotes a path", what)
	}
	quoted := func(v string) bool { return len(v) >= 8 && strings.Contains(said, v) }
	found := slices.ContainsFunc(leaves(s.data), quoted)
	for _, rec := range values.Records {
		found = found || slices.ContainsFunc(rec.Fields, func(f schema.Field) bool { return quoted(f.Value.Reveal()) })
	}
	if found {
		s.errorf("%s: the error quotes a value", what)
	}
}

// complete checks that every value of the file is in a record, or in the text
// of one that could not be read, but for those that must be gone.
func (s *suite) complete(values, gone []string) {
	found := make(map[string]bool)
	var raw bytes.Buffer
	for _, rec := range s.read(s.file()).Records {
		for _, field := range rec.Fields {
			v := field.Value.Reveal()
			found[v] = true
			for _, x := range gone {
				if v == x || len(x) >= 8 && strings.Contains(v, x) {
					s.errorf("a value that must be left out: %q", x)
				}
			}
		}
		raw.WriteString(rec.Raw.Reveal())
		raw.WriteByte('\n')
	}
	for _, v := range append(leaves(s.data), values...) {
		if !slices.Contains(gone, v) && !present(v, found, raw.String()) {
			s.errorf("a value is lost: %q", v)
		}
	}
}

// present reports whether a value was found: itself, or, where it is JSON in a
// string, all that is in it.
func present(v string, found map[string]bool, raw string) bool {
	if found[v] || strings.Contains(raw, v) {
		return true
	}
	inner := leaves([]byte(v))
	for _, x := range inner {
		if x == v || !present(x, found, raw) {
			return false
		}
	}
	return len(inner) > 0
}
