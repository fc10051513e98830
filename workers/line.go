// Package workers holds the straight line: files in, records read, explained,
// handed to a sink. It is one loop in one place; everything else is either
// before it (inputs, sources) or behind it (explain, bundle). Reading and
// explaining run ahead of the loop, on other cores (ahead.go).
package workers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"slices"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/schema"
	"inzage/workers/inputs"
)

// Sink takes what the line makes, in the order of the files. The bundle's
// writer is one, the printer of `inzage explain` another.
type Sink interface {
	// Add takes an explained record. The explanation is the sink's only until
	// it returns.
	Add(e *schema.Explanation) error
	// Unreadable takes a record that could not be read.
	Unreadable(r *schema.Record) error
	// File takes a file, after all records.
	File(f bundle.FileInfo)
}

// Line reads inputs and explains what is in them.
type Line struct {
	Sources []schema.Source
	Subject schema.Subject
	Explain *explain.Explainer
	// Mask replaces what is about other people, before the sink sees anything;
	// nil where the records stay with those who may see everybody's.
	Mask *explain.Masker
	Sink Sink
	// Duplicate takes a record that an earlier file holds too, and the place where
	// it stands there; nil where each file is read for itself.
	Duplicate func(r *schema.Record, of schema.Origin) error
	// Progress is told the bytes read so far, now and then; may be nil.
	Progress func(bytes int64)
}

// Summary is what a run of the line came to.
type Summary struct {
	Files   int
	Unknown int // files that nothing recognised, carried along only
	Refused int // files that were recognised and may or can not be explained
	Broken  int // files of which a part could not be read
	bundle.Count
	Layers  map[schema.Layer]int64
	Repairs map[schema.Repair]int64
	// Masked is how many records hold something that was masked, People how
	// many other people were met, and Shown how often one was left visible
	// because the organisation allows it.
	Masked, Shown int64
	People        int
	// Originals are the files as they were received, with what became of each.
	Originals []Original
	shown     shownNames
	learnt    *learnt
	twice     *twice
	crew      []*explain.Explainer
	// Uncompared is how many records were not compared with those of other files,
	// since there are too many.
	Uncompared int64
	// Checked is how many files named the person they belong to, and agreed.
	Checked int
	// Outline is what a bundle of it has; of a run that makes none it is empty.
	Outline Outline
	// Claims is how many files should have come with such a file.
	Claims int
}

// Incomplete reports whether something that was received could not be read.
func (s *Summary) Incomplete() bool { return s.Unreadable > 0 || s.Broken > 0 || s.Refused > 0 }

// Unchecked reports whether there are records of an export that names its
// person in a file of its own, and no such file was there.
func (s *Summary) Unchecked() bool { return s.Claims > 0 && s.Checked == 0 }

// Run reads every file of the set. It stops at once when a file turns out to be
// another person's or organisation's (CodeOtherPerson, CodeOtherTenant), when
// the sink fails, or when ctx ends (CodeInterrupted). Anything else that is
// wrong with a file is counted, told to the sink, and the next file read.
func (l Line) Run(ctx context.Context, set *inputs.Set) (*Summary, error) {
	s := &Summary{Layers: make(map[schema.Layer]int64), Repairs: make(map[schema.Repair]int64)}
	var files []readFile
	var err error
	if s.learnt, err = l.learn(ctx, set); err != nil {
		return nil, err
	}
	s.shown.mask = l.Mask
	s.twice, s.crew = newTwice(), crew(l.Explain)
	// What names its person goes first: nothing of another person's is read.
	for _, support := range []bool{true, false} {
		for f, err := range set.Files() {
			src, format := l.match(f, err)
			if format.Support != support {
				continue
			}
			read, err := l.file(ctx, s, f, err, src, format)
			if err != nil {
				return nil, err
			}
			files = append(files, read)
		}
	}
	s.Uncompared = s.twice.uncompared
	if l.Mask != nil {
		s.People, s.Shown = l.Mask.People(), l.Mask.Shown()
	}
	if err := l.tell(ctx, s, files, set.Problems()); err != nil {
		return nil, err
	}
	s.Originals, err = l.originals(ctx, set, files)
	return s, err
}

// tell hands the files to the sink, with the problems that are known only now
// that everything was read, and those of names that are no file to read (links).
func (l Line) tell(ctx context.Context, s *Summary, files []readFile, problems []inputs.Problem) error {
	known := make(map[string][]schema.Code, len(problems))
	for _, p := range problems {
		known[p.Name] = append(known[p.Name], p.Code)
	}
	for i := range files {
		f := &files[i]
		f.troubled(known[f.File.Name])
		delete(known, f.File.Name)
		if f.Problem != "" {
			s.Broken++
		}
		var err error
		if f.Withheld, err = l.withheld(ctx, f); err != nil {
			return err
		}
		if f.Withheld != "" {
			f.SHA256, f.FileInfo.Size = "", -1
		}
		l.Sink.File(f.FileInfo)
	}
	for _, p := range problems {
		if codes, left := known[p.Name]; left {
			delete(known, p.Name)
			s.Files++
			s.Broken++
			f := readFile{FileInfo: bundle.FileInfo{Name: s.shown.of(p.Name)}}
			f.troubled(codes)
			l.Sink.File(f.FileInfo)
		}
	}
	return nil
}

// troubled adds what is wrong with a file, each code once: the first is its
// problem, the others stand behind it.
func (f *readFile) troubled(codes []schema.Code) {
	for _, c := range codes {
		switch {
		case f.Problem == "":
			f.Problem = c
		case c != f.Problem && !slices.Contains(f.More, c):
			f.More = append(f.More, c)
		}
	}
}

