// Package register holds what is known of the world around the records, as dated
// data: who receives what goes to a host, which online features there are, what
// Microsoft promised, what an organisation was advised. The data stand in
// explain/catalog/registers; each file says when it was checked, each entry where
// it rests on. What is not known is a code of its own (Unknown) and never guessed.
//
// The package is pure: no clock, no files but those it is handed.
package register

import (
	"bytes"
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

// Status is what a recipient is to the organisation, as far as is known.
type Status string

// The statuses. The codes are public output.
const (
	Processor    Status = "processor"
	Subprocessor Status = "subprocessor"
	Controller   Status = "controller" // decides by itself
	Blocked      Status = "blocked"    // by the organisation
	Unknown      Status = "unknown"
)

// Statuses lists the statuses.
func Statuses() []Status { return []Status{Processor, Subprocessor, Controller, Blocked, Unknown} }

// Text is a text in both languages.
type Text struct {
	NL string `yaml:"nl" json:"nl"`
	EN string `yaml:"en" json:"en"`
}

// In is the text in a language.
func (t Text) In(l schema.Lang) string {
	if l == schema.English {
		return t.EN
	}
	return t.NL
}

// Host is who receives what goes to the hosts whose names end in Host.
type Host struct {
	Host string `yaml:"host"`
	// Name is what the recipient is called, Legal the legal person, empty where that
	// is not known.
	Name  string `yaml:"name"`
	Legal string `yaml:"legal"`
	// Country is "EU" or an ISO 3166 code, empty where the name does not show it.
	Country string `yaml:"country"`
	Status  Status `yaml:"status"`
	Service string `yaml:"service"`
	// Telemetry marks a collector of diagnostic data.
	Telemetry bool `yaml:"telemetry"`
	// Switch is the setting of the tenant with which this traffic can be switched
	// off, or empty.
	Switch string      `yaml:"switch"`
	Proof  string      `yaml:"proof"`
	Source Text        `yaml:"source"`
	On     schema.Date `yaml:"checked"` // of the file, where the entry has none
}

// Experience is an online feature of Office ("connected experience").
type Experience struct {
	Name string `yaml:"name"`
	Kind string `yaml:"kind"` // analyses, downloads
	// Optional ones are licensed to the person; Microsoft is controller for them.
	Optional bool `yaml:"optional"`
}

// Promise is what Microsoft promised.
type Promise struct {
	Key    string      `yaml:"key"`
	Since  schema.Date `yaml:"since"` // the first day on which it holds
	Proof  string      `yaml:"proof"`
	Source Text        `yaml:"source"`
	Text   Text        `yaml:"text"`
}

// Outcome is what came of a question.
type Outcome string

// The outcomes.
const (
	Open        Outcome = "open"
	Answered    Outcome = "answered"
	Unavailable Outcome = "unavailable" // Microsoft says that it cannot tell
)

// Question is what an organisation asked Microsoft: which event it is about, when
// it was asked and answered, and what came of it.
type Question struct {
	Key      string      `yaml:"key"`
	Event    string      `yaml:"event"`
	Asked    schema.Date `yaml:"asked"`
	Answered schema.Date `yaml:"answered"` // zero while open
	Outcome  Outcome     `yaml:"outcome"`
}

// Registers are all registers. They are immutable and safe for concurrent use.
type Registers struct {
	Hosts       []Host
	Experiences []Experience
	Promises    []Promise
	Questions   []Question
	Advice      []Advice
	// Companies are the sub-processors on the newest list that was taken in; zero
	// where there is none.
	Companies Companies
	byName    map[string]*Host
}

// Host finds who receives what goes to a host, by the longest end of its name.
// An unknown host is one of status Unknown without a name.
func (r *Registers) Host(name string) (h Host, known bool) {
	for end := strings.ToLower(strings.TrimSuffix(name, ".")); end != ""; {
		if h := r.byName[end]; h != nil {
			return *h, true
		}
		_, end, _ = strings.Cut(end, ".")
	}
	return Host{Status: Unknown}, false
}

// Promise finds a promise by its key.
func (r *Registers) Promise(key string) (Promise, bool) {
	for _, p := range r.Promises {
		if p.Key == key {
			return p, true
		}
	}
	return Promise{}, false
}

// raw is the shape of a file: one of the lists.
type raw struct {
	Checked     schema.Date  `yaml:"checked"`
	Ref         string       `yaml:"ref"`
	Hosts       []Host       `yaml:"hosts"`
	Experiences []Experience `yaml:"experiences"`
	Promises    []Promise    `yaml:"promises"`
	Questions   []Question   `yaml:"questions"`
	Advice      []Advice     `yaml:"advice"`
	// Source is the list that Subprocessors are of.
	Source        Text      `yaml:"source"`
	Subprocessors []Company `yaml:"subprocessors"`
}

// Load reads the registers; a later file system goes before an earlier one, so
// that an organisation can say what it blocks. It is strict: an unknown key, code
// or day, a missing source, and a name given twice in one place are errors, joined
// into one.
func Load(fsys ...fs.FS) (*Registers, error) {
	r := &Registers{byName: make(map[string]*Host)}
	var faults []error
	for _, f := range fsys {
		seen := make(map[string]bool)
		err := fs.WalkDir(f, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
				return err
			}
			data, err := fs.ReadFile(f, name)
			if err != nil {
				return err
			}
			for _, fault := range r.add(data, seen) {
				faults = append(faults, fmt.Errorf("registers/%s: %w", name, fault))
			}
			return nil
		})
		if err != nil {
			return nil, schema.Fail(schema.CodeCatalog, "read registers", err)
		}
	}
	if len(faults) > 0 {
		return nil, schema.Fail(schema.CodeCatalog, "load registers", errors.Join(faults...))
	}
	r.hired()
	for i := range r.Hosts {
		r.byName[r.Hosts[i].Host] = &r.Hosts[i]
	}
	return r, nil
}

