package dataviewer

import (
	"fmt"
	"testing"
	"time"

	"inzage/schema"
)

func TestEventNames(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ payload, want string }{
		"as it is":           {`{"name":"Aria.6660cc65b74b4291b30536aea7ed6ead.Microsoft.WebBrowser.X"}`, "Aria.6660cc65b74b4291b30536aea7ed6ead.Microsoft.WebBrowser.X"},
		"from the column":    {`{"ver":"4.0"}`, "Column"},
		"OneNote":            {`{"name":"Activity","data":{"EventName":"OneNote.Sync"}}`, "OneNote.Sync"},
		"OneNote, flat":      {`{"name":"ReportData","Data_EventName":"OneNote.Save"}`, "OneNote.Save"},
		"OneNote, no name":   {`{"name":"Unexpected","data":{}}`, "Unexpected"},
		"others keep theirs": {`{"name":"Office.X","data":{"EventName":"y"}}`, "Office.X"},
	}
	for name, tc := range tests {
		rec, _ := one(t, schema.Subject{}, file("x", exportCSV(",", newHeader(), []string{"Column", "", tc.payload, "", ""})))
		if rec.Event != tc.want {
			t.Errorf("%s: %q, want %q", name, rec.Event, tc.want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	summer := time.Date(2021, 5, 18, 13, 31, 42, 0, time.UTC) // 15:31:42 in Amsterdam
	tests := map[string]struct {
		text   string
		want   time.Time
		repair schema.Repair
	}{
		"en-US":           {"5/18/2021 3:31:42 PM", summer, schema.RepairLocalTimestamp},
		"en-US, narrow":   {"5/18/2021 3:31:42\u202fPM", summer, schema.RepairLocalTimestamp},
		"nl-NL":           {"18-5-2021 15:31:42", summer, schema.RepairLocalTimestamp},
		"nl-NL, zeros":    {"18-05-2021 15:31:42", summer, schema.RepairLocalTimestamp},
		"invariant":       {"05/18/2021 15:31:42", summer, schema.RepairLocalTimestamp},
		"en-GB":           {"18/05/2021 15:31:42", summer, schema.RepairLocalTimestamp},
		"ISO":             {"2021-05-18T15:31:42", summer, schema.RepairLocalTimestamp},
		"ISO with zone":   {"2021-05-18T15:31:42+02:00", summer, ""},
		"winter":          {"18-1-2021 15:31:42", time.Date(2021, 1, 18, 14, 31, 42, 0, time.UTC), schema.RepairLocalTimestamp},
		"/Date()/":        {"/Date(1621344702000)/", summer, ""},
		"/Date()/ zone":   {"/Date(1621344702000+0200)/", summer, ""},
		"/Date()/ absurd": {"/Date(9223372036854775807)/", time.Time{}, schema.RepairNoTime},
		"none":            {"", time.Time{}, schema.RepairNoTime},
		"nonsense":        {"yesterday", time.Time{}, schema.RepairNoTime},
	}
	for name, tc := range tests {
		rec, tally := one(t, schema.Subject{}, file("x", exportCSV(",", newHeader(), []string{"x", tc.text, `{"name":"x"}`, "", ""})))
		if !rec.At.Equal(tc.want) {
			t.Errorf("%s: %v, want %v", name, rec.At, tc.want)
		}
		for _, kind := range []schema.Repair{schema.RepairLocalTimestamp, schema.RepairNoTime} {
			if counted := tally.Repairs[kind] == 1; counted != (kind == tc.repair) {
				t.Errorf("%s: repairs %v", name, tally.Repairs)
			}
		}
	}
}

func TestAppAndDataType(t *testing.T) {
	t.Parallel()
	rec, _ := one(t, schema.Subject{}, file("x",
		`{"name":"x","time":"2021-05-18T15:31:42Z","ext":{"app":{"name":"Word"},"metadata":{"privTags":33554432}}}`))
	if rec.App != "Word" || rec.DataType != "ProductAndServiceUsage" {
		t.Errorf("app %q, data type %q", rec.App, rec.DataType)
	}
	rec, _ = one(t, schema.Subject{}, file("x",
		`{"name":"x","time":"2021-05-18T15:31:42Z","ext":{"metadata":{"privTags":16779264}},"data":{"App.Name":"Excel"}}`))
	if rec.App != "Excel" || rec.DataType != "" {
		t.Errorf("app %q, data type %q", rec.App, rec.DataType)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	const (
		mine   = "S-1-5-21-1-2-3-1001"
		cloud  = "S-1-12-1-9-9-9-9"
		theirs = "S-1-5-21-1-2-3-1002"
		object = "11111111-2222-3333-4444-555555555555"
		other  = "99999999-2222-3333-4444-555555555555"
	)
	known := schema.Subject{
		SIDs: personal(mine, cloud), LocalIDs: personal("m:AA"), UPNs: personal("anna@example.org"), ObjectID: schema.NewPersonal(object),
	}
	nobody := schema.Subject{}
	tests := map[string]struct {
		who     schema.Subject
		sid     string
		payload string
		want    schema.Owner
	}{
		"own SID":                       {known, mine, `{}`, schema.OwnerSubject},
		"own SID, other case":           {known, "s-1-5-21-1-2-3-1001", `{}`, schema.OwnerSubject},
		"own cloud SID":                 {known, cloud, `{}`, schema.OwnerSubject},
		"another's SID":                 {known, theirs, `{}`, schema.OwnerOther},
		"another's cloud SID":           {known, "S-1-12-1-8", `{}`, schema.OwnerOther},
		"Windows":                       {known, "S-1-5-18", `{}`, schema.OwnerSubject},
		"no SID":                        {known, "", `{}`, schema.OwnerSubject},
		"nothing known":                 {nobody, theirs, `{"ext":{"user":{"localId":"m:BB"}}}`, schema.OwnerSubject},
		"own local id":                  {known, "", `{"ext":{"user":{"localId":"m:aa"}}}`, schema.OwnerSubject},
		"another's local id":            {known, "", `{"ext":{"user":{"localId":"m:BB"}}}`, schema.OwnerOther},
		"local account":                 {known, "", `{"ext":{"user":{"localId":"w:BB"}}}`, schema.OwnerSubject},
		"local id of another kind":      {known, "", `{"ext":{"user":{"localId":"j:BB"}}}`, schema.OwnerSubject},
		"own local id under other SID":  {known, theirs, `{"ext":{"user":{"localId":"m:AA"}}}`, schema.OwnerSubject},
		"own SID with other local id":   {known, mine, `{"ext":{"user":{"localId":"m:BB"}}}`, schema.OwnerSubject},
		"another's address":             {known, "", `{"data":{"UserInfo.Id":"bob@example.org"}}`, schema.OwnerOther},
		"own address":                   {known, theirs, `{"data":{"User_Email":"Anna@Example.org"}}`, schema.OwnerSubject},
		"address of a colleague":        {known, "", `{"data":{"Recipient":"bob@example.org"}}`, schema.OwnerSubject},
		"another's object id":           {known, "", `{"data":{"UserInfo":{"Id":"` + other + `"}}}`, schema.OwnerOther},
		"own object id":                 {known, "", `{"primaryUserInfoId":"` + object + `"}`, schema.OwnerSubject},
		"object id of something else":   {known, "", `{"data":{"Session":{"Id":"` + other + `"}}}`, schema.OwnerSubject},
		"broken payload, another's SID": {known, theirs, `{`, schema.OwnerOther},
	}
	for name, tc := range tests {
		data := exportCSV(",", append(newHeader(), "SID"), []string{"x", "", tc.payload, "", "", tc.sid})
		list, _, err := read(t, tc.who, file("x", data))
		check(t, err)
		if len(list) != 1 || list[0].Owner != tc.want {
			t.Errorf("%s: %v", name, fmt.Sprint(len(list), list[0].Owner))
		}
	}
}
