package explain

import (
	"strings"
	"time"

	"inzage/schema"
)

// Reader is for whom records are explained.
type Reader struct {
	Lang schema.Lang
	// Zone is the time zone in which times are said.
	Zone *time.Location
	// Subject is the person, so that the person's own identifiers are
	// recognised wherever they stand.
	Subject schema.Subject
	// Asked is the day of the request, from which the age of records counts;
	// zero where there is none.
	Asked time.Time
}

// Explainer explains records to one reader. It remembers what it worked out for
// an event name, so that the next record of that name costs little. It belongs
// to one goroutine; make as many as needed from one Catalog.
type Explainer struct {
	c      *Catalog
	in     Interpreter
	detect detector
	reader Reader
	plans  map[string]*plan
	byName map[commonField]*fieldPlan // see common
	key    []byte
	scratch
}

// scratch is memory reused from record to record.
type scratch struct {
	values []string
	text   []byte
}

// The memo is bounded, so that a hostile file of a million invented names costs
// time, not memory.
const (
	maxPlans        = 20_000
	maxFieldsInPlan = 2_000
	maxNames        = 50_000
)

// For makes an explainer for a reader.
func (c *Catalog) For(r Reader) *Explainer {
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	return &Explainer{
		c: c, in: c.Interpreter(r.Lang, zone), detect: newDetector(r.Subject), reader: r,
		plans: make(map[string]*plan), byName: make(map[commonField]*fieldPlan),
	}
}

// Another makes an explainer to the same reader, for another goroutine.
func (x *Explainer) Another() *Explainer { return x.c.For(x.reader) }

// Explain puts a record into words. It never fails: what is not known is said
// to be unknown, and Layer says how much is.
func (x *Explainer) Explain(r schema.Record) schema.Explanation {
	var e schema.Explanation
	x.ExplainTo(&e, r)
	return e
}

// ExplainTo is Explain into e, whose notes give their memory.
func (x *Explainer) ExplainTo(e *schema.Explanation, r schema.Record) {
	p := x.plan(&r)
	notes := e.Notes[:0]
	if cap(notes) < len(r.Fields) {
		notes = make([]schema.Note, len(r.Fields))
	}
	*e = schema.Explanation{
		Record: r, App: p.app, Title: p.title, Layer: p.layer, Rule: p.rule, Ref: p.ref,
		Described: p.described, About: p.about, DataKind: p.kind, Facets: p.facets, Class: schema.Stripped,
		Notes: notes[:len(r.Fields)],
	}
	e.Facets.Age = age(r.At, x.reader.Asked)
	platform := 0
	x.values = append(x.values[:0], make([]string, len(p.text.slots))...)
	for i := range r.Fields {
		f := &r.Fields[i]
		fp := x.nth(p, i, f.Path)
		for _, s := range fp.slots {
			if v := f.Value.Reveal(); said(v) && f.Kind != schema.Null {
				x.values[s] = x.in.inSentence(p.text.slots[s].as, v)
			}
		}
		if fp.says {
			platform = x.c.facets.field(&e.Facets, fp.facet, f.Value.Reveal(), platform)
		}
		x.note(&e.Notes[i], fp, f)
		if said(f.Value.Reveal()) { // an empty value says nothing about anybody
			e.Class = e.Class.Raise(e.Notes[i].Class)
		}
	}
	if len(r.Fields) == 0 {
		e.Class = schema.Unknown
	}
	e.Findings = x.c.facets.findings(e)
	x.text = p.text.appendTo(x.text[:0], func(i int) string {
		if v, ok := p.fixed[p.text.slots[i].path]; ok {
			return v
		}
		return x.values[i]
	})
	e.Text = schema.NewPersonal(string(x.text))
}

const (
	unset    = "4294967295" // the number that Windows writes where a value is unknown
	redacted = "#"          // what it writes where a value was left out or is not set
)

// said tells whether a value says anything.
func said(v string) bool { return v != "" && v != redacted && v != unset }

// points tells whether a code of no known kind can lead to somebody: the number
// of a window or a row does not.
func points(v string) bool { return len(v) > 3 || !isNumber(v) }

