package explain

import (
	"slices"
	"strings"

	"inzage/schema"
)

// signs are the bytes by which a text shows what it could hold, so that most
// texts are passed over after one look.
type signs struct{ at, slash, dash, plus, packed, long bool }

func signsOf(v string) signs {
	holds := func(c byte) bool { return strings.IndexByte(v, c) >= 0 }
	_, long := longWord(v, 0)
	slash := holds('/') || holds('\\')
	return signs{
		at: holds('@'), slash: slash, dash: strings.Count(v, "-") > 2, plus: holds('+') || holds('0'),
		packed: slash || holds('%') || holds('&') || holds(0), long: long, // a backslash packs
	}
}

// scan finds in a text what identifies other people, as far as the text itself
// shows or was learned before; m.hits holds it, in order.
func (m *Masker) scan(v string) {
	m.hits = m.hits[:0]
	if len(v) < 5 {
		return
	}
	sign := signsOf(v)
	w := view{text: v}
	if sign.packed {
		w = viewOf(v)
		if w.at != nil {
			sign = signsOf(w.text)
		}
	}
	t := w.text
	if sign.at {
		m.each(w, findAddress, m.address)
	}
	if sign.slash {
		m.each(w, findUserFolder, m.folder)
		m.each(w, findSite, m.site)
		m.each(w, findLegacyName, m.folder)
	}
	if sign.dash {
		m.each(w, findSID, func(_ string, s *span) (hit, bool) { return m.account(s.of(t), "sid") })
		m.each(w, findGUID, m.guid)
	}
	if sign.plus {
		m.each(w, findPhone, m.phone)
	}
	if sign.long {
		m.each(w, findHex, m.known)
		m.base64(w)
	}
	for from := 0; ; {
		s, words, ok := m.who.names.find(t, from)
		if !ok {
			break
		}
		if h, ok := m.name(words); ok {
			h.span = w.original(s)
			m.hits = append(m.hits, h)
		}
		from = s.to
	}
	m.tidy()
}

// each judges everything that a finder finds. A judge may find that it is a
// smaller part that counts.
func (m *Masker) each(w view, find finder, judge func(v string, s *span) (hit, bool)) {
	for from := 0; from < len(w.text); {
		s, ok := find(w.text, from)
		if !ok {
			return
		}
		if h, ok := judge(w.text, &s); ok {
			h.span = w.original(s)
			m.hits = append(m.hits, h)
		}
		from = max(s.to, from+1)
	}
}

// visible reports, and counts, that the organisation allows a person to be shown.
func (m *Masker) visible(keys []string) bool {
	for _, k := range keys {
		if m.who.shown[k] {
			m.shown++
			return true
		}
	}
	return false
}

const notYours = "not-yours"

func (m *Masker) address(v string, s *span) (hit, bool) {
	a := s.of(v)
	if chat(a) || m.whose.service(a) || m.isOwnAddress(a) {
		return hit{}, false
	}
	// An n, r or t after a backslash was a line break or a tab, once.
	if s.from > 0 && v[s.from-1] == '\\' && strings.IndexByte("nrt", a[0]) >= 0 {
		if rest := a[1:]; m.isOwnAddress(rest) || m.whose.service(rest) {
			return hit{}, false
		} else if !strings.HasPrefix(rest, "@") {
			a, s.from = rest, s.from+1
		}
	}
	keys := addressKeys(a)
	if m.visible(keys) {
		return hit{}, false
	}
	local, _, _ := strings.Cut(a, "@")
	return hit{kind: "email", why: notYours, by: m.person(m.who.meet(localWords(strings.ToLower(local)), keys...))}, true
}

func (m *Masker) isOwnAddress(a string) bool { return m.who.isOwn(addressKeys(a)[0]) }

// chat reports whether what looks like an address is the code of a chat.
func chat(a string) bool {
	_, host, _ := strings.Cut(a, "@")
	host = strings.ToLower(host)
	return strings.HasPrefix(host, "thread.") || host == "unq.gbl.spaces"
}

func (m *Masker) folder(v string, s *span) (hit, bool) {
	name := s.of(v)
	if m.who.isOwnUser(name) || m.whose.service(name) || has(findAddress, name) {
		return hit{}, false // an address is judged as one
	}
	keys := []string{"u:" + strings.ToLower(name)}
	if isGUID(name) {
		keys = []string{codeKey(name)}
	}
	words := localWords(strings.ToLower(strings.ReplaceAll(name, " ", ".")))
	if words != nil {
		keys = append(keys, nameKey(words))
	}
	if m.visible(keys) {
		return hit{}, false
	}
	return hit{kind: "path", why: notYours, by: m.person(m.who.meet(words, keys...))}, true
}

func (m *Masker) site(v string, s *span) (hit, bool) {
	h, ok := m.folder(v, s)
	h.kind = "url"
	return h, ok
}

func (m *Masker) account(code, kind string) (hit, bool) {
	key := codeKey(code)
	if m.who.isOwn(key) || m.visible([]string{key}) {
		return hit{}, false
	}
	return hit{kind: kind, why: notYours, by: m.person(m.who.number(key))}, true
}

// guid judges a GUID in a text: a member of a chat, or one that is known.
func (m *Masker) guid(v string, s *span) (hit, bool) {
	code := s.of(v)
	before := v[max(0, s.from-6):s.from]
	member := strings.HasSuffix(strings.ToLower(before), "orgid:") || strings.HasPrefix(v[s.to:], "@unq.gbl.spaces") ||
		strings.HasPrefix(v[s.to:], "_") && strings.HasPrefix(v[min(len(v), s.to+1+guidLength):], "@unq.gbl.spaces")
	if !member {
		return m.known(v, s)
	}
	return m.account(code, "object-id")
}

