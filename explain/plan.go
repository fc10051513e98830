package explain

import (
	"strings"

	"inzage/schema"
)

// plan is what was worked out for an event name: everything that is the same
// for each record of that name, in the reader's language.
type plan struct {
	called      both // the app
	described   bool // by Microsoft, in public
	app, title  string
	layer       schema.Layer
	rule, ref   string
	about, kind string
	facets      schema.Facets
	text        *template
	fixed       map[string]string // slots that do not come from the record
	entry       *entry
	source      string
	scope       string                // the kind of its namespace
	only        []map[string]*field   // what names of fields mean in it and events like it, most specific first
	retired     []map[string]string   // why fields of those are no longer filled
	fields      map[string]*fieldPlan // by path as the source spells it
	order       []*fieldPlan          // as they stood in the last record: the next is much like it
	namesClean  int                   // what was known of people when its names held nobody, see Masker.Knowledge
}

// fieldPlan is what is the same for a field whatever its value: in records of one
// name or, where nothing is known of it in those alone, of one source.
type fieldPlan struct {
	path    string
	note    schema.Note
	as      string
	slots   []int // placeholders of the event's sentence that this field fills
	version bool
	facet   facetField // what the value says of the record as a whole, if says
	says    bool
	weak    bool // see field
	guess   bool // the class rests on the name alone, and says that the value is no code of anything
	memory
}

// memory is what was found out about a field's values.
type memory struct {
	notes recent[memo]

	// For the Masker: what the path says of whose the value is, once judged; when
	// the path itself held nobody, and which values.
	about     about
	judged    bool
	pathClean int
	clean     recent[clean]
}

// memo is a value of a field, and what was said of it.
type memo struct {
	kind  schema.Kind
	value string
	note  schema.Note
}

// recent are the last values of a field that were new. A field that has nothing but
// new ones is given up.
type recent[T any] struct {
	list    []T
	next    uint8
	changes uint8 // since a value last came again
}

const (
	mostRecent        = 4
	mostChanges       = 32  // in a row, after which a field counts as always new
	longestRemembered = 100 // bytes
)

// wants tells whether a value that is new should be remembered.
func (r *recent[T]) wants(value string) bool {
	return r.changes < mostChanges && len(value) <= longestRemembered
}

func (r *recent[T]) add(v T) {
	r.changes++
	switch {
	case r.changes == mostChanges:
		r.list = nil
	case len(r.list) < mostRecent:
		r.list = append(r.list, v)
	default:
		r.list[r.next] = v
		r.next = (r.next + 1) % mostRecent
	}
}

// plan returns the plan for a record, from memory if there is one.
func (x *Explainer) plan(r *schema.Record) *plan {
	x.key = append(x.key[:0], r.Source...)
	for _, s := range []string{r.Event, r.Action, r.App, r.DataType} {
		x.key = append(append(x.key, 0), s...)
	}
	for _, s := range r.Spaces {
		x.key = append(append(x.key, 1), s...)
	}
	if p := x.plans[string(x.key)]; p != nil {
		return p
	}
	p := x.newPlan(r)
	if len(x.plans) < maxPlans {
		x.plans[string(x.key)] = p
	}
	return p
}

