// Package overlay is the shape of the catalog's part "published": what one of
// Microsoft's pages lists, one file a page (docs/catalog-format.md). The importer
// writes it and the engine reads it. The texts are Microsoft's, in English: they
// are evidence beside the catalog's own, never passed off as ours.
package overlay

// Page is one file. Date is the day of the page, "2024-10-04"; Family is the
// importer's code for the kind of page.
type Page struct {
	Page   string  `yaml:"page"`
	Title  string  `yaml:"title,omitempty"`
	Date   string  `yaml:"date,omitempty"`
	Family string  `yaml:"family,omitempty"`
	Events []Event `yaml:"events,omitempty"`
	Common []Block `yaml:"common,omitempty"`
}

// Event is one event under all names that the page has for it. Old are names of
// before, From names the blocks whose fields it has too, Removed says that the
// page calls it gone.
type Event struct {
	Names    []string `yaml:"names,flow"`
	Old      []string `yaml:"old,omitempty,flow"`
	Category string   `yaml:"category,omitempty"`
	Subtype  string   `yaml:"subtype,omitempty"`
	Removed  bool     `yaml:"removed,omitempty"`
	From     []string `yaml:"from,omitempty,flow"`
	Text     string   `yaml:"text,omitempty"`
	Fields   []Field  `yaml:"fields,omitempty"`
}

// Block is a list of fields that several events share; All, that every event of
// the page does.
type Block struct {
	Name   string  `yaml:"name"`
	All    bool    `yaml:"all,omitempty"`
	Fields []Field `yaml:"fields,omitempty"`
}

// Field is one field of an event or block. Also are other spellings of it, Old
// names of before.
type Field struct {
	Name    string   `yaml:"name"`
	Path    string   `yaml:"path,omitempty"`
	Also    []string `yaml:"also,omitempty,flow"`
	Old     []string `yaml:"old,omitempty,flow"`
	Type    string   `yaml:"type,omitempty"`
	Removed bool     `yaml:"removed,omitempty"`
	Text    string   `yaml:"text,omitempty"`
}
