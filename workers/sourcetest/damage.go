package sourcetest

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

const (
	// cutStep is the distance of the cuts, in bytes: a prime, so that they fall
	// everywhere in records of any length.
	cutStep = 37
	// maxCuts bounds the cuts of one file.
	maxCuts = 300
)

// truncated cuts the file off everywhere. Every record that is whole in what is
// left must be there, in its order and unchanged.
func (s *suite) truncated() {
	whole := s.read(s.file())
	format, _ := s.src.Match(s.file())
	step := cutStep * (1 + len(s.data)/(cutStep*maxCuts))
	for cut := step; cut < len(s.data); cut += step {
		short := s.with(s.data[:cut])
		if got, ok := s.src.Match(short.file()); !ok || got != format {
			continue // too little is left to know what it was
		}
		got := short.read(short.file())
		s.mute("truncated file", got, whole)
		want := before(whole, int64(cut))
		have := got.readable()
		if len(have) < len(want) {
			s.errorf("cut at %d: %d readable records, %d are whole", cut, len(have), len(want))
			return
		}
		if have = have[:len(want)]; !same(want, have) {
			s.errorf("cut at %d: other records (-want +got):\n%s", cut, cmp.Diff(want, have))
			return
		}
	}
}

// before lists the readable records that are whole in the first bytes of a file:
// those with another record behind them that begins before the cut.
func before(r result, cut int64) []schema.Record {
	var list []schema.Record
	for i, rec := range r.Records[:max(len(r.Records)-1, 0)] {
		next := r.Records[i+1].From.Offset
		if next < 0 || next > cut {
			break
		}
		if rec.Unreadable == "" {
			list = append(list, rec)
		}
	}
	return list
}

// garbage puts text and bytes around the file. Where it is still recognised, no
// record may be lost but the one that the garbage touches.
func (s *suite) garbage() {
	format, _ := s.src.Match(s.file())
	whole := s.read(s.file())
	for _, junk := range []string{"\n", "\r\n\r\n", "\nhere it ends\n", "\x00\x00\x00", "\n}]", "\n\xff\xfe\xfd"} {
		longer := s.with(slices.Concat(s.data, []byte(junk)))
		s.keeps("garbage behind", longer, format, whole.readable(), 1)
	}
	for _, junk := range []string{"\n\n", "\xef\xbb\xbf", "copied from the screen\n", "\x00\x01\n"} {
		longer := s.with(slices.Concat([]byte(junk), s.data))
		s.keeps("garbage before", longer, format, whole.readable(), 0)
	}
}

// keeps checks that a damaged file still gives the records, but for the last
// few.
func (s *suite) keeps(what string, damaged *suite, format schema.Format, want []schema.Record, lose int) {
	if got, ok := s.src.Match(damaged.file()); !ok || got != format {
		return
	}
	r := damaged.read(damaged.file())
	s.mute(what, r, r)
	rest := r.readable()
	for i, rec := range want[:max(len(want)-lose, 0)] {
		at := slices.IndexFunc(rest, func(x schema.Record) bool {
			return x.Event == rec.Event && x.At.Equal(rec.At) && sameFields(x.Fields, rec.Fields)
		})
		if at < 0 {
			s.errorf("%s: record %d of %d is lost", what, i+1, len(want))
			return
		}
		rest = rest[at+1:]
	}
}