// newPlan finds the most specific thing that is known of an event.
func (x *Explainer) newPlan(r *schema.Record) *plan {
	p := &plan{fields: make(map[string]*fieldPlan), fixed: make(map[string]string, 3), kind: x.dataKind(r)}
	event := withoutToken(r.Event)
	ns, rest := x.c.namespaceOf(event)
	if space := x.c.spaceOf(r); space != nil && (ns == nil || ns.weak()) {
		ns = space
	}
	p.called = x.app(r, ns)
	p.source = strings.Clone(r.Source)
	patterns(fold(event), func(name string) bool {
		if fields := x.c.only[name]; fields != nil {
			p.only = append(p.only, fields)
		}
		if fields := x.c.retired[name]; fields != nil {
			p.retired = append(p.retired, fields)
		}
		return false
	})
	if ns != nil {
		p.about, p.scope = ns.about, ns.kind
	}
	e, star := x.c.findRenamed(r)
	if e != nil && !e.app.empty() {
		p.called = e.app
	}
	p.app = p.called.in(x.in.lang)
	switch {
	case e != nil:
		x.useEntry(p, e, star)
	case x.useComposed(p, r, ns, rest):
	case ns != nil:
		p.layer, p.rule, p.ref = schema.LayerNamespace, ns.name, ns.ref
		p.title = x.in.text("engine.event.namespace.title")
		p.text = x.c.template(x.in.lang, "engine.event.namespace")
		p.fixed[slotPart] = ns.part.in(x.in.lang)
	case r.DataType != "" && x.c.HasText("datatype."+r.DataType):
		p.layer, p.rule = schema.LayerDataType, r.DataType
		p.title = x.in.text("datatype." + r.DataType)
		p.text = x.c.template(x.in.lang, "engine.event.datatype")
		p.fixed["explain"] = x.in.text("datatype." + r.DataType + ".explain")
	default:
		p.layer = schema.LayerNone
		p.title = x.in.text("engine.event.none.title")
		p.text = x.c.template(x.in.lang, "engine.event.none")
	}
	x.usePublished(p, r)
	if p.about == "" {
		p.about = "other"
	}
	p.described = p.ref != "" && (p.layer == schema.LayerEvent || p.layer == schema.LayerFamily) || x.c.published.event(r.Event) != nil
	p.facets = x.c.facets.plan(r, p)
	p.fixed[slotApp] = p.app
	if p.app == "" {
		p.fixed[slotApp] = x.in.text("engine.app.unknown")
	}
	return p
}

func (x *Explainer) useEntry(p *plan, e *entry, star string) {
	p.layer, p.rule, p.ref = schema.LayerEvent, e.raw.Event, e.ref
	if e.action != "" {
		p.rule += " + " + e.raw.Action
	}
	if strings.Contains(e.name, "*") {
		p.layer = schema.LayerFamily
	}
	if e.about != "" {
		p.about = e.about
	}
	if e.kind != "" {
		p.kind = e.kind
	}
	p.entry = e
	p.text = e.text.in(x.in.lang)
	if star != "" {
		p.fixed[slotStar] = x.c.object(splitName(star), x.in.lang)
	}
	p.fixed[slotApp] = p.app
	p.title = e.title.in(x.in.lang).fill(p.fixed)
}

// useComposed makes a sentence of the name, or of the action where the name is
// a generic one.
func (x *Explainer) useComposed(p *plan, r *schema.Record, ns *namespace, rest string) bool {
	made, ok := x.compose(rest)
	if !ok && r.Action != "" {
		made, ok = x.compose(r.Action)
	}
	if !ok || ns == nil && r.App == "" {
		return false
	}
	p.layer, p.rule = schema.LayerComposed, made.rule
	if ns != nil {
		p.rule, p.ref = ns.name+" "+made.rule, ns.ref
	}
	if made.kind != "" && p.kind == "" {
		p.kind = made.kind
	}
	p.title, p.text = made.title, made.text
	p.fixed[slotWhat] = made.what
	return true
}

// app says which app or service it was: the record's own word for it where that
// is a name people use, else what the namespace says.
func (x *Explainer) app(r *schema.Record, ns *namespace) both {
	if s := x.c.spaces[fold(r.App)]; s != nil {
		return s.app
	}
	if ns != nil {
		return ns.app
	}
	if t, ok := x.c.terms["products."+r.App]; ok {
		return t.text()
	}
	return both{NL: r.App, EN: r.App}
}

// dataKind is the kind of data that the file's data type says.
func (x *Explainer) dataKind(r *schema.Record) string {
	return x.c.terms["datatypes."+r.DataType].Kind
}

// template parses one of the engine's own sentences; they are checked by tests.
func (c *Catalog) template(l schema.Lang, key string) *template {
	t, err := parseTemplate(c.Text(l, key))
	if err != nil {
		return &template{}
	}
	return t
}

