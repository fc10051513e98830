package usage

import (
	"iter"
	"slices"

	"inzage/schema"
	"inzage/workers/internal/listing"
	"inzage/workers/internal/whose"
)

// Source reads usage reports. It keeps no state and is safe for concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (*Source) Name() string { return name }

const (
	name  = "usage"
	space = "Usage reports"
)

// Match implements schema.Source.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	form := recognise(f.Head)
	format := schema.Format{Code: form.Code}
	if form.Code != "" && allConcealed(f, form) {
		format.Refused = schema.CodeConcealed
	}
	return format, form.Code != ""
}

// Records implements schema.Source.
//
// Whose a line is, the line tells; see whose.Person. A line whose user is
// concealed is taken for another's: of all people in the report it can be the
// person's only by chance. Errors have the code of the file's own reader, or
// CodeUnknownFormat for a file that Match does not accept.
func (*Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	person := whose.Person{Subject: who}
	r := listing.Reader{Source: name, Timeless: true, Complete: func(rec *schema.Record) { complete(rec, person) }}
	return r.Records(recognise(f.Head), f, t)
}

// complete fills in what all records have.
func complete(rec *schema.Record, person whose.Person) {
	rec.Spaces = []string{space}
	rec.Event = "Report." + report(func(column string) bool {
		return slices.ContainsFunc(rec.Fields, func(f schema.Field) bool { return plain(f.Path) == column })
	})
	rec.Owner = person.Owner(rec.Fields, func(path string) bool { return isUser(plain(path)) })
	if isConcealed(rec.Fields) {
		rec.Owner = schema.OwnerOther
	}
}
