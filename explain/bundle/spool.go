package bundle

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"os"
	"slices"

	"inzage/schema"
)

// spool keeps rows and gives them back sorted by key, rows with the same key in
// the order in which they came. Rows live in memory up to runBytes; beyond that
// sorted runs go to one file and are merged when they are read (an external
// merge sort), so memory does not grow with the number of rows.
type spool struct {
	path string // of the file, made when first needed
	file *os.File
	size int64
	run  int // bytes that a run may take
	buf  []byte
	list []spooled
	runs []extent
	head []byte
}

// spooled is one entry of the run in memory: its key and place in buf.
type spooled struct {
	key      int64
	from, to int
}

// extent is the place of one sorted run in the file.
type extent struct{ off, len int64 }

// entry is what the spool gives back. Data is valid until the next entry.
type entry struct {
	key  int64
	data []byte
}

const (
	runBytes  = 8 << 20
	runBuffer = 64 << 10
)

func newSpool(path string) *spool { return &spool{path: path, run: runBytes} }

// add keeps a copy of data.
func (s *spool) add(key int64, data []byte) error {
	from := len(s.buf)
	if s.buf == nil && s.run == runBytes {
		s.buf = make([]byte, 0, runBytes+64<<10) // growing would cost it twice
	}
	s.buf = append(s.buf, data...)
	s.list = append(s.list, spooled{key: key, from: from, to: len(s.buf)})
	if len(s.buf) >= s.run {
		return s.spill()
	}
	return nil
}

func (s *spool) sort() {
	slices.SortStableFunc(s.list, func(a, b spooled) int { return cmp.Compare(a.key, b.key) })
}

// spill writes the run in memory to the file, sorted.
func (s *spool) spill() error {
	if s.file == nil {
		f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return schema.Fail(schema.CodeIO, "spool rows", err)
		}
		s.file = f
	}
	s.sort()
	w := bufio.NewWriterSize(s.file, runBuffer)
	var n int64
	for _, e := range s.list {
		s.head = binary.AppendVarint(s.head[:0], e.key)
		s.head = binary.AppendUvarint(s.head, uint64(e.to-e.from))
		_, _ = w.Write(s.head) // a bufio.Writer keeps its first error for Flush
		_, _ = w.Write(s.buf[e.from:e.to])
		n += int64(len(s.head) + e.to - e.from)
	}
	if err := w.Flush(); err != nil {
		return schema.Fail(schema.CodeIO, "spool rows", err)
	}
	s.runs = append(s.runs, extent{s.size, n})
	s.size += n
	s.buf, s.list = s.buf[:0], s.list[:0]
	return nil
}

// sorted yields every entry in order; it can be called more than once.
func (s *spool) sorted() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		s.sort()
		if len(s.runs) == 0 {
			for _, e := range s.list {
				if !yield(entry{e.key, s.buf[e.from:e.to]}, nil) {
					return
				}
			}
			return
		}
		if len(s.list) > 0 {
			if err := s.spill(); err != nil {
				yield(entry{}, err)
				return
			}
		}
		s.merge(yield)
	}
}

func (s *spool) merge(yield func(entry, error) bool) {
	q := make(runs, 0, len(s.runs))
	for i, x := range s.runs {
		r := &run{n: i, in: bufio.NewReaderSize(io.NewSectionReader(s.file, x.off, x.len), runBuffer)}
		if err := r.next(); err != nil {
			yield(entry{}, schema.Fail(schema.CodeIO, "read spooled rows", err))
			return
		}
		q = append(q, r)
	}
	heap.Init(&q)
	for len(q) > 0 {
		r := q[0]
		if !yield(r.entry, nil) {
			return
		}
		switch err := r.next(); {
		case err == nil:
			heap.Fix(&q, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(&q)
		default:
			yield(entry{}, schema.Fail(schema.CodeIO, "read spooled rows", err))
			return
		}
	}
}

// close removes nothing: the folder of the file is removed as a whole.
func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// run reads one sorted run of the file.
type run struct {
	entry
	n   int // runs were written in the order in which rows came
	in  *bufio.Reader
	buf []byte
}

// next reads the next entry; io.EOF after the last.
func (r *run) next() error {
	key, err := binary.ReadVarint(r.in)
	if err != nil {
		return err
	}
	size, err := binary.ReadUvarint(r.in)
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	r.key = key
	if uint64(cap(r.buf)) < size {
		r.buf = make([]byte, size)
	}
	r.data = r.buf[:size]
	_, err = io.ReadFull(r.in, r.data)
	return err
}

// runs is a heap of runs by their current key.
type runs []*run

func (q runs) Len() int { return len(q) }
func (q runs) Less(i, j int) bool {
	if q[i].key != q[j].key {
		return q[i].key < q[j].key
	}
	return q[i].n < q[j].n
}
func (q runs) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *runs) Push(x any)   { *q = append(*q, x.(*run)) }
func (q *runs) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
