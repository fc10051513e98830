package pages

import (
	"errors"
	"io"

	"inzage/schema"
)

// Page is what one published page lists.
type Page struct {
	// Name is the page's file name without its ending; it identifies the page
	// in references.
	Name string
	// Title and Date ("2024-10-04", or "") are those of the page itself.
	Title, Date string
	Family      Family
	Events      []Event
	// Blocks are fields that many events share: data contracts, common data
	// extensions, property lists; on a schema page, the schemas.
	Blocks     []Block
	Enums      []Enum
	Namespaces []Namespace
	// Odd counts what was not as expected, by code; see the Odd constants.
	Odd map[Odd]int
}

// Family tells how a page is laid out and to which products it belongs.
type Family string

// The families.
const (
	Office     Family = "office"
	Windows    Family = "windows"
	Teams      Family = "teams"
	Defender   Family = "defender"
	Copilot    Family = "copilot"
	Schema     Family = "schema"
	Namespaced Family = "namespaces"
	Other      Family = "other" // no list of events was found
)

// Odd is a code for something that was read otherwise than it is written, or
// passed over.
type Odd string

// The odd things.
const (
	OddCutLine   Odd = "cut-line"   // longer than the bound; the rest was passed over
	OddControl   Odd = "control"    // a line with control characters, which were taken out
	OddBold      Odd = "bold"       // bold that is no field
	OddNotName   Odd = "not-a-name" // a name that no event can have, kept as published
	OddTwice     Odd = "twice"      // a field given twice in one event; both are kept
	OddLostMark  Odd = "lost-mark"  // a field whose bullet or bold mark was lost
	OddManyNames Odd = "many-names" // several spellings of one name in one place
	OddBullet    Odd = "bullet"     // a plain item among the fields that is neither value nor field
	OddHTML      Odd = "html-table" // a table in HTML, whose cells are not read
)

// Name is one name of an event.
type Name struct {
	Name string
	// On is the remark that a heading makes about it: "on Android".
	On string
}

// Event is one event as a page describes it.
type Event struct {
	// Names are the names in its heading, nearly always one.
	Names             []Name
	Category, Subtype string
	// Old are names that the page says it had before; Replaces are events that
	// it took the place of.
	Old, Replaces []string
	// Removed tells that current software no longer sends it.
	Removed bool
	// Text is Microsoft's description.
	Text   string
	Fields []Field
	// Parts are events that the page writes as fields of this one. They are in
	// Fields too, with their own fields after them.
	Parts []Event
	// From names the blocks whose fields belong to it as well.
	From []string
	// None tells that the page says that there are no fields.
	None bool
	Line int
}

// Field is one field as a page describes it.
type Field struct {
	Name string
	// Path is the name with the names of the fields it stands in before it,
	// where it is nested, else "".
	Path string
	// Label is a name for people that stood beside the name in the data.
	Label string
	// Also are other spellings in the same place, Old those of before.
	Also, Old []string
	Type      string
	// On is the platform that it is limited to, in the page's words.
	On      string
	Removed bool
	// Flagged tells that a schema marks it as personal.
	Flagged bool
	// Values are the values that the page lists under it.
	Values []string
	// Text is Microsoft's description.
	Text string
	Line int
}

// Block is a set of fields with a name of its own.
type Block struct {
	Name, Section string
	// All tells that it belongs to every event of the page.
	All    bool
	Fields []Field
	Line   int
}

// Enum is a table of coded values.
type Enum struct {
	Name   string
	Values []Value
}

// Value is one coded value; Code is empty where the page gives only names.
type Value struct{ Code, Name, Text string }

// Namespace is a part of the software that events are grouped under.
type Namespace struct{ Name, Text string }

// Bounds. The longest page known is 1.1 MB and its longest line 4 kB.
const (
	maxPage   = 16 << 20
	maxLine   = 64 << 10
	maxLines  = 500_000
	maxEvents = 50_000
	maxFields = 500_000
	maxText   = 8 << 10
	maxName   = 200
)

// ErrTranslated is the cause of the error for a page that is not in English.
var ErrTranslated = errors.New("page is not in English")

// Parse reads the markdown of one page. Its errors carry a code: CodeIO,
// CodeTooLarge for a page beyond the bound, CodeLimit for one with more lines,
// events or fields than any page can have, CodeUnknownFormat with the cause
// ErrTranslated for a translated page. A page without events is no error.
func Parse(name string, r io.Reader) (*Page, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPage+1))
	switch {
	case err != nil:
		return nil, schema.Fail(schema.CodeIO, "read page", err)
	case len(data) > maxPage:
		return nil, schema.Fail(schema.CodeTooLarge, "read page", nil)
	}
	p := &Page{Name: name, Odd: make(map[Odd]int)}
	doc := split(p, string(data))
	if len(doc.lines) > maxLines {
		return nil, schema.Fail(schema.CodeLimit, "read page", nil)
	}
	if doc.translated() {
		return nil, schema.Fail(schema.CodeUnknownFormat, "read page", ErrTranslated)
	}
	p.Title, p.Date = doc.title(), doc.date()
	if err := read(p, doc); err != nil {
		return nil, err
	}
	return p, nil
}

// Empty tells that the page lists nothing: no event, no block of fields.
func (p *Page) Empty() bool { return len(p.Events)+len(p.Blocks) == 0 }

// Mentions counts the fields of all events and blocks.
func (p *Page) Mentions() int {
	n := 0
	for i := range p.Events {
		n += len(p.Events[i].Fields)
	}
	for i := range p.Blocks {
		n += len(p.Blocks[i].Fields)
	}
	return n
}
