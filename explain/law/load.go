package law

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"inzage/schema"
)

// Library is all texts of all times. It is immutable and safe for concurrent use.
type Library struct {
	entries []*rawEntry
	version string
}

// The shape of a file.
type rawFile struct {
	Section string      `yaml:"section"`
	Entries []*rawEntry `yaml:"entries"`
}

type rawEntry struct {
	Key string `yaml:"key"`
	// For says when the text applies: empty lists are "always".
	For struct {
		Profiles    []Profile         `yaml:"profiles"`
		Controllers []Controller      `yaml:"controllers"`
		Settings    map[string]string `yaml:"settings"` // "" is: not known
	} `yaml:"for"`
	// From and Until are the first and the last day of request for which the
	// text is used; Review is the day by which somebody must look again; Fact
	// is the day of a fact of the past. All are YYYY-MM-DD.
	From   schema.Date `yaml:"from"`
	Until  schema.Date `yaml:"until"`
	Review schema.Date `yaml:"review"`
	Fact   schema.Date `yaml:"fact"`
	Proof  Proof       `yaml:"proof"`
	Source both        `yaml:"source"`
	Role   string      `yaml:"role"`
	Name   both        `yaml:"name"`
	Text   both        `yaml:"text"`
	More   both        `yaml:"more"`

	section Section
	own     bool
}

// both is a text in the two languages that every text must have.
type both struct {
	NL string `yaml:"nl"`
	EN string `yaml:"en"`
}

func (b both) in(l schema.Lang) string {
	if l == schema.English {
		return b.EN
	}
	return b.NL
}

func (b both) other(l schema.Lang) string { return both{NL: b.EN, EN: b.NL}.in(l) }
func (b both) empty() bool                { return b == both{} }

// Load reads the texts; base is the catalog's, own are folders of the
// organisation: a key given there replaces the key before it, with all its
// variants. It is strict: an unknown key, a missing language, source or review
// day, an unknown code or placeholder, two texts that apply at one time are all
// errors, joined into one, each naming file and entry.
func Load(base fs.FS, own ...fs.FS) (*Library, error) {
	l := &Library{}
	hash := sha256.New()
	var faults []error
	for i, fsys := range append([]fs.FS{base}, own...) {
		list, err := read(fsys, hash)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, e := range list {
			e.own = i > 0
		}
		l.entries = merge(l.entries, list)
	}
	faults = append(faults, overlaps(l.entries)...)
	if len(faults) > 0 {
		return nil, schema.Fail(schema.CodeCatalog, "load legal texts", errors.Join(faults...))
	}
	order := Sections()
	slices.SortStableFunc(l.entries, func(a, b *rawEntry) int {
		return slices.Index(order, a.section) - slices.Index(order, b.section)
	})
	l.version = hex.EncodeToString(hash.Sum(nil))[:12]
	return l, nil
}

// merge puts new entries in the place of the old ones with their key, and those
// with a key of their own at the end.
func merge(old, by []*rawEntry) []*rawEntry {
	type place struct {
		section Section
		key     string
	}
	anew := make(map[place][]*rawEntry)
	for _, e := range by {
		at := place{e.section, e.Key}
		anew[at] = append(anew[at], e)
	}
	list := make([]*rawEntry, 0, len(old)+len(by))
	done := make(map[place]bool)
	for _, e := range old {
		at := place{e.section, e.Key}
		if anew[at] == nil {
			list = append(list, e)
		} else if !done[at] {
			done[at] = true
			list = append(list, anew[at]...)
		}
	}
	for _, e := range by {
		if !done[place{e.section, e.Key}] {
			list = append(list, e)
		}
	}
	return list
}

func read(fsys fs.FS, hash io.Writer) ([]*rawEntry, error) {
	var list []*rawEntry
	var faults []error
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(hash, "%s %d\n%s", name, len(data), data)
		var f rawFile
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			return nil
		}
		if !slices.Contains(Sections(), Section(f.Section)) {
			faults = append(faults, fmt.Errorf("%s: no section %q", name, f.Section))
			return nil
		}
		for _, e := range f.Entries {
			e.section = Section(f.Section)
			for _, fault := range e.check() {
				faults = append(faults, fmt.Errorf("%s: %s: %s", name, e.Key, fault))
			}
			list = append(list, e)
		}
		return nil
	})
	return list, errors.Join(append(faults, err)...)
}

