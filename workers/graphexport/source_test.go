package graphexport

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

// word is an entry as the services of Office write it.
const word = `{
  "time": "2026-11-03T08:14:09.120000+00:00",
  "correlationId": null,
  "properties": {
    "ActionTime": "2026-11-03T08:14:09.12Z",
    "AppName": "Word",
    "Action": "FileSaved",
    "Target": "",
    "Location": "NL",
    "EventName": "Office.Word.Online.Data.Activity.FileSaved"
  }
}`

// read reads a file that must not fail.
func read(t testing.TB, name, data string) ([]schema.Record, schema.Tally) {
	t.Helper()
	var list []schema.Record
	var tally schema.Tally
	for rec, err := range New().Records(schema.Subject{}, sourcetest.File(name, []byte(data)), &tally) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec)
	}
	return list, tally
}

func only(t testing.TB, name, data string) schema.Record {
	t.Helper()
	list, _ := read(t, name, data)
	if len(list) != 1 {
		t.Fatalf("got %d records, want 1", len(list))
	}
	return list[0]
}

func pairs(fields []schema.Field) []string {
	var list []string
	for _, f := range fields {
		list = append(list, f.Path+"="+f.Value.Reveal())
	}
	return list
}

// TestDialects reads one record of every service whose writing is known.
func TestDialects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, data    string
		event, action string
		app           string
		spaces        []string
		at            string
	}{
		{
			name: "office", data: word,
			event: "Office.Word.Online.Data.Activity.FileSaved", app: "Word", at: "2026-11-03T08:14:09.12Z",
		},
		{
			name:  "outlook on a phone",
			data:  `{"time":"2026-09-17T15:40:51.902000+00:00","correlationId":"","properties":{"AppName":"OutlookMobile iOS","Action":"Archive","EventName":"mail_action"}}`,
			event: "mail_action", action: "Archive", app: "OutlookMobile iOS", at: "2026-09-17T15:40:51.902Z",
		},
		{
			name:  "teams",
			data:  `{"time":"2026-09-19T12:31:08.455000+00:00","properties":{"AppName":"Teams","Action":"openFile","EventCategory":"Files, CollabAction,","EventName":"panel_click_openFile"}}`,
			event: "panel_click_openFile", app: "Teams", spaces: []string{"Files", "CollabAction"}, at: "2026-09-19T12:31:08.455Z",
		},
		{
			name:  "copilot chat",
			data:  `{"time":"2026-09-18T09:05:27.640000+00:00","correlationId":null,"properties":{"AppName":"Microsoft 365 Copilot Chat","Action":"CopyClicked","Target":""}}`,
			event: "CopyClicked", app: "Microsoft 365 Copilot Chat", spaces: []string{"Microsoft 365 Copilot Chat"}, at: "2026-09-18T09:05:27.64Z",
		},
		{
			name:  "shape of 2018",
			data:  `[{"DateTime":"2018-04- 28T12:09:29-07:00","AppName":"SharePoint","Action":"OpenFile","IP":"192.0.2.131","DevicePlatform":"Windows"}]`,
			event: "OpenFile", app: "SharePoint", spaces: []string{"SharePoint"}, at: "2018-04-28T19:09:29Z",
		},
		{
			name:  "properties of its own, .NET time",
			data:  `[{"time":"2020-06-15T13:45:30+00:30","properties":{"foo":{"entry":"bar","list":[1,{"a":true}]}}}]`,
			event: "", at: "2020-06-15T13:15:30Z",
		},
		{
			name:  "empty event name",
			data:  `{"time":"2026-09-18T09:05:27Z","correlationId":"a","properties":{"AppName":"Loop","Action":"PageMade","EventName":""}}`,
			event: "PageMade", app: "Loop", spaces: []string{"Loop"}, at: "2026-09-18T09:05:27Z",
		},
		{
			name:  "time only inside",
			data:  `{"time":null,"correlationId":"a","properties":{"ActionTime":"2026-09-18T09:05:27.5Z","Action":"PageMade"}}`,
			event: "PageMade", at: "2026-09-18T09:05:27.5Z",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rec := only(t, "x.json", tt.data)
			got := []any{rec.Event, rec.Action, rec.App, rec.Spaces, rec.At.Format(time.RFC3339Nano), rec.Unreadable}
			want := []any{tt.event, tt.action, tt.app, tt.spaces, tt.at, schema.Code("")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	rec := only(t, "x.json", `[{"time":"2026-11-03T08:15:00+01:00","correlationId":null,"properties":{"foo":{"entry":"bar"},"n":9007199254740993,"x":[]}}]`)
	want := []string{
		"time=2026-11-03T08:15:00+01:00", "correlationId=null", "properties.foo.entry=bar",
		"properties.n=9007199254740993", "properties.x=[]",
	}
	if diff := cmp.Diff(want, pairs(rec.Fields)); diff != "" {
		t.Error(diff)
	}
	if rec.From != (schema.Origin{File: "x.json", Record: 1, Offset: 1}) {
		t.Errorf("origin: %+v", rec.From)
	}
}

// TestRepairs reads what is not as its format asks.
func TestRepairs(t *testing.T) {
	t.Parallel()
	flat := strings.ReplaceAll(word, "\n", "")
	tests := []struct {
		name, data   string
		good, broken int
		repairs      map[schema.Repair]int64
	}{
		{"array", "[" + word + "," + word + "]", 2, 0, nil},
		{"one a line", flat + "\n" + flat + "\n", 2, 0, nil},
		{"comma for bracket", "," + flat + "," + flat + ",", 2, 0, map[schema.Repair]int64{schema.RepairExtraComma: 1, schema.RepairTrailingComma: 1}},
		{"trailing comma", "[" + flat + ",]", 1, 0, map[schema.Repair]int64{schema.RepairTrailingComma: 1}},
		{"trailing comma inside", strings.Replace("["+flat+"]", `FileSaved"  }`, `FileSaved",}`, 1), 1, 0, map[schema.Repair]int64{schema.RepairTrailingComma: 1}},
		{"no closing bracket", "[" + flat, 1, 0, map[schema.Repair]int64{schema.RepairTruncated: 1}},
		{"cut inside a record", "[" + flat + "," + flat[:len(flat)-40], 1, 1, map[schema.Repair]int64{schema.RepairTruncated: 1}},
		{"byte order mark", "\xef\xbb\xbf[" + flat + "]", 1, 0, map[schema.Repair]int64{schema.RepairByteOrderMark: 1}},
		{"no time", `[{"time":"","correlationId":null,"properties":{"Action":"A"}}]`, 1, 0, map[schema.Repair]int64{schema.RepairNoTime: 1}},
		{"time that is none", `[{"time":"vandaag","correlationId":null,"properties":{"Action":"A"}}]`, 1, 0, map[schema.Repair]int64{schema.RepairNoTime: 1}},
		{"time without zone", `[{"DateTime":"2018-04-28T12:09:29","AppName":"A","Action":"B"}]`, 1, 0, map[schema.Repair]int64{schema.RepairLocalTimestamp: 1}},
		{"one key twice", `{"time":"2026-11-03T08:15:00Z","correlationId":"a","properties":{"Action":"A","Action":"B"}}`, 1, 0, map[schema.Repair]int64{schema.RepairDuplicateKey: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, tally := read(t, "x.json", tt.data)
			good, broken := 0, 0
			for _, rec := range list {
				if rec.Unreadable != "" {
					broken++
				} else {
					good++
				}
			}
			if good != tt.good || broken != tt.broken {
				t.Errorf("%d readable and %d unreadable, want %d and %d", good, broken, tt.good, tt.broken)
			}
			if diff := cmp.Diff(tt.repairs, tally.Repairs); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOffsets(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"plain": "[" + word + "," + word + "]", "byte order mark": "\xef\xbb\xbf\n[" + word + ",\n" + word + "]"} {
		list, _ := read(t, "x.json", data)
		for _, rec := range list {
			if !strings.HasPrefix(data[rec.From.Offset:], word) {
				t.Errorf("%s: record %d does not begin at %d", name, rec.From.Record, rec.From.Offset)
			}
		}
	}
	var wide []byte
	for _, r := range "\ufeff[" + word + "]" {
		wide = append(wide, byte(r), byte(r>>8))
	}
	if rec := only(t, "x.json", string(wide)); rec.From.Offset != -1 || rec.App != "Word" {
		t.Errorf("UTF-16: offset %d, app %q", rec.From.Offset, rec.App)
	}
}

func TestReaderErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk")
	f := sourcetest.File("x.json", []byte(word))
	f.Open = func() (io.ReadCloser, error) { return nil, cause }
	for _, err := range New().Records(schema.Subject{}, f, nil) {
		if schema.CodeOf(err) != schema.CodeIO || !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
	}
}
