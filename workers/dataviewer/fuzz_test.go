package dataviewer

import (
	"slices"
	"strings"
	"testing"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
)

// FuzzRecords reads arbitrary bytes as a dump. Laws: no panic; the same bytes
// give the same records; an unreadable record has its text and no fields, any
// other has fields; records are numbered and stop when told; an error has a
// code, and its text nothing of the data.
func FuzzRecords(f *testing.F) {
	payload := event(sample, at, "m:1")
	table := exportCSV(",", newHeader(), []string{sample, "18-5-2021 15:31:42", payload, "True", category})
	f.Add(table)
	f.Add("#TYPE X\r\n" + strings.ReplaceAll(table, ",", ";"))
	f.Add(utf16Text(table, false))
	f.Add(utf16Text(table, true))
	f.Add("[" + payload + ",\n" + payload + "]")
	f.Add("text {\n" + payload + "," + payload)
	f.Add(`[{"Name":"x","Timestamp":{"value":"/Date(1)/"},"Payload":` + quoted(f, payload) + `}]`)
	f.Add("Name : x\nPayload : {\n")
	f.Fuzz(func(t *testing.T, data string) {
		if !isDatabase([]byte(data)) { // see FuzzDatabase
			lawful(t, data)
		}
	})
}

// FuzzDatabase reads databases with bytes changed and the end cut off. The laws
// are the same. SQLite itself is fuzzed by its makers; run this one with
// -fuzzminimizetime 1x.
func FuzzDatabase(f *testing.F) {
	statements := allTables()
	for i := range 20 {
		statements = append(statements, insert("S-1-5-21-1", event(sample, at, "m:1"), i))
	}
	whole := database(f, statements, nil)["d/EventTranscript.db"]
	f.Add(uint32(0), []byte{}, uint32(0))
	f.Add(uint32(100), []byte{13, 0, 0}, uint32(0))
	f.Add(uint32(4096), []byte("\xff\xff\xff\xff"), uint32(5000))
	f.Fuzz(func(t *testing.T, at uint32, change []byte, cut uint32) {
		const magic = 16
		data := []byte(whole[:len(whole)-int(cut)%(len(whole)-magic)])
		copy(data[magic+int(at)%(len(data)-magic+1):], change)
		lawful(t, string(data))
	})
}

// lawful asserts what must hold for any dump.
func lawful(t *testing.T, data string) {
	t.Helper()
	who := schema.Subject{SIDs: personal("S-1-5-21-2"), LocalIDs: personal("m:2"), UPNs: personal("a@b.nl")}
	in := file("dump", data)
	first, tally, err := read(t, who, in)
	again, tally2, err2 := read(t, who, in)
	same := cmp.Options{cmp.Comparer(schema.Personal.Equal)}
	if d := cmp.Diff(first, again, same); d != "" || !cmp.Equal(tally, tally2) || schema.CodeOf(err) != schema.CodeOf(err2) {
		t.Errorf("not the same twice: %v, %v, %s", err, err2, d)
	}
	if _, ok := New().Match(in); ok != (err == nil || schema.CodeOf(err) != schema.CodeUnknownFormat) && !isDatabase(in.Head) {
		t.Errorf("matched %v, read with %v", ok, err)
	}
	if code := schema.CodeOf(err); code == schema.CodeInternal {
		t.Errorf("error without a code: %v", err)
	}
	for i, rec := range first {
		if rec.From.Record != int64(i+1) || rec.From.Offset >= int64(len(data)) {
			t.Errorf("record %d stands at %+v", i+1, rec.From)
		}
		if (rec.Unreadable != "") != (len(rec.Fields) == 0) || (rec.Unreadable != "") == rec.Raw.IsEmpty() {
			t.Errorf("record %d: code %q, %d fields, %d bytes", i+1, rec.Unreadable, len(rec.Fields), rec.Raw.Len())
		}
	}
	if len(first) > 1 {
		s := Source{Temp: t.TempDir()}
		for _, err := range s.Records(who, in, nil) {
			check(t, err)
			break
		}
	}
}

// FuzzRoundTrip puts any values into a table and asserts that every one comes
// out, in the fields of its record.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a \"b\"\r\n\"c\"", "x;y", "é\x00", true)
	f.Fuzz(func(t *testing.T, text, key, cell string, semicolon bool) {
		for _, s := range []*string{&text, &key, &cell} {
			*s = strings.ToValidUTF8(*s, "?")
		}
		if isJSON(text) {
			return // opened up, which is tested elsewhere
		}
		comma := ","
		if semicolon {
			comma = ";"
		}
		payload := `{"name":"x","ver":"4.0",` + quoted(t, "k"+key) + ":" + quoted(t, text) + `}`
		data := exportCSV(comma, newHeader(), []string{"x", cell, payload, "y", "z"})
		rec, _ := one(t, schema.Subject{}, file("dump.csv", data))
		want := []string{"name=x", "ver=4.0", "k" + key + "=" + text, "column.Name=x", "column.Timestamp=" + cell, "column.IsRequired=y", "column.DiagnosticDataCategories=z"}
		got := pairs(rec.Fields)
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}