// note explains one value of a known field. A value that a field is likely to have
// again is remembered with its note: most fields have few values.
func (x *Explainer) note(n *schema.Note, fp *fieldPlan, f *schema.Field) {
	v := f.Value.Reveal()
	for i := range fp.notes.list {
		if m := &fp.notes.list[i]; m.value == v && m.kind == f.Kind {
			*n, fp.notes.changes = m.note, 0
			return
		}
	}
	if !fp.notes.wants(v) {
		x.newNote(n, fp, f.Kind, v)
		return
	}
	v = strings.Clone(v)
	x.newNote(n, fp, f.Kind, v)
	fp.notes.add(memo{f.Kind, v, *n})
}

// newNote works a note out.
func (x *Explainer) newNote(n *schema.Note, fp *fieldPlan, kind schema.Kind, v string) {
	*n = fp.note
	if kind == schema.EmptyObject || kind == schema.EmptyArray || kind == schema.Null {
		v = ""
	}
	if fp.as != "" {
		if w := x.in.Words(fp.as, v); w != "" && w != v {
			n.Words = schema.NewPersonal(w)
		}
	}
	if n.Layer == schema.LayerNone {
		x.byShape(n, v)
	}
	if fp.guess && isGUID(v) {
		if raised := n.Class.Raise(schema.PseudonymousIdentifier); raised != n.Class {
			n.Class, n.Raised, n.Identifier = raised, "detected-code", "other-code"
			n.Why = x.in.text("reason.detected-code")
		}
	}
	if v == redacted {
		n.Words = schema.NewPersonal(x.in.text("engine.redacted"))
	}
	if !said(v) || n.Identifier == "other-code" && !points(v) {
		n.Identifier = ""
	}
	if kind != schema.String {
		return
	}
	if found, ok := x.detect.detect(v, fp.version); ok {
		if raised := n.Class.Raise(found.class); raised != n.Class {
			n.Class, n.Raised, n.Identifier = raised, found.reason, found.identifier
			n.Why = x.in.text("reason." + found.reason)
		} else if n.Identifier == "" {
			n.Identifier = found.identifier
		}
	}
	n.Exposes = exposes(n, v)
}

// byShape says what a value looks like where nothing is known of its field.
func (x *Explainer) byShape(n *schema.Note, v string) {
	switch {
	case v == "":
		n.Layer, n.Rule, n.Meaning = schema.LayerShape, "empty", x.in.text("engine.field.shape.empty")
	case isGUID(v):
		n.Layer, n.Rule, n.Meaning = schema.LayerShape, "guid", x.in.text("engine.field.shape.guid")
		n.Class, n.Identifier = schema.PseudonymousIdentifier, "other-code"
		n.Why = x.in.text("reason.default-pseudonymous-identifier")
	case len(v) >= 19 && strings.ContainsAny(v, "T") && isTime(v):
		n.Layer, n.Rule, n.Meaning = schema.LayerShape, "time", x.in.text("engine.field.shape.time")
		n.Class, n.Why = schema.LinkedUsage, x.in.text("reason.time-of-event")
		n.Words = schema.NewPersonal(x.in.Words("time", v))
	case isVersion(v):
		n.Layer, n.Rule, n.Meaning = schema.LayerShape, "version", x.in.text("engine.field.shape.version")
		n.Class, n.Why = schema.DeviceOrSoftware, x.in.text("reason.version")
	}
}

func isTime(v string) bool {
	_, ok := ParseTime(v)
	return ok
}

// isGUID recognises 8-4-4-4-12 hexadecimal digits, with or without braces.
func isGUID(v string) bool {
	if len(v) == 38 && v[0] == '{' && v[37] == '}' {
		v = v[1:37]
	}
	if len(v) != 36 {
		return false
	}
	for i := 0; i < len(v); i++ {
		switch i {
		case 8, 13, 18, 23:
			if v[i] != '-' {
				return false
			}
		default:
			if !isHex(v[i]) {
				return false
			}
		}
	}
	return v != "00000000-0000-0000-0000-000000000000"
}

// isVersion recognises three or four numbers with dots between them.
func isVersion(v string) bool {
	parts := strings.Split(v, ".")
	if len(v) > 40 || len(parts) < 3 || len(parts) > 4 {
		return false
	}
	for _, p := range parts {
		if !isNumber(p) {
			return false
		}
	}
	return true
}
