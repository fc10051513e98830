package explain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"inzage/explain/overlay"
	"inzage/schema"
)

// Catalog is everything that is known, compiled. It is immutable and safe for
// concurrent use.
type Catalog struct {
	events     map[string][]*entry // own entries by folded event name
	families   []*entry            // entries with a *, longest first
	namespaces map[string]*namespace
	spaces     map[string]*namespace        // named by the record beside the event name
	fields     map[string]*field            // by folded name
	only       only                         // what a name means in some events or one source
	prefixes   []*field                     // dictionary names that end in *, longest first
	affixes    []*affix                     // longest first
	heads      map[string]string            // word, lower case → reason code
	retired    map[string]map[string]string // folded event → canonical field → reason code
	tokens     map[string]both
	tokenMax   int // the most words that one glossary entry joins
	verbs      map[string]*verb
	grammar
	enums     map[string]map[string]both
	terms     map[string]rawTerm // by "table.code"
	texts     map[string]both
	refs      map[string]rawRef
	whose     whose
	published published
	facets    facets
	version   string
	problems  []error
}

// Load reads the catalog from file systems laid out as docs/catalog-format.md
// says; a later one adds to an earlier one (an organisation's overlay). It is
// strict: an unknown key, a missing language, a placeholder that nothing fills,
// a name given twice, an unknown code are all errors, joined into one, each
// naming file and entry. It reads every entry but does not run the entries'
// own examples; Check does.
func Load(fsys ...fs.FS) (*Catalog, error) {
	c := &Catalog{
		events:     make(map[string][]*entry),
		namespaces: make(map[string]*namespace),
		spaces:     make(map[string]*namespace),
		fields:     make(map[string]*field),
		only:       make(only),
		heads:      make(map[string]string),
		retired:    make(map[string]map[string]string),
		tokens:     make(map[string]both),
		verbs:      make(map[string]*verb),
		grammar:    newGrammar(),
		enums:      make(map[string]map[string]both),
		terms:      make(map[string]rawTerm),
		texts:      make(map[string]both),
		refs:       make(map[string]rawRef),
		whose:      newWhose(),
	}
	hash := sha256.New()
	var files []file
	for _, f := range fsys {
		list, err := readAll(f)
		if err != nil {
			return nil, schema.Fail(schema.CodeCatalog, "read catalog", err)
		}
		files = append(files, list...)
	}
	for _, f := range files {
		_, _ = fmt.Fprintf(hash, "%s %d\n", f.name, len(f.data))
		hash.Write(f.data)
	}
	// Codes first: everything else refers to them.
	read := parse(files)
	for _, first := range []bool{true, false} {
		for _, p := range read {
			if early(p.name) == first {
				c.add(p)
			}
		}
	}
	sort.SliceStable(c.families, func(i, j int) bool { return len(c.families[i].name) > len(c.families[j].name) })
	sort.SliceStable(c.prefixes, func(i, j int) bool { return len(c.prefixes[i].name) > len(c.prefixes[j].name) })
	sort.SliceStable(c.affixes, func(i, j int) bool { return c.affixes[i].before(c.affixes[j]) })
	c.version = hex.EncodeToString(hash.Sum(nil))[:12]
	if len(c.problems) > 0 {
		slices.SortFunc(c.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return nil, schema.Fail(schema.CodeCatalog, "load catalog", errors.Join(c.problems...))
	}
	return c, nil
}

// Version identifies the knowledge: the same version gives the same words.
func (c *Catalog) Version() string { return c.version }

type file struct {
	name string
	data []byte
}

func readAll(fsys fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		files = append(files, file{name: name, data: data})
		return err
	})
	return files, err
}

// early tells which files must be read before the others.
func early(name string) bool {
	switch folder(name) {
	case "terms", "values", "words", "refs.yaml":
		return true
	}
	return false
}

func folder(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return first
}

// parse reads the files, which takes most of the time of loading, side by side.
func parse(files []file) []parsed {
	list := make([]parsed, len(files))
	var all sync.WaitGroup
	for i, f := range files {
		all.Go(func() { list[i] = parseFile(f) })
	}
	all.Wait()
	return list
}

// parsed is a file as the shape of its folder, or what is wrong with it.
type parsed struct {
	name  string
	shape any
	err   error
}