// known judges a code that only counts where it was met before as a person's.
func (m *Masker) known(v string, s *span) (hit, bool) {
	code := s.of(v)
	if ofCode(m.who.own, code) {
		return hit{}, false
	}
	if n := ofCode(m.who.numbers, code); n != 0 {
		return hit{kind: "object-id", why: "known", by: m.person(n)}, true
	}
	return hit{}, false // a code of which one field does not say whose it is, others can explain
}

func (m *Masker) phone(v string, s *span) (hit, bool) {
	key := "c:" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s.of(v))
	if m.visible([]string{key}) {
		return hit{}, false
	}
	return hit{kind: "phone", why: notYours, by: m.person(m.who.number(key))}, true
}

func (m *Masker) name(words []string) (hit, bool) {
	key := nameKey(words)
	if m.who.isOwnName(words) || m.visible([]string{key}) {
		return hit{}, false
	}
	return hit{kind: "name", why: "known", by: m.person(m.who.number(key))}, true
}

// base64 looks into words in base64. What holds another person is masked whole.
func (m *Masker) base64(w view) {
	for from := 0; ; {
		s, text, ok := findBase64(w.text, from)
		if !ok {
			return
		}
		from = s.to
		outer := m.hits
		m.hits = nil
		m.scan(text)
		inner := m.hits
		m.hits = outer
		if len(inner) > 0 {
			inner[0].span = w.original(s)
			m.hits = append(m.hits, inner[0])
		}
	}
}

// scanPairs looks for "key":"value" in the text of a record that could not be
// read, and masks what the key says to be somebody's, and every code; and from
// where another acted, where a key of the source says who did.
func (m *Masker) scanPairs(v, source string) {
	hits := m.hits
	w := viewOf(v)
	t := w.text
	for from := 0; from < len(t); {
		s, ok := findGUID(t, from)
		if !ok {
			break
		}
		from = s.to
		if h, ok := m.unknown(s.of(t)); ok {
			h.span = w.original(s)
			hits = append(hits, h)
		}
	}
	by, own := "", false
	var places []hit // from where whoever acted did
	var key pairKey
	pairs(t, func(name string, s span) {
		value := s.of(t)
		if name != key.name { // a list has many values behind one key
			key = m.pairKey(name, source)
		}
		if key.place != "" && said(value) {
			places = append(places, hit{w.original(s), key.place, notYours, ""})
		}
		if !key.acted && !key.who && !m.whose.only(key.words, value) {
			return
		}
		f := schema.Field{Kind: schema.String}
		if plainValue(&f, value) || m.isOwn(value) || m.whose.service(value) {
			own = own || key.acted && said(value)
			return
		}
		keys, spelled := m.keysOfValue(value)
		if m.visible(keys) {
			return
		}
		h := hit{w.original(s), "name", notYours, m.person(m.who.meet(spelled, keys...))}
		if hits = append(hits, h); key.acted {
			by = h.by
		}
	})
	if by != "" && !own {
		for _, h := range places {
			h.by = by
			hits = append(hits, h)
		}
	}
	m.hits = hits
	m.tidy()
}

// scanPlaces finds in such a text from where another acted, whose pseudonym is by.
func (m *Masker) scanPlaces(v, source, by string) {
	w := viewOf(v)
	pairs(w.text, func(name string, s span) {
		if kind := m.pairKey(name, source).place; kind != "" && said(s.of(w.text)) {
			m.hits = append(m.hits, hit{w.original(s), kind, notYours, by})
		}
	})
	m.tidy()
}

// pairs calls yield for each text in quotes behind a key. In a row of a table
// quotes are doubled.
func pairs(t string, yield func(key string, value span)) {
	quote := `"`
	if strings.Contains(t, `{""`) && !strings.Contains(t, `{"":`) {
		quote = `""`
	}
	key := ""
	for i := 0; i < len(t); {
		open := strings.Index(t[i:], quote)
		if open < 0 {
			return
		}
		s := span{i + open + len(quote), len(t)}
		if n := strings.Index(t[s.from:], quote); n >= 0 {
			s.to = s.from + n
		}
		i = min(s.to+len(quote), len(t))
		if strings.HasPrefix(strings.TrimLeft(t[i:], " \t\r\n"), ":") {
			key = s.of(t)
		} else {
			yield(key, s)
		}
	}
}

// pairKey is what a key says of the values behind it.
type pairKey struct {
	name  string
	words []string
	acted bool   // it names who acted
	who   bool   // it says who somebody is
	place string // the kind of identifier where it tells from where somebody acted
}

func (m *Masker) pairKey(name, source string) pairKey {
	k := pairKey{name: name, words: lower(splitName(name)), who: m.about(name).who}
	k.acted = m.whose.actors[sourceField{source, fold(name)}] || m.whose.actors[sourceField{source, "auditdata." + fold(name)}]
	switch {
	case slices.Contains(k.words, "ip"):
		k.place = "ip-address"
	case slices.Contains(k.words, "device"):
		k.place = "device-name"
	default:
		k.place = m.whose.from(name, "")
	}
	return k
}

// brokenJSON reports whether a value is the text of an object that could not be
// opened as one.
func brokenJSON(v string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(v, " \t\r\n"), "{")
	return ok && strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), `"`)
}
