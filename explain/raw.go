package explain

import (
	"inzage/schema"
)

// The shapes of the YAML files, see docs/catalog-format.md.

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

func (b both) empty() bool { return b.NL == "" && b.EN == "" }
func (b both) whole() bool { return b.NL != "" && b.EN != "" }

type rawEvent struct {
	Event   string              `yaml:"event"`
	Action  string              `yaml:"action"`
	Space   string              `yaml:"space"`
	Source  string              `yaml:"source"`
	Ref     string              `yaml:"ref"`
	About   string              `yaml:"about"`
	Kind    string              `yaml:"kind"`
	App     both                `yaml:"app"`
	Title   both                `yaml:"title"`
	Text    both                `yaml:"text"`
	Fields  map[string]rawField `yaml:"fields"`
	Example map[string]string   `yaml:"example"`
	Want    both                `yaml:"want"`
}

type rawField struct {
	Class string `yaml:"class"`
	Why   string `yaml:"why"`
	As    string `yaml:"as"`
	ID    string `yaml:"id"`
	Ref   string `yaml:"ref"`
	NL    string `yaml:"nl"`
	EN    string `yaml:"en"`
}

type rawFields struct {
	Ref      string              `yaml:"ref"`
	Contract string              `yaml:"contract"`
	Fields   map[string]rawField `yaml:"fields"`
	Only     []rawOnly           `yaml:"only"`
}

type rawOnly struct {
	Source string              `yaml:"source"`
	Events []string            `yaml:"events"`
	Fields map[string]rawField `yaml:"fields"`
}

type rawNamespace struct {
	Namespace string `yaml:"namespace"`
	Kind      string `yaml:"kind"`
	App       both   `yaml:"app"`
	Part      both   `yaml:"part"`
	About     string `yaml:"about"`
	Ref       string `yaml:"ref"`
	Text      both   `yaml:"text"`
}

type rawAffix struct {
	Prefix   string   `yaml:"prefix"`
	Suffix   string   `yaml:"suffix"`
	Suffixes []string `yaml:"suffixes"`
	In       string   `yaml:"in"`
	First    bool     `yaml:"first"`
	Whole    bool     `yaml:"whole"`
	Across   bool     `yaml:"across"`
	Of       string   `yaml:"of"`
	Class    string   `yaml:"class"`
	Why      string   `yaml:"why"`
	As       string   `yaml:"as"`
	ID       string   `yaml:"id"`
	NL       string   `yaml:"nl"`
	EN       string   `yaml:"en"`
}

type rawRules struct {
	Affixes []rawAffix          `yaml:"affixes"`
	Heads   map[string][]string `yaml:"heads"`
	Retired []rawRetired        `yaml:"retired"`
	People  rawPeople           `yaml:"people"`
}

type rawRetired struct {
	Events []string `yaml:"events"`
	Why    string   `yaml:"why"`
	Fields []string `yaml:"fields"`
}

type rawPeople struct {
	Roles    []string `yaml:"roles"`
	Identity []string `yaml:"identity"`
	Neutral  []string `yaml:"neutral"`
	Services []string `yaml:"services"`
	Places   []string `yaml:"places"`

	// By source.
	Actors map[string][]string `yaml:"actors"`
	Things map[string][]string `yaml:"things"`
}

type rawVerb struct {
	Words   []string `yaml:"words"`
	Done    []string `yaml:"done"`
	Between []string `yaml:"between"`
	Noun    bool     `yaml:"noun"`
	Screen  bool     `yaml:"screen"`
	NL      string   `yaml:"nl"`
	EN      string   `yaml:"en"`
	Title   both     `yaml:"title"`
	Kind    string   `yaml:"kind"`
}

type rawWords struct {
	Tokens      map[string]both `yaml:"tokens"`
	Verbs       []rawVerb       `yaml:"verbs"`
	Acts        map[string]both `yaml:"acts"`
	Steps       map[string]both `yaml:"steps"`
	Joints      map[string]both `yaml:"joints"`
	Either      []string        `yaml:"either"`
	Scopes      []string        `yaml:"scopes"`
	Determiners []string        `yaml:"determiners"`
}

type rawValues struct {
	Enums map[string]map[string]both `yaml:"enums"`
}

type rawTexts struct {
	Texts map[string]both `yaml:"texts"`
}

// rawTerm is one of our own codes in words. Small tables give nl and en
// directly; others give a label and an explanation.
type rawTerm struct {
	NL      string `yaml:"nl"`
	EN      string `yaml:"en"`
	Label   both   `yaml:"label"`
	Explain both   `yaml:"explain"`
	App     both   `yaml:"app"`
	Class   string `yaml:"class"`
	Kind    string `yaml:"kind"`
}

// text returns the term's short form, whichever way it was given.
func (t rawTerm) text() both {
	switch {
	case !t.Label.empty():
		return t.Label
	case !t.App.empty():
		return t.App
	}
	return both{NL: t.NL, EN: t.EN}
}

type rawRef struct {
	Title string `yaml:"title"`
	Date  string `yaml:"date"`
	URL   string `yaml:"url"`
}

type rawRefs struct {
	Refs map[string]rawRef `yaml:"refs"`
}
