package bundle

import (
	"strconv"

	"github.com/xuri/excelize/v2"

	"inzage/schema"
)

// readme makes Lees mij: the answer, the contents, how to read the rest, and
// the proof that everything that was read is in the bundle.
func (b *book) readme(sheet string) error {
	p := &page{book: b, sheet: sheet}
	w := b.head.Words
	p.cols = []column{words("", 42), words("", 92)}
	for range len(b.bySource()) + 1 {
		p.cols = append(p.cols, count("", 16))
	}
	if err := b.widths(sheet, p.cols); err != nil {
		return err
	}
	p.put(styleTitle, 34, b.word("readme.title"))
	p.put(styleAnswer, 22, b.answer())
	for _, s := range b.findings() {
		p.put(styleLead, 0, s)
	}
	for _, key := range []string{"readme.all", "readme.own", "readme.start"} {
		p.put(styleLead, 0, b.word(key))
	}

	p.heading(b.word("readme.contents"))
	rows := [][]any{{link{b.links[1], b.links[1]}, b.word("summary.about")}}
	for i, l := range b.lists {
		about := b.word(l.key + ".about")
		if i > 0 && l.key == b.lists[i-1].key {
			about = b.word(l.key + ".next")
		}
		rows = append(rows, []any{link{l.sheet, l.sheet}, about})
	}
	p.table(b.word("readme.contents.table"), b.headers("readme.contents", "sheet", "about"), rows)

	p.heading(b.word("readme.request"))
	p.table(b.word("readme.request.table"), b.headers("readme.request", "what", "value"), [][]any{
		{strong(b.word("readme.case")), b.head.Case},
		{strong(b.word("readme.organisation")), b.head.Organisation},
		{strong(b.word("readme.received")), w.date(b.head.Received)},
		{strong(b.word("readme.zone")), b.word("readme.zone.value", "zone", b.head.Zone.String())},
	})

	b.proof(p)

	if p.err == nil { // on paper, the words about words start a page
		p.err = b.f.InsertPageBreak(sheet, "A"+strconv.Itoa(p.row+1))
	}
	p.heading(b.word("readme.classes"))
	p.put(styleLead, 0, b.word("readme.classes.lead"))
	rows = rows[:0]
	for _, c := range schema.Classes() {
		rows = append(rows, []any{strong(w.term("class", c.String())), w.explain("class", c.String())})
	}
	p.table(b.word("readme.classes.table"), b.headers("readme.classes", "class", "means"), rows)

	p.heading(b.word("readme.layers"))
	p.put(styleLead, 0, b.word("readme.layers.lead"))
	rows = rows[:0]
	for _, l := range schema.FieldLayers() {
		if l != schema.LayerEvent && l != schema.LayerNone { // the proof above has them
			rows = append(rows, []any{strong(w.term("layer", string(l))), w.explain("layer", string(l))})
		}
	}
	p.table(b.word("readme.layers.table"), b.headers("readme.layers", "layer", "means"), rows)

	p.heading(b.word("readme.files"))
	p.table(b.word("readme.files.table"), b.headers("readme.files", "path", "about"), [][]any{
		{strong(b.bookPath()), b.word("readme.files.book")},
		{strong(recordsPath), b.word("readme.files.records")},
		{strong(rawFolder), b.word("readme.files.raw")},
		{strong(manifestPath), b.word("readme.files.manifest")},
	})
	if p.err != nil {
		return p.err
	}
	last := string(rune('A'+max(2, 2+len(b.bySource())))) + strconv.Itoa(p.row)
	if err := b.f.SetPanes(sheet, &excelize.Panes{
		Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
	}); err != nil {
		return err
	}
	return b.page(sheet, last, 0)
}

// answer is the first thing that a person wants to know: yes or no.
func (b *book) answer() string {
	unknown, refused, broken := b.unread()
	switch {
	case b.all.Explained()+b.all.Unreadable > 0:
		return b.word("readme.yes")
	case len(b.files) == 0:
		return b.word("readme.nofiles")
	case unknown+refused+broken > 0:
		return b.word("readme.unread")
	default:
		return b.word("readme.no")
	}
}

