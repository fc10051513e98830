package bundle_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/explain/catalog"
	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers"
	"inzage/workers/dataviewer"
	"inzage/workers/inputs"
)

// TestVariants runs what `make bench` holds the bundle against, each a program of
// its own: INZAGE_VARIANT names it, INZAGE_VARIANT_IN its input and
// INZAGE_VARIANT_OUT an empty folder. Where it is not the whole process that counts,
// the program says what it took. Without a name all of them run on a little input,
// so that they do not rot.
func TestVariants(t *testing.T) {
	all := map[string]func(t *testing.T, v variant){"plain": plain, "writer": writer, "rows": rows, "cells": cells}
	if name := os.Getenv("INZAGE_VARIANT"); name != "" {
		run := all[name]
		if run == nil {
			t.Fatalf("no variant %q", name)
		}
		run(t, newVariant(t, os.Getenv("INZAGE_VARIANT_IN"), os.Getenv("INZAGE_VARIANT_OUT")))
		return
	}
	folder := t.TempDir()
	dump, tsv := filepath.Join(folder, "dump.ndjson"), filepath.Join(folder, "cells.tsv")
	var text bytes.Buffer
	if err := corpus.Write(&text, 1, 20_000, corpus.NDJSON); err != nil {
		t.Fatal(err)
	}
	row := "2026-09-01T08:00:00" + strings.Repeat("\tx", 8) + "\t7\tx\n"
	for name, data := range map[string][]byte{dump: text.Bytes(), tsv: []byte(row + row)} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v := newVariant(t, dump, folder)
	for _, name := range []string{"plain", "writer", "rows"} {
		v.out = t.TempDir()
		all[name](t, v)
	}
	v.in, v.out = tsv, t.TempDir()
	cells(t, v)
	made, err := os.ReadDir(v.out)
	if err != nil || !slices.ContainsFunc(made, func(e os.DirEntry) bool { return e.Name() == "cells.xlsx" }) {
		t.Errorf("no workbook of cells: %v, %v", made, err)
	}
}

type variant struct {
	in, out string
	catalog *explain.Catalog
	head    bundle.Head
	reader  explain.Reader
}

func newVariant(t *testing.T, in, out string) variant {
	t.Helper()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	return variant{
		in: in, out: out, catalog: c, reader: explain.Reader{Lang: schema.Dutch, Zone: zone, Asked: day},
		head: bundle.Head{
			Case: "2026-11-02", Lang: schema.Dutch, Received: day, Zone: zone, Catalog: c.Version(),
			Words: func(key string, args ...any) string { return c.Text(schema.Dutch, key, args...) },
		},
	}
}

// line reads the input to a sink.
func (v variant) line(t *testing.T, to workers.Sink, mask *explain.Masker) (*workers.Summary, *inputs.Set) {
	t.Helper()
	set, err := inputs.Open(t.Context(), []string{v.in}, inputs.Options{Temp: v.out})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = set.Close() })
	l := workers.Line{
		Sources: []schema.Source{dataviewer.New()}, Sink: to, Mask: mask, Explain: v.catalog.For(v.reader),
	}
	if w, ok := to.(*bundle.Writer); ok {
		l.Duplicate = w.Duplicate
	}
	s, err := l.Run(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	return s, set
}

// plain is the whole job with the rows of the workbook written by excelize.
func plain(t *testing.T, v variant) {
	w, err := bundle.Create(v.out, "plain.zip", v.head)
	if err != nil {
		t.Fatal(err)
	}
	s, set := v.line(t, w, v.catalog.Masker(v.reader, explain.Others{}))
	if err := workers.Carry(t.Context(), set, s, w); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ClosePlain(s.Count); err != nil {
		t.Fatal(err)
	}
}

// memory keeps the first explanations of a dump.
type memory struct{ list []*schema.Explanation }

const most = 4_000

// Add implements workers.Sink.
func (m *memory) Add(e *schema.Explanation) error {
	if len(m.list) < most {
		x := *e
		x.Notes, x.Record.Fields = slices.Clone(e.Notes), slices.Clone(e.Record.Fields)
		for i := range x.Record.Fields {
			f := &x.Record.Fields[i]
			f.Path, f.Value = strings.Clone(f.Path), schema.NewPersonal(strings.Clone(f.Value.Reveal()))
		}
		m.list = append(m.list, &x)
	}
	return nil
}

// Unreadable implements workers.Sink.
func (m *memory) Unreadable(*schema.Record) error { return nil }

// File implements workers.Sink.
func (m *memory) File(bundle.FileInfo) {}

// kept reads the first explanations, and counts the records.
func (v variant) kept(t *testing.T) (list []*schema.Explanation, records int) {
	t.Helper()
	m := &memory{}
	s, _ := v.line(t, m, nil)
	return m.list, int(s.Read)
}

// writer is everything behind explaining: as many records as the dump has, from
// memory, into a bundle.
func writer(t *testing.T, v variant) {
	list, n := v.kept(t)
	begun := time.Now()
	w, err := bundle.Create(v.out, "writer.zip", v.head)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i := range n {
		e := list[i%len(list)]
		e.Record.From.Record = int64(i + 1)
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	count := bundle.Count{Read: int64(n)}
	w.File(bundle.FileInfo{Name: list[0].Record.From.File, Count: count})
	if _, _, err := w.Raw("dump.ndjson", func() (io.ReadCloser, error) { return os.Open(v.in) }); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(count); err != nil {
		t.Fatal(err)
	}
	took(time.Since(begun))
}

// rows is the encoder of rows by itself.
func rows(t *testing.T, v variant) {
	list, n := v.kept(t)
	d, err := bundle.BareRows(v.head, v.out, list, n)
	if err != nil {
		t.Fatal(err)
	}
	took(d)
}

// cells is what cells.c does.
func cells(t *testing.T, v variant) {
	begun := time.Now() // the catalog is no part of it
	if err := bundle.Cells(v.head, v.in, v.out); err != nil {
		t.Fatal(err)
	}
	took(time.Since(begun))
}

func took(d time.Duration) { fmt.Printf("took %.6f s\n", d.Seconds()) }
