package sourcetest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"inzage/schema"
)

// toy is a source of lines: the first is "TOY", each other one a record.
type toy struct {
	fault string
	reads *int
}

func (toy) Name() string { return "toy" }

func (s toy) Match(f schema.File) (schema.Format, bool) {
	if s.fault == "goes by the name" && !strings.HasSuffix(f.Name, ".toy") {
		return schema.Format{}, false
	}
	head, found := strings.CutPrefix(string(f.Head), "TOY\n")
	return schema.Format{Code: "toy"}, found && head != ""
}

func (s toy) Records(_ schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		*s.reads++
		in, err := f.Open()
		if err != nil {
			yield(schema.Record{}, schema.Fail(schema.CodeOf(err), "open toy", err))
			return
		}
		if s.fault != "leaves files open" {
			defer in.Close()
		}
		s.lines(in, f, t, yield)
	}
}

func (s toy) lines(in io.Reader, f schema.File, t *schema.Tally, yield func(schema.Record, error) bool) {
	if s.fault == "reads once" {
		buf := make([]byte, 1<<16)
		n, _ := in.Read(buf)
		in = strings.NewReader(string(buf[:n]))
	}
	if s.fault == "wants the end" {
		all, err := io.ReadAll(in)
		if err == nil && !strings.HasSuffix(string(all), "\n") {
			return
		}
		in = io.MultiReader(strings.NewReader(string(all)), failingWith{err})
	}
	r := bufio.NewReader(in)
	for n, offset := int64(0), int64(0); ; n++ {
		line, err := r.ReadString('\n')
		if text := strings.TrimSuffix(line, "\n"); n > 0 && text != "" && (n != 3 || s.fault != "loses a record") {
			if s.fault == "differs" {
				text += fmt.Sprint(*s.reads)
			}
			rec := schema.Record{Source: "toy", Event: "line", From: schema.Origin{File: f.Name, Record: n, Offset: offset}}
			rec.Fields = []schema.Field{{Path: "text", Value: schema.NewPersonal(text)}}
			if s.fault == "forgets the file" {
				rec.From.File = ""
			}
			if s.fault == "loses a value" {
				rec.Fields[0].Value = schema.NewPersonal(text[1:])
			}
			t.Repair(schema.RepairNoTime, 1)
			if !yield(rec, nil) {
				return
			}
			if s.fault == "shows a value" && n == 3 {
				yield(schema.Record{}, schema.Fail(schema.CodeIO, "read behind "+text, nil))
				return
			}
		}
		offset += int64(len(line))
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), s.fault == "hides errors":
			return
		case s.fault == "quotes the cause":
			yield(schema.Record{}, fmt.Errorf("%w: %w: %w", err, errors.Unwrap(err), schema.Fail(schema.CodeOf(err), "read toy", err)))
			return
		case s.fault == "has no codes":
			yield(schema.Record{}, errors.New("read toy"))
			return
		default:
			yield(schema.Record{}, schema.Fail(schema.CodeOf(err), "read toy", err))
			if s.fault == "goes on" {
				yield(schema.Record{Source: "toy", From: schema.Origin{File: f.Name}}, nil)
			}
			return
		}
	}
}

type failingWith struct{ err error }

// Read implements io.Reader.
func (f failingWith) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// TestFaultsAreFound puts the suite to sources of which we know what is wrong.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	var data strings.Builder
	data.WriteString("TOY\n")
	for i := range 40 {
		fmt.Fprintf(&data, "value number %d of the toy\n", i)
	}
	c := Case{
		File: "a/b.toy", Data: []byte(data.String()), Format: schema.Format{Code: "toy"}, Readable: 40,
		Values: []string{"value number 1 of the toy", "value number 39 of the toy"},
	}
	// The words are those of a problem that must be found.
	for fault, want := range map[string]string{
		"":                  "",
		"goes by the name":  "Match under the name",
		"leaves files open": "still open",
		"reads once":        "one byte at a time",
		"wants the end":     "readable records",
		"loses a record":    "got 39 readable",
		"loses a value":     "a value is lost",
		"differs":           "second reading differs",
		"forgets the file":  "another source or file",
		"hides errors":      "a reader that fails",
		"quotes the cause":  "quotes a path",
		"shows a value":     "quotes a value",
		"has no codes":      "without code",
		"goes on":           "goes on after an error",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			var problems []string
			check(func(format string, args ...any) {
				problems = append(problems, fmt.Sprintf(format, args...))
			}, toy{fault: fault, reads: new(int)}, c)
			said := strings.Join(problems, "\n")
			switch {
			case want == "" && said != "":
				t.Errorf("a sound source fails:\n%s", said)
			case !strings.Contains(said, want):
				t.Errorf("not found; the suite said %.300q", said)
			}
		})
	}
}
