package bundle

import "strings"

// sharing is the table of texts that rows refer to by number: labels, titles,
// names of apps, events and files. It is bounded, since names come from the
// data; what does not fit is written in the cell itself.
type sharing struct {
	index map[string]int
	list  []string
	bytes int
}

const (
	maxShared      = 40_000
	maxSharedBytes = 8 << 20
	maxSharedText  = 300
)

func newSharing() *sharing { return &sharing{index: make(map[string]int)} }

// add gives s a number, where it fits.
func (t *sharing) add(s string) {
	if _, ok := t.index[s]; ok {
		return
	}
	if len(t.list) == maxShared || len(s) > maxSharedText || t.bytes+len(s) > maxSharedBytes || clean(s) < len(s) || strings.Contains(s, "_x") {
		// "_x" stays out: excelize's own table mixes up a protected
		// text with the text that looks like its protection.
		return
	}
	s = strings.Clone(s) // s can be a part of a far larger buffer
	t.index[s] = len(t.list)
	t.list = append(t.list, s)
	t.bytes += len(s)
}

// show writes s as the next cell of the row, by its number where it has one.
func (t *sharing) show(r *row, s string) {
	if i, ok := t.index[s]; ok {
		r.shared(styleText, i, s)
		return
	}
	r.text(styleText, s)
}
