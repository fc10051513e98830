package bundle

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same hours on every machine

	"inzage/schema"
)

// kindOfEvent is a pattern from which the samples are made.
type kindOfEvent struct {
	name, app, title, text, kind string
	source, file                 string
	layer                        schema.Layer
	class                        schema.Class
	fields                       []kindOfField
}

type kindOfField struct {
	path, value, meaning, why, words, identifier string
	class                                        schema.Class
	layer                                        schema.Layer
}

// kindsOfEvents are a dozen events like real ones; %d in a value is a number
// that differs per record.
func kindsOfEvents() []kindOfEvent {
	upn := kindOfField{"properties.UserUpn", "j.jansen@gemeente.example", "Uw aanmeldnaam.", "Met deze naam meldt u zich aan. Iedereen kan zien dat u het bent.", "", "upn", schema.DirectIdentifier, schema.LayerDictionary}
	device := kindOfField{"ext.device.localId", "s:19F5F5BF-4BF4-4E3C-998D-3DBD62F9F507", "De code van uw apparaat.", "Uw organisatie weet wie met welk apparaat werkt.", "", "device-id", schema.PseudonymousIdentifier, schema.LayerContract}
	session := kindOfField{"properties.SessionId", "%08x-4bf4-4e3c-998d-3dbd62f9f507", "De code van de sessie waarin dit gebeurde.", "Met deze code zijn al uw handelingen in één sessie te verbinden.", "", "session-id", schema.PseudonymousIdentifier, schema.LayerDictionary}
	when := kindOfField{"time", "2025-11-03T08:14:%02dZ", "Het moment waarop dit gebeurde.", "Dit zegt wanneer u iets deed.", "3 november 2025 om 9.14 uur", "", schema.LinkedUsage, schema.LayerDictionary}
	ver := kindOfField{"ext.os.ver", "10.0.22631.4317.amd64fre.ni_release.220506-1250", "De versie van Windows.", "Dit zegt iets over het apparaat, niet over u.", "", "", schema.DeviceOrSoftware, schema.LayerContract}
	seq := kindOfField{"ext.utc.seq", "%d", "Het volgnummer van de gebeurtenis.", "Dit is een teller.", "", "", schema.AggregateTechnical, schema.LayerRule}
	hash := kindOfField{"data.DocumentUrlHash", "6d7fce9fee471194aa8b5b6e47267f03", "Een omgerekende vorm van het adres van het document.", "Het adres zelf is weggehaald vóór het versturen.", "", "", schema.Stripped, schema.LayerEvent}
	odd := kindOfField{"data.Zx17q", "a1b2c3", "Microsoft legt niet uit wat dit veld betekent.", "Niemand heeft uitgelegd wat dit is. Daarom telt het als persoonsgegeven.", "", "", schema.Unknown, schema.LayerNone}
	const office, teams, viewer = "export.zip/Office/001/ProductAndServiceUsage.json", "export.zip/Teams/ProductAndServiceUsage.json", "viewer/DiagnosticData.csv"
	return []kindOfEvent{
		{
			"Office.Word.Online.Data.Activity.FileSaved", "Word in de browser", "Bestand opgeslagen", "Word in de browser legde vast dat u een bestand opsloeg van %d kB.", "usage", "graphexport", office, schema.LayerEvent, schema.DirectIdentifier,
			[]kindOfField{when, upn, session, {"properties.Data.FileSize", "%d", "De grootte van uw bestand.", "Dit zegt iets over een document van u.", "2 kB", "", schema.LinkedUsage, schema.LayerEvent}, hash},
		},
		{
			"Office.Word.Online.Data.Activity.CopilotComposeIndicatorClicked", "Word in de browser", "Copilot geopend", "Word in de browser legde vast dat u op de knop van Copilot klikte.", "usage", "graphexport", office, schema.LayerComposed, schema.PseudonymousIdentifier,
			[]kindOfField{when, session, {"properties.Location", "NL", "Het land waar u was.", "Dit zegt waar u was toen u dit deed.", "Nederland", "", schema.LinkedUsage, schema.LayerDictionary}},
		},
		{
			"clickAINotesTab_click_meetingRecap", "Teams", "Notities van een vergadering bekeken", "Teams legde vast dat u de notities van een vergadering opende.", "usage", "graphexport", teams, schema.LayerEvent, schema.LinkedUsage,
			[]kindOfField{when, {"properties.DevicePlatform", "Windows", "Het soort apparaat dat u gebruikte.", "Dit zegt iets over het apparaat, niet over u.", "", "", schema.DeviceOrSoftware, schema.LayerDictionary}, {"properties.SearchTerm", "", "Waar u naar zocht.", "Dit zegt wat u zocht.", "", "", schema.LinkedUsage, schema.LayerDictionary}},
		},
		{
			"Microsoft.Windows.Inventory.Core.InventoryApplicationAdd", "Windows", "Programma gevonden op uw computer", "Windows noteerde dat Contoso Reader versie 4.%d is geïnstalleerd.", "setup", "dataviewer", viewer, schema.LayerFamily, schema.PseudonymousIdentifier,
			[]kindOfField{when, device, ver, seq, {"data.Name", "Contoso Reader", "De naam van het programma.", "Dit zegt welke programma's u hebt.", "", "", schema.LinkedUsage, schema.LayerEvent}, {"data.items[2].RootDirPath", `C:\Program Files\Contoso`, "De map waarin het programma staat.", "Dit is een map van het systeem.", "", "", schema.DeviceOrSoftware, schema.LayerRule}},
		},
		{
			"Census.Battery", "Windows", "Stand van de accu", "Windows noteerde gegevens over de accu van uw computer.", "connectivity", "dataviewer", viewer, schema.LayerEvent, schema.PseudonymousIdentifier,
			[]kindOfField{when, device, ver, seq, {"data.InternalBatteryCapacityCurrent", "4294967295", "Hoeveel stroom er in de accu past.", "Dit zegt iets over het apparaat, niet over u.", "", "", schema.DeviceOrSoftware, schema.LayerEvent}},
		},
		{
			"Microsoft.Windows.FaultReporting.AppCrashEvent", "Windows", "Programma vastgelopen", "Windows legde vast dat het programma WINWORD.EXE is vastgelopen.", "performance", "dataviewer", viewer, schema.LayerEvent, schema.PseudonymousIdentifier,
			[]kindOfField{when, device, seq, {"data.ExceptionCode", "0xc0000005", "De foutcode.", "Een foutcode zegt niets over een persoon.", "geen toegang tot geheugen", "", schema.AggregateTechnical, schema.LayerEvent}},
		},
		{
			"Office.Excel.RareThing.Qqz", "Excel", "Gebeurtenis zonder eigen beschrijving", "Excel legde een gebeurtenis vast. Microsoft beschrijft deze gebeurtenis niet apart.", "", "graphexport", office, schema.LayerNamespace, schema.Unknown,
			[]kindOfField{when, odd},
		},
		{
			"Aria.6660cc65b74b4291b30536aea7ed6ead.X", "", "", "Microsoft legt niet uit wat deze gebeurtenis is.", "", "dataviewer", viewer, schema.LayerNone, schema.Unknown,
			[]kindOfField{odd, device},
		},
	}
}

