package workers

import (
	"strconv"
	"testing"

	"inzage/schema"
)

// TestTwice: only as many records of a file are duplicates as an earlier file
// had, and only where every field is the same.
func TestTwice(t *testing.T) {
	t.Parallel()
	record := func(at int64, value string) *schema.Record {
		return &schema.Record{
			Source: "s", Event: "E", From: schema.Origin{Record: at},
			Fields: []schema.Field{{Path: "a", Value: schema.NewPersonal(value)}, {Path: "b", Value: schema.NewPersonal("x")}},
		}
	}
	w := newTwice()
	ask := func(r *schema.Record, want bool, file string, at int64) {
		t.Helper()
		of, got := w.seen(r)
		if got != want || got && (of.File != file || of.Record != at) {
			t.Errorf("record %d: got %v at %s %d, want %v at %s %d", r.From.Record, got, of.File, of.Record, want, file, at)
		}
	}
	w.file("one")
	ask(record(1, "v"), false, "", 0)
	ask(record(2, "v"), false, "", 0) // twice in one file is two records
	ask(record(3, "w"), false, "", 0)
	w.file("two")
	ask(record(1, "v"), true, "one", 1)
	ask(record(2, "v"), true, "one", 1)
	ask(record(3, "v"), false, "", 0) // a third one was in no file yet
	ask(record(4, "V"), false, "", 0)
	number := record(5, "w")
	number.Fields[0].Kind = schema.Number
	ask(number, false, "", 0)
	shifted := record(6, "")
	shifted.Fields = []schema.Field{{Path: "aw", Value: schema.NewPersonal("")}, {Path: "b", Value: schema.NewPersonal("x")}}
	ask(shifted, false, "", 0)
	w.file("three")
	ask(record(1, "v"), true, "one", 1)
	ask(record(2, "v"), true, "one", 1)
	ask(record(3, "v"), true, "one", 1)
	ask(record(4, "v"), false, "", 0)
	if w.uncompared != 0 {
		t.Errorf("%d not compared", w.uncompared)
	}
}

// TestTwiceIsBounded: what is beyond the bound is counted, and shown.
func TestTwiceIsBounded(t *testing.T) {
	t.Parallel()
	w := newTwice()
	w.max = 10
	for _, name := range []string{"one", "two"} {
		w.file(name)
		for i := range 15 {
			_, twice := w.seen(&schema.Record{Event: strconv.Itoa(i), From: schema.Origin{Record: int64(i + 1)}})
			if want := name == "two" && i < 10; twice != want {
				t.Errorf("%s, record %d: %v", name, i, twice)
			}
		}
	}
	if w.uncompared != 10 {
		t.Errorf("%d not compared, want 10", w.uncompared)
	}
}
