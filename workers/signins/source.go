package signins

import (
	"cmp"
	"iter"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/listing"
	"inzage/workers/internal/whose"
)

// Source reads the sign-in and directory logs. It keeps no state and is safe for
// concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (*Source) Name() string { return name }

const name = "signins"

// The namespaces of the records: names of activities mean something else in
// other logs.
const (
	spaceSignIn = "Sign-in log"
	spaceChange = "Directory audit log"
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
	r := listing.Reader{Source: name, Complete: func(rec *schema.Record) { complete(rec, person) }}
	return r.Records(recognise(f.Head), f, t)
}

// isActor reports whether a field names the account that signed in, or that
// changed something.
func isActor(path string) bool {
	switch strings.ToLower(path) {
	case "userid", "userprincipalname", "signinidentifier", "initiatedby.user.id", "initiatedby.user.userprincipalname",
		"user id", "username", "sign-in identifier", "actorobjectid", "actoruserprincipalname":
		return true
	}
	return false
}

// entry is what the fields say about the record as a whole.
type entry struct {
	time, kind, interactive string // of a sign-in
	status, code            string
	activity, service       string // of a change
}

func (e *entry) take(f schema.Field) {
	v := f.Value.Reveal()
	if v == "" || f.Kind >= schema.Null {
		return
	}
	switch strings.ToLower(f.Path) {
	case "createddatetime", "activitydatetime", "date (utc)":
		e.time = v
	case "signineventtypes[0]":
		e.kind = v
	case "isinteractive":
		e.interactive = v
	case "status.errorcode":
		e.code = v
	case "status":
		e.status = v
	case "activitydisplayname", "activity":
		e.activity = v
	case "loggedbyservice", "service":
		e.service = v
	}
}

// complete fills in what all records have.
func complete(rec *schema.Record, person whose.Person) {
	var e entry
	for _, f := range rec.Fields {
		e.take(f)
	}
	rec.Owner = person.Owner(rec.Fields, isActor)
	if e.activity != "" {
		rec.Event, rec.Spaces = e.activity, []string{spaceChange}
	} else {
		rec.Event, rec.Action, rec.Spaces = "SignIn."+e.signIn(), e.outcome(), []string{spaceSignIn}
	}
	if at, ok := listing.Moment(e.time); ok {
		rec.At = at
	}
}

// signIn is the kind of a sign-in by the names that Graph gives them, or
// "unspecified": the record does not say.
func (e *entry) signIn() string {
	interactive := map[string]string{"true": "interactiveUser", "false": "nonInteractiveUser"}[strings.ToLower(e.interactive)]
	return cmp.Or(e.kind, interactive, "unspecified")
}

// outcome tells whether a sign-in was completed, or is empty. What was not may
// have been refused, stopped for a further step, or given up: the code of the
// error says which, and Microsoft's list of codes is not closed.
func (e *entry) outcome() string {
	switch {
	case e.code == "0", strings.EqualFold(e.status, "success"):
		return "completed"
	case e.code != "", e.status != "":
		return "notCompleted"
	}
	return ""
}
