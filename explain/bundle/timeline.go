package bundle

import (
	"math"
	"slices"
	"strconv"
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
}

func newLabels(words Words) *labels {
	l := &labels{words: words, layers: make(map[schema.Layer]string), kinds: make(map[string]string)}
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

func (l *labels) kind(code string) string {
	if s, ok := l.kinds[code]; ok {
		return s
	}
	s := l.words.term("kind", code)
	if len(l.kinds) < 1000 { // codes come from the catalog, but nothing here says so
		l.kinds[strings.Clone(code)] = s
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

// cells are the texts of one row of the timeline, beside its time and place.
type cells struct {
	app, title, text, kind, class, layer, file, event string
}

func (w *Writer) explained(e *schema.Explanation) cells {
	c := cells{
		app: e.App, title: e.Title, text: e.Text.Reveal(), kind: w.labels.kind(e.DataKind),
		class: w.labels.class(e.Class), layer: w.labels.layers[e.Layer],
		file: w.own(e.Record.From.File).label, event: eventName(e.Record.Event, e.Record.Action),
	}
	if c.text == "" {
		c.text = c.title
	}
	return c
}

// eventName is the name as Microsoft writes it, with the action where the name
// alone says nothing.
func eventName(name, action string) string {
	if action == "" {
		return name
	}
	return name + " · " + action
}

func (w *Writer) unreadable(r *schema.Record) cells {
	text := w.head.Words("bundle.unreadable.text", "why", w.head.Words.term("code", string(r.Unreadable)))
	if r.Cut > 0 {
		text += " " + w.head.Words("bundle.unreadable.cut", "count", w.head.Words.number(r.Cut))
	}
	if !r.Raw.IsEmpty() {
		text += " " + w.head.Words("bundle.unreadable.raw") + "\n" + r.Raw.Reveal()
	}
	return cells{
		app: r.App, title: w.head.Words("bundle.unreadable.title"), text: text, kind: w.labels.kind(""),
		class: w.labels.class(schema.Unknown), layer: w.head.Words("bundle.unreadable.layer"),
		file: w.own(r.From.File).label, event: eventName(r.Event, r.Action),
	}
}

// sortKey orders the timeline; records without a time come last.
func sortKey(at time.Time) int64 {
	if at.IsZero() {
		return math.MaxInt64
	}
	return at.UnixMicro()
}

// timelineRows writes the record's row, or its rows where a text is longer than
// a cell can hold: then each row repeats the short cells, and the long text
// stands in marked parts, directly below each other. It returns how many.
func (w *Writer) timelineRows(r *schema.Record, c *cells) int {
	if fits(c.text) && fits(c.file) && fits(c.event) && fits(c.app) && fits(c.title) {
		w.timelineRow(r, c)
		return 1
	}
	texts := [...]*string{&c.app, &c.title, &c.text, &c.file, &c.event}
	var parts [len(texts)][]string
	n := 1
	for i, s := range texts {
		*s = visible(*s)
		parts[i] = pieces(*s)
		n = max(n, len(parts[i]))
	}
	for k := range n {
		for i, p := range parts {
			switch {
			case p == nil: // fits: the same in each row
			case k < len(p):
				*texts[i] = w.part(k, len(p)) + p[k]
			default:
				*texts[i] = ""
			}
		}
		w.timelineRow(r, c)
	}
	return n
}

// part is the mark of part i of n.
func (w *Writer) part(i, n int) string {
	return w.head.Words("bundle.part", "part", strconv.Itoa(i+1), "parts", strconv.Itoa(n)) + " "
}

func (w *Writer) timelineRow(r *schema.Record, c *cells) {
	x := &w.row
	x.begin()
	if !x.moment(styleDate, r.At, w.head.Zone) {
		w.sharing.put(x, w.timeText(r.At))
	}
	w.sharing.put(x, c.app)
	w.sharing.put(x, c.title)
	x.text(styleText, c.text)
	w.sharing.put(x, c.kind)
	w.sharing.put(x, c.class)
	w.sharing.put(x, c.layer)
	w.sharing.put(x, c.file)
	x.integer(styleNumber, r.From.Record)
	w.sharing.put(x, c.event)
	x.end()
}

// timeText stands where Excel has no date: unknown, or outside its calendar.
func (w *Writer) timeText(at time.Time) string {
	if at.IsZero() {
		return w.head.Words("bundle.time.unknown")
	}
	return at.In(w.head.Zone).Format("2006-01-02 15:04:05")
}

// span is one sheet of the timeline: so many entries and rows of the spool.
type span struct {
	entries, rows int
	first, last   int64 // keys
}

// maxSheetBytes bounds the XML of one sheet: a part of more than 4 GiB needs a
// form of zip that not every program reads.
const maxSheetBytes = 1 << 30

// spans divides the timeline over sheets. The rows of one record stay together.
func (w *Writer) spans() ([]span, error) {
	list := []span{{}}
	size := 0
	for e, err := range w.rows.sorted(true) {
		if err != nil {
			return nil, err
		}
		s := &list[len(list)-1]
		if s.entries > 0 && (s.rows+e.rows > w.head.RowLimit || size+e.size > maxSheetBytes) {
			list = append(list, span{})
			s, size = &list[len(list)-1], 0
		}
		if s.entries == 0 {
			s.first = e.key
		}
		s.entries++
		s.rows += e.rows
		size += e.size
		s.last = e.key
	}
	return list, nil
}
