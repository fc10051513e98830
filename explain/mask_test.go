package explain_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
)

// The person who asked, and a colleague who must not be seen. Both invented.
func sanne() schema.Subject {
	return schema.Subject{
		Name: schema.NewPersonal("Sanne de Wit"),
		UPNs: []schema.Personal{
			schema.NewPersonal("sanne.dewit@waterland.example"), schema.NewPersonal("s.dewit@waterland.example"),
		},
		ObjectID: schema.NewPersonal("20194f62-a239-4318-b09d-866fba521c7a"),
		TenantID: schema.NewPersonal("75429eb8-b341-47de-9cbb-b07aa3d391f5"),
		PUID:     schema.NewPersonal("1003239C0D60173F"),
		SIDs:     []schema.Personal{schema.NewPersonal("S-1-12-1-538529634-1125687865-1871093168-2048676538")},
		LocalIDs: []schema.Personal{schema.NewPersonal("m:A1FD3153DC1D3814")},
	}
}

const (
	karimMail = "karim.bakker@waterland.example"
	karimID   = "c7b1d1de-4f5e-4a4d-9d7a-0f4c8a1b2c3d"
	ownMail   = "sanne.dewit@waterland.example"
	ownID     = "20194f62-a239-4318-b09d-866fba521c7a"
)

var loaded = sync.OnceValues(func() (*explain.Catalog, error) { return explain.Load(catalog.FS()) })

func newMasker(t testing.TB, others explain.Others) (*explain.Masker, *explain.Explainer) {
	t.Helper()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	r := explain.Reader{Lang: schema.Dutch, Zone: time.UTC, Subject: sanne()}
	return c.Masker(r, others), c.For(r)
}

// masked runs one field through the masker.
func masked(m *explain.Masker, x *explain.Explainer, path, value string) string {
	e := x.Explain(schema.Record{Source: "graphexport", Event: "Office.Test", Fields: []schema.Field{{Path: path, Value: schema.NewPersonal(value)}}})
	m.Explained(x, &e)
	return e.Record.Fields[0].Value.Reveal()
}

