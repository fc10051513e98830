package auditlog

import (
	"cmp"
	"strings"
	"time"

	"inzage/schema"
)

// space is the namespace of every record: operations are named by words such as
// "Send" and "Update" that mean something else anywhere else.
const space = "Audit log"

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
func (r *reading) complete(rec *schema.Record) {
	var e entry
	for _, f := range rec.Fields {
		e.take(f)
	}
	rec.Event, rec.App = cmp.Or(e.operation, e.outerName), cmp.Or(e.workload, e.service)
	rec.Spaces = []string{space}
	rec.Owner = r.who.owner(rec.Fields)
	for _, text := range []string{e.time, e.outerTime} {
		if at, ok := moment(text); ok {
			rec.At = at
			return
		}
	}
	r.tally.Repair(schema.RepairNoTime, 1)
}

// moment reads a time. One without zone is in UTC, as the schema of the log says
// of CreationTime; a date in the order of some country's is not guessed.
func moment(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
