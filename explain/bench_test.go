package explain

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"inzage/explain/catalog"
	"inzage/schema"
)

// exported are records as an admin export holds them: 14 fields, most of them
// with a value to put into words, none the same from record to record in time,
// codes and counts.
func exported(n int) []schema.Record {
	names := []string{
		"Office.Word.Online.Data.Activity.FileSaved", "Office.Excel.Online.Data.Activity.FileOpened",
		"Office.PowerPoint.Online.Data.Activity.SlideShow", "Office.OneNote.Online.Data.Activity.PageOpened",
	}
	apps := []string{"Word", "Excel", "PowerPoint", "OneNote"}
	list := make([]schema.Record, n)
	for i := range list {
		at := fmt.Sprintf("2026-11-%02dT%02d:%02d:%02d.%03dZ", 1+i%28, i%24, i%60, i*7%60, i%1000)
		list[i] = schema.Record{
			Source: "graphexport", Event: names[i%len(names)], App: apps[i%len(apps)], DataType: "ProductAndServiceUsage",
			Fields: fields(
				"time", at,
				"correlationId", fmt.Sprintf("%08x-89ab-4cde-8f01-23456789abcd", i),
				"properties.ActionTime", at,
				"properties.AppName", apps[i%len(apps)],
				"properties.EventName", names[i%len(names)],
				"properties.IP", "",
				"properties.DevicePlatform", "Windows",
				"properties.BrowserType", "edge",
				"properties.Data.FileSize", fmt.Sprint(1000+i*37),
				"properties.Data.Duration", fmt.Sprint(i*13%5000),
				"properties.Session.Id", fmt.Sprintf("a%07x-89ab-4cde-8f01-23456789abcd", i%50),
				"properties.App.Version", "16.0.17928.20114",
				"properties.User.Language", "nl-NL",
			),
		}
	}
	return list
}

// viewed are records as the Diagnostic Data Viewer shows them: 52 fields.
func viewed(n int) []schema.Record {
	list := make([]schema.Record, n)
	for i := range list {
		at := fmt.Sprintf("2026-11-%02dT%02d:%02d:%02d.%07dZ", 1+i%28, i%24, i%60, i*7%60, i%10_000_000)
		pairs := []string{
			"ver", "4.0", "name", "Microsoft.Windows.Inventory.Core.InventoryApplicationAdd", "time", at,
			"iKey", "o:0a89d516ae714e01ae89c96d185e9ae3", "ext.utc.eventFlags", "258", "ext.utc.pgName", "WIN",
			"ext.utc.flags", "880804102", "ext.utc.epoch", "2478152", "ext.utc.seq", fmt.Sprint(i),
			"ext.metadata.privTags", "16777216", "ext.os.bootId", "12", "ext.os.name", "Windows",
			"ext.os.ver", "10.0.26100.2033.amd64fre.ge_release.240331-1435", "ext.app.id", "W:0000f519feec486de87ed73cb92d3cac802400000000!0000a1b2!CompatTelRunner.exe",
			"ext.app.ver", "2026/01/05:11:32:20!0!CompatTelRunner.exe", "ext.device.localId", "s:8A3B5C2D-1E4F-4A6B-9C8D-7E6F5A4B3C2D",
			"ext.device.deviceClass", "Windows.Desktop", "ext.protocol.devMake", "Contoso", "ext.protocol.devModel", "Laptop 5",
			"ext.user.localId", "w:0B3C5D2E-1F4A-4B6C-8D9E-7F6A5B4C3D2E", "ext.loc.tz", "+01:00",
			"data.Name", fmt.Sprintf("Contoso Reader %d", i%400), "data.Version", "4.2.1.0", "data.Publisher", "Contoso",
			"data.InstallDate", "11/03/2026 00:00:00", "data.Source", "Msi", "data.RootDirPath", `c:\program files\contoso`,
			"data.Language", "1043", "data.StoreAppType", "", "data.HiddenArp", "False", "data.OSVersionAtInstallTime", "10.0.26100.2033",
		}
		for k := range 52 - len(pairs)/2 {
			pairs = append(pairs, fmt.Sprintf("data.Object%dCount", k), fmt.Sprint(i*k))
		}
		list[i] = schema.Record{Source: "dataviewer", Event: pairs[3], App: "Windows", Fields: fields(pairs...)}
	}
	return list
}

