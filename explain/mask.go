package explain

import (
	"slices"
	"strconv"
	"strings"

	"inzage/schema"
)

// Others is what the organisation decided about other people in the records of
// the person: who may be shown, and who must be masked even where nothing in
// the records tells that a value is theirs. Each is known by any of its
// identifiers.
type Others struct{ Show, Mask []schema.Subject }

// Masker replaces what identifies other people by a pseudonym (GDPR art.
// 15(4)): "[colleague 3]", the same for one person throughout a run. It fails
// closed: what identifies a person and is not known to be the subject's own,
// a service's or the organisation's, is masked.
//
// It masks
//   - in every text: addresses, names of user folders and OneDrive sites, SIDs,
//     telephone numbers, members of chats, and every code and name of a person
//     met before, through JSON in JSON, percent signs, HTML, UTF-16 and base64;
//   - whole values of fields that say who somebody is, by the field's entry in
//     the catalog or by the words in its name (rules/people.yaml);
//   - codes of fields of which the class is unknown: whose they are is not known;
//   - from where somebody else acted, where a record says who acted.
//
// Names and codes are found in a text where they were learned from a field or an
// address; Learn sees to it that the order of records does not matter.
//
// Pseudonyms are numbers in the order of first appearance; nothing about the
// identifier is in them. A Masker serves one run and one goroutine. It remembers
// at most 200,000 identifiers; beyond that people are masked without a number.
type Masker struct {
	who      *people
	whose    *whose
	in       Interpreter
	abouts   map[string]about
	hits     []hit
	elements map[string]int32
	own      map[string]bool
	plans    []*fieldPlan // of the fields of the record
	masks    []schema.Mask
	shown    int64
}

// hit is a part of a text that is to be replaced.
type hit struct {
	span
	kind, why, by string
}

// Masker makes one for the records of who is read to.
func (c *Catalog) Masker(r Reader, others Others) *Masker {
	return &Masker{
		who: newPeople(r.Subject, others.Show, others.Mask), whose: &c.whose, in: c.Interpreter(r.Lang, r.Zone),
		abouts: make(map[string]about), elements: make(map[string]int32), own: make(map[string]bool),
	}
}

// People is how many other people were met so far.
func (m *Masker) People() int { return int(m.who.last) }

// Shown is how often something was left as it is because the organisation allows
// that person to be shown.
func (m *Masker) Shown() int64 { return m.shown }

// Text masks a text of which nothing is known, such as the name of a file, and
// reports whether there was anything to mask.
func (m *Masker) Text(v string) (string, bool) {
	m.scan(v)
	return m.replace(v), len(m.hits) > 0
}

// Clean reports whether a text holds nothing that would be masked, as far as the
// text itself shows.
func (m *Masker) Clean(v string) bool {
	m.scan(v)
	return len(m.hits) == 0 && !m.who.full
}

// Learn takes in who is in a record, so that a name in a record that comes before
// it is found too. Read everything once with Learn, then mask. It reports whether
// the record is clean: it holds nobody to mask, to show or to learn of. It stays so
// while Knowledge does: Explained need not be asked.
func (m *Masker) Learn(x *Explainer, r schema.Record) (clean bool) {
	p := x.plan(&r)
	shown := m.shown
	clean = m.cleanAfter(func() bool { return m.record(&r, p, x) }) != 0
	m.shown = shown
	return clean
}

// Explained masks an explained record and says it anew, so that no sentence and
// no value in words holds what was masked. Classes stay those of the values as
// received: that an address was there is a finding, also where nobody may read
// it. It reports whether anything was masked; e.Record.Masked lists what.
func (m *Masker) Explained(x *Explainer, e *schema.Explanation) bool {
	p := x.plan(&e.Record)
	r := e.Record
	if !m.record(&r, p, x) {
		return false
	}
	masked := x.Explain(r)
	for i := range masked.Notes {
		n := e.Notes[i]
		n.Words = masked.Notes[i].Words
		if r.Fields[i].Path != e.Record.Fields[i].Path { // a name can quote the path
			n.Meaning, n.Rule = masked.Notes[i].Meaning, masked.Notes[i].Rule
		}
		masked.Notes[i] = n
	}
	masked.Class, masked.Facets, masked.Findings, masked.Excepted = e.Class, e.Facets, e.Findings, e.Excepted
	*e = masked
	return true
}

// Unreadable masks the text of a record that could not be read.
func (m *Masker) Unreadable(r *schema.Record) bool {
	return m.record(r, &plan{}, nil)
}

