package graphexport

import (
	"bytes"
	"testing"

	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers/sourcetest"
)

func BenchmarkRecords(b *testing.B) {
	var data bytes.Buffer
	if err := corpus.Write(&data, 1, 32<<20, corpus.AdminExport); err != nil {
		b.Fatal(err)
	}
	f := sourcetest.File("a/b/1005/ProductAndServiceUsage.json", data.Bytes())
	b.SetBytes(int64(data.Len()))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = 0
		for _, err := range New().Records(schema.Subject{}, f, new(schema.Tally)) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