// nth returns the plan for field i of a record, from memory if there is one.
func (x *Explainer) nth(p *plan, i int, path string) *fieldPlan {
	if i < len(p.order) && p.order[i].path == path {
		return p.order[i]
	}
	fp := x.field(p, path)
	switch {
	case i < len(p.order):
		p.order[i] = fp
	case i < maxFieldsInPlan:
		p.order = append(p.order, fp)
	}
	return fp
}

// field returns the plan for a field, from memory if there is one.
func (x *Explainer) field(p *plan, path string) *fieldPlan {
	if fp := p.fields[path]; fp != nil {
		return fp
	}
	fp := x.newField(p, path)
	if len(p.fields) < maxFieldsInPlan {
		p.fields[fp.path] = fp
	}
	return fp
}

// common returns the plan for a field in whatever event of the source and kind it
// stands, from memory if there is one: most fields of an event are those of many.
func (x *Explainer) common(source, scope, path, short string) *fieldPlan {
	key := commonField{source, scope, path}
	if fp := x.byName[key]; fp != nil {
		return fp
	}
	f := x.c.only.ofSource(source, path)
	if f == nil {
		f = x.c.lookup(path, scope)
	}
	key.path = strings.Clone(path)
	fp := x.planned(key.path, short, f)
	if len(x.byName) < maxNames {
		x.byName[key] = fp
	}
	return fp
}

// commonField is a field's name in events of one source and kind.
type commonField struct{ source, scope, path string }

// newField finds the most specific thing that is known of a field.
func (x *Explainer) newField(p *plan, path string) *fieldPlan {
	short := canonical(path)
	var slots []int
	for i, s := range p.text.slots {
		if s.path == short {
			slots = append(slots, i)
		}
	}
	var f *field
	if p.entry != nil {
		f = p.entry.fields[short]
	}
	for i := 0; f == nil && i < len(p.only); i++ {
		f = p.only[i][short]
	}
	retired := ""
	for i := 0; retired == "" && i < len(p.retired); i++ {
		retired = p.retired[i][short]
	}
	var fp *fieldPlan
	switch {
	case f != nil:
		fp = x.planned(strings.Clone(path), short, f)
	case slots == nil && retired == "":
		return x.common(p.source, p.scope, path, short)
	default:
		own := *x.common(p.source, p.scope, path, short)
		own.memory = memory{}
		fp = &own
	}
	fp.slots = slots
	x.retire(fp, retired)
	return fp
}

// planned is the plan for a field of which f is known, nil for nothing.
func (x *Explainer) planned(path, short string, f *field) *fieldPlan {
	fp := &fieldPlan{path: path}
	fp.facet, fp.says = x.c.facets.fields[short]
	if f == nil {
		fp.note = schema.Note{
			Meaning: x.in.text("engine.field.none"), Class: schema.Unknown,
			Why: x.in.text("reason.default-unknown"), Layer: schema.LayerNone,
		}
		return fp
	}
	why := f.why
	if why == "" {
		why = "default-" + f.class.String()
	}
	fp.as = f.as
	fp.version = f.why == "version" || f.why == "build" || f.why == "operating-system" || strings.Contains(short, "version") || strings.HasSuffix(short, "ver")
	fp.note = schema.Note{
		Meaning: f.text.in(x.in.lang), Class: f.class, Why: x.in.text("reason." + why),
		Layer: f.layer, Rule: f.rule, Ref: f.ref, Identifier: f.id,
	}
	fp.weak = f.weak
	fp.guess = f.layer == schema.LayerRule && f.class != schema.Stripped && f.why != "product-id"
	return fp
}

// retire lowers the class of a field that is no longer filled. A value that
// turns up in it all the same is still looked at, and can raise the class.
func (x *Explainer) retire(fp *fieldPlan, why string) {
	if why == "" {
		return
	}
	fp.note.Class, fp.note.Why, fp.note.Identifier = schema.Stripped, x.in.text("reason."+why), ""
	fp.weak = false
	if fp.note.Layer == schema.LayerNone {
		fp.note.Layer, fp.note.Rule = schema.LayerRule, "retired"
	}
}
