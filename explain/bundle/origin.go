package bundle

import (
	"cmp"
	"strings"

	"inzage/schema"
)

// originList is Herkomst: every file that was received, its hash, and what
// became of each of its records.
func (b *book) originList() *list {
	l := b.newList("origin", max(len(b.files), 1),
		count("number", 8), words("name", 42), words("source", 24), words("format", 26), count("size", 14), words("sha256", 38),
		count("read", 12), count("explained", 13), count("outline", 13), count("none", 13), count("unreadable", 13),
		count("others", 13), words("repairs", 42), words("remark", 46))
	w := b.head.Words
	l.lead = []string{
		b.word("origin.lead"),
		b.word("origin.versions", "catalog", visible(b.head.Catalog), "program", visible(b.head.Program)),
		b.word("origin.check.windows"),
		b.word("origin.check.unix"),
	}
	if len(b.files) == 0 {
		l.fill = b.nothing(l)
		return l
	}
	l.fill = func(out *sheetRows) error {
		for i := range b.files {
			f := &b.files[i]
			x := &f.own.balance
			outline := x.Layers[schema.LayerNamespace] + x.Layers[schema.LayerDataType]
			none := x.Layers[schema.LayerNone]
			out.begin()
			out.integer(styleNumber, int64(f.own.number))
			out.text(styleText, brief(f.Name))
			out.text(styleText, w.term("source", f.Source))
			out.text(styleText, w.term("format", cmp.Or(f.Format, "unknown")))
			out.integer(styleNumber, f.Size)
			out.text(styleText, f.SHA256)
			out.integer(styleNumber, x.Read)
			out.integer(styleNumber, x.Explained()-outline-none)
			out.integer(styleNumber, outline)
			out.integer(styleNumber, none)
			out.integer(styleNumber, x.Unreadable)
			out.integer(styleNumber, x.Others)
			out.text(styleText, tallied(w, "repair", f.Repairs))
			out.text(styleText, b.remark(f))
			out.end()
			if err := out.flush(); err != nil {
				return err
			}
		}
		return nil
	}
	return l
}

// remark says what went wrong with a file: why it was refused, what stopped it,
// why records were unreadable.
func (b *book) remark(f *received) string {
	var list []string
	for _, c := range []schema.Code{f.Refused, f.Problem} {
		if c != "" {
			list = append(list, b.head.Words.term("code", string(c)))
		}
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
