package bundle

import (
	"strconv"
	"strings"

	"inzage/schema"
)

// Count is what the reading side counted: of a file, or of the whole run.
type Count struct {
	// Read is every record that the reader yielded, the unreadable and other
	// people's included.
	Read int64
	// Unreadable are the records that could not be read.
	Unreadable int64
	// Others are the records of other people, left out of the bundle.
	Others int64
	// Duplicates are the records that an earlier file of the case holds too.
	Duplicates int64
}

// Balance is the proof of completeness: what was read against what the bundle
// holds. Its Layers are counted by the writer itself, row by row.
type Balance struct {
	Count
	Layers map[schema.Layer]int64
}

// Explained is the number of records in the bundle that have an explanation,
// "not documented" included.
func (b *Balance) Explained() int64 {
	var n int64
	for _, c := range b.Layers {
		n += c
	}
	return n
}

// gap is what was read and is nowhere; zero in a bundle that is complete.
func (b *Balance) gap() int64 {
	return b.Read - b.Explained() - b.Unreadable - b.Others - b.Duplicates
}

func (b *Balance) add(x *Balance) {
	b.Read += x.Read
	b.Unreadable += x.Unreadable
	b.Others += x.Others
	b.Duplicates += x.Duplicates
	if b.Layers == nil {
		b.Layers = make(map[schema.Layer]int64)
	}
	for l, n := range x.Layers {
		b.Layers[l] += n
	}
}

// FileInfo is one file that was received, and what came out of it.
type FileInfo struct {
	// Name as in schema.Origin.File: it ties the file to its records.
	Name string
	// Source read it, as the format with this code; both empty where nothing
	// recognised it.
	Source, Format string
	// SHA256 in hex and Size in bytes, of the file itself; empty and -1 where it
	// is withheld.
	SHA256 string
	Size   int64
	// Count is what its reader counted.
	Count
	// Repairs are the ways in which the file was mended while it was read.
	Repairs map[schema.Repair]int64
	// Refused is why it was not read at all, Problem is what stopped reading
	// before the end; both empty where all went well.
	Refused, Problem schema.Code
	// More is what else is wrong with it.
	More []schema.Code
	// Withheld is why the file itself is not in the bundle, or empty.
	Withheld Withheld
}

// fileTally is what the writer itself counted of one file.
type fileTally struct {
	number     int    // of the file in Herkomst, from 1
	label      string // in the timeline: the number and the last part of the name
	balance    Balance
	unreadable int64
	duplicates int64
	reasons    map[schema.Code]int64 // of the unreadable records
}

// received is a file with both counts of it.
type received struct {
	FileInfo
	own *fileTally
}

// settle holds the reading side's counts against the writer's own, file by file
// and in total. Any difference is an error with CodeUnbalanced that counts it: a
// bundle that does not add up must not reach anyone.
func (w *Writer) settle(total Count) (Balance, error) {
	all := Balance{Layers: make(map[schema.Layer]int64)}
	gaps := make(map[string]int64)
	for i := range w.files {
		own := w.files[i].own
		// What is read as one thing and counted as another differs in both.
		if d := max(abs(own.balance.gap()), abs(own.balance.Unreadable-own.unreadable), abs(own.balance.Duplicates-own.duplicates)); d != 0 {
			gaps["file_"+strconv.Itoa(own.number)] = d
		}
		all.add(&own.balance)
	}
	if n := len(w.tallies); n > 0 {
		gaps["files_not_told"] = int64(n)
	}
	if d := all.Count.apart(total); d != 0 {
		gaps["total"] = d
	}
	if len(gaps) > 0 {
		return all, schema.Counted(schema.Fail(schema.CodeUnbalanced, "balance records", nil), gaps)
	}
	return all, nil
}

// apart is the largest difference between two counts, 0 where they are equal.
func (c Count) apart(x Count) int64 {
	return max(abs(c.Read-x.Read), abs(c.Unreadable-x.Unreadable), abs(c.Others-x.Others), abs(c.Duplicates-x.Duplicates))
}

func abs(n int64) int64 { return max(n, -n) }

// unread counts the files of which something could not be read: not recognised,
// recognised and refused, broken off.
func (w *Writer) unread() (unknown, refused, broken int64) {
	for i := range w.files {
		switch f := &w.files[i]; {
		case f.Problem != "":
			broken++
		case f.Refused != "":
			refused++
		case f.Source == "":
			unknown++
		}
	}
	return unknown, refused, broken
}

// own is the tally of a file, made when first asked for.
func (w *Writer) own(file string) *fileTally {
	if w.lastTally != nil && w.lastFile == file {
		return w.lastTally
	}
	t := w.tallies[file]
	if t == nil {
		file = strings.Clone(file)
		n := len(w.files) + len(w.tallies) + 1
		t = &fileTally{
			number: n, label: strconv.Itoa(n) + " · " + file[strings.LastIndexByte(file, '/')+1:],
			balance: Balance{Layers: make(map[schema.Layer]int64)},
		}
		w.tallies[file] = t
	}
	w.lastFile, w.lastTally = file, t
	return t
}
