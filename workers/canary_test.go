package workers_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the same hours on every machine
	"unicode/utf16"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/schema"
	"inzage/testdata/canary"
	"inzage/workers"
	"inzage/workers/dataviewer"
	"inzage/workers/graphexport"
	"inzage/workers/inputs"
)

// What must not be seen of colleagues, in any case and any packing: each is
// planted somewhere below, and looked for in every byte of the bundle.
func canaries() []string {
	return []string{
		"karim.bakker", "karim_bakker", "bakker@", "karim bakker", "karimbakker", "bakker, karim",
		"c7b1d1de-4f5e-4a4d-9d7a-0f4c8a1b2c3d", "c7b1d1de4f5e4a4d9d7a0f4c8a1b2c3d",
		"S-1-12-1-3350319582-1246580574-1276082845-1026300810",
		"ilse.kok", "ilse kok", "ilse_kok", "612345678", "kokadmin", "Teamleider Zwembad",
		"0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9", "1153801120009998877",
		"wout.vanes", "wout van es", "youssef@", "fatima.elamrani",
	}
}

// own is what must all still be there.
func own() []string {
	return []string{
		"sanne.dewit@waterland.example", "20194f62-a239-4318-b09d-866fba521c7a", `C:\\Users\\sanne.dewit\\`,
		"sanne_dewit_waterland_example", "Nota zwembad.docx", "0a89d516-ae71-4e01-ae89-c96d185e9ae3", "Beleidsmedewerker",
	}
}

// plant is an export in which colleagues are everywhere.
func plant(t *testing.T, dir string) {
	t.Helper()
	const (
		mail, id = "karim.bakker@waterland.example", "c7b1d1de-4f5e-4a4d-9d7a-0f4c8a1b2c3d"
		me       = "20194f62-a239-4318-b09d-866fba521c7a"
	)
	inner, _ := json.Marshal(map[string]any{"to": mail, "path": `C:\Users\karim.bakker\x.docx`, "deep": `{"cc":"ilse.kok@elders.example"}`})
	var wide bytes.Buffer
	for _, u := range utf16.Encode([]rune("ilse.kok@elders.example")) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	props := []map[string]any{
		{"UserUpn": "sanne.dewit@waterland.example", "UserObjectId": me, "SessionId": "0a89d516-ae71-4e01-ae89-c96d185e9ae3"},
		{"Sender": "Karim Bakker <" + mail + ">", "Recipients": "sanne.dewit@waterland.example;ilse.kok@elders.example"},
		{"Participants": []map[string]any{
			{"id": me, "jobTitle": "Beleidsmedewerker"},
			{"id": id, "displayName": "Karim Bakker", "jobTitle": "Teamleider Zwembad", "puid": json.Number("1153801120009998877")},
			{"id": "8:orgid:0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9", "phone": "+31612345678"},
		}},
		{"ThreadId": "19:" + me + "_" + id + "@unq.gbl.spaces"},
		{"Message": "gemaild met " + strings.ToUpper(mail) + " en gebeld met +31 612345678, zie KarimBakker.docx en Bakker, Karim.pdf"},
		{"Url": "https://w-my.sharepoint.com/personal/karim_bakker_waterland_example/Documents/Nota%20zwembad.docx?u=" + url.QueryEscape(mail)},
		{"Own": "https://w-my.sharepoint.com/personal/sanne_dewit_waterland_example/Documents/Nota zwembad.docx"},
		{"Path": `C:\Users\sanne.dewit\OneDrive\Beoordeling Karim Bakker.docx`, "Other": `C:\Users\karim.bakker\Nota zwembad.docx`, "Mac": "/Users/kokadmin/Documents/a"},
		{"Json": string(inner)},
		{"Token": base64.StdEncoding.EncodeToString([]byte("user=" + mail)), "Token16": base64.StdEncoding.EncodeToString(wide.Bytes())},
		{"Sid": "S-1-12-1-3350319582-1246580574-1276082845-1026300810", "Compact": "c7b1d1de4f5e4a4d9d7a0f4c8a1b2c3d"},
		{"Html": "fatima.elamrani&#64;waterland.example"},
		{mail: "as a key", "Zx17q": id, "Author": "Wout van Es", "Zx18q": "Wout van Es was here"},
	}
	var entries []string
	for i, p := range props {
		p["AppName"], p["EventName"] = "Word", "Office.Word.Online.Data.Activity.FileOpened"
		if i == 4 {
			p["EventName"] = "Opened." + mail
		}
		b, err := json.Marshal(map[string]any{"time": "2026-11-0" + string(rune('1'+i%9)) + "T09:00:00+00:00", "correlationId": nil, "properties": p})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, string(b))
	}
	// Two broken records: one damaged in the middle, and the last cut off.
	broken := `{"time":"2026-11-02T09:00:00+00:00","properties":{"AppName":"Word","Organizer":"Ilse Kok","mail":"` + mail + `",,"x":}}`
	cut := `{"time":"2026-11-02T09:00:00+00:00","properties":{"AppName":"Wo","u":"` + mail
	write := func(name, data string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("karim.bakker@waterland.example/Usage.json", "["+strings.Join(entries, ",")+","+broken+","+cut)
	// A file that is clean but for somebody who is met elsewhere only.
	write("a/Early.json", `[{"time":"2026-11-01T09:00:00+00:00","properties":{"AppName":"Word","EventName":"Office.X","DocumentTitle":"karim bakker"}}]`)
	write("b/Clean.json", `[{"time":"2026-11-01T09:00:00+00:00","properties":{"AppName":"Word","EventName":"Office.X","Ext":"docx"}}]`)
	write("c/unknown.txt", "vraag youssef@elders.example")
	write("d/text.json", "vraag youssef@elders.example\n"+`[{"time":"2026-11-01T09:00:00+00:00","properties":{"AppName":"Word","EventName":"Office.X"}}]`)

	var z bytes.Buffer
	w := zip.NewWriter(&z)
	f, err := w.Create("ilse.kok/Usage.json")
	if err == nil {
		_, err = f.Write([]byte(`[{"time":"2026-11-01T09:00:00+00:00","properties":{"AppName":"Word","EventName":"Office.X"}}]`))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	write("e.zip", z.String())
}

var knowledge = sync.OnceValues(func() (*explain.Catalog, error) { return explain.Load(catalog.FS()) })

func build(t *testing.T, in string, others explain.Others) (string, *workers.Summary) {
	t.Helper()
	c, err := knowledge()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	set, err := inputs.Open(t.Context(), []string{in}, inputs.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	out := t.TempDir()
	s, res, err := workers.Builder{
		Catalog: c, Program: "test",
		Sources: func(temp string) []schema.Source {
			return []schema.Source{graphexport.New(), &dataviewer.Source{Temp: temp}}
		},
	}.Build(t.Context(), workers.Case{
		Number: "2026-1", Lang: schema.Dutch, Zone: zone, Received: schema.NewDate(2026, 11, 16), Others: others,
		Subject: schema.Subject{
			Name: schema.NewPersonal("Sanne de Wit"), UPNs: []schema.Personal{schema.NewPersonal("sanne.dewit@waterland.example")},
			ObjectID: schema.NewPersonal("20194f62-a239-4318-b09d-866fba521c7a"),
		},
	}, set, out, "b.zip", nil)
	if err != nil {
		t.Fatal(err)
	}
	outline, err := json.Marshal(s.Outline)
	if err != nil {
		t.Fatal(err)
	}
	if found := canary.Find(outline, append(canaries(), own()...)...); len(found) > 0 || len(s.Outline.Shapes) == 0 {
		t.Errorf("the outline of %d shapes holds %q", len(s.Outline.Shapes), found)
	}
	return res.Path, s
}

// bytesOf is every byte of a zip: the names, and the content of its members,
// zips within it unpacked too.
func bytesOf(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	all.WriteString(z.Comment)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n" + f.Name + f.Comment + string(f.Extra) + "\n")
		all.Write(b)
		if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
			all.Write(bytesOf(t, b))
		}
	}
	return all.Bytes()
}

