package signins

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/sourcetest"

	"github.com/google/go-cmp/cmp"
)

// The people of the tests; all are invented.
const (
	upn      = "sanne.de-wit@meervoort.example"
	object   = "20194f62-a239-4318-b09d-866fba521c7a"
	stranger = "bram.jansma@meervoort.example"
	theirs   = "11111111-a239-4318-b09d-866fba521c7a"
)

func sanne() schema.Subject {
	return schema.Subject{
		Name: schema.NewPersonal("Sanne de Wit"), UPNs: []schema.Personal{schema.NewPersonal(upn)}, ObjectID: schema.NewPersonal(object),
	}
}

// signIn is a sign-in as Graph hands it out.
func signIn(user, id, kind, status string) string {
	return `{"id":"66ea54eb-0000-4000-8000-a1ebb9a60f00","createdDateTime":"2026-10-05T07:31:42Z","userDisplayName":"X","userPrincipalName":"` + user +
		`","userId":"` + id + `","appId":"1fec8e78-bce4-4aaf-ab1b-5451cc387264","appDisplayName":"Microsoft Teams","ipAddress":"192.0.2.17",` + kind +
		`"clientAppUsed":"Browser","conditionalAccessStatus":"notApplied","deviceDetail":{"deviceId":"","operatingSystem":"Windows10"},` +
		`"location":{"city":"Utrecht","geoCoordinates":{"latitude":52.09,"longitude":5.12}},"status":{` + status + `}}`
}

// change is a change in the directory as Graph hands it out.
func change(actor, target string) string {
	return `{"id":"Directory_1","category":"UserManagement","result":"success","activityDisplayName":"Reset user password",` +
		`"activityDateTime":"2026-10-05T07:31:42.5Z","loggedByService":"Core Directory","initiatedBy":{"app":null,"user":{"id":"` + theirs +
		`","userPrincipalName":"` + actor + `","ipAddress":"192.0.2.9"}},"targetResources":[{"type":"User","userPrincipalName":"` + target +
		`","modifiedProperties":[]}],"additionalDetails":[]}`
}

func page(records ...string) string {
	return `{"@odata.context":"https://graph.example/$metadata#x","value":[` + strings.Join(records, ",") + `],"@odata.nextLink":"https://graph.example/next"}`
}

const (
	signInHeader = "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,Application,Resource,IP address,Location,Status,Sign-in error code,Conditional Access\n"
	changeHeader = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,Target1Type,Target1UserPrincipalName\n"
)

func signInRow(user, id, status string) string {
	return "2026-10-05T07:31:42Z,66ea54eb,Mozilla,c1," + id + ",X," + user + ",Microsoft Teams,Graph,192.0.2.17,\"Utrecht, Utrecht, NL\"," + status + ",0,Success\n"
}

func changeRow(actor, target string) string {
	return "2026-10-05T07:31:42Z,c1,Core Directory,UserManagement,Reset user password,success,User,X," + theirs + "," + actor + ",192.0.2.9,User," + target + "\n"
}

func TestSource(t *testing.T) {
	t.Parallel()
	own, other := signIn(upn, object, "", `"errorCode":0`), signIn(stranger, theirs, "", `"errorCode":50126`)
	is := func(code string) schema.Format { return schema.Format{Code: code} }
	sourcetest.Run(t, New(), []sourcetest.Case{
		{Name: "Graph", File: "x.json", Data: []byte(page(own, other)), Who: sanne(), Format: is(formatSignIns), Readable: 2, Others: 1},
		{Name: "portal", File: "x.json", Data: []byte("[" + own + ",\r\n" + own + "]"), Who: sanne(), Format: is(formatSignIns), Readable: 2},
		{
			Name: "changes", File: "x.json", Data: []byte(page(change(stranger, upn), change(stranger, stranger), change(upn, stranger))), Who: sanne(),
			Format: is(formatChanges), Readable: 3, Others: 1,
		},
		{
			Name: "table", File: "x.csv", Data: []byte("\ufeff" + signInHeader + signInRow(upn, object, "Success") + signInRow(stranger, theirs, "Failure")),
			Who: sanne(), Format: is(formatSignInTable), Readable: 2, Others: 1, Values: []string{"Utrecht, Utrecht, NL", "192.0.2.17"},
		},
		{
			Name: "table of changes", File: "x.csv", Data: []byte(changeHeader + changeRow(stranger, upn) + changeRow(stranger, stranger)),
			Who: sanne(), Format: is(formatChangeTable), Readable: 2, Others: 1, Values: []string{"192.0.2.9"},
		},
		{
			Name: "saved by Excel", File: "x.csv", Data: []byte(strings.ReplaceAll(changeHeader+changeRow(upn, upn), ",", ";")),
			Who: sanne(), Format: is(formatChangeTable), Readable: 1,
		},
		{Name: "another table", File: "x.csv", Data: []byte("Date (UTC),Activity\na,b\n")},
		{Name: "audit log", File: "x.json", Data: []byte(`[{"createdDateTime":"x","userPrincipalName":"a@b.example","auditData":{},"operation":"x"}]`)},
		{Name: "nothing", File: "x"},
	})
}

// TestNames: the kind of a sign-in and its outcome are those that the record
// says, and no more.
func TestNames(t *testing.T) {
	t.Parallel()
	type named struct{ Event, Action string }
	tests := map[string]struct {
		data string
		want named
	}{
		"interactive":     {signIn(upn, object, `"isInteractive":true,`, `"errorCode":0`), named{"SignIn.interactiveUser", "completed"}},
		"in the back":     {signIn(upn, object, `"isInteractive":false,`, `"errorCode":50126`), named{"SignIn.nonInteractiveUser", "notCompleted"}},
		"app":             {signIn("", "", `"signInEventTypes":["servicePrincipal"],`, `"errorCode":0`), named{"SignIn.servicePrincipal", "completed"}},
		"not said":        {signIn(upn, object, "", ""), named{"SignIn.unspecified", ""}},
		"table":           {signInHeader + signInRow(upn, object, "Interrupted"), named{"SignIn.unspecified", "notCompleted"}},
		"table, success":  {signInHeader + signInRow(upn, object, "Success"), named{"SignIn.unspecified", "completed"}},
		"change":          {change(stranger, upn), named{"Reset user password", ""}},
		"table of change": {changeHeader + changeRow(stranger, upn), named{"Reset user password", ""}},
	}
	for name, tc := range tests {
		n := 0
		for rec, err := range New().Records(sanne(), sourcetest.File("x", []byte(tc.data)), new(schema.Tally)) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if d := cmp.Diff(tc.want, named{rec.Event, rec.Action}); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			if !rec.At.Truncate(time.Second).Equal(time.Date(2026, 10, 5, 7, 31, 42, 0, time.UTC)) {
				t.Errorf("%s: at %v", name, rec.At)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d records", name, n)
		}
	}
}

// FuzzRecords reads arbitrary bytes as a log; the laws are those of
// sourcetest.Any.
func FuzzRecords(f *testing.F) {
	own := signIn(upn, object, `"isInteractive":true,`, `"errorCode":0`)
	for _, s := range []string{page(own, own), "[" + change(stranger, upn) + "]", signInHeader + signInRow(upn, object, "Success"), changeHeader + changeRow(upn, upn)} {
		f.Add([]byte(s))
		f.Add(bytes.ReplaceAll([]byte(s), []byte(","), []byte(";")))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Any(t, New(), sanne(), "signins", data) })
}
