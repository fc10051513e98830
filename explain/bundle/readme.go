package bundle

import (
	"cmp"
	"slices"
	"strconv"

	"inzage/schema"
)

// readme is Lees mij: the answer, the contents, how to read the rest, and the
// proof that everything that was read is in the bundle.
func (b *book) readme() *section {
	w := b.head.Words
	s := b.newSection("readme", 42, 92, 16)
	for range b.bySource() {
		s.widths = append(s.widths, 16)
	}
	s.add(result(b.verdict()))
	for _, f := range b.amounts() {
		s.add(lead(f))
	}
	s.add(b.doubts()...)
	s.add(lead(b.word("readme.all")), lead(b.word("readme.own")), lead(b.word("readme.start")))
	s.add(heading(b.word("readme.contents")), contents{})

	request := [][]cell{
		{strong(b.word("readme.case")), text(b.head.Case)},
	}
	if b.head.Organisation != "" {
		request = append(request, []cell{strong(b.word("readme.organisation")), text(b.head.Organisation)})
	}
	request = append(request, []cell{strong(b.word("readme.received")), text(w.date(b.head.Received))})
	if l := b.head.Law; l != nil {
		request = append(request, []cell{strong(b.word("letter.due")), text(w.civil(schema.DeadlineFor(l.Day, schema.Careful).Due))})
	}
	request = append(request, []cell{strong(b.word("readme.zone")), text(b.word("readme.zone.value", "zone", b.head.Zone.String()))})
	s.add(heading(b.word("readme.request")), b.newTable("readme.request", request, "what", "value"))

	s.add(pageBreak{})
	b.proof(s)

	s.add(heading(b.word("readme.classes")), lead(b.word("readme.classes.lead")))
	var rows [][]cell
	for _, c := range schema.Classes() {
		rows = append(rows, []cell{strong(w.term("class", c.String())), text(w.explain("class", c.String()))})
	}
	s.add(b.newTable("readme.classes", rows, "class", "means"))

	s.add(heading(b.word("readme.layers")), lead(b.word("readme.layers.lead")))
	rows = nil
	for _, l := range schema.FieldLayers() {
		if l != schema.LayerEvent && l != schema.LayerNone { // the proof above has them
			rows = append(rows, []cell{strong(w.term("layer", string(l))), text(w.explain("layer", string(l)))})
		}
	}
	s.add(b.newTable("readme.layers", rows, "layer", "means"))

	rows = [][]cell{
		{strong(b.bookPath(1)), text(b.word("readme.files.book"))},
		{strong(b.pagePath(1)), text(b.word("readme.files.page"))},
	}
	if b.head.Law != nil {
		rows = append(rows, []cell{strong(b.letterPath() + ".html, " + b.letterPath() + ".txt"), text(b.word("readme.files.letter"))})
	}
	rows = append(rows, [][]cell{
		{strong(recordsPath), text(b.word("readme.files.records"))},
		{strong(recordsSchemaPath), text(b.word("readme.files.schema"))},
		{strong(csvPath), text(b.word("readme.files.csv"))},
		{strong(rawFolder), text(b.word("readme.files.raw"))},
		{strong(manifestPath), text(b.word("readme.files.manifest"))},
	}...)
	files := b.newTable("readme.files", rows, "path", "about")
	files.rows = b.withParts(rows)
	s.add(heading(b.word("readme.files")), files)
	return s
}

// verdict is the first thing that a person wants to know: yes or no.
func (b *book) verdict() string {
	unknown, refused, broken := b.unread()
	switch {
	case b.all.Explained()+b.all.Unreadable > 0:
		return b.word("readme.yes")
	case len(b.wholes(Search.failed)) > 0 && unknown+refused+broken == 0:
		return b.word("readme.doubt")
	case len(b.files) == 0:
		return b.word("readme.nofiles")
	case unknown+refused+broken > 0:
		return b.word("readme.unread")
	default:
		return b.word("readme.no")
	}
}

// amounts says how much was found, and over which time.
func (b *book) amounts() []string {
	n := b.all.Explained() + b.all.Unreadable
	if n == 0 {
		return nil
	}
	w := b.head.Words
	count := b.word("readme.count", "count", w.number(n), "files", w.number(int64(len(b.files))))
	if b.overview.first.IsZero() {
		return []string{count}
	}
	from, to := w.date(b.overview.first.In(b.head.Zone)), w.date(b.overview.last.In(b.head.Zone))
	if from == to {
		return []string{count, b.word("readme.day", "day", from)}
	}
	return []string{count, b.word("readme.period", "from", from, "to", to)}
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
func (b *book) proof(s *section) {
	w := b.head.Words
	sources := b.bySource()
	var rows [][]cell
	line := func(label, means string, of func(*Balance) int64) {
		row := []cell{strong(label), text(means), number(of(b.all))}
		for i := range sources {
			row = append(row, number(of(&sources[i].Balance)))
		}
		rows = append(rows, row)
	}
	line(b.word("readme.proof.read"), b.word("readme.proof.read.means"), func(x *Balance) int64 { return x.Read })
	for _, l := range schema.EventLayers() {
		line(w.term("layer", string(l)), w.explain("layer", string(l)), func(x *Balance) int64 { return x.Layers[l] })
	}
	line(b.word("readme.proof.unreadable"), b.word("readme.proof.unreadable.means"), func(x *Balance) int64 { return x.Unreadable })
	line(b.word("readme.proof.others"), b.word("readme.proof.others.means"), func(x *Balance) int64 { return x.Others })
	line(b.word("readme.proof.duplicates"), b.word("readme.proof.duplicates.means"), func(x *Balance) int64 { return x.Duplicates })
	line(b.word("readme.proof.gap"), b.word("readme.proof.gap.means"), (*Balance).gap)

	s.add(heading(b.word("readme.proof")))
	if unknown, refused, broken := b.unread(); unknown+refused+broken > 0 {
		s.add(lead(b.word("readme.proof.partly", "count", w.number(unknown+refused+broken))))
	} else {
		s.add(lead(b.word("readme.proof.lead")))
	}
	t := b.newTable("readme.proof", rows, "line", "means", "total")
	for _, x := range sources {
		t.cols = append(t.cols, column{header: unique(t.cols, cmp.Or(w.term("source", x.name), b.word("readme.proof.unknown"))), right: true})
	}
	s.add(crossing{b.word("readme.proof.files"), "origin"}, t)
}

// unique makes a header that the table does not have yet.
func unique(have []column, s string) string {
	try := s
	for n := 2; slices.ContainsFunc(have, func(c column) bool { return c.header == try }); n++ {
		try = s + " (" + strconv.Itoa(n) + ")"
	}
	return try
}