// add takes one file in.
func (r *Registers) add(data []byte, seen map[string]bool) (faults []error) {
	var f raw
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return []error{err}
	}
	fail := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if f.Checked.IsZero() {
		fail("checked: missing")
	}
	once := func(kind, key string) {
		if key == "" || seen[kind+key] {
			fail("%s %q: missing, or given twice", kind, key)
		}
		seen[kind+key] = true
	}
	sourced := func(what, proof string, t Text) {
		if !t.whole() || proof != "read" && proof != "known" {
			fail("%s: source or proof", what)
		}
	}
	for _, h := range f.Hosts {
		once("host", h.Host)
		sourced(h.Host, h.Proof, h.Source)
		if !slices.Contains(Statuses(), h.Status) || h.Host != strings.ToLower(h.Host) {
			fail("%s: status, or capitals", h.Host)
		}
		if h.On.IsZero() {
			h.On = f.Checked
		}
		r.Hosts = append(r.Hosts, h)
	}
	for _, x := range f.Experiences {
		once("experience", x.Name)
		if x.Kind != "analyses" && x.Kind != "downloads" {
			fail("experience %q: kind", x.Name)
		}
	}
	for _, p := range f.Promises {
		once("promise", p.Key)
		sourced(p.Key, p.Proof, p.Source)
		sourced(p.Key, p.Proof, p.Text)
		if p.Since.IsZero() {
			fail("promise %q: since", p.Key)
		}
	}
	for _, q := range f.Questions {
		once("question", q.Key)
		if known := q.Outcome == Open || q.Outcome == Answered || q.Outcome == Unavailable; !known || q.Asked.IsZero() ||
			q.Answered.IsZero() != (q.Outcome == Open) || q.Answered.Before(q.Asked) && q.Outcome != Open {
			fail("question %q: outcome, or days", q.Key)
		}
	}
	for _, a := range f.Advice {
		once("advice", a.Key)
		faults = append(faults, a.check()...)
		r.advise(a)
	}
	faults = append(faults, r.hire(&f)...)
	r.Questions = append(r.Questions, f.Questions...)
	r.Experiences = append(r.Experiences, f.Experiences...)
	r.Promises = append(r.Promises, f.Promises...)
	return faults
}