func TestMaskText(t *testing.T) {
	t.Parallel()
	base := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, tc := range map[string]struct{ in, want string }{
		"address":              {"mailto:" + karimMail, "mailto:[collega 1]"},
		"other case":           {strings.ToUpper(karimMail), "[collega 1]"},
		"own address":          {"aan " + ownMail + " gestuurd", "aan " + ownMail + " gestuurd"},
		"own, with a tag":      {"sanne.dewit+nieuws@waterland.example", "sanne.dewit+nieuws@waterland.example"},
		"own and another":      {ownMail + ", " + karimMail, ownMail + ", [collega 1]"},
		"same twice":           {karimMail + " en " + strings.ToUpper(karimMail), "[collega 1] en [collega 1]"},
		"two people":           {karimMail + " en ilse@elders.example", "[collega 1] en [collega 2]"},
		"guest":                {"karim.bakker_waterland.example#EXT#@elders.example", "[collega 1]"},
		"quoted local part":    {`"karim bakker"@waterland.example`, "[collega 1]"},
		"service":              {"noreply@microsoft.com", "noreply@microsoft.com"},
		"percent":              {"x?u=karim.bakker%40waterland.example&a=1", "x?u=[collega 1]&a=1"},
		"percent twice":        {"x?u=karim.bakker%2540waterland.example", "x?u=[collega 1]"},
		"JSON in JSON":         {`{"to":"karim.bakker\u0040waterland.example"}`, `{"to":"[collega 1]"}`},
		"JSON in JSON in JSON": {`{\"to\":\"karim.bakker\\u0040waterland.example\"}`, `{\"to\":\"[collega 1]\"}`},
		"HTML":                 {"karim.bakker&#64;waterland.example, karim.bakker&commat;waterland.example", "[collega 1], [collega 1]"},
		"line break":           {`Van:\nkarim.bakker@waterland.example`, `Van:\n[collega 1]`},
		"own after line break": {`Van:\nsanne.dewit@waterland.example`, `Van:\nsanne.dewit@waterland.example`},
		"base64":               {"t=" + base("van "+karimMail+" aan jou"), "t=[collega 1]"},
		"base64, own":          {"t=" + base("van "+ownMail), "t=" + base("van "+ownMail)},
		"base64, Latin-1":      {base("Ren\xe9e aan " + karimMail), "[collega 1]"},
		"name, no base64":      {"ItemCountCachedAccountCompleted", "ItemCountCachedAccountCompleted"},
		"UTF-16":               {wide("van " + karimMail), "v\x00a\x00n\x00 \x00[collega 1]"},
		"Windows folder":       {`C:\Users\karim.bakker\Documents\Nota.docx`, `C:\Users\[collega 1]\Documents\Nota.docx`},
		"escaped folder":       {`C:\\Users\\karim.bakker\\Nota.docx`, `C:\\Users\\[collega 1]\\Nota.docx`},
		"own folder":           {`C:\Users\sanne.dewit\Nota.docx`, `C:\Users\sanne.dewit\Nota.docx`},
		"own folder, short":    {`C:\Users\SANNED~1\Nota.docx`, `C:\Users\SANNED~1\Nota.docx`},
		"own folder, cut":      {`C:\Users\Sanne\Nota.docx`, `C:\Users\Sanne\Nota.docx`},
		"shared folder":        {`C:\Users\Public\Nota.docx`, `C:\Users\Public\Nota.docx`},
		"Mac folder":           {"/Users/kbakker/Documents/Nota.docx", "/Users/[collega 1]/Documents/Nota.docx"},
		"Linux folder":         {"file:///home/kbakker/x", "file:///home/[collega 1]/x"},
		"encoded folder":       {"file:///C:/Users%2Fkarim.bakker%2FNota.docx", "file:///C:/Users%2F[collega 1]%2FNota.docx"},
		"not a folder":         {"https://www.office.example/home/start", "https://www.office.example/home/start"},
		"OneDrive site":        {"https://waterland-my.sharepoint.com/personal/karim_bakker_waterland_example/Documents/a.docx", "https://waterland-my.sharepoint.com/personal/[collega 1]/Documents/a.docx"},
		"own OneDrive site":    {"https://waterland-my.sharepoint.com/personal/sanne_dewit_waterland_example/Documents/a.docx", "https://waterland-my.sharepoint.com/personal/sanne_dewit_waterland_example/Documents/a.docx"},
		"address names folder": {karimMail + ` C:\Users\karim.bakker\x`, `[collega 1] C:\Users\[collega 1]\x`},
		"SID":                  {"user S-1-12-1-111-222-333-444 signed in", "user [collega 1] signed in"},
		"own SID":              {"S-1-12-1-538529634-1125687865-1871093168-2048676538", "S-1-12-1-538529634-1125687865-1871093168-2048676538"},
		"Windows' own SID":     {"S-1-5-18", "S-1-5-18"},
		"member of a chat":     {"19:" + ownID + "_" + karimID + "@unq.gbl.spaces", "19:" + ownID + "_[collega 1]@unq.gbl.spaces"},
		"chat account":         {"8:orgid:" + karimID, "8:orgid:[collega 1]"},
		"chat itself":          {"19:meeting_ZDk3@thread.v2", "19:meeting_ZDk3@thread.v2"},
		"phone":                {"gebeld met +31 6 1234 5678", "gebeld met [collega 1]"},
		"no phone":             {"2026-11-05T09:00:00+01:00 build 10.0.26100+240331", "2026-11-05T09:00:00+01:00 build 10.0.26100+240331"},
		"Exchange":             {"/o=ExchangeLabs/ou=Group/cn=Recipients/cn=9f-karim.bak", "/o=ExchangeLabs/ou=Group/cn=Recipients/cn=[collega 1]"},
		"name after address":   {karimMail + "; Beoordeling Karim Bakker 2026.docx", "[collega 1]; Beoordeling [collega 1] 2026.docx"},
		"code of its own":      {"session 0a89d516-ae71-4e01-ae89-c96d185e9ae3", "session 0a89d516-ae71-4e01-ae89-c96d185e9ae3"},
		"nothing":              {"Nota cultuur 2026.docx", "Nota cultuur 2026.docx"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, x := newMasker(t, explain.Others{})
			// Twice: what was learned must not change what was said.
			got := masked(m, x, "data.Blob", tc.in)
			if again := masked(m, x, "data.Blob", tc.in); again != got && name != "name after address" && name != "address names folder" {
				t.Errorf("the second time it is %q", again)
			}
			if name == "name after address" { // the name is known once the address was met
				got = masked(m, x, "data.Blob", tc.in)
			}
			if got != tc.want {
				t.Errorf("%q\nbecame %q\n  want %q", tc.in, got, tc.want)
			}
		})
	}
}

