package bundle

import "inzage/schema"

// excepted keeps a row for each value that OneDrive sent in clear text: the one
// exception to the rule that diagnostic data holds codes only.
func (w *Writer) excepted(e *schema.Explanation) error {
	if !e.Excepted {
		return nil
	}
	r := &e.Record
	for i := range e.Notes {
		n := &e.Notes[i]
		if n.Exposes == schema.ExposesNothing {
			continue
		}
		age := right(w.head.Words("bundle.time.unknown"))
		if e.Facets.Age >= 0 {
			age = number(int64(e.Facets.Age))
		}
		w.cells = append(w.cells[:0],
			moment(r.At), text(e.Title), term(w.head.Words.term("exposure", string(n.Exposes))), text(r.Fields[i].Value.Reveal()),
			age, text(r.Fields[i].Path), term(w.own(r.From.File).label), number(r.From.Record))
		w.data = appendCells(w.data[:0], w.cells)
		if err := w.clear.add(sortKey(r.At), w.data); err != nil {
			return err
		}
	}
	return nil
}

// exceptedList is OneDrive: every path, address and name that OneDrive sent.
func (b *book) exceptedList() *section {
	leads := []string{
		b.word("onedrive.lead"), b.word("onedrive.access"), b.word("onedrive.others"),
		b.word("onedrive.term"), b.word("onedrive.elsewhere"),
	}
	return b.newList("onedrive", leads, []column{
		col("time", 22), col("title", 32).below(), col("kind", 24), col("value", 66).follows(), numbers("age", 14), col("path", 34),
		col("file", 34).below(), numbers("record", 11).below(),
	}, b.clear.cells())
}