// sampleAt makes the i-th sample record, always the same.
func sampleAt(i int) *schema.Explanation {
	r := rand.New(rand.NewPCG(7, uint64(i)))
	kinds := kindsOfEvents()
	k := kinds[min(r.IntN(len(kinds)), r.IntN(len(kinds)))]
	at := time.Date(2025, 10, 1, 7, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(75*24*60*60)) * time.Second)
	fill := func(s string) string {
		if !strings.Contains(s, "%") {
			return s
		}
		return fmt.Sprintf(s, r.IntN(60))
	}
	e := &schema.Explanation{
		Record: schema.Record{
			Source: k.source, Event: k.name, At: at,
			From: schema.Origin{File: k.file, Record: int64(i + 1), Offset: int64(i) * 2048},
		},
		App: k.app, Title: k.title, Text: schema.NewPersonal(fill(k.text)), Layer: k.layer, Rule: k.name,
		Ref: "export-events", About: "documents", DataKind: k.kind, Class: k.class,
		Described: k.layer == schema.LayerEvent, Facets: facetsAt(i, k.source),
	}
	if k.layer == schema.LayerNone && i%3 == 0 {
		e.Record.At = time.Time{}
	}
	for _, f := range k.fields {
		e.Record.Fields = append(e.Record.Fields, schema.Field{Path: f.path, Value: schema.NewPersonal(fill(f.value))})
		e.Notes = append(e.Notes, schema.Note{
			Meaning: f.meaning, Class: f.class, Why: f.why, Layer: f.layer, Rule: f.path,
			Words: schema.NewPersonal(f.words), Identifier: f.identifier,
		})
	}
	return e
}

