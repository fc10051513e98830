package auditlog

import (
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/sourcetest"

	"github.com/google/go-cmp/cmp"
)

func TestSource(t *testing.T) {
	t.Parallel()
	mine, theirs := accessed(t, upn), accessed(t, stranger)
	values := []string{"jaarplan \"nieuw\".docx", upn, "192.0.2.17"}
	portal := exported(t, ',', header(), row(upn, mine), row(stranger, theirs), row(upn, mine))
	old := exported(
		t, ',', []string{"CreationDate", "UserIds", "Operations", "AuditData"},
		[]string{"2026-10-05T07:31:42.0000000Z", upn, "FileAccessed", mine},
	)
	shell := "#TYPE Selected\r\n" + exported(
		t, ',', []string{"RunspaceId", "RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "Identity"},
		[]string{"a", "SharePointFileOperation", "5-10-2026 07:31:42", upn, "FileAccessed", mine, "1", "b"},
	)
	is := func(code string) schema.Format { return schema.Format{Code: code} }
	sourcetest.Run(t, New(), []sourcetest.Case{
		{Name: "portal", File: "audit.csv", Data: []byte(portal), Who: sanne(), Format: is(formatTable), Readable: 3, Others: 1, Values: values},
		{Name: "portal, marked", File: "audit.csv", Data: []byte("\ufeff" + portal), Who: sanne(), Format: is(formatTable), Readable: 3, Others: 1, Values: values},
		{Name: "older portal", File: "audit.csv", Data: []byte(old), Who: sanne(), Format: is(formatTable), Readable: 1, Values: values},
		{Name: "PowerShell", File: "audit.csv", Data: []byte(shell), Who: sanne(), Format: is(formatTable), Readable: 1, Values: values},
		{
			Name: "saved by Excel", File: "audit.csv", Who: sanne(), Format: is(formatTable), Readable: 1, Values: values,
			Data: []byte(exported(t, ';', header(), row(upn, mine))),
		},
		{
			Name: "cut by Excel", File: "audit.csv", Who: sanne(), Format: is(formatTable), Readable: 3, Others: 1, Values: values,
			Data: []byte(exported(t, ',', header(), row(upn, mine[:60]), row(stranger, theirs[:60]), row(upn, mine))),
		},
		{Name: "no record", File: "audit.csv", Data: []byte(exported(t, ',', header(), row(upn, ""))), Who: sanne(), Format: is(formatTable), Readable: 1},
		{
			Name: "Graph, page", File: "audit.json", Data: []byte(page(graph(t, upn, mine), graph(t, stranger, theirs))), Who: sanne(),
			Format: is(formatRecords), Readable: 2, Others: 1,
		},
		{
			Name: "Graph, list", File: "audit.json", Data: []byte("[" + graph(t, upn, mine) + ",\n" + graph(t, upn, mine) + "]"), Who: sanne(),
			Format: is(formatRecords), Readable: 2,
		},
		{
			Name: "ConvertTo-Json", File: "audit.json", Who: sanne(), Format: is(formatRecords), Readable: 1,
			Data: []byte(text(t, pair{"RecordType", "SharePointFileOperation"}, pair{"CreationDate", "2026-10-05T07:31:42Z"}, pair{"UserIds", upn}, pair{"Operations", "FileAccessed"}, pair{"AuditData", mine})),
		},
		{
			Name: "Management API", File: "audit.json", Data: []byte("[" + mine + "," + theirs + "]"), Who: sanne(),
			Format: is(formatEvents), Readable: 2, Others: 1,
		},
		{Name: "another table", File: "x.csv", Data: []byte("Name,AuditData\na,b\n")},
		{Name: "another list", File: "x.json", Data: []byte(`[{"name":"x","time":"y","data":{}}]`)},
		{Name: "nothing", File: "x"},
		{Name: "export", File: "x.json", Data: []byte(`[{"time":"x","correlationId":null,"properties":{}}]`)},
	})
}

// TestOneRecordInEveryForm: the same action gives the same name, time and paths.
func TestOneRecordInEveryForm(t *testing.T) {
	t.Parallel()
	data := accessed(t, upn)
	for name, in := range map[string]string{
		"portal": exported(t, ',', header(), row(upn, data)),
		"Graph":  page(graph(t, upn, data)),
		"bare":   data,
	} {
		list, tally := read(t, sanne(), in)
		if len(list) != 1 || len(tally.Repairs) > 0 {
			t.Fatalf("%s: %d records, repairs %v", name, len(list), tally.Repairs)
		}
		r := list[0]
		got := []any{r.Event, r.App, r.Spaces, r.At, r.Owner}
		want := []any{"FileAccessed", "OneDrive", []string{"Audit log"}, time.Date(2026, 10, 5, 7, 31, 42, 0, time.UTC), schema.OwnerSubject}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		found := false
		for _, f := range r.Fields {
			found = found || strings.EqualFold(f.Path, "AuditData.SourceFileName")
		}
		if !found {
			t.Errorf("%s: no AuditData.SourceFileName", name)
		}
	}
}

// TestNoTimeIsGuessed: a date whose day and month could change places is none.
func TestNoTimeIsGuessed(t *testing.T) {
	t.Parallel()
	r := row(upn, "")
	r[1] = "4-5-2026 10:00:00"
	list, tally := read(t, sanne(), exported(t, ',', header(), r))
	if !list[0].At.IsZero() || tally.Repairs[schema.RepairNoTime] != 1 {
		t.Errorf("at %v, repairs %v", list[0].At, tally.Repairs)
	}
	if list[0].Event != "FileAccessed" {
		t.Errorf("event %q", list[0].Event)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	const subject, other = schema.OwnerSubject, schema.OwnerOther
	tests := []struct {
		name string
		want schema.Owner
		data string
	}{
		{"sign-in name", subject, accessed(t, strings.ToUpper(upn))},
		{"another's", other, accessed(t, stranger)},
		{"claim", subject, accessed(t, "i:0#.f|membership|"+upn)},
		{"another's claim", other, accessed(t, "i:0#.f|membership|"+stranger)},
		{"guest elsewhere", subject, accessed(t, "sanne.de-wit_meervoort.example#EXT#@gastheer.onmicrosoft.com")},
		{"another guest", other, accessed(t, "bram_x_meervoort.example#EXT#@gastheer.onmicrosoft.com")},
		{"object id", subject, accessed(t, object)},
		{"another's object id", other, accessed(t, "11111111-a239-4318-b09d-866fba521c7a")},
		{"renamed, same key", subject, accessed(t, "s.bakker@meervoort.example", pair{"UserKey", "i:0h.f|membership|" + strings.ToLower(puid) + "@live.com"})},
		{"key of Exchange", subject, accessed(t, "s.bakker@meervoort.example", pair{"UserKey", puid})},
		{"both another's", other, accessed(t, stranger, pair{"UserKey", "1003200000000001"})},
		{"software", subject, accessed(t, "app@sharepoint")},
		{"Windows", subject, accessed(t, "NT AUTHORITY\\SYSTEM (Microsoft.Exchange)")},
		{"nobody", subject, accessed(t, "")},
		{"SID", subject, accessed(t, "S-1-5-21-1-2-3-1001")},
		{"another's SID", other, accessed(t, "S-1-5-21-1-2-3-1002")},
		{"done to the person", subject, accessed(t, stranger, pair{"ObjectId", upn})},
		{"the person among others", subject, accessed(t, stranger, pair{"Members", []any{map[string]string{"UPN": "x@meervoort.example"}, map[string]string{"UPN": upn}}})},
		{"in a list", subject, accessed(t, stranger, pair{"To", "x@meervoort.example;" + upn})},
		{"the person's OneDrive", subject, accessed(t, stranger, pair{"ObjectId", "https://m-my.sharepoint.com/personal/sanne_de-wit_meervoort_example/Documents/x.docx"})},
		{"a OneDrive with fewer marks", subject, accessed(t, stranger, pair{"ObjectId", "https://m-my.sharepoint.com/personal/sanne_de_wit_meervoort_example"})},
		{"a colleague's OneDrive", other, accessed(t, stranger, pair{"ObjectId", "https://m-my.sharepoint.com/personal/bram_jansma_meervoort_example/Documents/x.docx"})},
		{"the mailbox by its number", subject, accessed(t, stranger, pair{"MailboxOwnerSid", "S-1-5-21-1-2-3-1001"})},
		{"the person as a guest", subject, accessed(t, stranger, pair{"ObjectId", "sanne.de-wit_meervoort.example#EXT#@gastheer.onmicrosoft.com"})},
		{"at the end of a sentence", subject, accessed(t, stranger, pair{"Comments", "voor " + upn + "."})},
		{"in a sentence", subject, accessed(t, stranger, pair{"Comments", "Naar " + upn + ". En verder."})},
		{"the person by number in Entra", subject, accessed(t, stranger, pair{"Target", []any{map[string]string{"ID": "User_" + object}}})},
		{"a longer number", other, accessed(t, stranger, pair{"ObjectId", "0" + puid})},
		{"the person's mailbox by its name", subject, accessed(t, stranger, pair{"ObjectId", "EURPR01A001.prod.example/Hosted/m.onmicrosoft.example/Sanne de Wit"})},
		{"the person by name", subject, accessed(t, stranger, pair{"Parameters", []any{map[string]string{"Name": "Identity", "Value": "sanne de wit"}}})},
		{"a longer name of a person", other, accessed(t, stranger, pair{"ObjectId", "m.onmicrosoft.example/Sanne de Witte"})},
		{"a longer name", other, accessed(t, stranger, pair{"ObjectId", "x" + upn})},
		{"a longer address", other, accessed(t, stranger, pair{"ObjectId", upn + ".nl"})},
	}
	for _, tc := range tests {
		list, _ := read(t, sanne(), tc.data)
		if len(list) != 1 || list[0].Owner != tc.want {
			t.Errorf("%s: %d records, owner %v", tc.name, len(list), list[0].Owner)
		}
		if list, _ := read(t, schema.Subject{}, tc.data); list[0].Owner != subject {
			t.Errorf("%s: another's although nothing is known of the person", tc.name)
		}
	}
	consumer := sanne()
	consumer.PUID = schema.NewPersonal("1055530000000001") // 0003BFFFBAB32401
	for key, want := range map[string]schema.Owner{"0003BFFFBAB32401": subject, "0003BFFFBAB32402": other} {
		if list, _ := read(t, consumer, accessed(t, stranger, pair{"UserKey", key + "@live.com"})); list[0].Owner != want {
			t.Errorf("key %s: owner %v", key, list[0].Owner)
		}
		if list, _ := read(t, consumer, accessed(t, stranger, pair{"Target", key})); list[0].Owner != want {
			t.Errorf("target %s: owner %v", key, list[0].Owner)
		}
	}
	decimal := sanne()
	decimal.PUID, decimal.UPNs = schema.NewPersonal("1153805082683250495"), nil
	for key, want := range map[string]schema.Owner{puid: subject, "1003200000000001": other} {
		if list, _ := read(t, decimal, accessed(t, stranger, pair{"UserKey", key})); list[0].Owner != want {
			t.Errorf("key %s: owner %v", key, list[0].Owner)
		}
	}
}

// TestCutRecord: of a row of which a program cut the record off, the other cells
// still say what happened, when and by whom; what is left of the record stays.
func TestCutRecord(t *testing.T) {
	t.Parallel()
	data := accessed(t, upn)[:60]
	list, tally := read(t, sanne(), exported(t, ',', header(), row(upn, data)))
	if len(list) != 1 || tally.Repairs[schema.RepairBrokenCell] != 1 {
		t.Fatalf("%d records, repairs %v", len(list), tally.Repairs)
	}
	r := list[0]
	kept, ok := r.Field("AuditData")
	if r.Event != "FileAccessed" || r.At.IsZero() || r.Unreadable != "" || !ok || kept.Reveal() != data {
		t.Errorf("event %q at %v, unreadable %q, the rest is kept: %v", r.Event, r.At, r.Unreadable, ok)
	}
}

// TestOwnerOfACutRecord: what a colleague did to the person is the person's also
// where a program cut the record off, or broke it.
func TestOwnerOfACutRecord(t *testing.T) {
	t.Parallel()
	data := accessed(t, stranger, pair{"ObjectId", upn}, pair{"More", "x"})
	theirs := accessed(t, stranger, pair{"ObjectId", stranger}, pair{"More", "x"})
	for name, tc := range map[string]struct {
		in   string
		want schema.Owner
	}{
		"about the person": {exported(t, ',', header(), row(stranger, data[:len(data)-4])), schema.OwnerSubject},
		"about another":    {exported(t, ',', header(), row(stranger, theirs[:len(theirs)-4])), schema.OwnerOther},
	} {
		list, _ := read(t, sanne(), tc.in)
		if len(list) != 1 || list[0].Unreadable != "" || list[0].Owner != tc.want {
			t.Errorf("%s: %d records, unreadable %q, owner %v", name, len(list), list[0].Unreadable, list[0].Owner)
		}
	}
}

// FuzzRecords reads arbitrary bytes as an audit log; the laws are those of
// sourcetest.Any.
func FuzzRecords(f *testing.F) {
	data := accessed(f, upn)
	portal := exported(f, ',', header(), row(upn, data), row(stranger, data[:50]))
	for _, s := range []string{portal, page(graph(f, upn, data)), "[" + data + "," + data + "]", strings.ReplaceAll(portal, ",", ";")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Any(t, New(), sanne(), "audit", data) })
}