// match finds the source that reads a file.
func (l Line) match(f schema.File, unreadable error) (schema.Source, schema.Format) {
	if unreadable != nil {
		return nil, schema.Format{}
	}
	for _, src := range l.Sources {
		if format, ok := src.Match(f); ok {
			return src, format
		}
	}
	return nil, schema.Format{}
}

// file reads one file.
func (l Line) file(ctx context.Context, s *Summary, f schema.File, damaged error, src schema.Source, format schema.Format) (readFile, error) {
	info := readFile{File: f, FileInfo: bundle.FileInfo{
		Name: s.shown.of(f.Name), Size: f.Size, Format: format.Code, Refused: format.Refused,
	}}
	sum := &summed{hash: sha256.New(), progress: l.Progress, open: f.Open}
	f.Open = sum.Open
	s.Files++
	switch {
	case damaged != nil:
		info.Problem = schema.CodeOf(damaged)
	case src == nil:
		s.Unknown++
	case format.Refused != "":
		info.Source = src.Name()
	default:
		info.Source = src.Name()
		if err := l.records(ctx, s, f, src, format, &info); err != nil {
			return info, errors.Join(err, sum.close())
		}
	}
	if info.Refused != "" {
		s.Refused++
	}
	if damaged == nil {
		if err := sum.finish(ctx); err != nil {
			if ctx.Err() != nil {
				return info, schema.Fail(schema.CodeInterrupted, "read input", ctx.Err())
			}
			info.troubled([]schema.Code{schema.CodeOf(err)})
		}
		info.SHA256, info.FileInfo.Size = sum.result()
	}
	if damaged == nil && src != nil && format.Refused == "" {
		if err := s.learnt.file(sum.sum()); err != nil {
			return info, err
		}
	}
	s.Count.Read += info.Read
	s.Count.Unreadable += info.Unreadable
	s.Count.Others += info.Others
	s.Count.Duplicates += info.Duplicates
	for code, n := range info.Repairs {
		s.Repairs[code] += n
	}
	return info, nil
}

// records is the straight line itself.
func (l Line) records(ctx context.Context, s *Summary, f schema.File, src schema.Source, format schema.Format, info *readFile) error {
	var tally schema.Tally
	s.twice.file(info.FileInfo.Name)
	for step := range ahead(src.Records(l.Subject, f, &tally), s.crew) {
		rec, err := &step.record, step.err
		if ctx.Err() != nil {
			return schema.Fail(schema.CodeInterrupted, "read input", ctx.Err())
		}
		if err != nil {
			switch code := schema.CodeOf(err); code {
			case schema.CodeOtherPerson, schema.CodeOtherTenant:
				return err
			default:
				info.Problem = code
			}
			break
		}
		nobody := l.Mask != nil && s.learnt.holdsNobody(l.Mask.Knowledge())
		if format.Support && rec.Unreadable == "" {
			s.Checked++
			continue
		}
		info.Read++
		rec.From.File = info.FileInfo.Name
		if info.hides { // how far it lies from the one before tells how long what was masked is
			rec.From.Offset = -1
		}
		switch {
		case rec.Owner == schema.OwnerOther:
			info.Others++
			info.hides = true
		case rec.Unreadable != "":
			info.Unreadable++
			info.cut = info.cut || rec.Cut > 0
			if l.Mask != nil && l.Mask.Unreadable(rec) {
				info.hides = true
				s.Masked++
			}
			if err := l.Sink.Unreadable(rec); err != nil {
				return err
			}
		default:
			of, twice := schema.Origin{}, false
			if l.Duplicate != nil {
				of, twice = s.twice.seen(rec)
			}
			e := step.explanation(l.Explain)
			masked := l.Mask != nil && !nobody && l.Mask.Explained(l.Explain, e)
			info.hides = info.hides || masked // so is the file, where it holds it again
			if twice {
				info.Duplicates++
				if err := l.Duplicate(&e.Record, of); err != nil {
					return err
				}
				continue
			}
			if masked {
				s.Masked++
			}
			s.Layers[e.Layer]++
			if err := l.Sink.Add(e); err != nil {
				return err
			}
		}
	}
	if format.Owned {
		s.Claims++
	}
	info.Repairs = tally.Repairs
	return nil
}

// summed hashes a file while its source reads it, so that no byte is read
// twice; finish reads what the source left.
type summed struct {
	open     func() (io.ReadCloser, error)
	hash     hash.Hash
	progress func(int64)
	size     int64
	first    io.ReadCloser
}

// Open opens the file. The first reader is hashed; a source that opens a file
// again reads it plain.
func (s *summed) Open() (io.ReadCloser, error) {
	r, err := s.open()
	if err != nil || s.first != nil {
		return r, err
	}
	s.first = r
	return s, nil
}

// Read implements io.Reader.
func (s *summed) Read(p []byte) (int, error) {
	n, err := s.first.Read(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	if s.progress != nil && n > 0 {
		s.progress(int64(n))
	}
	return n, err
}

// Close leaves the file open for finish.
func (s *summed) Close() error { return nil }

// finish reads the rest of the file.
func (s *summed) finish(ctx context.Context) error {
	if s.first == nil {
		if _, err := s.Open(); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return s.Read(p)
	}))
	return errors.Join(err, s.close())
}

func (s *summed) close() error {
	if s.first == nil {
		return nil
	}
	return s.first.Close()
}

func (s *summed) result() (sum string, size int64) {
	return hex.EncodeToString(s.hash.Sum(nil)), s.size
}

func (s *summed) sum() (sum [sha256.Size]byte) {
	s.hash.Sum(sum[:0])
	return sum
}

type readerFunc func([]byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
