package bundle

import (
	"cmp"
	"strings"

	"inzage/schema"
)

// originList is Herkomst: every file that was received, its hash, and what
// became of each of its records.
func (b *book) originList() *section {
	w := b.head.Words
	var rows [][]cell
	for i := range b.files {
		f := &b.files[i]
		x := &f.own.balance
		outline := x.Layers[schema.LayerNamespace] + x.Layers[schema.LayerDataType]
		none := x.Layers[schema.LayerNone]
		rows = append(rows, []cell{
			number(int64(f.own.number)), text(brief(f.Name)), text(w.term("source", f.Source)), text(cmp.Or(w.explain("source", f.Source), b.word("origin.from.unknown"))), text(w.term("format", cmp.Or(f.Format, "unknown"))),
			b.size(f), text(f.SHA256), number(x.Read), number(x.Explained() - outline - none), number(outline), number(none),
			number(x.Unreadable), number(x.Others), number(x.Duplicates), text(tallied(w, "repair", f.Repairs)), text(b.remark(f)),
		})
	}
	leads := []string{b.word("origin.lead")}
	if b.uncompared > 0 {
		leads = append(leads, b.word("origin.uncompared", "count", w.number(b.uncompared)))
	}
	return b.newList("origin", append(leads,
		b.word("origin.versions", "catalog", visible(b.head.Catalog), "program", visible(b.head.Program)),
		b.word("origin.check.windows"),
		b.word("origin.check.unix"),
	), []column{
		numbers("number", 8), col("name", 38), col("source", 22).below(), col("from", 30).below(), col("format", 20).below(), numbers("size", 12).below(), col("sha256", 38).below(),
		numbers("read", 11), numbers("explained", 11).below(), numbers("outline", 11).below(), numbers("none", 11).below(), numbers("unreadable", 13).below(),
		numbers("others", 11).below(), numbers("duplicates", 13).below(), col("repairs", 36), col("remark", 42).below(),
	}, each(rows))
}

// size is the size of a file that is given. That of one that is withheld would
// tell how long what was masked is.
func (b *book) size(f *received) cell {
	if f.Size < 0 {
		return right(b.word("origin.nosize"))
	}
	return number(f.Size)
}

// remark says what went wrong with a file: why it was refused, what stopped it,
// why records were unreadable.
func (b *book) remark(f *received) string {
	var list []string
	for _, c := range append([]schema.Code{f.Refused, f.Problem}, f.More...) {
		if c != "" {
			list = append(list, b.head.Words.term("code", string(c)))
		}
	}
	if f.Withheld != "" {
		list = append(list, b.word("origin.withheld."+string(f.Withheld)))
	}
	if s := tallied(b.head.Words, "code", f.own.reasons); s != "" {
		list = append(list, b.word("origin.reasons")+" "+s)
	}
	return strings.Join(list, " ")
}

// tallied writes a tally of codes in words: "3 × the last bracket is missing".
func tallied[K ~string](w Words, kind string, m map[K]int64) string {
	var list []string
	for _, k := range sortedKeys(m) {
		if m[k] > 0 {
			list = append(list, w.number(m[k])+" × "+w.term(kind, string(k)))
		}
	}
	return strings.Join(list, "; ")
}