// record masks a record. What is known of its fields, their values aside, is in
// the plan that x has of it; of a record that could not be read, nothing is. It
// does not write to r's fields: they are replaced.
func (m *Masker) record(r *schema.Record, p *plan, x *Explainer) bool {
	m.masks = m.masks[:0]
	clear(m.elements)
	m.names(r, p)
	if !r.Raw.IsEmpty() {
		raw := r.Raw.Reveal()
		m.scan(raw)
		m.scanPairs(raw, r.Source)
		r.Raw = schema.NewPersonal(m.replace(raw))
		m.count(schema.MaskedRaw)
	}
	m.plans = m.plans[:0]
	for i := range r.Fields {
		m.plans = append(m.plans, x.nthOrNone(p, i, r.Fields[i].Path))
	}
	m.ownElements(r)
	shared := true
	for i, f := range r.Fields {
		path, v, fp := f.Path, f.Value.Reveal(), m.plans[i]
		masked, ok := m.fieldAgain(&f, r.Source, fp)
		if ok {
			m.count(i)
			f.Value = schema.NewPersonal(masked)
			if f.Kind == schema.Number && masked != v {
				f.Kind = schema.String // a pseudonym is no number
			}
		}
		if fp.pathClean != m.Knowledge() {
			fp.pathClean = m.cleanAfter(func() bool { return m.text(&f.Path, i) })
		}
		if ok || f.Path != path {
			if shared {
				r.Fields, shared = slices.Clone(r.Fields), false
			}
			r.Fields[i] = f
		}
	}
	if len(m.masks) == 0 {
		return false
	}
	m.actor(r)
	r.Masked = slices.Clone(m.masks)
	return true
}

// names masks what a record is called. Records of one plan are called the same.
func (m *Masker) names(r *schema.Record, p *plan) {
	if p.namesClean == m.Knowledge() {
		return
	}
	p.namesClean = m.cleanAfter(func() (found bool) {
		for _, s := range []*string{&r.Event, &r.Action, &r.App, &r.DataType} {
			found = m.text(s, schema.MaskedName) || found
		}
		for i, s := range r.Spaces {
			if m.text(&s, schema.MaskedName) {
				r.Spaces = slices.Clone(r.Spaces)
				r.Spaces[i], found = s, true
			}
		}
		return found
	})
}

// actor masks from where another acted, in a record whose fields are masked and
// its own already.
func (m *Masker) actor(r *schema.Record) {
	by := ""
	for i, f := range r.Fields {
		if !m.whose.actors[sourceField{r.Source, fold(f.Path)}] || f.Value.IsEmpty() {
			continue
		}
		if !slices.ContainsFunc(m.masks, func(x schema.Mask) bool { return x.At == i }) {
			return // the person's own, or software's
		}
		by = f.Value.Reveal()
	}
	if by == "" {
		return
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		v := f.Value.Reveal()
		m.hits = m.hits[:0]
		if kind := m.whose.from(f.Path, m.plans[i].note.Identifier); kind != "" && said(v) && f.Kind < schema.Bool {
			m.hits = append(m.hits, hit{span{0, len(v)}, kind, notYours, by})
		} else if f.Kind == schema.String && brokenJSON(v) {
			m.scanPlaces(v, r.Source, by)
		}
		if len(m.hits) > 0 {
			m.count(i)
			f.Value, f.Kind = schema.NewPersonal(m.replace(v)), schema.String
		}
	}
}

// text masks a text of the record that is no value, and reports whether there was
// anybody in it.
func (m *Masker) text(s *string, at int) bool {
	m.scan(*s)
	if len(m.hits) == 0 {
		return false
	}
	*s = m.replace(*s)
	m.count(at)
	return true
}

// count notes what was just replaced.
func (m *Masker) count(at int) {
	for _, h := range m.hits {
		i := slices.IndexFunc(m.masks, func(x schema.Mask) bool { return x.At == at && x.Kind == h.kind && x.Why == h.why })
		if i < 0 {
			i = len(m.masks)
			m.masks = append(m.masks, schema.Mask{At: at, Kind: h.kind, Why: h.why})
		}
		m.masks[i].Count++
	}
}

func (m *Masker) about(path string) about {
	a, ok := m.abouts[path]
	if !ok {
		a = m.whose.of(path)
		if len(m.abouts) < maxNames {
			m.abouts[strings.Clone(path)] = a
		}
	}
	return a
}

