package register

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"

	"inzage/schema"
)

// Company is a row of the list of companies that a processor hires, as the
// list says it: Microsoft publishes no fixed set of words for any of it.
type Company struct {
	Name     string            `yaml:"name" json:"name"`
	Country  string            `yaml:"country,omitempty" json:"country,omitempty"`   // of the company
	Place    string            `yaml:"place,omitempty" json:"place,omitempty"`       // where it works on data
	Services string            `yaml:"services,omitempty" json:"services,omitempty"` // for which it is hired
	Work     string            `yaml:"work,omitempty" json:"work,omitempty"`         // what it does
	Data     string            `yaml:"data,omitempty" json:"data,omitempty"`         // what it can see
	Since    string            `yaml:"since,omitempty" json:"since,omitempty"`
	Other    map[string]string `yaml:"other,omitempty" json:"other,omitempty"` // columns that are none of these
}

// same reports whether two rows say the same.
func (s Company) same(o Company) bool {
	return s.Name == o.Name && s.Country == o.Country && s.Place == o.Place && s.Services == o.Services &&
		s.Work == o.Work && s.Data == o.Data && s.Since == o.Since && maps.Equal(s.Other, o.Other)
}

// Companies is such a list, and the day that it is of.
type Companies struct {
	On     schema.Date
	Source Text
	Rows   []Company
}

// has reports whether a company is on the list under that very name, capitals,
// spaces and punctuation aside.
func (l *Companies) has(company string) bool {
	key := folded(company)
	return key != "" && slices.ContainsFunc(l.Rows, func(s Company) bool { return folded(s.Name) == key })
}

// folded is a name without what people write differently: capitals, spaces and
// punctuation. "Acme B.V." is "Acme BV"; no part of a name is left out.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// Changes is how a list differs from an older one, by the names of companies.
type Changes struct {
	New     []string `json:"new"`
	Gone    []string `json:"gone"`
	Changed []string `json:"changed"` // on both, and something else is said of it
}

// Changes compares a list with an older one. The names are sorted.
func (l *Companies) Changes(before *Companies) Changes {
	was, is := before.byName(), l.byName()
	c := Changes{New: []string{}, Gone: []string{}, Changed: []string{}}
	for key, rows := range is {
		old, known := was[key]
		switch {
		case !known:
			c.New = append(c.New, rows[0].Name)
		case !slices.EqualFunc(old, rows, Company.same):
			c.Changed = append(c.Changed, rows[0].Name)
		}
	}
	for key, rows := range was {
		if is[key] == nil {
			c.Gone = append(c.Gone, rows[0].Name)
		}
	}
	slices.Sort(c.New)
	slices.Sort(c.Gone)
	slices.Sort(c.Changed)
	return c
}

// ByName gives the rows of each company together, in the order of the list.
func (l *Companies) ByName() [][]Company {
	rows := l.byName()
	var list [][]Company
	for _, s := range l.Rows {
		if of := rows[folded(s.Name)]; of != nil {
			list = append(list, of)
			delete(rows, folded(s.Name))
		}
	}
	return list
}

func (l *Companies) byName() map[string][]Company {
	m := make(map[string][]Company, len(l.Rows))
	for _, s := range l.Rows {
		m[folded(s.Name)] = append(m[folded(s.Name)], s)
	}
	return m
}

// hire takes a list in; a newer one takes the place of an older one.
func (r *Registers) hire(f *raw) (faults []error) {
	if len(f.Subprocessors) == 0 {
		return nil
	}
	if !f.Source.whole() {
		faults = append(faults, errors.New("subprocessors: source"))
	}
	for _, c := range f.Subprocessors {
		if folded(c.Name) == "" {
			faults = append(faults, errors.New("subprocessors: name"))
		}
	}
	if !f.Checked.Before(r.Companies.On) {
		r.Companies = Companies{On: f.Checked, Source: f.Source, Rows: f.Subprocessors}
	}
	return faults
}

// hired marks hosts of companies on the list whose status nobody knew. A company
// is on it only under the very name that the register has for the host.
func (r *Registers) hired() {
	for i := range r.Hosts {
		h := &r.Hosts[i]
		if h.Status == Unknown && r.Companies.has(h.Legal) {
			h.Status, h.On, h.Source, h.Proof = Subprocessor, r.Companies.On, r.Companies.Source, "read"
		}
	}
}