func sampleBroken(i int) *schema.Record {
	raw := fmt.Sprintf("{\"time\": \"2025-11-%02dT10:00:00Z\", \"properties\": {\"AppName\": \"Wo", i%28+1)
	return &schema.Record{
		Source: "graphexport", Unreadable: schema.CodeTruncated, Raw: schema.NewPersonal(raw),
		From: schema.Origin{File: "export.zip/Office/001/ProductAndServiceUsage.json", Record: int64(10_000 + i), Offset: 99},
	}
}

func sampleHead(t testing.TB, l schema.Lang) Head {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		zone = time.FixedZone("Europe/Amsterdam", 3600)
	}
	return Head{
		Case: "2026-0042", Lang: l, Received: time.Date(2025, 12, 1, 13, 30, 0, 0, zone), Zone: zone,
		Organisation: "Gemeente Voorbeeld", Author: "Gemeente Voorbeeld", Catalog: "2026.11", Program: "0.9.0",
		Words: catalog(t).in(l), Law: lawOf(t, ourLaw, l), Contact: Contact{Contact: "privacy@gemeente.example"},
	}
}

// sampleRun feeds n records and two unreadable ones to a new writer, and tells
// it about their files. It returns what the reader counted.
func sampleRun(t testing.TB, dir string, h Head, n int) (*Writer, Count) {
	t.Helper()
	w, err := Create(dir, "bundle-test.zip", h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Abort)
	counts := make(map[string]*Count)
	of := func(file string) *Count {
		if counts[file] == nil {
			counts[file] = &Count{}
		}
		return counts[file]
	}
	for i := range n {
		e := sampleAt(i)
		of(e.Record.From.File).Read++
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		r := sampleBroken(i)
		of(r.From.File).Read++
		of(r.From.File).Unreadable++
		if err := w.Unreadable(r); err != nil {
			t.Fatal(err)
		}
	}
	counts["viewer/DiagnosticData.csv"].Read += 3
	counts["viewer/DiagnosticData.csv"].Others += 3
	var total Count
	for i, file := range sortedKeys(counts) {
		c := counts[file]
		fi := FileInfo{
			Name: file, Source: "graphexport", Format: "admin-export", Count: *c, Size: 120_345 * int64(i+1),
			SHA256: strings.Repeat("0a1b2c3d", 8),
		}
		if strings.HasPrefix(file, "viewer") {
			fi.Source, fi.Format = "dataviewer", "viewer-csv"
			fi.Repairs = map[schema.Repair]int64{schema.RepairTypeLine: 1, schema.RepairShortRow: 3}
		}
		w.File(fi)
		total.Read += c.Read
		total.Unreadable += c.Unreadable
		total.Others += c.Others
	}
	w.File(FileInfo{Name: "viewer/console.txt", Source: "dataviewer", Format: "viewer-format-list", Refused: schema.CodeFormatList, Size: 900, SHA256: strings.Repeat("ff00ff00", 8)})
	w.File(FileInfo{Name: "notes/readme.docx", Size: 12_000, SHA256: strings.Repeat("12345678", 8)})
	for _, name := range []string{"export.zip", "viewer/DiagnosticData.csv", "viewer/console.txt"} {
		if _, _, err := w.Raw(name, func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("the bytes of " + name)), nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return w, total
}

func sampleBundle(t testing.TB, h Head, n int) (string, Result) {
	t.Helper()
	dir := t.TempDir()
	w, total := sampleRun(t, dir, h, n)
	res, err := w.Close(total)
	if err != nil {
		t.Fatal(err, "\n", causes(err))
	}
	return filepath.Join(dir, "bundle-test.zip"), res
}

// causes unfolds an error whose text hides its cause.
func causes(err error) string {
	var b bytes.Buffer
	for err != nil {
		fmt.Fprintf(&b, "%v\n", err)
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return b.String()
}
