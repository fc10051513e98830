package bundle

import (
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"inzage/schema"
)

// labels are the catalog's words for our codes, asked once.
type labels struct {
	words   Words
	classes [7]string
	layers  map[schema.Layer]string
	kinds   map[string]string
	abouts  map[string]string
}

func newLabels(words Words) *labels {
	l := &labels{
		words: words, layers: make(map[schema.Layer]string), kinds: make(map[string]string), abouts: make(map[string]string),
	}
	for _, c := range schema.Classes() {
		l.classes[c] = words.term("class", c.String())
	}
	for _, list := range [][]schema.Layer{schema.EventLayers(), schema.FieldLayers()} {
		for _, layer := range list {
			l.layers[layer] = words.term("layer", string(layer))
		}
	}
	l.kinds[""] = words("bundle.kind.unknown")
	return l
}

func (l *labels) class(c schema.Class) string {
	if int(c) < len(l.classes) {
		return l.classes[c]
	}
	return l.classes[schema.Unknown]
}

func (l *labels) kind(code string) string { return l.cached(l.kinds, "kind", code) }

func (l *labels) about(code string) string { return l.cached(l.abouts, "about", code) }

func (l *labels) cached(words map[string]string, kind, code string) string {
	if s, ok := words[code]; ok {
		return s
	}
	s := l.words.term(kind, code)
	if len(words) < 1000 { // codes come from the catalog, but nothing here says so
		words[strings.Clone(code)] = s
	}
	return s
}

// eventLayer is l, or none where l is not a layer that an event can have.
func eventLayer(l schema.Layer) schema.Layer {
	if slices.Contains(schema.EventLayers(), l) {
		return l
	}
	return schema.LayerNone
}

// timelineColumns are the columns of the timeline. timelineRow fills them, in
// this order.
func timelineColumns() []column {
	return []column{
		col("time", 22), col("app", 22).below(), col("title", 28), col("text", 64).follows(), col("about", 24), col("kind", 24).below(),
		col("class", 26).below(), col("layer", 26).below(), col("file", 34), numbers("record", 11).below(), col("event", 46).below(),
	}
}

func (w *Writer) timelineRow(e *schema.Explanation) []cell {
	body := e.Text.Reveal()
	if body == "" {
		body = e.Title
	}
	r := &e.Record
	return append(w.cells[:0],
		moment(r.At), term(e.App), term(e.Title), text(body), term(w.labels.about(e.About)), term(w.labels.kind(e.DataKind)),
		term(w.labels.class(e.Class)), term(w.labels.layers[e.Layer]), term(w.own(r.From.File).label),
		number(r.From.Record), term(EventName(r.Event, r.Action)))
}

// unreadableRow is the row of a record that could not be read.
func (w *Writer) unreadableRow(r *schema.Record) []cell {
	body := w.head.Words("bundle.unreadable.text", "why", w.head.Words.term("code", string(r.Unreadable)))
	if r.Cut > 0 {
		body += " " + w.head.Words("bundle.unreadable.cut", "count", w.head.Words.number(r.Cut))
	}
	if !r.Raw.IsEmpty() {
		body += " " + w.head.Words("bundle.unreadable.raw") + "\n" + r.Raw.Reveal()
	}
	return append(w.cells[:0],
		moment(r.At), term(r.App), term(w.head.Words("bundle.unreadable.title")), text(body), term(""), term(w.labels.kind("")),
		term(w.labels.class(schema.Unknown)), term(w.head.Words("bundle.unreadable.layer")), term(w.own(r.From.File).label),
		number(r.From.Record), term(EventName(r.Event, r.Action)))
}

// EventName is the name as Microsoft writes it, with the action where the name
// alone says nothing.
func EventName(name, action string) string {
	if action == "" {
		return name
	}
	return name + " · " + action
}

// sortKey orders the timeline; records without a time come last.
func sortKey(at time.Time) int64 {
	if at.IsZero() {
		return math.MaxInt64
	}
	return at.UnixMicro()
}

// timeText stands where Excel has no date: unknown, or outside its calendar.
func (w *Writer) timeText(at time.Time) string {
	if at.IsZero() {
		return w.head.Words("bundle.time.unknown")
	}
	return at.In(w.head.Zone).Format("2006-01-02 15:04:05")
}

// timeline is Tijdlijn: every record, in the order of time.
func (b *book) timeline() *section {
	s := b.newList("timeline", []string{b.word("timeline.lead")}, timelineColumns(), b.Writer.rows.cells())
	s.blocks = append(s.blocks[:2:2], append([]any{sheetLead(b.word("timeline.sheetlead"))}, s.blocks[2:]...)...)
	return s
}

// cells yields the rows of the timeline in order, as often as is asked.
func (s *spool) cells() iter.Seq2[[]cell, error] {
	return func(yield func([]cell, error) bool) {
		var row []cell
		for e, err := range s.sorted() {
			if err == nil {
				row, err = decodeCells(row[:0], string(e.data))
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
