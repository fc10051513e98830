package graphexport

import (
	"fmt"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

// The person of these tests. As a float the PUID would become …2400.
const (
	objectID = "6f0c2d0e-0000-4000-8000-00000000abcd"
	tenantID = "75429eb8-b341-47de-9cbb-b07aa3d391f5"
	puidText = "1153801120000002345"
	puidHex  = "100320016B0C4929"
)

func request(object, tenant, puid string) string {
	return fmt.Sprintf(`{
  "Description": "d", "CorrelationId": "c.0", "CommandId": "6f0c2d0e-0000-4000-8000-000000000001",
  "Subject": { "ObjectId": %q, "TenantId": %q, "OrgIdPUID": %s },
  "Timestamp": "2026-11-20T09:00:07+00:00", "RequestGuid": "g"
}`, object, tenant, puid)
}

func person(object, tenant, puid string) schema.Subject {
	return schema.Subject{ObjectID: schema.NewPersonal(object), TenantID: schema.NewPersonal(tenant), PUID: schema.NewPersonal(puid)}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	same := request(objectID, tenantID, puidText)
	tests := []struct {
		name    string
		who     schema.Subject
		data    string
		records int
		want    schema.Code
	}{
		{"all the same", person(objectID, tenantID, puidText), same, 1, ""},
		{"in capitals and braces", person("{"+strings.ToUpper(objectID)+"}", strings.ReplaceAll(tenantID, "-", ""), puidText), same, 1, ""},
		{"only the object id known", person(objectID, "", ""), same, 1, ""},
		{"only the PUID known", person("", "", puidText), same, 1, ""},
		{"PUID known in hexadecimal", person("", "", puidHex), same, 1, ""},
		{"PUID as text", person("", "", puidText), request(objectID, tenantID, `"`+puidText+`"`), 1, ""},
		{"other object id", person("6f0c2d0e-0000-4000-8000-00000000abce", tenantID, puidText), same, 0, schema.CodeOtherPerson},
		{"PUID one more", person(objectID, tenantID, "1153801120000002346"), same, 0, schema.CodeOtherPerson},
		{"PUID that is the same float", person("", "", "1153801120000002344"), same, 0, schema.CodeOtherPerson},
		{"PUID rounded by somebody", person(objectID, tenantID, puidText), request(objectID, tenantID, "1.1538011200000023e18"), 0, schema.CodeOtherPerson},
		{"other organisation", person(objectID, "75429eb8-b341-47de-9cbb-b07aa3d391f6", puidText), same, 0, schema.CodeOtherTenant},
		{"other organisation and person", person("x", "y", "1"), same, 0, schema.CodeOtherTenant},
		{"nothing to compare", schema.Subject{UPNs: []schema.Personal{schema.NewPersonal("a@b.example")}}, same, 0, ""},
		{"only the organisation known", person("", tenantID, ""), same, 0, ""},
		{"no subject in it", person(objectID, tenantID, puidText), `{"Subject":{},"CommandId":"x"}`, 0, ""},
		{"null in it", person(objectID, tenantID, puidText), `{"Subject":{"ObjectId":null,"OrgIdPUID":null},"CommandId":"x"}`, 0, ""},
		{"written twice", person(objectID, tenantID, puidText), same + same, 2, ""},
		{"written twice, for two people", person(objectID, tenantID, puidText), same + request("other", tenantID, puidText), 1, schema.CodeOtherPerson},
		{"two ids in one", person(objectID, "", ""), `{"CommandId":"x","Subject":{"ObjectId":"` + objectID + `","ObjectId":"other"}}`, 0, schema.CodeOtherPerson},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got schema.Code
			records := 0
			for rec, err := range New().Records(tt.who, sourcetest.File("RequestInfo.json", []byte(tt.data)), nil) {
				if err != nil {
					got = schema.CodeOf(err)
					continue
				}
				if rec.Event != "RequestInfo" || rec.Owner != schema.OwnerSubject || len(rec.Fields) == 0 {
					t.Errorf("record: %+v", rec)
				}
				records++
			}
			if got != tt.want || records != tt.records {
				t.Errorf("got %d records and %q, want %d and %q", records, got, tt.records, tt.want)
			}
		})
	}
}

func TestPUID(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		decimal bool
		want    uint64
		ok      bool
	}{
		{puidText, true, 1153801120000002345, true},
		{puidText, false, 1153801120000002345, true},
		{puidHex, false, 0x100320016b0c4929, true},
		{"0x" + puidHex, false, 0x100320016b0c4929, true},
		{"10032000ABCDEF01", false, 0x10032000abcdef01, true},
		{"1003200080000929", true, 1003200080000929, true},
		{"1003200080000929", false, 0x1003200080000929, true},
		{"18446744073709551615", true, 18446744073709551615, true},
		{"18446744073709551616", true, 0, false},
		{"1e18", true, 0, false},
		{"-1", true, 0, false},
		{"", false, 0, false},
	}
	for _, tt := range tests {
		got, ok := puid(tt.text, tt.decimal)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("puid(%q, %v) = %d, %v; want %d, %v", tt.text, tt.decimal, got, ok, tt.want, tt.ok)
		}
	}
}

// TestRequestUnreadable: a file that cannot be read is told, and checks nothing.
func TestRequestUnreadable(t *testing.T) {
	t.Parallel()
	whole := request(objectID, tenantID, puidText)
	for _, data := range []string{whole[:len(whole)-30], strings.Replace(whole, `"CommandId"`, `"CommandId" x`, 1)} {
		list, _ := read(t, "RequestInfo.json", data)
		if len(list) != 1 || list[0].Unreadable == "" || list[0].Raw.IsEmpty() {
			t.Errorf("got %+v", list)
		}
	}
}
