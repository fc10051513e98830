package auditlog

import (
	"cmp"
	"iter"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/listing"
	"inzage/workers/internal/whose"
)

// Source reads the audit log. It keeps no state and is safe for concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (*Source) Name() string { return name }

const (
	name = "auditlog"
	data = "AuditData" // the column, and the beginning of the paths, of the record proper

	// space is the namespace of every record: operations are named by words such
	// as "Send" and "Update" that mean something else anywhere else.
	space = "Audit log"
)

// Match implements schema.Source.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	form := recognise(f.Head)
	return schema.Format{Code: form.Code}, form.Code != ""
}

// Records implements schema.Source.
//
// Whose a record is, the record tells; see whose.Person. Errors have the code of
// the file's own reader, or CodeUnknownFormat for a file that Match does not
// accept.
func (*Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	person := whose.Person{Subject: who}
	form := recognise(f.Head)
	r := listing.Reader{Source: name, Open: data, Complete: func(rec *schema.Record) { complete(rec, person) }}
	if form.Code == formatEvents {
		r.Under = data
	}
	return r.Records(form, f, t)
}

// isActor reports whether a field names the account that acted: UserId, UserKey
// and the columns that repeat them.
func isActor(path string) bool {
	switch strings.ToLower(path) {
	case "auditdata.userid", "auditdata.userkey", "userid", "userids", "userprincipalname":
		return true
	}
	return false
}

// entry is what the fields say about the record as a whole: the record proper,
// and the columns or properties beside it, which repeat a part of it.
type entry struct {
	operation, workload, time     string
	outerName, service, outerTime string
}

func (e *entry) take(f schema.Field) {
	if f.Kind != schema.String {
		return
	}
	v := f.Value.Reveal()
	switch strings.ToLower(f.Path) {
	case "auditdata.operation":
		e.operation = v
	case "auditdata.workload":
		e.workload = v
	case "auditdata.creationtime":
		e.time = v
	case "operation", "operations":
		e.outerName = v
	case "service":
		e.service = v
	case "createddatetime", "creationdate":
		e.outerTime = v
	}
}

// complete fills in what all records have.
func complete(rec *schema.Record, person whose.Person) {
	var e entry
	for _, f := range rec.Fields {
		e.take(f)
	}
	rec.Event, rec.App = cmp.Or(e.operation, e.outerName), cmp.Or(e.workload, e.service)
	rec.Spaces = []string{space}
	rec.Owner = person.Owner(rec.Fields, isActor)
	for _, text := range []string{e.time, e.outerTime} {
		if at, ok := listing.Moment(text); ok {
			rec.At = at
			return
		}
	}
}
