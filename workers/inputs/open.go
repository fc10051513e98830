package inputs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"

	"inzage/schema"
)

// Limits bound what an input may make of itself. A zero field stands for its
// default.
type Limits struct {
	// Files that are read, members of archives included. Default 100,000.
	Files int
	// Depth of archives within archives; 1 is a plain zip. Default 4.
	Depth int
	// Bytes of all members together, decompressed. Default 64 GiB.
	Bytes int64
	// Ratio of decompressed to compressed size of a member that is larger than
	// 1 MiB decompressed. Default 1,000.
	Ratio int64
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Files: cmp.Or(l.Files, 100_000),
		Depth: cmp.Or(l.Depth, 4),
		Bytes: cmp.Or(l.Bytes, 64<<30),
		Ratio: cmp.Or(l.Ratio, 1000),
	}
}

// Options say how to open inputs. The zero value is usable.
type Options struct {
	Limits Limits
	// Temp is the folder for the temporary file that large archives within
	// archives are unpacked to; empty stands for the system's. The file is
	// private (0600) and gone after Close.
	Temp string
	// Memory writes nothing to disk: an archive within an archive that would be
	// is a file like any other, with the problem CodeTooLarge.
	Memory bool
	// Known is what was found to be wrong with these files before, where they
	// were stored in between: what is no file, such as a link, was not stored.
	Known []Problem
	// Stdin is read where a path is "-".
	Stdin io.Reader
}

// Problem is something in the input that is not as it should be. Name is the
// file's schema.File.Name: personal, not for logs.
type Problem struct {
	Name string
	Code schema.Code
}

// Set is an opened input. It is safe for concurrent use.
type Set struct {
	entries []*entry // by name
	index   map[string]*entry
	raw     []Raw
	roots   []*os.Root
	store   *store

	mu       sync.Mutex
	problems []Problem
	seen     map[Problem]bool
}

// entry is one listed file.
type entry struct {
	name    string
	size    int64
	mode    fs.FileMode
	open    func() (io.ReadCloser, error)
	refused schema.Code // why the content may not be read, or empty
}

// Open lists the files under the paths. A path names a folder, a file or, as
// "-", standard input; where the path itself is a link it is followed, since
// the user chose it, but no link inside a folder is. The names in a single
// folder are relative to it; among several inputs a folder's own name comes
// first. With a single file "x" the files "x-wal" and "x-shm" beside it come
// along, because a database without them lacks its latest rows.
//
// It fails only where a path does not exist or cannot be opened at all
// (CodeIO, CodeUsage), standard input is over the limit (CodeLimit), or ctx
// ends (CodeInterrupted). The caller must Close the set.
func Open(ctx context.Context, paths []string, o Options) (*Set, error) {
	return open(ctx, o, func(b *builder) error { return b.inputs(paths) })
}

// open makes a set of what list adds.
func open(ctx context.Context, o Options, list func(*builder) error) (*Set, error) {
	b := &builder{
		ctx: ctx, limits: o.Limits.withDefaults(), stdin: o.Stdin,
		taken: make(map[string]bool), next: make(map[string]int),
		set: &Set{
			index: make(map[string]*entry),
			seen:  make(map[Problem]bool),
			store: &store{folder: o.Temp, memory: o.Memory},
		},
	}
	for _, p := range o.Known {
		b.set.report(p.Name, p.Code)
	}
	if err := list(b); err != nil {
		return nil, errors.Join(err, b.set.Close())
	}
	s := b.set
	slices.SortFunc(s.entries, func(x, y *entry) int { return cmp.Compare(x.name, y.name) })
	slices.SortFunc(s.raw, func(x, y Raw) int { return cmp.Compare(x.Name, y.Name) })
	return s, nil
}

// Close gives up the set: files can no longer be opened, and the temporary
// file is removed. Readers must have been closed before.
func (s *Set) Close() error {
	err := s.store.close()
	for _, r := range s.roots {
		err = errors.Join(err, r.Close())
	}
	s.roots = nil
	if err != nil {
		return schema.Fail(schema.CodeIO, "close input", err)
	}
	return nil
}

// Files yields every file in the byte order of the names. An error says that
// the content of this one file cannot be had, and its code why; the file is
// listed all the same, with an Open that fails likewise, and the sequence goes
// on.
func (s *Set) Files() iter.Seq2[schema.File, error] {
	return func(yield func(schema.File, error) bool) {
		for _, e := range s.entries {
			if !yield(s.file(e)) {
				return
			}
		}
	}
}

// Len is the number of files.
func (s *Set) Len() int { return len(s.entries) }

// Raw lists the files as they stand on disk (and standard input), archives
// unopened, in the byte order of the names: what "as received" means.
func (s *Set) Raw() []Raw { return slices.Clone(s.raw) }

// Problems lists what was found to be wrong so far, each once, sorted. Damage
// deep inside an archive member is found when that member is read, so call it
// after the files were.
func (s *Set) Problems() []Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Clone(s.problems)
	slices.SortFunc(list, func(x, y Problem) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Code, y.Code))
	})
	return list
}

// report notes a problem once.
func (s *Set) report(name string, code schema.Code) {
	p := Problem{Name: name, Code: code}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seen[p] {
		s.seen[p] = true
		s.problems = append(s.problems, p)
	}
}
