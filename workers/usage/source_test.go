package usage

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
	hidden   = "0439A166C614C2E8C7B4075DC4752054"
)

const teams = "Report Refresh Date,User Id,User Principal Name,Last Activity Date,Is Deleted,Deleted Date,Assigned Products,Team Chat Message Count,Private Chat Message Count,Call Count,Meeting Count,Has Other Action,Report Period\n"

func row(id, user string) string {
	return "2026-10-06," + id + "," + user + ",2026-10-05,False,,MICROSOFT 365 E5,12,34,5,6,Yes,30\n"
}

func object(user string) string {
	return `{"@odata.type":"#microsoft.graph.teamsUserActivityUserDetail","reportRefreshDate":"2026-10-06","userPrincipalName":"` + user +
		`","lastActivityDate":"2026-10-05","teamChatMessageCount":12,"assignedProducts":["E5"],"reportPeriod":"30"}`
}

func page(records ...string) string {
	return `{"@odata.context":"https://graph.example/x","value":[` + strings.Join(records, ",") + `]}`
}

func sanne() schema.Subject {
	return schema.Subject{
		UPNs:     []schema.Personal{schema.NewPersonal(upn)},
		ObjectID: schema.NewPersonal("20194f62-a239-4318-b09d-866fba521c7a"),
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	const nobody = "00000000-0000-0000-0000-000000000000"
	is := func(code string) schema.Format { return schema.Format{Code: code} }
	refused := func(code string) schema.Format { return schema.Format{Code: code, Refused: schema.CodeConcealed} }
	sourcetest.Run(t, New(), []sourcetest.Case{
		{
			Name: "table", File: "x.csv", Data: []byte("\ufeff" + teams + row("", upn) + row("", stranger) + row("", hidden)), Who: sanne(),
			Format: is(formatTable), Readable: 3, Others: 2, Values: []string{"MICROSOFT 365 E5", "34"},
		},
		{Name: "records", File: "x.json", Data: []byte(page(object(upn), object(stranger))), Who: sanne(), Format: is(formatRecords), Readable: 2, Others: 1},
		{
			Name: "concealed", File: "x.csv", Data: []byte(teams + row(nobody, hidden) + row(nobody, strings.ToLower(hidden))), Who: sanne(),
			Format: refused(formatTable), Readable: 2, Others: 2,
		},
		{Name: "concealed records", File: "x.json", Data: []byte(page(object(hidden))), Who: sanne(), Format: refused(formatRecords), Readable: 1, Others: 1},
		{Name: "totals", File: "x.csv", Data: []byte("Report Refresh Date,Report Date,Team Chat,Report Period\n2026-10-06,2026-10-05,3,7\n")},
		{Name: "another table", File: "x.csv", Data: []byte("User Principal Name,Report\na,b\n")},
		{Name: "nothing", File: "x"},
	})
}

// TestNames: a report shows names where one line does, and hides them where all
// users are codes.
func TestNames(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		data      string
		shown, ok bool
	}{
		"named":     {teams + row("", upn) + row("", hidden), true, true},
		"concealed": {teams + row("", hidden), false, true},
		"records":   {page(object(upn)), true, true},
		"no lines":  {teams, false, false},
		"no day":    {strings.ReplaceAll(teams+row("", upn), "2026-10-06", ""), true, false},
		"no report": {"User,Count\na,1\n", false, false},
	} {
		shown, on, ok, err := New().Names(sourcetest.File("x", []byte(tc.data)))
		if err != nil || shown != tc.shown || ok != tc.ok || ok && on != schema.NewDate(2026, time.October, 6) {
			t.Errorf("%s: %v %v %v %v", name, shown, on, ok, err)
		}
	}
}

// TestReports: what a report is about shows in its columns, in either form.
func TestReports(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		teams + row("", upn): "Report.TeamsUserActivity",
		page(object(upn)):    "Report.TeamsUserActivity",
		"Report Refresh Date,User Principal Name,Viewed Or Edited File Count,Report Period\n2026-10-06," + upn + ",1,7\n":                     "Report.OneDriveActivity",
		"Report Refresh Date,User Principal Name,Viewed Or Edited File Count,Visited Page Count\n2026-10-06," + upn + ",1,7\n":                "Report.SharePointActivity",
		"Report Refresh Date,Site Id,Site URL,Owner Display Name,Active File Count,Owner Principal Name\n2026-10-06,a,b,c,1," + upn + "\n":    "Report.OneDriveUsage",
		"Report Refresh Date,User Principal Name,Display Name,Product Type,Last Activated Date\n2026-10-06," + upn + ",x,OFFICE,2026-01-01\n": "Report.OfficeActivations",
		"Report Refresh Date,User Principal Name,Something New\n2026-10-06," + upn + ",1\n":                                                   "Report.Other",
	}
	for data, want := range tests {
		n, tally := 0, new(schema.Tally)
		for rec, err := range New().Records(sanne(), sourcetest.File("x", []byte(data)), tally) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if rec.Event != want || !rec.At.IsZero() || rec.Owner != schema.OwnerSubject {
				t.Errorf("%s: got %s at %v, owner %v", want, rec.Event, rec.At, rec.Owner)
			}
		}
		if n != 1 || len(tally.Repairs) > 0 {
			t.Errorf("%s: %d records, repairs %v", want, n, tally.Repairs)
		}
	}
}

// FuzzRecords reads arbitrary bytes as a report; the laws are those of
// sourcetest.Any.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{teams + row("", upn) + row("", hidden), page(object(upn)), strings.ReplaceAll(teams+row("", upn), ",", ";")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Any(t, New(), sanne(), "usage", data) })
}