func (m *Masker) aboutField(fp *fieldPlan) about {
	if !fp.judged {
		fp.about, fp.judged = m.whose.of(fp.path), true
	}
	return fp.about
}

// ownElements finds the elements of lists of people that are about the person.
func (m *Masker) ownElements(r *schema.Record) {
	clear(m.own)
	for i := range r.Fields {
		a := m.aboutField(m.plans[i])
		if a.element == "" || !a.who {
			continue
		}
		if v := r.Fields[i].Value.Reveal(); !plainValue(&r.Fields[i], v) && m.isOwn(v) {
			m.own[a.element] = true
		}
	}
}

// field returns the value of a field with other people masked, and whether there
// were any.
func (m *Masker) field(f *schema.Field, source string, fp *fieldPlan) (string, bool) {
	v := f.Value.Reveal()
	a, known := m.aboutField(fp), &fp.note
	m.hits = m.hits[:0]
	switch {
	case plainValue(f, v):
		return v, false
	case a.element != "" && m.own[a.element] && !m.whose.role(lower(splitName(lastPart(f.Path)))):
		m.scan(v)
	case (a.who || namesPerson(known.Identifier)) && !m.whose.things[sourceField{source, fold(f.Path)}]:
		m.scanWho(v, a.element, kindOf(known.Identifier))
	case f.Kind != schema.String:
		return v, false
	case known.Identifier == "message-id" && m.unmetMessage(v):
		return v, false
	case known.Class == schema.Unknown && isGUID(v):
		if h, ok := m.unknown(v); ok {
			m.hits = append(m.hits, h)
		}
	case brokenJSON(v):
		m.scan(v)
		m.scanPairs(v, source)
	default:
		m.scan(v)
	}
	if len(m.hits) == 0 {
		return v, false
	}
	return m.replace(v), true
}

// unmetMessage reports whether a value is the code of a message, which is built
// like an address, and names nobody who was met.
func (m *Masker) unmetMessage(v string) bool {
	code := strings.Trim(v, "<>")
	s, ok := findAddress(code, 0)
	return ok && s.from == 0 && s.to == len(code) && m.who.unmet(addressKeys(code))
}

// unknown judges a code in a field of which nothing is known.
func (m *Masker) unknown(v string) (hit, bool) {
	key := codeKey(v)
	all := span{0, len(v)}
	switch {
	case m.who.isOwn(key) || m.visible([]string{key}):
		return hit{}, false
	case m.who.numbers[key] != 0:
		return hit{all, "object-id", "known", m.person(m.who.numbers[key])}, true
	}
	return hit{all, "other-code", "unknown-code", m.code(v)}, true
}

// kindOf is the kind of identifier to tell of, where the field has none.
func kindOf(identifier string) string {
	if identifier == "" {
		return "name"
	}
	return identifier
}

// code is the pseudonym of a code of which it is not known whose it is.
func (m *Masker) code(v string) string {
	key := codeKey(v)
	n, ok := m.who.codes[key]
	if !ok && len(m.who.codes) < maxPeople {
		n = int32(len(m.who.codes) + 1)
		m.who.codes[strings.Clone(key)] = n
	}
	if n == 0 {
		return m.in.text("engine.mask.code")
	}
	return m.in.text("engine.mask.code.n", "n", strconv.Itoa(int(n)))
}

// person is the pseudonym of the person with that number.
func (m *Masker) person(n int32) string {
	if n == 0 {
		return m.in.text("engine.mask.person")
	}
	return m.in.text("engine.mask.person.n", "n", strconv.Itoa(int(n)))
}

// replace puts the pseudonyms in place.
func (m *Masker) replace(v string) string {
	if len(m.hits) == 0 {
		return v
	}
	var b strings.Builder
	last := 0
	for _, h := range m.hits {
		b.WriteString(v[last:h.from])
		b.WriteString(h.by)
		last = h.to
	}
	b.WriteString(v[last:])
	return b.String()
}

// tidy sorts the hits and keeps, of those that overlap, the one that begins
// first and covers most; a hit that reaches further makes it longer.
func (m *Masker) tidy() {
	slices.SortStableFunc(m.hits, func(a, b hit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	kept := m.hits[:0]
	for _, h := range m.hits {
		if n := len(kept); n > 0 && h.from < kept[n-1].to {
			kept[n-1].to = max(kept[n-1].to, h.to)
			continue
		}
		kept = append(kept, h)
	}
	m.hits = kept
}
