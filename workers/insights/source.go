package insights

import (
	"iter"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/listing"
	"inzage/workers/internal/whose"
)

// Source reads what Microsoft 365 worked out about a person. It keeps no state and
// is safe for concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (*Source) Name() string { return name }

const name = "insights"

// The namespaces of the records.
const (
	spaceSearches = "Search query log"
	spaceMeasures = "Viva Insights"
	spaceDelve    = "Delve"
)

// Match implements schema.Source. Measures of several people are Refused with
// CodeConcealed.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	form := recognise(f.Head)
	format := schema.Format{Code: form.Code}
	if (form.Code == formatMeasures || form.Code == formatMeasureList) && severalPeople(f, form) {
		format.Refused = schema.CodeConcealed
	}
	return format, form.Code != ""
}

// Records implements schema.Source.
//
// Where an account is named whose record it is, it tells; see whose.Person. Else a
// record is of whom the file was got for. Measures of another code than the first
// of the file are another's. Errors have the code of the file's own reader, or
// CodeUnknownFormat for a file that Match does not accept.
func (*Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	form := recognise(f.Head)
	r := listing.Reader{Source: name, Timeless: form.Code != formatSearches}
	return func(yield func(schema.Record, error) bool) {
		c := completer{form: form.Code, person: whose.Person{Subject: who}}
		r := r
		r.Complete = c.complete
		r.Records(form, f, t)(yield)
	}
}

// completer fills in what all records of a file have.
type completer struct {
	form   string
	person whose.Person
	code   string // Viva's, of the first person of the file
}

func (c *completer) complete(rec *schema.Record) {
	switch rec.Owner = c.person.Owner(rec.Fields, isUser); c.form {
	case formatSearches:
		rec.Event, rec.Spaces = "Search.Query", []string{spaceSearches}
		c.at(rec, isTime)
	case formatDelve:
		rec.Event, rec.Spaces = "Delve."+insight(rec.Fields), []string{spaceDelve}
		c.at(rec, isInsightTime)
	default:
		rec.Event, rec.Spaces = "Viva.Measures", []string{spaceMeasures}
		c.measured(rec)
	}
}

// at takes the time of a record from the first field that is one.
func (*completer) at(rec *schema.Record, is func(path string) bool) {
	for _, f := range rec.Fields {
		if !is(f.Path) {
			continue
		}
		if at, ok := listing.Moment(f.Value.Reveal()); ok {
			rec.At = at
			return
		}
	}
}

// measured tells whose measures are, by the code that Viva gives a person.
func (c *completer) measured(rec *schema.Record) {
	code := personOf(rec.Fields)
	if c.code == "" {
		c.code = code
	}
	if code != "" && !strings.EqualFold(code, c.code) && c.person.Is(code) != whose.Mine {
		rec.Owner = schema.OwnerOther
	}
}

// isUser reports whether a field names the account whose record it is.
func isUser(path string) bool {
	switch plain(path) {
	case "userprincipalname", "loginname", "username", "user", "userid", "upn":
		return true
	}
	return false
}

// isInsightTime reports whether a field says when a document was used or shared.
func isInsightTime(path string) bool {
	switch strings.ToLower(path) {
	case "lastused.lastaccesseddatetime", "lastshared.shareddatetime", "lastmodifieddatetime":
		return true
	}
	return false
}

// insight is the kind of an insight by a property that only it has. Weight is that
// of Graph's trending.
func insight(fields []schema.Field) string {
	for _, f := range fields {
		top, _, _ := strings.Cut(f.Path, ".")
		switch top, _, _ = strings.Cut(top, "["); strings.ToLower(top) {
		case "lastused":
			return "Used"
		case "lastshared", "sharinghistory":
			return "Shared"
		case "weight":
			return "Trending"
		}
	}
	return "Other"
}
