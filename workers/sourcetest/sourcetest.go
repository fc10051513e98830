// Package sourcetest is the suite that every source must pass. A source is put
// to it with files and with what must come of them:
//
//	func TestSource(t *testing.T) {
//		sourcetest.Run(t, graphexport.New(), []sourcetest.Case{…})
//	}
//
// Beside the counts that a case states, it checks what schema.Source promises
// for every file, on the files of the cases and on damaged copies of them: that
// a file is recognised by its content, that the same file gives the same
// records, that a caller who stops is obeyed, that damage to one part of a file
// does not take the rest with it, that no value is lost, and that none is said
// in an error.
package sourcetest

import (
	"testing"

	"inzage/schema"
)

// Case is a file and what a source must make of it.
type Case struct {
	// Name names the test.
	Name string
	// File is the path under which the file stands in the input.
	File string
	// Data is the content of the file, Beside that of the files in the same
	// folder, by base name.
	Data   []byte
	Beside map[string][]byte
	// Who is the person whose data was asked for.
	Who schema.Subject

	// Format is what Match must say; with an empty code, it must not match.
	Format schema.Format
	// Readable and Unreadable are how many records there must be. Readable
	// counts records of others too, Others counts them alone.
	Readable, Unreadable, Others int
	// Err is the code of the error that must end the sequence, or empty.
	Err schema.Code
	// Values must be found in the records. What is JSON in Data is found by the
	// suite itself.
	Values []string
	// Gone are values of Data that the source must leave out, such as passwords:
	// no record may hold one.
	Gone []string
}

// Run checks the source on every case.
func Run(t *testing.T, src schema.Source, cases []Case) {
	t.Helper()
	if src.Name() == "" {
		t.Error("the source has no name")
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			check(t.Errorf, src, c)
		})
	}
}

// check puts one file to a source and tells errorf what is wrong.
func check(errorf func(format string, args ...any), src schema.Source, c Case) {
	s := &suite{errorf: errorf, src: src, who: c.Who, name: c.File, data: c.Data, beside: c.Beside}
	s.format(c.Format)
	if c.Format.Code == "" {
		s.refuses()
		return
	}
	s.counts(c)
	s.repeats()
	s.stops()
	s.readers()
	s.truncated()
	s.garbage()
	s.silent()
	if c.Format.Refused == "" && !c.Format.Support && c.Err == "" {
		s.complete(c.Values, c.Gone)
	}
}

// Any checks what must hold for any bytes, for fuzz targets: that nothing
// panics, that the same bytes give the same records, that a caller who stops is
// obeyed, and that no error says a value. Nothing is checked where the source
// does not recognise the file.
func Any(t *testing.T, src schema.Source, who schema.Subject, name string, data []byte) {
	t.Helper()
	s := &suite{errorf: t.Errorf, src: src, who: who, name: name, data: data}
	if _, ok := src.Match(s.file()); !ok {
		s.refuses()
		return
	}
	s.repeats()
	s.stops()
	s.silent()
}
