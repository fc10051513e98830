package bundle

import (
	"bytes"
	"encoding/json"
	"slices"

	"inzage/schema"
)

// manifest is manifest.json. The order of its keys is the order of these
// fields; encoding/json sorts maps. With Archive it vouches for every byte of
// the zip in front of it; what comes behind follows from it (verify.go).
type manifest struct {
	Version      int       `json:"version"`
	Case         string    `json:"case"`
	Language     string    `json:"language"`
	Received     string    `json:"received"`
	Organisation string    `json:"organisation,omitempty"`
	Catalog      string    `json:"catalog"`
	Program      string    `json:"program"`
	Counts       counts    `json:"counts"`
	Inputs       []input   `json:"inputs"`
	Raw          []rawFile `json:"raw"`
	// Withheld are files that were received and are not in the bundle, since they
	// hold, or can hold, what identifies other people. Their hashes would let a
	// reader try out who; the organisation has them.
	Withheld []withheldFile   `json:"withheld,omitempty"`
	Masked   *maskedCounts    `json:"masked,omitempty"`
	Files    []part           `json:"files"`
	Archive  part             `json:"archive"`
	Key      string           `json:"key,omitempty"` // public, of who signed; PKIX in base64
	Law      *lawUsed         `json:"law,omitempty"`
	Placing  placings         `json:"placing"`
	Findings []schema.Finding `json:"findings"`
	Searches []search         `json:"searches"` // where was searched, and how that ended
	Limits   *overflowed      `json:"not_listed,omitempty"`
}

// maskedCounts says how much was replaced because it is about other people.
type maskedCounts struct {
	People  int   `json:"people"`
	Records int64 `json:"records"`
	Places  int64 `json:"places"`
	Shown   int64 `json:"shown"`
}

// counts says what became of the records.
type counts struct {
	Read       int64            `json:"read"`
	Explained  int64            `json:"explained"`
	Layers     map[string]int64 `json:"layers"`
	Unreadable int64            `json:"unreadable"`
	Others     int64            `json:"others"`
	Duplicates int64            `json:"duplicates"`
}

// input is one file that was received.
type input struct {
	Name    string           `json:"name"`
	Source  string           `json:"source,omitempty"`
	Format  string           `json:"format,omitempty"`
	Size    *int64           `json:"size,omitempty"`
	SHA256  string           `json:"sha256,omitempty"`
	Counts  counts           `json:"counts"`
	Repairs map[string]int64 `json:"repairs,omitempty"`
	Refused string           `json:"refused,omitempty"`
	Problem string           `json:"problem,omitempty"`
	More    []schema.Code    `json:"more_problems,omitempty"`
}

// rawFile ties a name in the zip to the name as it was received.
type rawFile struct {
	Path string `json:"path"`
	Name string `json:"name"`
}

// overflowed counts what the workbook's bounded lists do not show; the records
// themselves are all in records.jsonl.
type overflowed struct {
	Identifiers int64 `json:"identifiers"`
	Fields      int64 `json:"fields"`
	Uncompared  int64 `json:"uncompared,omitempty"` // not looked for among duplicates
}

const manifestVersion = 2

func (b *book) manifest() ([]byte, error) {
	w := b.Writer
	before, err := w.zip.soFar()
	if err != nil {
		return nil, err
	}
	m := manifest{
		Version: manifestVersion, Case: visible(w.head.Case), Language: string(w.head.Lang),
		Received: w.head.Received.Format("2006-01-02"), Organisation: visible(w.head.Organisation),
		Catalog: w.head.Catalog, Program: w.head.Program,
		Counts: countsOf(b.all), Files: w.zip.parts,
		Inputs: make([]input, 0, len(w.files)), Raw: w.raws, Withheld: w.withheld, Archive: before,
	}
	if w.head.Sign != nil {
		if m.Key, err = encodeKey(w.head.Sign.Public()); err != nil {
			return nil, err
		}
	}
	if x := w.masked; x.total+x.shown > 0 {
		m.Masked = &maskedCounts{x.people, x.records, x.total, x.shown}
	}
	m.Law, m.Placing, m.Findings = b.lawUsed(), w.placing.public(), publicFindings(b.found())
	m.Searches = b.publicSearches()
	if w.ids.more > 0 || w.inventory.moreFields > 0 || w.uncompared > 0 {
		m.Limits = &overflowed{w.ids.more, w.inventory.moreFields, w.uncompared}
	}
	for i := range w.files {
		f := &w.files[i]
		in := input{
			Name: visible(f.Name), Source: f.Source, Format: f.Format, SHA256: f.SHA256,
			Counts: countsOf(&f.own.balance), Refused: string(f.Refused), Problem: string(f.Problem), More: f.More,
		}
		if f.Size >= 0 {
			in.Size = new(f.Size)
		}
		for r, n := range f.Repairs {
			if in.Repairs == nil {
				in.Repairs = make(map[string]int64)
			}
			in.Repairs[string(r)] = n
		}
		m.Inputs = append(m.Inputs, in)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write manifest", err)
	}
	return out.Bytes(), nil
}

func countsOf(b *Balance) counts {
	c := counts{
		Read: b.Read, Explained: b.Explained(), Unreadable: b.Unreadable, Others: b.Others, Duplicates: b.Duplicates,
		Layers: make(map[string]int64),
	}
	for _, l := range schema.EventLayers() {
		c.Layers[string(l)] = b.Layers[l]
	}
	return c
}

// lawUsed says which legal texts the answer was made with.
type lawUsed struct {
	Day        string `json:"day"`
	Profile    string `json:"profile"`
	Controller string `json:"controller"`
	Version    string `json:"version"`
	Own        int    `json:"own"` // texts of the organisation itself
}

func (b *book) lawUsed() *lawUsed {
	l := b.head.Law
	if l == nil {
		return nil
	}
	return &lawUsed{l.Day.String(), string(l.Profile), string(l.Controller), l.Version, l.Own}
}

// placings counts the records per code; encoding/json sorts the codes.
type placings struct {
	Categories map[schema.Category]int64 `json:"categories"`
	Services   map[string]int64          `json:"services"`
	Platforms  map[string]int64          `json:"platforms"`
	Regions    map[schema.Region]int64   `json:"regions"`
	Roles      map[schema.Role]int64     `json:"roles"`
	Purposes   map[schema.Purpose]int64  `json:"purposes"`
}

func (p *placing) public() placings {
	x := placings{
		Categories: make(map[schema.Category]int64), Services: p.services.counts(), Platforms: p.platforms.counts(),
		Regions: p.regions, Roles: p.roles, Purposes: p.purposes,
	}
	for c, of := range p.categories {
		x.Categories[c] = of.count
	}
	return x
}

// publicFindings are findings as the data protection officer reads them, never
// null.
func publicFindings(list []schema.Finding) []schema.Finding {
	out := make([]schema.Finding, 0, len(list))
	for _, f := range list {
		f.Evidence = slices.Clone(f.Evidence)
		for i := range f.Evidence {
			f.Evidence[i].Code = visible(f.Evidence[i].Code)
		}
		out = append(out, f)
	}
	return out
}
