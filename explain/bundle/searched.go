package bundle

import (
	"slices"
	"strings"

	"inzage/schema"
)

// Search is how the search of one place ended: of a source as a whole, or of a
// part of it that the source names.
type Search struct {
	Source string // its name
	schema.Result
	// Asked is how often the source was asked, where somebody did so again: the
	// result is that of the last time. Of a source as a whole only.
	Asked int
}

// failed reports whether the search leaves a doubt: there can be more.
func (s Search) failed() bool {
	return s.Found == schema.FoundPart || s.Found == schema.FoundFailed || s.Found == schema.FoundExpired
}

// Search takes note of how a search ended, as the source told it. A source that
// tells nothing is judged by the files of it that were received.
func (w *Writer) Search(s Search) { w.told = append(w.told, s) }

// searches lists how each search ended: the sources that the program knows, and
// those that told something, in the order of their names, each as a whole first.
func (b *book) searches() []Search {
	list := slices.Clone(b.told)
	for _, name := range b.head.Sources {
		if !slices.ContainsFunc(list, func(s Search) bool { return s.Source == name && s.Place == "" }) {
			list = append(list, b.received(name))
		}
	}
	slices.SortStableFunc(list, func(x, y Search) int {
		if c := strings.Compare(x.Source, y.Source); c != 0 {
			return c
		}
		return strings.Compare(x.Place, y.Place)
	})
	return list
}

// received judges a source by the files of it that were handed in. Without one
// nobody searched there, which is another thing than that there was nothing.
func (b *book) received(source string) Search {
	s := Search{Source: source, Result: schema.Result{Found: schema.FoundUnasked}}
	for i := range b.files {
		f := &b.files[i]
		if f.Source != source {
			continue
		}
		if s.Files++; s.Files == 1 {
			s.Found, s.Code = schema.FoundNothing, schema.CodeHandedIn
		}
		if x := &f.own.balance; x.Explained()+x.Unreadable > 0 && s.Found == schema.FoundNothing {
			s.Found = schema.FoundData
		}
		for _, c := range []schema.Code{f.Problem, f.Refused} {
			if c != "" {
				s.Found, s.Code = schema.FoundPart, c
			}
		}
	}
	return s
}

// wholes lists the sources whose search, taken as a whole, is one that want picks.
func (b *book) wholes(want func(Search) bool) (list []Search) {
	for _, s := range b.searches() {
		if s.Place == "" && want(s) {
			list = append(list, s)
		}
	}
	return list
}

func unasked(s Search) bool { return s.Found == schema.FoundUnasked }

// sources names the sources of searches.
func (b *book) sources(list []Search) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = b.head.Words.term("source", s.Source)
	}
	return strings.Join(names, ", ")
}

// doubts says, on the first sheet, where the search failed and where nobody
// searched.
func (b *book) doubts() []any {
	var blocks []any
	if failed := b.wholes(Search.failed); len(failed) > 0 {
		blocks = append(blocks, lead(b.word("readme.searched.failed", "sources", b.sources(failed))))
	}
	if not := b.wholes(unasked); len(not) > 0 {
		blocks = append(blocks, lead(b.word("readme.searched.not", "sources", b.sources(not))))
	}
	if len(blocks) > 0 {
		blocks = append(blocks, crossing{b.word("readme.searched.more"), "searched"})
	}
	return blocks
}

// searchedList is Waar is gezocht: every source and place, how the search ended
// and why.
func (b *book) searchedList() *section {
	w := b.head.Words
	all := b.searches()
	leads := []string{b.word("searched.lead"), b.word("searched.differ")}
	if slices.ContainsFunc(all, func(s Search) bool { return s.Place != "" }) {
		leads = append(leads, b.word("searched.silent"))
	}
	for _, notice := range b.head.Notices {
		if s := w.explain("code", string(notice)); s != "" {
			leads = append(leads, s)
		}
	}
	rows := make([][]cell, len(all))
	for i, s := range all {
		place := b.word("searched.whole")
		if s.Place != "" {
			place = w.term("product", s.Place)
		}
		rows[i] = []cell{
			strong(w.term("source", s.Source)), text(brief(place)), text(w.term("found", string(s.Found))),
			text(b.ending(s)), number(int64(s.Files)),
		}
	}
	return b.newList("searched", leads, []column{
		col("source", 34), col("place", 34), col("found", 24), col("why", 76), numbers("files", 12),
	}, each(rows))
}

// ending says what the outcome of a search means, and why it is so.
func (b *book) ending(s Search) string {
	w := b.head.Words
	list := []string{w.explain("found", string(s.Found))}
	if s.Code != "" {
		why := w.explain("code", string(s.Code)) // for the person, where the other is for the organisation
		if why == "" {
			why = w.term("code", string(s.Code))
		}
		list = append(list, why)
	}
	if s.Asked > 1 {
		list = append(list, b.word("searched.again", "count", s.Asked))
	}
	return strings.Join(list, " ")
}

// unsearched are the rows of Niet verstrekt about sources that were not, or not
// fully, searched.
func (b *book) unsearched() (rows [][]cell) {
	for _, s := range b.wholes(func(s Search) bool { return s.failed() || unasked(s) }) {
		rows = append(rows, []cell{
			strong(b.head.Words.term("source", s.Source)), right(b.word("missing.uncounted")), text(b.ending(s)),
			text(b.word("missing.searched." + string(s.Found))), text(b.word("missing.searched.source")),
		})
	}
	return rows
}

// search is a Search in the manifest. What was pulled is not told in bytes: that
// would tell how long what is withheld is.
type search struct {
	Source string       `json:"source"`
	Place  string       `json:"place,omitempty"`
	Found  schema.Found `json:"found"`
	Code   schema.Code  `json:"code,omitempty"`
	Files  int          `json:"files"`
	Asked  int          `json:"asked,omitempty"` // where more than once
}

func (b *book) publicSearches() []search {
	out := []search{}
	for _, s := range b.searches() {
		p := search{Source: s.Source, Place: visible(s.Place), Found: s.Found, Code: s.Code, Files: s.Files}
		if s.Asked > 1 {
			p.Asked = s.Asked
		}
		out = append(out, p)
	}
	return out
}
