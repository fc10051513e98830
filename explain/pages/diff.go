package pages

import (
	"cmp"
	"slices"
	"strings"
)

// Changes says how a later state of the published lists differs from an earlier
// one. Each list is in byte order.
type Changes struct {
	Events Change `json:"events"`
	// Fields are "event#field", of events that both states have, and
	// "block#field" for shared blocks.
	Fields Change `json:"fields"`
}

// Change is what appeared, vanished and got another name.
type Change struct {
	New     []string  `json:"new"`
	Gone    []string  `json:"gone"`
	Renamed []Renamed `json:"renamed"`
}

// Renamed is one name and what became of it.
type Renamed struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Note tells that the later page says so; else the two differ in spelling
	// only (capitals, "_" for ".").
	Note bool `json:"note"`
}

// None tells that nothing changed.
func (c Changes) None() bool { return c.Events.none() && c.Fields.none() }

func (c Change) none() bool { return len(c.New)+len(c.Gone)+len(c.Renamed) == 0 }

// state is one side of a comparison.
type state struct {
	events map[string]bool
	old    map[string]string   // earlier name of an event → name
	fields map[string][]*Field // by event or block
}

// Compare tells what changed from the pages in before to those in after. An
// event that stands on several pages is one event.
func Compare(before, after []*Page) Changes {
	a, b := stateOf(before), stateOf(after)
	var c Changes
	c.Events = compare(a.events, b.events, b.old)
	became := make(map[string]string, len(c.Events.Renamed))
	for _, r := range c.Events.Renamed {
		became[r.From] = r.To
	}
	for name, fields := range a.fields {
		to := name
		if r, ok := became[name]; ok {
			to = r
		}
		if now, ok := b.fields[to]; ok {
			c.Fields.add(to, compareFields(fields, now))
		}
	}
	c.Events.sort()
	c.Fields.sort()
	return c
}

func stateOf(list []*Page) state {
	s := state{events: map[string]bool{}, old: map[string]string{}, fields: map[string][]*Field{}}
	for _, p := range list {
		for i := range p.Events {
			s.add(&p.Events[i])
		}
		for i := range p.Blocks {
			b := &p.Blocks[i]
			s.addFields(b.Name, b.Fields)
		}
	}
	return s
}

func (s *state) add(e *Event) {
	for _, n := range e.Names {
		s.events[n.Name] = true
		for _, old := range e.Old {
			s.old[old] = n.Name
		}
		s.addFields(n.Name, e.Fields)
	}
	for i := range e.Parts {
		s.add(&e.Parts[i])
	}
}

func (s *state) addFields(owner string, fields []Field) {
	if _, ok := s.fields[owner]; !ok {
		s.fields[owner] = nil
	}
	for i := range fields {
		s.fields[owner] = append(s.fields[owner], &fields[i])
	}
}

func compareFields(before, after []*Field) Change {
	was, is, old := map[string]bool{}, map[string]bool{}, map[string]string{}
	for _, f := range before {
		was[f.full()] = true
	}
	for _, f := range after {
		is[f.full()] = true
		for _, o := range f.Old {
			old[o] = f.full()
		}
	}
	return compare(was, is, old)
}

// full is the path where there is one, else the name.
func (f *Field) full() string {
	if f.Path != "" {
		return f.Path
	}
	return f.Name
}

// compare sets two sets of names side by side: first by name, then by what the
// later side says the earlier name was, then by spelling.
func compare(before, after map[string]bool, old map[string]string) Change {
	var c Change
	folded := map[string][]string{}
	taken := map[string]bool{}
	for name := range after {
		if !before[name] {
			folded[fold(name)] = append(folded[fold(name)], name)
		}
	}
	for _, name := range sorted(before) {
		if after[name] {
			continue
		}
		if to, ok := old[name]; ok && after[to] && !taken[to] && !before[to] {
			taken[to] = true
			c.Renamed = append(c.Renamed, Renamed{From: name, To: to, Note: true})
			continue
		}
		same := folded[fold(name)]
		slices.Sort(same)
		if at := slices.IndexFunc(same, func(s string) bool { return !taken[s] }); at >= 0 {
			taken[same[at]] = true
			c.Renamed = append(c.Renamed, Renamed{From: name, To: same[at]})
			continue
		}
		c.Gone = append(c.Gone, name)
	}
	for _, name := range sorted(after) {
		if !before[name] && !taken[name] {
			c.New = append(c.New, name)
		}
	}
	return c
}

func (c *Change) add(owner string, more Change) {
	for _, name := range more.New {
		c.New = append(c.New, owner+"#"+name)
	}
	for _, name := range more.Gone {
		c.Gone = append(c.Gone, owner+"#"+name)
	}
	for _, r := range more.Renamed {
		c.Renamed = append(c.Renamed, Renamed{From: owner + "#" + r.From, To: owner + "#" + r.To, Note: r.Note})
	}
}

func (c *Change) sort() {
	slices.Sort(c.New)
	slices.Sort(c.Gone)
	slices.SortFunc(c.Renamed, func(a, b Renamed) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	// An empty list is told as one, not as null.
	c.New, c.Gone, c.Renamed = append([]string{}, c.New...), append([]string{}, c.Gone...), append([]Renamed{}, c.Renamed...)
}

func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fold makes the spellings of one name the same, as the engine does.
func fold(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", ".") }
