package workers

import (
	"errors"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
)

// numbered gives n records, and says when it was left.
func numbered(n int, size int, left *bool) iter.Seq2[schema.Record, error] {
	value := schema.NewPersonal(strings.Repeat("x", size))
	return func(yield func(schema.Record, error) bool) {
		defer func() { *left = true }()
		for i := range n {
			r := schema.Record{Source: "graphexport", Event: "Office.Word.E" + strconv.Itoa(i%7), From: schema.Origin{Record: int64(i + 1)}}
			for range i % 5 {
				r.Fields = append(r.Fields, schema.Field{Path: "data.A", Value: value})
			}
			switch i % 11 {
			case 3:
				r = schema.Record{From: r.From, Unreadable: schema.CodeSyntax, Raw: value}
			case 4:
				r.Owner = schema.OwnerOther
			}
			if !yield(r, nil) {
				return
			}
		}
		yield(schema.Record{}, errBroken)
	}
}

var errBroken = errors.New("broken off")

// TestAhead: every record comes once and in its order, explained as one explainer
// would, and the error comes last, however many explain and however large records
// are. A loop that ends early leaves nothing running.
func TestAhead(t *testing.T) {
	t.Parallel()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		t.Fatal(err)
	}
	one := c.For(explain.Reader{Lang: schema.Dutch, Zone: time.UTC})
	for _, explainers := range []int{0, 1, 3} {
		others := make([]*explain.Explainer, explainers)
		for i := range others {
			others[i] = one.Another()
		}
		for _, shape := range []struct{ records, size, stop int }{
			{0, 1, -1}, {1, 1, -1}, {1000, 10, -1}, {30, 2 << 20, -1}, {1000, 10, 0}, {1000, 10, 500}, {30, 2 << 20, 7},
		} {
			left, at := false, 0
			for s := range ahead(numbered(shape.records, shape.size, &left), others) {
				if at == shape.stop {
					break
				}
				if at == shape.records {
					if !errors.Is(s.err, errBroken) {
						t.Errorf("after the last record: %v", s.err)
					}
					at++
					continue
				}
				at++
				if s.err != nil || s.record.From.Record != int64(at) {
					t.Fatalf("at %d: record %d, %v", at, s.record.From.Record, s.err)
				}
				if s.record.Unreadable != "" || s.record.Owner == schema.OwnerOther {
					continue
				}
				want := one.Explain(s.record)
				if s.done != (explainers > 0) {
					t.Fatalf("record %d is explained: %v", at, s.done)
				}
				if got := s.explanation(one); got.Title != want.Title || !got.Text.Equal(want.Text) || len(got.Notes) != len(s.record.Fields) || got.Record.From != s.record.From {
					t.Fatalf("record %d is not explained as it would be", at)
				}
			}
			if want := shape.records + 1; shape.stop < 0 && at != want || shape.stop >= 0 && at != shape.stop {
				t.Errorf("%d explainers, %+v: %d steps", explainers, shape, at)
			}
			if !left {
				t.Errorf("%d explainers, %+v: still reading", explainers, shape)
			}
		}
	}
}

// TestAheadPanics: a panic of the reader is the loop's, after the records before it.
func TestAheadPanics(t *testing.T) {
	t.Parallel()
	got := 0
	defer func() {
		if v := recover(); v != "of the reader" || got != 100 {
			t.Errorf("%v after %d records", v, got)
		}
	}()
	for range ahead(func(yield func(schema.Record, error) bool) {
		for range 100 {
			yield(schema.Record{}, nil)
		}
		panic("of the reader")
	}, nil) {
		got++
	}
	t.Error("no panic")
}

// TestAheadIsLazy: of records that are huge no more than two are read at a time.
func TestAheadIsLazy(t *testing.T) {
	t.Parallel()
	read, seen := 0, 0
	for range ahead(func(yield func(schema.Record, error) bool) {
		for range 20 {
			if read++; read > seen+2 {
				t.Errorf("%d read, %d seen", read, seen)
			}
			if !yield(schema.Record{Raw: schema.NewPersonal(strings.Repeat("x", hugeBatch))}, nil) {
				return
			}
		}
	}, nil) {
		seen++
		runtime.Gosched()
	}
	if seen != 20 {
		t.Errorf("%d seen", seen)
	}
}