// wide is a text in UTF-16 whose zero bytes were taken for characters.
func wide(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return strings.TrimSuffix(b.String(), "\x00")
}

func TestMaskFields(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ path, in, want string }{
		"name of a participant":   {"data.participants[0].displayName", "Karim Bakker", "[collega 1]"},
		"own name":                {"data.participants[0].displayName", "Wit, Sanne de (Sport)", "Wit, Sanne de (Sport)"},
		"own initials":            {"data.Author", "S. de Wit", "S. de Wit"},
		"other de Wit":            {"data.Author", "Jan de Wit", "[collega 1]"},
		"code of an author":       {"Data.Doc.AuthorId", karimID, "[collega 1]"},
		"own code":                {"Data.Doc.AuthorId", strings.ToUpper(ownID), strings.ToUpper(ownID)},
		"organisation":            {"Data.OwnerId", "75429eb8-b341-47de-9cbb-b07aa3d391f5", "75429eb8-b341-47de-9cbb-b07aa3d391f5"},
		"list of addresses":       {"properties.Recipients", ownMail + ";" + karimMail + "; ilse@elders.example", ownMail + ";[collega 1]; [collega 2]"},
		"name and address":        {"properties.Sender", "Karim Bakker <" + karimMail + ">", "[collega 1]"},
		"account of a domain":     {"properties.ModifiedBy", `WATERLAND\kbakker`, "[collega 1]"},
		"own account of a domain": {"properties.ModifiedBy", `WATERLAND\sanne.dewit`, `WATERLAND\sanne.dewit`},
		"service":                 {"properties.ModifiedBy", "System Account", "System Account"},
		"how, not who":            {"data.participants[0].role", "Organizer", "Organizer"},
		"a number":                {"data.participants[0].index", "3", "3"},
		"yes or no":               {"data.participants[0].muted", "true", "true"},
		"about the colleague":     {"data.participants[0].jobTitle", "Teamleider Sport", "[collega 1]"},
		"unknown code":            {"data.Zx17q", karimID, "[code 1]"},
		"session":                 {"properties.SessionId", karimID, karimID},
		"sign-in name":            {"UserPrincipalName", karimMail, "[collega 1]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, x := newMasker(t, explain.Others{})
			if got := masked(m, x, tc.path, tc.in); got != tc.want {
				t.Errorf("%s: %q became %q, want %q", tc.path, tc.in, got, tc.want)
			}
		})
	}
}

