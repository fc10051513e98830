package auditlog

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

// The people of the tests; all are invented.
const (
	upn      = "sanne.de-wit@meervoort.example"
	object   = "20194f62-a239-4318-b09d-866fba521c7a"
	puid     = "1003239C0D60173F"
	stranger = "bram.jansma@meervoort.example"
)

func sanne() schema.Subject {
	return schema.Subject{
		Name:     schema.NewPersonal("Sanne de Wit"),
		UPNs:     []schema.Personal{schema.NewPersonal(upn)},
		ObjectID: schema.NewPersonal(object),
		PUID:     schema.NewPersonal(puid),
		SIDs:     []schema.Personal{schema.NewPersonal("S-1-5-21-1-2-3-1001")},
	}
}

// object with its members in order.
type pair struct {
	key   string
	value any
}

func text(t testing.TB, members ...pair) string {
	t.Helper()
	var b strings.Builder
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		check(t, err)
		value, err := json.Marshal(m.value)
		check(t, err)
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	return "{" + b.String() + "}"
}

// accessed is the record of a file that somebody opened, with more members.
func accessed(t testing.TB, user string, more ...pair) string {
	return text(t, append([]pair{
		{"CreationTime", "2026-10-05T07:31:42"},
		{"Id", "0b6b5d0e-2f0b-4f3e-9d52-08dce4f0a001"},
		{"Operation", "FileAccessed"},
		{"RecordType", 6},
		{"UserType", 0},
		{"Workload", "OneDrive"},
		{"UserId", user},
		{"ClientIP", "192.0.2.17"},
		{"SourceFileName", "jaarplan \"nieuw\".docx"},
	}, more...)...)
}

// exported is a table as the portal exports it.
func exported(t testing.TB, comma rune, rows ...[]string) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = comma
	check(t, w.WriteAll(rows))
	return b.String()
}

func header() []string {
	return []string{"RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits", "AssociatedAdminUnitsNames"}
}

func row(user, data string) []string {
	return []string{"0b6b5d0e-2f0b-4f3e-9d52-08dce4f0a001", "2026-10-05T07:31:42.0000000Z", "6", "FileAccessed", user, data, "", ""}
}

// graph is a record as Graph hands it out.
func graph(t testing.TB, user, data string) string {
	return text(
		t, pair{"id", "0b6b5d0e-2f0b-4f3e-9d52-08dce4f0a001"}, pair{"createdDateTime", "2026-10-05T07:31:42Z"},
		pair{"auditLogRecordType", "sharePointFileOperation"}, pair{"operation", "FileAccessed"}, pair{"service", "OneDrive"},
		pair{"userPrincipalName", user}, pair{"clientIp", "192.0.2.17"}, pair{"administrativeUnits", []string{}},
		pair{"auditData", json.RawMessage(data)},
	)
}

func page(records ...string) string {
	return `{"@odata.context":"https://graph.example/$metadata#records","@odata.count":` + string(rune('0'+len(records))) +
		`,"value":[` + strings.Join(records, ",") + `],"@odata.nextLink":"https://graph.example/next?$skiptoken=1"}`
}

func read(t testing.TB, who schema.Subject, data string) ([]schema.Record, *schema.Tally) {
	t.Helper()
	var list []schema.Record
	tally := new(schema.Tally)
	for rec, err := range New().Records(who, sourcetest.File("audit", []byte(data)), tally) {
		check(t, err)
		list = append(list, rec)
	}
	return list, tally
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