func parseFile(f file) parsed {
	p := parsed{name: f.name, shape: shapeOf(f.name)}
	switch {
	case folder(f.name) == "law", folder(f.name) == "registers": // read by explain/law and explain/register; part of the version all the same
	case p.shape == nil:
		p.err = errors.New("no such part of the catalog")
	case readPlain(f.data, p.shape):
	default:
		p.shape = shapeOf(f.name) // what the plain reader left may be half filled
		d := yaml.NewDecoder(bytes.NewReader(f.data))
		d.KnownFields(true)
		if err := d.Decode(p.shape); err != nil && !errors.Is(err, io.EOF) {
			p.err = err
		}
	}
	return p
}

// shapeOf returns what a file of this name holds, still empty, or nil.
func shapeOf(name string) any {
	switch folder(name) {
	case "events":
		return new([]rawEvent)
	case "namespaces":
		return new([]rawNamespace)
	case "fields":
		return new(rawFields)
	case "rules":
		return new(rawRules)
	case "words":
		return new(rawWords)
	case "values":
		return new(rawValues)
	case "terms":
		return new(map[string]map[string]rawTerm)
	case "texts":
		return new(rawTexts)
	case "facets":
		return new(rawFacets)
	case "published":
		return new(overlay.Page)
	case "refs.yaml":
		return new(rawRefs)
	}
	return nil
}

// add takes one file in; what is wrong is noted, and the next file taken.
func (c *Catalog) add(p parsed) {
	at := &place{c: c, file: p.name}
	if p.err != nil {
		at.fail("%v", p.err)
	}
	switch raw := p.shape.(type) {
	case *[]rawEvent:
		for _, e := range *raw {
			c.addEvent(at.entry(e.Event), e)
		}
	case *[]rawNamespace:
		for _, n := range *raw {
			c.addNamespace(at.entry(n.Namespace), n)
		}
	case *rawFields:
		c.addFields(at, *raw)
	case *rawRules:
		c.addRules(at, *raw)
	case *rawWords:
		c.addWords(at, *raw)
	case *rawValues:
		for name, codes := range raw.Enums {
			c.addEnum(at.entry(name), name, codes)
		}
	case *map[string]map[string]rawTerm:
		for table, codes := range *raw {
			for code, t := range codes {
				c.addTerm(at.entry(table+"."+code), table, code, t)
			}
		}
	case *rawTexts:
		for key, t := range raw.Texts {
			c.addText(at.entry(key), key, t)
		}
	case *rawFacets:
		c.addFacets(at, *raw)
	case *overlay.Page:
		c.addPublished(at, *raw)
	case *rawRefs:
		maps.Copy(c.refs, raw.Refs)
	}
}

// place is where a problem stands.
type place struct {
	c    *Catalog
	file string
	name string
}

func (p *place) entry(name string) *place { return &place{c: p.c, file: p.file, name: name} }

func (p *place) fail(format string, args ...any) {
	where := p.file
	if p.name != "" {
		where += ": " + p.name
	}
	p.c.problems = append(p.c.problems, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

// needBoth notes a text that lacks a language.
func (p *place) needBoth(what string, b both) {
	if !b.whole() {
		p.fail("%s: needs nl and en", what)
	}
}

// template parses both languages of a sentence and holds them to the same
// placeholders.
func (p *place) template(what string, b both) bilingual {
	p.needBoth(what, b)
	nl, err := parseTemplate(b.NL)
	if err != nil {
		p.fail("%s, nl: %v", what, err)
		nl = &template{}
	}
	en, err := parseTemplate(b.EN)
	if err != nil {
		p.fail("%s, en: %v", what, err)
		en = &template{}
	}
	if !sameSlots(nl, en) {
		p.fail("%s: nl and en use other placeholders", what)
	}
	for _, s := range nl.slots {
		if !p.c.knownInterpreter(s.as) {
			p.fail("%s: no interpreter %q", what, s.as)
		}
	}
	return bilingual{nl: nl, en: en}
}

func sameSlots(a, b *template) bool {
	seen := make(map[slot]bool, len(a.slots))
	for _, s := range a.slots {
		seen[s] = true
	}
	for _, s := range b.slots {
		if !seen[s] {
			return false
		}
	}
	return len(a.slots) == len(b.slots)
}

// bilingual is a template in both languages.
type bilingual struct{ nl, en *template }

func (b bilingual) in(l schema.Lang) *template {
	if l == schema.English {
		return b.en
	}
	return b.nl
}