// findings says how much was found, and over which time.
func (b *book) findings() []string {
	n := b.all.Explained() + b.all.Unreadable
	if n == 0 {
		return nil
	}
	w := b.head.Words
	count := b.word("readme.count", "count", w.number(n), "files", w.number(int64(len(b.files))))
	if n == 1 {
		count = b.word("readme.count.one")
	}
	if b.overview.first.IsZero() {
		return []string{count}
	}
	return []string{count, b.word("readme.period",
		"from", w.date(b.overview.first.In(b.head.Zone)), "to", w.date(b.overview.last.In(b.head.Zone)))}
}

// sourceBalance is the balance of all files of one source.
type sourceBalance struct {
	name string
	Balance
}

// bySource adds up the files per source, in the order of their names. Files that
// nothing recognised have no records and no column.
func (b *book) bySource() []sourceBalance {
	sums := make(map[string]*Balance)
	for i := range b.files {
		f := &b.files[i]
		own := &f.own.balance
		if f.Source == "" && own.Read == 0 {
			continue
		}
		if sums[f.Source] == nil {
			sums[f.Source] = &Balance{}
		}
		sums[f.Source].add(own)
	}
	list := make([]sourceBalance, 0, len(sums))
	for _, name := range sortedKeys(sums) {
		list = append(list, sourceBalance{name, *sums[name]})
	}
	return list
}

// proof is the table that adds up: what was read is what is in the bundle.
func (b *book) proof(p *page) {
	w := b.head.Words
	sources := b.bySource()
	headers := b.headers("readme.proof", "line", "means", "total")
	for _, s := range sources {
		name := w.term("source", s.name)
		if name == "" {
			name = b.word("readme.proof.unknown")
		}
		headers = append(headers, unique(headers, name))
	}
	var rows [][]any
	line := func(label, means string, of func(*Balance) int64) {
		row := []any{strong(label), means, of(b.all)}
		for i := range sources {
			row = append(row, of(&sources[i].Balance))
		}
		rows = append(rows, row)
	}
	line(b.word("readme.proof.read"), b.word("readme.proof.read.means"), func(x *Balance) int64 { return x.Read })
	for _, l := range schema.EventLayers() {
		line(w.term("layer", string(l)), w.explain("layer", string(l)), func(x *Balance) int64 { return x.Layers[l] })
	}
	line(b.word("readme.proof.unreadable"), b.word("readme.proof.unreadable.means"), func(x *Balance) int64 { return x.Unreadable })
	line(b.word("readme.proof.others"), b.word("readme.proof.others.means"), func(x *Balance) int64 { return x.Others })
	line(b.word("readme.proof.gap"), b.word("readme.proof.gap.means"), (*Balance).gap)

	p.heading(b.word("readme.proof"))
	if unknown, refused, broken := b.unread(); unknown+refused+broken > 0 {
		p.put(styleLead, 0, b.word("readme.proof.partly", "count", w.number(unknown+refused+broken)))
	} else {
		p.put(styleLead, 0, b.word("readme.proof.lead"))
	}
	p.put(styleLink, 20, link{b.word("readme.proof.files"), b.lists[len(b.lists)-1].sheet})
	p.table(b.word("readme.proof.table"), headers, rows)
}

// headers are the header texts of a table.
func (b *book) headers(key string, cols ...string) []string {
	list := make([]string, len(cols))
	for i, c := range cols {
		list[i] = b.word(key + ".col." + c)
	}
	return list
}

// unique makes a header text that the table does not have yet.
func unique(have []string, s string) string {
	try := s
	for n := 2; ; n++ {
		taken := false
		for _, h := range have {
			taken = taken || h == try
		}
		if !taken {
			return try
		}
		try = s + " (" + strconv.Itoa(n) + ")"
	}
}
