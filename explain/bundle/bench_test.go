package bundle

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"inzage/schema"
)

// heavy makes n-th of records with 57 fields each, of 400 kinds of event, like
// those of Windows; reused, since the line reuses nothing but this test would
// otherwise measure its own garbage.
func heavy() []*schema.Explanation {
	list := make([]*schema.Explanation, 400)
	for i := range list {
		e := &schema.Explanation{
			App: "Windows", Title: fmt.Sprintf("Gebeurtenis %d", i), Layer: schema.LayerComposed, DataKind: "usage", Rule: "words",
			Text:  schema.NewPersonal(fmt.Sprintf("Windows legde vast dat programma %d werd gestart op uw apparaat.", i)),
			Class: schema.PseudonymousIdentifier,
			Record: schema.Record{
				Source: "dataviewer", Event: fmt.Sprintf("Microsoft.Windows.Some.Part%d.EventName", i),
				From: schema.Origin{File: "DiagnosticData.csv", Offset: 1},
			},
		}
		for k := range 57 {
			e.Record.Fields = append(e.Record.Fields, schema.Field{
				Path: fmt.Sprintf("data.group%d.FieldNumber%d", k%7, k), Value: schema.NewPersonal(fmt.Sprintf("value-%d-%d", i, k*k)),
			})
			e.Notes = append(e.Notes, schema.Note{
				Meaning: fmt.Sprintf("Het veld met nummer %d zegt iets over de werking van het programma.", k), Class: schema.AggregateTechnical,
				Why: "Dit is een teller of een foutcode. Op zichzelf zegt het niets over u.", Layer: schema.LayerRule, Rule: "suffix Number",
			})
		}
		e.Notes[0].Identifier = "session-id"
		list[i] = e
	}
	return list
}

// BenchmarkAdd measures the whole price of a record in the bundle: b.N records
// of 57 fields, the closing included.
func BenchmarkAdd(b *testing.B) {
	list := heavy()
	h := sampleHead(b, schema.Dutch)
	w, err := Create(b.TempDir(), "b.zip", h)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	b.SetBytes(int64(len(AppendJSON(nil, list[0]))))
	n := 0
	for b.Loop() {
		e := list[n%len(list)]
		n++
		e.Record.At = start.Add(time.Duration(n*7919%30_000_000) * time.Second)
		e.Record.From.Record = int64(n)
		e.Record.Fields[0].Value = schema.NewPersonal(fmt.Sprintf("%08x-1234-5678-9abc-def012345678", n))
		if err := w.Add(e); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
	c := Count{Read: int64(n)}
	w.File(FileInfo{Name: "DiagnosticData.csv", Count: c})
	began := nanotime()
	res, err := w.Close(c)
	if err != nil {
		b.Fatal(causes(err))
	}
	b.ReportMetric(float64(nanotime()-began)/float64(n), "close-ns/record")
	b.ReportMetric(float64(res.Size)/float64(n), "zip-bytes/record")
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
}

func nanotime() int64 { return time.Now().UnixNano() }
