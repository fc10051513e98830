package insights

import (
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

// The people of the tests; all are invented.
const (
	upn      = "sanne.de-wit@meervoort.example"
	stranger = "bram.jansma@meervoort.example"
	code     = "7d99f98f-c0a6-4df9-b2c3-000000000001"
	another  = "7d99f98f-c0a6-4df9-b2c3-000000000002"
)

const measures = "PersonId,MetricDate,Collaboration_hours,Email_hours,Emails_sent,Organization,IsActive\n"

func week(id, day string) string { return id + "," + day + ",14.12876,5.612346,35,Burgerzaken,TRUE\n" }

func list(id string) string {
	return `[{"PersonId":"` + id + `","MetricDate":"2026-10-04","Collaboration_hours":14.12876,"Emails_sent":35}]`
}

const searches = "Time,Query,Session\n2026-10-06T08:15:00Z,verlof aanvragen,1\n6-10-2026 8:20,\"de \"\"wachtdienst\"\"\",2\n"

func insights(records ...string) string {
	return `{"@odata.context":"https://graph.example/v1.0/$metadata#x","value":[` + strings.Join(records, ",") + `]}`
}

const document = `"resourceVisualization":{"title":"Begroting 2027","type":"Excel","containerDisplayName":"Financiën"},"resourceReference":{"webUrl":"https://meervoort.example/b.xlsx","type":"microsoft.graph.driveItem"}`

const (
	used   = `{"id":"a1","lastUsed":{"lastAccessedDateTime":"2026-10-05T09:00:00Z","lastModifiedDateTime":"2026-10-01T09:00:00Z"},` + document + `}`
	shared = `{"id":"a2","lastShared":{"sharedDateTime":"2026-09-05T09:00:00Z","sharedBy":{"displayName":"Bram Jansma","address":"` + stranger + `"}},` + document + `}`
	trends = `{"id":"a3","weight":12.5,` + document + `}`
)

func sanne() schema.Subject {
	return schema.Subject{
		UPNs:     []schema.Personal{schema.NewPersonal(upn)},
		ObjectID: schema.NewPersonal("20194f62-a239-4318-b09d-866fba521c7a"),
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	is := func(code string) schema.Format { return schema.Format{Code: code} }
	several := func(code string) schema.Format { return schema.Format{Code: code, Refused: schema.CodeConcealed} }
	sourcetest.Run(t, New(), []sourcetest.Case{
		{
			Name: "searches", File: "x.csv", Data: []byte("\ufeff" + searches), Who: sanne(), Format: is(formatSearches),
			Readable: 2, Values: []string{"verlof aanvragen", `de "wachtdienst"`},
		},
		{
			Name: "searches of named people", File: "x.csv", Who: sanne(), Format: is(formatSearches), Readable: 2, Others: 1,
			Data: []byte("LoginName;QueryText;QueryTime\n" + upn + ";a;2026-10-06\n" + stranger + ";b;2026-10-06\n"),
		},
		{
			Name: "measures", File: "x.csv", Data: []byte(measures + week(code, "2026-10-04") + week(code, "2026-10-11")), Who: sanne(),
			Format: is(formatMeasures), Readable: 2, Values: []string{"14.12876", "Burgerzaken"},
		},
		{
			Name: "measures without a code", File: "x.csv", Who: sanne(), Format: is(formatMeasures), Readable: 1,
			Data: []byte("Week,Focus hours,Meeting hours\n2026-10-04,12,20\n"),
		},
		{
			Name: "measures of several people", File: "x.csv", Who: sanne(), Format: several(formatMeasures), Readable: 2, Others: 1,
			Data: []byte(measures + week(code, "2026-10-04") + week(another, "2026-10-04")),
		},
		{Name: "measures as JSON", File: "x.json", Data: []byte(list(code)), Who: sanne(), Format: is(formatMeasureList), Readable: 1},
		{Name: "insights", File: "x.json", Data: []byte(insights(used, shared, trends)), Who: sanne(), Format: is(formatDelve), Readable: 3},
		{
			Name: "a file of Delve", File: "x.json", Who: sanne(), Format: is(formatDelve), Readable: 1,
			Data: []byte(`{"delveEnabled":true,"favorites":[{"title":"Begroting"}]}`),
		},
		{Name: "statements", File: "x.csv", Data: []byte("Time,Query,Duration (ms)\n2026-10-06,SELECT 1,5\n")},
		{Name: "searches of a whole organisation", File: "x.csv", Data: []byte("Date,Query,Total queries,Click-through rate\n2026-10-06,salarisschaal,41,0.4\n")},
		{Name: "hours of another kind", File: "x.csv", Data: []byte("Date,Hours,Meetings\n2026-10-06,8,2\n")},
		{Name: "a list", File: "x.json", Data: []byte(`[{"title":"x","url":"y"}]`)},
		{Name: "nothing", File: "x"},
	})
}

// TestRecords: what a record is, and of when; a date in the order of a country is
// left as it is.
func TestRecords(t *testing.T) {
	t.Parallel()
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.October, day, hour, minute, 0, 0, time.UTC)
	}
	for data, want := range map[string]struct {
		event string
		at    time.Time
	}{
		"Time,Query\n2026-10-06T08:15:00Z,x\n":     {"Search.Query", at(6, 8, 15)},
		"Date,Search term\n6-10-2026,x\n":          {"Search.Query", time.Time{}},
		measures + week(code, "2026-10-04"):        {"Viva.Measures", time.Time{}},
		insights(used):                             {"Delve.Used", at(5, 9, 0)},
		insights(trends):                           {"Delve.Trending", time.Time{}},
		insights(`{` + document + `}`):             {"Delve.Other", time.Time{}},
		`{"DelveSettings":{"documents":"hidden"}}`: {"Delve.Other", time.Time{}},
	} {
		n := 0
		for rec, err := range New().Records(sanne(), sourcetest.File("x", []byte(data)), new(schema.Tally)) {
			if n++; err != nil || rec.Event != want.event || !rec.At.Equal(want.at) || rec.Owner != schema.OwnerSubject {
				t.Errorf("%q: %s at %v, owner %v: %v", data, rec.Event, rec.At, rec.Owner, err)
			}
		}
		if n != 1 {
			t.Errorf("%q: %d records", data, n)
		}
	}
}

// FuzzRecords reads arbitrary bytes as such a file; the laws are those of
// sourcetest.Any.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{
		searches, measures + week(code, "2026-10-04") + week(another, "2026-10-04"), list(code), insights(used, shared, trends),
		strings.ReplaceAll(measures+week(code, "2026-10-04"), ",", ";"),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Any(t, New(), sanne(), "insights", data) })
}