// One person is one pseudonym, whatever identifies them.
func TestMaskSamePerson(t *testing.T) {
	t.Parallel()
	m, x := newMasker(t, explain.Others{})
	e := x.Explain(schema.Record{Source: "graphexport", Event: "Office.Test", Fields: []schema.Field{
		{Path: "participants[0].id", Value: schema.NewPersonal(ownID)},
		{Path: "participants[0].jobTitle", Value: schema.NewPersonal("Beleidsmedewerker")},
		{Path: "participants[1].id", Value: schema.NewPersonal(karimID)},
		{Path: "participants[1].name", Value: schema.NewPersonal("Karim Bakker")},
		{Path: "participants[2].name", Value: schema.NewPersonal("Ilse Kok")},
		{Path: "note", Value: schema.NewPersonal("bakker, karim belde; zie Karim_Bakker.docx")},
		{Path: "sid", Value: schema.NewPersonal("S-1-12-1-3350319582-1246580574-1276082845-1026300810")},
	}})
	if !m.Explained(x, &e) {
		t.Fatal("nothing masked")
	}
	var got []string
	for _, f := range e.Record.Fields {
		got = append(got, f.Value.Reveal())
	}
	want := []string{
		ownID, "Beleidsmedewerker", "[collega 1]", "[collega 1]", "[collega 2]",
		"[collega 1] belde; zie [collega 1].docx", "[collega 1]",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if m.People() != 2 {
		t.Errorf("%d people, want 2", m.People())
	}
}

// A code in a field of which nothing is known is masked there, and stays where a
// field says what it is: the person's own device.
func TestMaskUnknownCodeOnly(t *testing.T) {
	t.Parallel()
	m, x := newMasker(t, explain.Others{})
	if got := masked(m, x, "data.Zx17q", karimID); got != "[code 1]" {
		t.Errorf("unknown field: %q", got)
	}
	if got := masked(m, x, "ext.device.localId", "s:"+karimID); got != "s:"+karimID {
		t.Errorf("device: %q", got)
	}
}

func TestMaskUnreadable(t *testing.T) {
	t.Parallel()
	m, _ := newMasker(t, explain.Others{})
	r := schema.Record{Unreadable: schema.CodeTruncated, Raw: schema.NewPersonal(
		`{"user":"` + ownMail + `","organizerName": "Karim Bakker", "participants":["Ilse Kok","` + ownID + `"],"x":"` + karimID + `","app":"Word","id`)}
	m.Unreadable(&r)
	want := `{"user":"` + ownMail + `","organizerName": "[collega 1]", "participants":["[collega 2]","` + ownID + `"],"x":"[code 1]","app":"Word","id`
	if got := r.Raw.Reveal(); got != want {
		t.Errorf("became %s\n  want %s", got, want)
	}
}

// The organisation decides who may be shown and who must be masked.
func TestMaskOthers(t *testing.T) {
	t.Parallel()
	m, x := newMasker(t, explain.Others{
		Show: []schema.Subject{{UPNs: []schema.Personal{schema.NewPersonal(karimMail)}}},
		Mask: []schema.Subject{{Name: schema.NewPersonal("Ilse Kok")}},
	})
	if got, want := masked(m, x, "data.Blob", karimMail+" over Ilse Kok.docx"), karimMail+" over [collega 1].docx"; got != want {
		t.Errorf("became %q, want %q", got, want)
	}
	if m.Shown() != 1 {
		t.Errorf("shown %d times, want 1", m.Shown())
	}
}

// Whatever the text, what is masked stays masked, and nothing of the person's
// own gets lost.
func FuzzMask(f *testing.F) {
	for _, s := range []string{karimMail, url.QueryEscape(karimMail), ownMail, `\\srv\users\x`, "+31612345678", "%00%", `\u00`, "&#x40;", "&#;", "&#x;", `\u`, "&;"} {
		f.Add(s, "x", "y")
	}
	m, x := newMasker(f, explain.Others{})
	f.Fuzz(func(t *testing.T, a, before, after string) {
		v := before + " " + karimMail + " " + a + " " + ownMail + " " + after
		got := masked(m, x, "data.Blob", v)
		if strings.Contains(strings.ToLower(got), karimMail) {
			t.Errorf("%q shows the colleague", got)
		}
		if again := masked(m, x, "data.Blob", got); !strings.Contains(again, "[collega 1]") {
			t.Errorf("%q became %q", got, again)
		}
	})
}

// TestMaskHostileTexts masks texts made to be read over and over again: a finder
// that looks back or ahead without end does not finish in the time of the test.
func TestMaskHostileTexts(t *testing.T) {
	t.Parallel()
	mask := func(t *testing.T, path, v string) string {
		m, x := newMasker(t, explain.Others{Mask: []schema.Subject{{Name: schema.NewPersonal("Karim Bakker")}}})
		m.Unreadable(&schema.Record{Raw: schema.NewPersonal(v)})
		return masked(m, x, path, v)
	}
	const long, short = 1 << 20, 16 << 10
	for _, s := range []string{
		"@", "a@", "@.", `"`, `"@`, "a@b.nl ", "users/", `C:\Users\ab\`, "/home/", "home/a ", "/personal/", "sharepoint.x/personal/a", "06-", "+1", "+1 ( ) ",
		"0", "a", "ab,", "%25", "%2525", "%", "&", "&#", "&amp;", `\u0025`, `\\`, "\x00", "S-1-5-21-", "s-1-12-1-1", "-", "01234567-", "aGVsbG8g", "d3d3LmEubmwg",
		"/cn=recipients/cn=", "1.2.3.4 ", "::", "\xff", "\u00e9", `"a":"b",`, "Karim ", "orgid:",
	} {
		v := strings.Repeat(s, short/len(s))
		if got := mask(t, "data.Blob", v+" "+karimMail); strings.Contains(got, karimMail) {
			t.Errorf("%q shows the colleague", s)
		}
		if got := mask(t, "data.participants[0].name", v); got == "" {
			t.Errorf("%q is lost", s)
		}
	}
	// These were once read as often as they are long.
	for _, s := range []string{"/", "/personal/a", "06 "} {
		if got := mask(t, "data.Blob", strings.Repeat(s, long/len(s))+" "+karimMail); strings.Contains(got, karimMail) {
			t.Errorf("%q shows the colleague", s)
		}
	}
	mask(t, "data.participants[0].name", strings.Repeat("9", long))
	mask(t, strings.Repeat("by.", long/8)+strings.Repeat("Long", long/8), karimMail)
}

// TestMaskWhoActed: a colleague who acted is masked with the place they acted
// from; the person's own account and place are left.
func TestMaskWhoActed(t *testing.T) {
	t.Parallel()
	record := func(user, key string) schema.Record {
		value := func(path, v string) schema.Field { return schema.Field{Path: path, Value: schema.NewPersonal(v)} }
		return schema.Record{Source: "auditlog", Event: "FileAccessed", App: "OneDrive", Spaces: []string{"Audit log"}, Fields: []schema.Field{
			value("UserId", user), value("AuditData.UserId", user), value("AuditData.UserKey", key),
			value("AuditData.ClientIP", "192.0.2.1"), value("AuditData.ObjectId", ownMail),
			value("AuditData.Folders[0].FolderItems[0].InternetMessageId", "<AM0PR@eurprd.example>"),
			value("AuditData.Target[0].ID", "00000003-0000-0000-c000-000000000000"),
		}}
	}
	tests := map[string]struct {
		record schema.Record
		want   []string
	}{
		"own":       {record(ownMail, "i:0h.f|membership|1003239c0d60173f@live.com"), nil},
		"colleague": {record(karimMail, "i:0h.f|membership|1003200000000001@live.com"), []string{"UserId", "AuditData.UserId", "AuditData.UserKey", "AuditData.ClientIP"}},
		"software":  {record("app@sharepoint", ""), nil},
	}
	for name, tc := range tests {
		m, x := newMasker(t, explain.Others{})
		e := x.Explain(tc.record)
		m.Explained(x, &e)
		var changed []string
		for i, f := range e.Record.Fields {
			if !f.Value.Equal(tc.record.Fields[i].Value) {
				changed = append(changed, f.Path)
				if strings.Contains(f.Value.Reveal(), "192.0.2.1") || strings.Contains(f.Value.Reveal(), "karim") {
					t.Errorf("%s: %s is shown", name, f.Path)
				}
			}
		}
		if d := cmp.Diff(tc.want, changed); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if strings.Contains(e.Text.Reveal(), "karim") {
			t.Errorf("%s: the sentence says who", name)
		}
	}
}

// TestMaskWhoActedIsToldByTheAuditLog: an account beside an event of another
// source is not told to have acted: the person's own device and place are left.
func TestMaskWhoActedIsToldByTheAuditLog(t *testing.T) {
	t.Parallel()
	const device, place = "s:11111111-2222-3333-4444-555555555555", "192.0.2.1"
	for _, path := range []string{"properties.UserPrincipalName", "data.UserPrincipalName", "UserPrincipalName"} {
		m, x := newMasker(t, explain.Others{})
		e := x.Explain(schema.Record{Source: "graphexport", Event: "Office.Word.FileSaved", Fields: []schema.Field{
			{Path: path, Value: schema.NewPersonal(karimMail)},
			{Path: "properties.DeviceId", Value: schema.NewPersonal(device)},
			{Path: "properties.ClientIp", Value: schema.NewPersonal(place)},
		}})
		m.Explained(x, &e)
		got := make([]string, 0, 3)
		for _, f := range e.Record.Fields {
			got = append(got, f.Value.Reveal())
		}
		if d := cmp.Diff([]string{device, place}, got[1:]); d != "" || strings.Contains(got[0], "karim") {
			t.Errorf("%s: %q %s", path, got[0], d)
		}
	}
	// The same name beside a record of the audit log is that of who acted.
	m, x := newMasker(t, explain.Others{})
	e := x.Explain(schema.Record{Source: "auditlog", Event: "FileAccessed", Fields: []schema.Field{
		{Path: "userPrincipalName", Value: schema.NewPersonal(karimMail)}, {Path: "clientIp", Value: schema.NewPersonal(place)},
	}})
	m.Explained(x, &e)
	if v := e.Record.Fields[1].Value.Reveal(); v == place {
		t.Error("from where a colleague acted is shown")
	}
}

// TestMaskThing: the program that made a capture is no colleague, though "creator"
// says who somebody is anywhere else.
func TestMaskThing(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{"har": "Firefox", "graphexport": "[collega 1]"} {
		m, x := newMasker(t, explain.Others{})
		e := x.Explain(schema.Record{Source: source, Event: "capture.about", Spaces: []string{"Network capture"}, Fields: []schema.Field{
			{Path: "log.creator.name", Value: schema.NewPersonal("Firefox")},
		}})
		m.Explained(x, &e)
		if got := e.Record.Fields[0].Value.Reveal(); got != want {
			t.Errorf("%s: it became %q, want %q", source, got, want)
		}
	}
}

// TestMaskCutRow: a row of the audit log that a program cut off is masked as one
// that is whole: who else is in it, and from where they acted.
func TestMaskCutRow(t *testing.T) {
	t.Parallel()
	row := func(user string) string {
		return "1,2026-10-05T09:31:42Z,6,FileAccessed,x,\"{\"\"Empty\"\":\"\"\"\",\"\"ClientIP\"\": \"\"192.0.2.1\"\", \"\"UserId\"\": \"\"" + user +
			"\"\", \"\"DisplayName\"\": \"\"Piet Puk\"\", \"\"DeviceDisplayName\"\": \"\"LT-9\"\", \"\"ObjectId\"\": \"\"" + ownMail + "\"\", \"\"Cut"
	}
	_, object, _ := strings.Cut(row(karimMail), `"{`)
	for _, raw := range []string{row(karimMail), "{" + strings.ReplaceAll(object, `""`, `"`)} {
		m, _ := newMasker(t, explain.Others{})
		r := schema.Record{Source: "auditlog", Raw: schema.NewPersonal(raw)}
		m.Unreadable(&r)
		got := r.Raw.Reveal()
		for _, theirs := range []string{"karim", "192.0.2.1", "Piet", "LT-9"} {
			if strings.Contains(got, theirs) {
				t.Errorf("%s is shown in %s", theirs, got)
			}
		}
		if !strings.Contains(got, ownMail) {
			t.Errorf("the person is masked in %s", got)
		}
	}
	m, _ := newMasker(t, explain.Others{})
	r := schema.Record{Source: "auditlog", Raw: schema.NewPersonal(row(ownMail))}
	m.Unreadable(&r)
	if got := r.Raw.Reveal(); !strings.Contains(got, "192.0.2.1") || !strings.Contains(got, "LT-9") || strings.Contains(got, "Piet") {
		t.Errorf("what the person did: %s", got)
	}
}

// TestMaskPlaceOfWhoActed: where a colleague was is masked with who they are,
// also in what is left of a record that a program cut off; where the person was
// themselves stays.
func TestMaskPlaceOfWhoActed(t *testing.T) {
	t.Parallel()
	record := func(user string) schema.Record {
		list := []schema.Field{
			{Path: "UserId", Value: schema.NewPersonal(user)},
			{Path: "AuditData.Latitude", Kind: schema.Number, Value: schema.NewPersonal("52.0907")},
			{Path: "AuditData.City", Value: schema.NewPersonal("Utrecht")},
			{Path: "AuditData", Value: schema.NewPersonal(`{"Operation":"FileAccessed","ClientIP":"192.0.2.1","City":"Utrecht","ObjectId":"` + ownMail + `","Cut`)},
		}
		return schema.Record{Source: "auditlog", Event: "FileAccessed", Fields: list}
	}
	for user, want := range map[string]bool{ownMail: true, karimMail: false} {
		m, x := newMasker(t, explain.Others{})
		e := x.Explain(record(user))
		m.Explained(x, &e)
		for _, f := range e.Record.Fields[1:] {
			v := f.Value.Reveal()
			shown := strings.Contains(v, "52.0907") || strings.Contains(v, "Utrecht")
			if shown != want || strings.Contains(v, "192.0.2.1") && !want {
				t.Errorf("%s: place shown %v, want %v", f.Path, shown, want)
			}
		}
		if v := e.Record.Fields[3].Value.Reveal(); !strings.Contains(v, ownMail) || !strings.Contains(v, "FileAccessed") {
			t.Errorf("what is no place is gone: %s", v)
		}
	}
}
