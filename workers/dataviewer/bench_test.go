package dataviewer

import (
	"strings"
	"testing"

	"inzage/schema"
)

// BenchmarkRecords reads 2,000 events in each arrangement.
func BenchmarkRecords(b *testing.B) {
	const n = 2000
	payload := strings.Replace(event(sample, at, "m:1"), `"data":{`, `"data":{`+strings.Repeat(`"Some.Field":"some value",`, 40), 1)
	row := exportCSV(",", []string{sample, "18-5-2021 15:31:42", payload, "True", category})
	statements := allTables()
	for range n {
		statements = append(statements, insert("S-1-5-21-1", payload, 77))
	}
	for name, f := range map[string]schema.File{
		"table":    file("dump.csv", exportCSV(",", newHeader())+strings.Repeat(row, n)),
		"utf-16":   file("dump.csv", utf16Text(exportCSV(",", newHeader())+strings.Repeat(row, n), false)),
		"events":   file("dump.json", strings.Repeat(payload+"\n", n)),
		"database": folder(database(b, statements, nil))["d/EventTranscript.db"],
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(f.Size)
			b.ReportAllocs()
			s := Source{Temp: b.TempDir()}
			for b.Loop() {
				count := 0
				for _, err := range s.Records(schema.Subject{SIDs: personal("S-1-5-21-1"), UPNs: personal("a@b.nl")}, f, nil) {
					check(b, err)
					count++
				}
				if count != n {
					b.Fatalf("%d records", count)
				}
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
