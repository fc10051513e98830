package inputs

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
)

// FuzzArchive reads arbitrary bytes as an input. Laws: no panic; the same input
// gives the same files; never more files or bytes than the limits allow; names
// are unique, relative and in order; the raw bytes stay as they were.
func FuzzArchive(f *testing.F) {
	inner := archive(f, member{name: "X.json", data: "[]"})
	f.Add(archive(f, member{name: "a/b", data: "b"}, member{name: "in.zip", data: string(inner)}))
	f.Add(archive(f, member{name: `..\C:\x`, data: strings.Repeat("x", 5000)}, member{name: "d/"}))
	f.Add(archive(f, member{"p", "p", func(h *zip.FileHeader) { h.Flags |= 1 }}))
	f.Add(overlapping(f, 9))
	f.Add(bomb(f, 16<<20))
	f.Add(inner[:len(inner)-9])
	f.Add([]byte("PK\x05\x06"))
	limits := Limits{Files: 20, Depth: 2, Bytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var first seen
		for i := range 2 {
			s, err := Open(t.Context(), []string{"-"}, Options{Stdin: bytes.NewReader(data), Limits: limits})
			check(t, err)
			got := read(t, s)
			if i == 0 {
				first = got
			} else if d := cmp.Diff(first, got); d != "" {
				t.Error(d)
			}
			var raw bytes.Buffer
			if _, err := s.Raw()[0].Copy(&raw); err != nil || !bytes.Equal(raw.Bytes(), data) {
				t.Errorf("raw bytes differ: %v", err)
			}
			check(t, s.Close())
		}
		total, last := 0, ""
		for _, c := range first.Files {
			parts := strings.Split(c.Name, "/")
			if c.Name <= last || slices.Contains(parts, "..") || slices.Contains(parts, "") {
				t.Errorf("name %q after %q", c.Name, last)
			}
			last = c.Name
			total += len(c.Text)
		}
		if len(first.Files) == 0 || len(first.Files) > limits.Files {
			t.Errorf("%d files", len(first.Files))
		}
		if total > int(limits.Bytes)+len(data) {
			t.Errorf("%d bytes out of %d", total, len(data))
		}
	})
}

// FuzzDisplay: a shown name is relative, printable, bounded, and showing it
// again changes nothing but the marks.
func FuzzDisplay(f *testing.F) {
	for _, s := range []string{"", "a/b", "../x", `C:\x`, "\x00", "\xff", strings.Repeat("é", 900), "a:b", "..."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		shown, safe := display(name)
		if safe && shown != name {
			t.Errorf("%q called safe, shown as %q", name, shown)
		}
		if shown == "" || len(shown) > nameLimit || strings.HasPrefix(shown, "/") {
			t.Errorf("%q shown as %q", name, shown)
		}
		for p := range strings.SplitSeq(shown, "/") {
			if p == ".." || p == "." || p == "" && len(shown) < nameLimit {
				t.Errorf("%q shown as %q", name, shown)
			}
		}
		if printable(shown) != shown {
			t.Errorf("%q shown as %q, not printable", name, shown)
		}
	})
}
