package graphexport

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers/sourcetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	entries := schema.Format{Code: formatEntries, Owned: true}
	var made strings.Builder
	if err := corpus.Write(&made, 1, 20_000, corpus.AdminExport); err != nil {
		t.Fatal(err)
	}
	cases := []sourcetest.Case{
		{
			Name: "array", File: "a/b/1005/ProductAndServiceUsage.json", Format: entries, Readable: 3,
			Data: []byte("[" + word + "," + word + `,{"time":"2026-11-03T08:15:00+01:00","properties":{"foo":{"entry":"bár \" \\ \n"},"n":9007199254740993,"in":"{\"a\":[\"deep\"]}"}}]`),
		},
		{
			Name: "one a line, one broken", File: "x.json", Format: entries, Readable: 2, Unreadable: 1,
			Data: []byte(`{"time":"2026-11-03T08:15:00Z","properties":{"Action":"one"}}` + "\n" +
				`{"time":"2026-11-03T08:15:00Z","properties":{"Action":two}}` + "\n" +
				`{"time":"2026-11-03T08:15:00Z","properties":{"Action":"three"}}` + "\n"),
			Values: []string{"one", "two", "three"},
		},
		{Name: "cut off", File: "x.json", Format: entries, Readable: 1, Unreadable: 1, Data: []byte("[" + word + "," + word[:200])},
		{
			Name: "shape of 2018", File: "x.json", Format: schema.Format{Code: formatLegacy, Owned: true}, Readable: 1,
			Data: []byte(`[{"DateTime":"2018-04-28T12:09:29-07:00","AppName":"SharePoint","Action":"OpenFile","IP":"192.0.2.131","DevicePlatform":"Windows"}]`),
		},
		{Name: "generated", File: "x.json", Format: entries, Readable: strings.Count(made.String(), `"correlationId"`), Data: []byte(made.String())},
		{
			Name: "request", File: "RequestInfo.json", Format: schema.Format{Code: formatRequest, Support: true}, Readable: 1,
			Who: person(objectID, tenantID, puidText), Data: []byte(request(objectID, tenantID, puidText)),
		},
		{
			Name: "request of another", File: "RequestInfo.json", Format: schema.Format{Code: formatRequest, Support: true}, Err: schema.CodeOtherPerson,
			Who: person("another-person", tenantID, puidText), Data: []byte(request(objectID, tenantID, puidText)),
		},
		{
			Name: "agents", File: "agentMap.json", Format: schema.Format{Code: formatAgents, Support: true},
			Data: []byte(`{"Paths":[{"AgentId":"a","AssetGroupId":"b","Path":"Office/O365/001"}]}`),
		},
		{
			Name: "consumer table", File: "x.csv", Format: schema.Format{Code: formatConsumer, Refused: schema.CodeConsumerExport}, Err: schema.CodeConsumerExport,
			Data: []byte("time,correlationId,\"properties/foo/entry\"\r\n06/15/2020 13:45:30 +00:30,,bar\r\n"),
		},
		{Name: "malware notice", File: "ProductAndServiceUsage.json", Data: []byte("Removed: malware was found in this file.\n")},
		{Name: "empty", File: "ProductAndServiceUsage.json"},
	}
	sourcetest.Run(t, New(), cases)
}

// TestDemo reads the export of the demo case.
func TestDemo(t *testing.T) {
	t.Parallel()
	formats := make(map[string]int)
	good, broken := 0, 0
	for _, f := range corpus.Demo(1) {
		if !strings.HasPrefix(f.Name, "input/export/") {
			continue
		}
		file := sourcetest.File(unzip(t, f.Name, f.Data))
		format, ok := New().Match(file)
		formats[format.Code]++
		if !ok || format.Support {
			continue
		}
		for rec, err := range New().Records(schema.Subject{}, file, nil) {
			switch {
			case err != nil:
				t.Error(err)
			case rec.Unreadable != "":
				broken++
			default:
				good++
				if rec.Event == "" || rec.App == "" || rec.DataType == "" {
					t.Errorf("%s record %d: event %q, app %q, data type %q", f.Name, rec.From.Record, rec.Event, rec.App, rec.DataType)
				}
			}
		}
	}
	// The notes are not this source's.
	if diff := cmp.Diff(map[string]int{formatEntries: 8, formatRequest: 1, "": 1}, formats); diff != "" {
		t.Error(diff)
	}
	if good < 80 || broken != 1 {
		t.Errorf("%d readable and %d unreadable records", good, broken)
	}
}

// unzip opens a zip of one file as the inputs do, and passes others through.
func unzip(t *testing.T, name string, data []byte) (string, []byte) {
	t.Helper()
	if !strings.HasSuffix(name, ".zip") {
		return name, data
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 1 {
		t.Fatalf("zip of one file: %v", err)
	}
	inner, err := fs.ReadFile(z, z.File[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	return name + "/" + z.File[0].Name, inner
}

// TestPublishedSamples reads the vendor's own examples, which cannot stand in
// this repository.
func TestPublishedSamples(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("INZAGE_REFERENCE")
	if folder == "" {
		t.Skip("INZAGE_REFERENCE does not name the folder with the published samples")
	}
	names, err := filepath.Glob(filepath.Join(folder, "samples", "admin-export", "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rec := only(t, "x.json", string(data))
		if rec.Unreadable != "" || rec.Event == "" || rec.App == "" || rec.At.IsZero() || len(rec.Fields) < 14 {
			t.Errorf("%s: %+v", filepath.Base(name), rec)
		}
	}
}

func FuzzRecords(f *testing.F) {
	for _, seed := range []string{
		"", "[]", word, "[" + word + ",]", "," + word, "[" + word[:150], request(objectID, tenantID, puidText),
		`{"Paths":[{"AgentId":"a"}]}`, "time,correlationId,\"properties/a\"\n", `[{"DateTime":"x","AppName":"a","Action":"b"}]`,
		"\xef\xbb\xbf" + word, "\xff\xfe{\x00}\x00", `{"time":1,"correlationId":{},"properties":[[["\ud800"]]]}`,
	} {
		f.Add([]byte(seed), "a/b/1005/ProductAndServiceUsage.json.zip/x.json")
	}
	who := person(objectID, tenantID, puidText)
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		sourcetest.Any(t, New(), who, name, data)
	})
}
