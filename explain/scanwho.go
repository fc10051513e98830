package explain

import "strings"

// scanWho finds other people in the value of a field that says who somebody is:
// each name, address or code in it that is not known to be the person's.
func (m *Masker) scanWho(v, element, kind string) {
	m.hits = m.hits[:0]
	for _, s := range piecesOf(v) {
		piece := s.of(v)
		if strings.TrimSpace(piece) == "" || m.isOwn(piece) || m.whose.service(piece) {
			continue
		}
		keys, name := m.keysOfValue(piece)
		if m.visible(keys) {
			continue
		}
		if n := m.elements[element]; element != "" && n != 0 && m.who.unmet(keys) {
			m.who.join(n, keys)
		}
		n := m.who.meet(name, keys...)
		if element != "" && m.elements[element] == 0 {
			m.elements[element] = n
		}
		m.hits = append(m.hits, hit{s, kind, notYours, m.person(n)})
	}
}

// piecesOf cuts a value that lists people: at semicolons, bars and line breaks,
// and at commas where each part is an address or a code.
func piecesOf(v string) []span {
	// A claim, "i:0#.f|membership|…", is one person, named at its end.
	if i := strings.LastIndexByte(v, '|'); i >= 0 && (strings.HasPrefix(v, "i:0") || strings.HasPrefix(v, "c:0")) {
		return []span{{i + 1, len(v)}}
	}
	cut := func(marks string) []span {
		var list []span
		from := 0
		for i := 0; i <= len(v); i++ {
			if i == len(v) || strings.IndexByte(marks, v[i]) >= 0 {
				a, b := from, i
				for a < b && v[a] == ' ' {
					a++
				}
				for a < b && v[b-1] == ' ' {
					b--
				}
				if a < b {
					list = append(list, span{a, b})
				}
				from = i + 1
			}
		}
		return list
	}
	if strings.IndexByte(v, ',') >= 0 {
		list := cut(",;|\r\n")
		for _, s := range list {
			if p := s.of(v); !strings.Contains(p, "@") && !isGUID(p) && (!isNumber(p) || len(p) < 9) {
				return cut(";|\r\n")
			}
		}
		return list
	}
	return cut(";|\r\n")
}

// keysOfValue are the keys of one person in a field about people, and the name
// that it spells.
func (m *Masker) keysOfValue(v string) (keys []string, name []string) {
	t := viewOf(v).text
	if s, ok := findAddress(t, 0); ok && !chat(s.of(t)) {
		a := s.of(t)
		keys = addressKeys(a)
		local, _, _ := strings.Cut(strings.ToLower(a), "@")
		name = localWords(local)
		if rest := strings.Trim(t[:s.from], " <\"'"); rest != "" { // Karim Bakker <k.bakker@…>
			if words := nameWords(rest); len(words) > 1 {
				keys, name = append(keys, nameKey(words)), words
			}
		}
		return keys, name
	}
	if s, ok := findGUID(t, 0); ok {
		return []string{codeKey(s.of(t))}, nil
	}
	if s, ok := findSID(t, 0); ok {
		return []string{codeKey(s.of(t))}, nil
	}
	if words := nameWords(t); len(words) > 1 && len(strings.Join(words, ""))*2 > len(t) {
		return []string{nameKey(words)}, words
	}
	return []string{codeKey(t), "u:" + strings.ToLower(t)}, nil
}

// isOwn reports whether a whole value is an identifier of the person, or of the
// organisation.
func (m *Masker) isOwn(v string) bool {
	v = strings.TrimSpace(viewOf(v).text)
	if m.who.isOwn(codeKey(v)) {
		return true
	}
	if s, ok := findAddress(v, 0); ok && !chat(s.of(v)) {
		name := nameWords(v[:s.from])
		return m.isOwnAddress(s.of(v)) && (len(name) == 0 || m.who.isOwnName(name))
	}
	for _, mark := range []string{"orgid:", `\`, "|", ":"} { // 8:orgid:…, DOMAIN\user, i:0#.f|membership|…
		if i := strings.LastIndex(v, mark); i >= 0 && i+len(mark) < len(v) {
			v = v[i+len(mark):]
			if m.who.isOwn(codeKey(v)) {
				return true
			}
		}
	}
	return !isGUID(v) && (m.who.isOwnUser(v) || m.who.isOwnName(nameWords(v)))
}