// check compiles an entry and says what is wrong with it.
func (e *rawEntry) check() (faults []string) {
	fail := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if e.Key == "" {
		fail("key: missing")
	}
	for _, p := range e.For.Profiles {
		if !slices.Contains(Profiles(), p) {
			fail("no profile %q", p)
		}
	}
	for _, c := range e.For.Controllers {
		if !slices.Contains(Controllers(), c) {
			fail("no controller %q", c)
		}
	}
	for name, value := range e.For.Settings {
		if settings()[name] == nil || value != "" && !KnownSetting(name, value) {
			fail("no setting %s: %q", name, value)
		}
	}
	if e.Review.IsZero() {
		fail("review: missing")
	}
	if !e.Until.IsZero() && e.Until.Before(e.From) {
		fail("until comes before from")
	}
	switch e.Proof {
	case Read, Known, Unsure:
	default:
		fail("no proof %q", e.Proof)
	}
	switch e.Role {
	case "", "own", "processor", "subprocessor", "controller", "unknown":
	default:
		fail("no role %q", e.Role)
	}
	if (e.Role == "") == (e.section == Recipients && !isLead(e.Key)) {
		fail("role: needed for a recipient, and only there")
	}
	texts := []struct {
		name   string
		text   both
		needed bool
	}{{"source", e.Source, true}, {"name", e.Name, !isLead(e.Key) && e.section != Letter}, {"text", e.Text, true}, {"more", e.More, false}}
	for _, t := range texts {
		if t.text.empty() && !t.needed {
			continue
		}
		if t.text.NL == "" || t.text.EN == "" {
			fail("%s: needs nl and en", t.name)
		}
		nl, en := names(t.text.NL), names(t.text.EN)
		if !slices.Equal(nl, en) {
			fail("%s: nl and en use other placeholders", t.name)
		}
		for _, name := range nl {
			if !slices.Contains(placeholders(), name) {
				fail("%s: no placeholder {%s}", t.name, name)
			}
		}
	}
	return faults
}

// names lists the distinct {names} in a text, sorted.
func names(text string) []string {
	var list []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			slices.Sort(list)
			return slices.Compact(list)
		}
		name, after, _ := strings.Cut(rest, "}")
		list = append(list, name)
		text = after
	}
}

// applies tells whether the text is used for the question.
func (e *rawEntry) applies(q Question) bool {
	if len(e.For.Profiles) > 0 && !slices.Contains(e.For.Profiles, q.Profile) ||
		len(e.For.Controllers) > 0 && !slices.Contains(e.For.Controllers, q.Controller) {
		return false
	}
	for name, value := range e.For.Settings {
		if q.Settings[name].Value != value {
			return false
		}
	}
	return !q.Day.Before(e.From) && (e.Until.IsZero() || !q.Day.After(e.Until))
}

// overlaps finds texts of one key that can apply at one time: then it would not
// be clear which one is used.
func overlaps(list []*rawEntry) (faults []error) {
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.section == b.section && a.Key == b.Key && a.meets(b) {
				faults = append(faults, fmt.Errorf("%s: %s: two texts apply at one time", a.section, a.Key))
			}
		}
	}
	return faults
}

func (e *rawEntry) meets(b *rawEntry) bool {
	if !e.Until.IsZero() && b.From.After(e.Until) || !b.Until.IsZero() && e.From.After(b.Until) {
		return false
	}
	for name, value := range e.For.Settings {
		if other, ok := b.For.Settings[name]; ok && other != value {
			return false
		}
	}
	return share(e.For.Profiles, b.For.Profiles) && share(e.For.Controllers, b.For.Controllers)
}

// share tells whether two lists have a member in common; an empty list has all.
func share[T comparable](a, b []T) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}