// No byte of a bundle shows a colleague, and nothing of the person's is lost.
func TestNobodyElseInBundle(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	plant(t, in)
	mask := explain.Others{Mask: []schema.Subject{{Name: schema.NewPersonal("Karim Bakker")}}}
	path, s := build(t, in, mask)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := bytesOf(t, data)
	low := strings.ToLower(string(all))
	for _, plain := range canaries() {
		for how, c := range map[string]string{
			"as it is": plain, "in a web address": url.QueryEscape(plain), "in JSON": strings.ReplaceAll(plain, "@", `\u0040`),
			"in base64": base64.RawStdEncoding.EncodeToString([]byte(plain))[:len(plain)],
		} {
			if i := strings.Index(low, strings.ToLower(c)); i >= 0 {
				t.Errorf("%q is in the bundle, %s: …%s…", plain, how, low[max(0, i-60):min(len(low), i+90)])
			}
		}
	}
	for _, want := range own() {
		if !strings.Contains(string(all), want) {
			t.Errorf("the person's own %q is not in the bundle", want)
		}
	}
	held := make(map[string]string)
	for _, o := range s.Originals {
		held[o.Name] = string(o.Withheld)
		if o.SHA256 == "" {
			t.Errorf("%s has no hash for the organisation", o.Name)
		}
		if o.Withheld != "" && strings.Contains(low, o.SHA256) {
			t.Errorf("the hash of %s is in the bundle", o.Name)
		}
	}
	for name, want := range map[string]string{
		"karim.bakker@waterland.example/Usage.json": "masked", "a/Early.json": "masked", "b/Clean.json": "",
		"c/unknown.txt": "unread", "d/text.json": "unread", "e.zip": "masked",
	} {
		if held[name] != want {
			t.Errorf("%s: %q, want %q", name, held[name], want)
		}
	}
	if s.Masked == 0 || s.People < 5 {
		t.Errorf("%d records masked, %d people", s.Masked, s.People)
	}
}