// grown is the catalog with nine times as much knowledge beside it, of other
// names: what is looked up must not depend on how much there is.
func grown(t testing.TB) *Catalog {
	t.Helper()
	size := builtin(t).Size()
	invented := fstest.MapFS{}
	for i := range 9 {
		var events, names strings.Builder
		for k := range size.Events + size.Families {
			star := ""
			if k%4 == 0 {
				star = "*"
			}
			fmt.Fprintf(&events, "- {event: Invented%d.Part%d.Event%s, title: {nl: a, en: a}, text: {nl: a, en: a}, want: {nl: a, en: a}}\n", i, k, star)
		}
		names.WriteString("fields:\n")
		for k := range size.Fields {
			fmt.Fprintf(&names, "  Invented%d.Part%d.Field: {class: unknown, nl: a, en: a}\n", i, k)
		}
		invented[fmt.Sprintf("events/invented%d.yaml", i)] = &fstest.MapFile{Data: []byte(events.String())}
		invented[fmt.Sprintf("fields/invented%d.yaml", i)] = &fstest.MapFile{Data: []byte(names.String())}
	}
	c, err := Load(catalog.FS(), invented)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func BenchmarkExplain(b *testing.B) {
	small, large := builtin(b), grown(b)
	for _, bench := range []struct {
		name    string
		catalog *Catalog
		records []schema.Record
	}{
		{"export, 13 fields", small, exported(1000)},
		{"export, 13 fields, catalog 10×", large, exported(1000)},
		{"viewer, 52 fields", small, viewed(1000)},
		{"viewer, 52 fields, catalog 10×", large, viewed(1000)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			x := bench.catalog.For(Reader{Lang: schema.Dutch, Zone: amsterdam(b)})
			b.ReportAllocs()
			var e schema.Explanation // used again and again, as the line does
			i, slice, best := 0, time.Now(), time.Duration(1<<62)
			for b.Loop() {
				x.ExplainTo(&e, bench.records[i%len(bench.records)])
				if i++; i%100 == 0 {
					best, slice = min(best, time.Since(slice)), time.Now()
				}
			}
			// On a machine that others use too, the best of many short slices
			// says most about the code.
			b.ReportMetric(float64(best.Nanoseconds())/100, "best-ns/op")
		})
	}
}

// BenchmarkMask is what looking for other people adds to a record that holds none,
// which is most of them.
func BenchmarkMask(b *testing.B) {
	for _, bench := range []struct {
		name    string
		records []schema.Record
	}{{"export, 13 fields", exported(1000)}, {"viewer, 52 fields", viewed(1000)}} {
		b.Run(bench.name, func(b *testing.B) {
			c := builtin(b)
			who := Reader{Lang: schema.Dutch, Zone: time.UTC}
			x, m := c.For(who), c.Masker(who, Others{})
			b.ReportAllocs()
			i, slice, best := 0, time.Now(), time.Duration(1<<62)
			for b.Loop() {
				m.Learn(x, bench.records[i%len(bench.records)])
				if i++; i%100 == 0 {
					best, slice = min(best, time.Since(slice)), time.Now()
				}
			}
			b.ReportMetric(float64(best.Nanoseconds())/100, "best-ns/op")
		})
	}
}

// BenchmarkExplainNew is the first record of a name: everything is looked up.
func BenchmarkExplainNew(b *testing.B) {
	for _, bench := range []struct {
		name    string
		catalog *Catalog
	}{{"catalog", builtin(b)}, {"catalog 10×", grown(b)}} {
		b.Run(bench.name, func(b *testing.B) {
			records := exported(1)
			b.ReportAllocs()
			for b.Loop() {
				bench.catalog.For(Reader{Lang: schema.Dutch, Zone: time.UTC}).Explain(records[0])
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	best := time.Duration(1 << 62)
	for b.Loop() {
		start := time.Now()
		if _, err := Load(catalog.FS()); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(best.Milliseconds()), "best-ms/op")
}
