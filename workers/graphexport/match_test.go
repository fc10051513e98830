package graphexport

import (
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	const request = `{"Description":"d","CorrelationId":"c","CommandId":"x","Subject":{"ObjectId":"o"},"Timestamp":"2026-11-20T09:00:07+00:00","RequestGuid":"g"}`
	tests := []struct {
		name, data, want string
	}{
		{"entry", word, formatEntries},
		{"array", "[" + word + "]", formatEntries},
		{"nothing but an envelope", `{"time":null,"correlationId":null}`, formatEntries},
		{"entry without time", `{"correlationId":"","properties":{}}`, formatEntries},
		{"first entry longer than the head", `[{"time":"2026-11-03T08:15:00Z","properties":{"a":"` + strings.Repeat("x", 2*schema.HeadSize) + `"}}]`, formatEntries},
		{"first entry broken", `[{"time":"20}, {"time":"x","properties":{}}]`, formatEntries},
		{"text before", "copied on Monday\n" + word, formatEntries},
		{"shape of 2018", `[{"DateTime":"x","AppName":"a","Action":"b","IP":"","DevicePlatform":""}]`, formatLegacy},
		{"request", request, formatRequest},
		{"request, then entries: nothing hides", request + word, formatEntries},
		{"agents", `{"Paths":[{"AgentId":"a","AssetGroupId":"b","Path":"Office/O365/001"}]}`, formatAgents},
		{"agents, long", `{"Paths":[{"AgentId":"a","Path":"` + strings.Repeat("x", 2*schema.HeadSize) + `"}]}`, formatAgents},
		{"consumer table", "time,correlationId,\"properties/foo/entry\"\r\n06/15/2020 13:45:30 +00:30,,bar\r\n", formatConsumer},
		{"consumer table, quoted", "\xef\xbb\xbf\"time\",\"correlationId\",\"properties/a\"\n", formatConsumer},

		{"empty", "", ""},
		{"empty array", "[]", ""},
		{"malware notice", "This file was removed because malware was found in it.\r\n", ""},
		{"other JSON", `{"value":[1,2]}`, ""},
		{"keys deeper down", `{"a":{"time":"x","correlationId":"","properties":{}}}`, ""},
		{"keys as values", `["time","correlationId","properties"]`, ""},
		{"event of the viewer", `{"ver":"4.0","name":"Census.OS","time":"2026-11-03T08:15:00Z","ext":{},"data":{"properties":1}}`, ""},
		{"log of Azure", `{"time":"x","resourceId":"/t","operationName":"Sign-in","correlationId":"c","properties":{}}`, ""},
		{"paths of something else", `{"Paths":["a","b"]}`, ""},
		{"another table", "time,correlationId,foo\n", ""},
		{"binary", "PK\x03\x04\x00\x00", ""},
		{"binary with JSON inside", "PK\x03\x04\x00\x00x.json" + word, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := New().Match(sourcetest.File("RequestInfo.json", []byte(tt.data)))
			if got.Code != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v; want %q", got.Code, ok, tt.want)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	const agent = "d1a3/6f0c2d0e-0000-4000-8000-000000000001/6f0c2d0e000040008000000000000001/"
	tests := []struct {
		file, product, dataType string
	}{
		// A container.
		{agent + "1005/ProductAndServiceUsage.json", "Office/O365", "ProductAndServiceUsage"},
		{agent + "1010/SearchRequestsAndQuery.json", "Office/O365/Outlook", "SearchRequestsAndQuery"},
		{agent + "4000/ProductAndServiceUsage.json.zip/ProductAndServiceUsage.json", "Teams", "ProductAndServiceUsage"},
		{agent + "4000/ProductAndServiceUsage.json.zip/data.json", "Teams", "ProductAndServiceUsage"},
		{agent + "1008/anything.bin", "Office/O365/Designer", ""},
		{agent + "2063/DeviceConnectivityAndConfiguration.json", "Windows", "DeviceConnectivityAndConfiguration"},
		{agent + "2089/SoftwareSetupAndInventory.json", "Windows/WindowsUpdate", "SoftwareSetupAndInventory"},
		{agent + "100/Support.json", "Account", "Support"},
		{agent + "77777/ProductAndServiceUsage.json", "", "ProductAndServiceUsage"},
		// Prepared by Microsoft.
		{"Export-0123.zip/Office/O365/001/ProductAndServiceUsage.json", "Office/O365", "ProductAndServiceUsage"},
		{"Office/O365/002/ProductAndServiceUsage.json", "Office/O365", "ProductAndServiceUsage"},
		{"Teams/100/ProductAndServiceUsage.json", "Teams", "ProductAndServiceUsage"},
		{"Teams/Teams for life/001/ContentConsumption.json", "Teams/Teams for life", "ContentConsumption"},
		{"Miscellaneous/001/Social.json", "Miscellaneous", "Social"},
		{"Office/Outlook.json", "Office", ""},
		// Neither.
		{"ProductAndServiceUsage.json", "", "ProductAndServiceUsage"},
		{"export.zip/ProductAndServiceUsage.json", "", "ProductAndServiceUsage"},
		{"x.json", "", ""},
		{"", "", ""},
		{"//", "", ""},
		{"a/../../1005/x.json", "Office/O365", ""},
	}
	for _, tt := range tests {
		if got := decode(tt.file); got != (place{tt.product, tt.dataType}) {
			t.Errorf("%s: got %+v, want %q, %q", tt.file, got, tt.product, tt.dataType)
		}
	}
}

// TestProducts holds the two lists together: every product with a number has a
// path that is found by name.
func TestProducts(t *testing.T) {
	t.Parallel()
	for number := range 10_000 {
		text := strings.TrimLeft(string([]byte{byte('0' + number/1000), byte('0' + number/100%10), byte('0' + number/10%10), byte('0' + number%10)}), "0")
		if p := productPath(text); p != "" && !isProduct(p) {
			t.Errorf("product %d has the path %q, which is none", number, p)
		}
	}
}

// TestAppFromFolder: what the record says comes first, the folder second.
func TestAppFromFolder(t *testing.T) {
	t.Parallel()
	const file = "a/b/1015/ProductAndServiceUsage.json"
	if rec := only(t, file, word); rec.App != "Word" || rec.DataType != "ProductAndServiceUsage" {
		t.Errorf("app %q, data type %q", rec.App, rec.DataType)
	}
	if rec := only(t, file, `{"time":"2026-11-03T08:15:00Z","properties":{"AppName":"","foo":1}}`); rec.App != "Office/OneDriveUsage" {
		t.Errorf("app %q", rec.App)
	}
	list, _ := read(t, file, word+`{"time":"`)
	if last := list[len(list)-1]; last.Unreadable != schema.CodeTruncated || last.App != "Office/OneDriveUsage" || last.DataType == "" {
		t.Errorf("unreadable: %+v", last)
	}
}
