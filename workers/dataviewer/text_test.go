package dataviewer

import (
	"strings"
	"testing"
	"time"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
)

const (
	sample   = "Office.Sample.Opened"
	category = "System.Collections.Generic.List`1[System.Int32]"
	at       = "2021-05-18T15:31:42.5337494Z"
)

func moment() time.Time { return time.Date(2021, 5, 18, 15, 31, 42, 533_749_400, time.UTC) }

// payloadFields is what every arrangement of the sample event must give.
func payloadFields() []string {
	return []string{
		"ver=4.0", "name=" + sample, "time=" + at, "iKey=o:0", "ext.user.localId=m:1",
		`data.Text=a "b", c`, "data.N=18446744073709551615",
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	payload := event(sample, at, "m:1")
	old := [][]string{oldHeader(), {sample, "5/18/2021 3:31:42 PM", payload, "True", category}}
	recent := [][]string{newHeader(), {sample, "18-5-2021 15:31:42", payload, "True", category}}
	oldColumns := []string{"column.Name=" + sample, "column.Timestamp=5/18/2021 3:31:42 PM", "column.IsBasic=True", "column.DiagnosticDataTypes=" + category}
	newColumns := []string{"column.Name=" + sample, "column.Timestamp=18-5-2021 15:31:42", "column.IsRequired=True", "column.DiagnosticDataCategories=" + category}
	const typeLine = "#TYPE DDVCmdlets.Containers.EventRecord\r\n"

	tests := map[string]struct {
		data    string
		columns []string
		repairs map[schema.Repair]int64
	}{
		"module 1":        {exportCSV(",", old...), oldColumns, nil},
		"module 2":        {exportCSV(",", recent...), newColumns, nil},
		"type line":       {typeLine + exportCSV(",", recent...), newColumns, map[schema.Repair]int64{schema.RepairTypeLine: 1}},
		"semicolon":       {typeLine + exportCSV(";", recent...), newColumns, map[schema.Repair]int64{schema.RepairTypeLine: 1}},
		"tab":             {exportCSV("\t", recent...), newColumns, nil},
		"sep line":        {"sep=;\r\n" + exportCSV(";", recent...), newColumns, map[schema.Repair]int64{schema.RepairFreeText: 1}},
		"minimal quotes":  {minimalCSV(t, old...), oldColumns, nil},
		"byte order mark": {"\ufeff" + exportCSV(",", recent...), newColumns, map[schema.Repair]int64{schema.RepairByteOrderMark: 1}},
		"utf-16le": {
			utf16Text(exportCSV(",", recent...), false), newColumns,
			map[schema.Repair]int64{schema.RepairByteOrderMark: 1, schema.RepairEncoding: 1},
		},
		"utf-16be": {
			utf16Text(typeLine+exportCSV(";", recent...), true), newColumns,
			map[schema.Repair]int64{schema.RepairByteOrderMark: 1, schema.RepairEncoding: 1, schema.RepairTypeLine: 1},
		},
		"unknown columns": {
			exportCSV(",", []string{"When", "Event", "JSON", ""}, []string{"x", "y", payload, "z"}),
			[]string{"column.When=x", "column.Event=y", "column[4]=z"},
			nil,
		},
		"short row": {
			exportCSV(",", newHeader(), []string{sample, "18-5-2021 15:31:42", payload}), newColumns[:2],
			map[schema.Repair]int64{schema.RepairShortRow: 1},
		},
		"long row": {
			exportCSV(",", newHeader(), []string{sample, "18-5-2021 15:31:42", payload, "True", category, "", "more"}),
			append(newColumns[:4:4], "column[6]=", "column[7]=more"),
			map[schema.Repair]int64{schema.RepairLongRow: 1},
		},
		"two dumps in one file": {
			exportCSV(",", newHeader()) + typeLine + exportCSV(",", recent...), newColumns,
			map[schema.Repair]int64{schema.RepairTypeLine: 1, schema.RepairFreeText: 1},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := file("dump.csv", tc.data)
			format, ok := New().Match(f)
			if want := (schema.Format{Code: formatCSV}); !ok || format != want {
				t.Fatalf("matched as %v, %v", format, ok)
			}
			rec, tally := one(t, schema.Subject{}, f)
			if d := cmp.Diff(append(payloadFields(), tc.columns...), pairs(rec.Fields)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.repairs, tally.Repairs); d != "" {
				t.Error(d)
			}
			if rec.Event != sample || !rec.At.Equal(moment()) || rec.Source != "dataviewer" {
				t.Errorf("event %q at %v from %q", rec.Event, rec.At, rec.Source)
			}
			// The row begins after the line end before its payload.
			offset := int64(strings.LastIndexByte(tc.data[:max(strings.IndexByte(tc.data, '{'), 0)], '\n') + 1)
			if tally.Repairs[schema.RepairEncoding] > 0 {
				offset = -1
			}
			if d := cmp.Diff(schema.Origin{File: "dump.csv", Record: 1, Offset: offset}, rec.From); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	payload := event(sample, at, "m:1")
	pretty := strings.ReplaceAll(payload, ",\"", ",\n\t\"")
	object := `{"Name":"` + sample + `","Timestamp":"\/Date(1621351902000)\/","Payload":` + quoted(t, payload) +
		`,"IsRequired":true,"DiagnosticDataCategories":[1,24]}`
	columns := []string{
		"column.Name=" + sample, "column.Timestamp=/Date(1621351902000)/", "column.IsRequired=true",
		"column.DiagnosticDataCategories[0]=1", "column.DiagnosticDataCategories[1]=24",
	}
	tests := map[string]struct {
		data    string
		format  string
		count   int
		columns []string
		repairs map[schema.Repair]int64
	}{
		"ConvertTo-Json, one":   {object, formatCmdlet, 1, columns, nil},
		"ConvertTo-Json, many":  {"[" + object + ",\r\n" + object + "]", formatCmdlet, 2, columns, nil},
		"ConvertTo-Json, UTF16": {utf16Text("["+object+"]", false), formatCmdlet, 1, columns, map[schema.Repair]int64{schema.RepairByteOrderMark: 1, schema.RepairEncoding: 1}},
		"payload an object":     {`[{"Name":"x","Payload":` + payload + `}]`, formatCmdlet, 1, nil, nil},
		"array":                 {"[" + payload + "," + payload + "]", formatEvents, 2, nil, nil},
		"a line each":           {payload + "\n" + payload + "\n", formatEvents, 2, nil, nil},
		"copied from the viewer": {
			pretty + ",\n" + pretty + ",\n" + pretty, formatEvents, 3, nil, nil,
		},
		"with text before": {
			"Copied, on Tuesday:\n\n" + pretty + ",\n" + pretty, formatEvents, 2, nil,
			map[schema.Repair]int64{schema.RepairFreeText: 1},
		},
		"cut off": {"[" + payload, formatEvents, 1, nil, map[schema.Repair]int64{schema.RepairTruncated: 1}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := file("dump.json", tc.data)
			format, ok := New().Match(f)
			if want := (schema.Format{Code: tc.format}); !ok || format != want {
				t.Fatalf("matched as %v, %v", format, ok)
			}
			list, tally, err := read(t, schema.Subject{}, f)
			check(t, err)
			if len(list) != tc.count {
				t.Fatalf("%d records, want %d", len(list), tc.count)
			}
			for i, rec := range list {
				got := pairs(rec.Fields)
				if tc.columns != nil {
					if d := cmp.Diff(append(payloadFields(), tc.columns...), got); d != "" {
						t.Error(d)
					}
				} else if joined := strings.Join(got, "\n"); !strings.Contains(joined, strings.Join(payloadFields(), "\n")) {
					t.Errorf("payload missing in %s", joined)
				}
				if rec.Event != sample || !rec.At.Equal(moment()) || rec.From.Record != int64(i+1) {
					t.Errorf("event %q at %v, record %d", rec.Event, rec.At, rec.From.Record)
				}
			}
			if d := cmp.Diff(tc.repairs, tally.Repairs); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNotOurs(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"empty":               "",
		"admin export":        `[{"time":"2025-11-03T08:14:09Z","correlationId":null,"properties":{"EventName":"x","name":"y"}}]`,
		"old admin export":    `[{"DateTime":"x","AppName":"y","Action":"z","IP":"","DevicePlatform":""}]`,
		"audit log":           exportCSV(",", []string{"CreationDate", "UserIds", "Operations", "AuditData"}, []string{"a", "b", "c", `{"Id":"1","Operation":"x","Version":1}`}),
		"some table":          "Name,Size\nx,1\n",
		"prose":               "Dear sir, {name} has left.\n",
		"some JSON":           `{"name":"package","version":"1.0.0"}`,
		"other SQLite":        "SQLite format 3\x00 and some other table",
		"a log of some other": "\x37\x7f\x06\x82 and no database beside it",
		"binary":              "\x00\x01\x02\xff\xfe\x80",
	}
	for name, data := range tests {
		if format, ok := New().Match(file("x", data)); ok {
			t.Errorf("%s: matched as %v", name, format)
		}
	}
}

func TestFormatListIsRefused(t *testing.T) {
	t.Parallel()
	f := file("list.txt", "\r\n\r\nName                     : Office.Sample\r\nTimestamp                : 5/18/2021 3:31:42 PM\r\n"+
		"Payload                  : {\"ver\":\"4.0\",\"name\":\"Office.Sam\r\n                           ple\"}\r\nIsRequired               : True\r\n")
	format, ok := New().Match(f)
	if want := (schema.Format{Code: formatList, Refused: schema.CodeFormatList}); !ok || format != want {
		t.Errorf("matched as %v, %v", format, ok)
	}
	if list, _, err := read(t, schema.Subject{}, f); schema.CodeOf(err) != schema.CodeFormatList || len(list) > 0 {
		t.Errorf("%d records, %v", len(list), err)
	}
}

// A quote that is missing costs one row, not the rest of the file.
func TestBrokenRows(t *testing.T) {
	t.Parallel()
	good := exportCSV(",", []string{sample, "", event(sample, at, "m:1"), "True", ""})
	cut := good[:len(good)-20]
	tests := map[string]struct {
		data   string
		codes  []schema.Code // of each record, "" is readable
		broken string        // the text of the first unreadable
	}{
		"quote not closed": {cut + "\r\n" + good + good, []schema.Code{schema.CodeSyntax, "", ""}, cut + "\r\n"},
		"quote inside":     {`"a"b","c"` + "\r\n" + good, []schema.Code{schema.CodeSyntax, ""}, `"a"b","c"` + "\r\n"},
		"end of file":      {good + cut, []schema.Code{"", schema.CodeTruncated}, cut},
		"payload broken": {
			exportCSV(",", []string{sample, "", `{"name":"x",`, "True", ""}) + good,
			[]schema.Code{schema.CodeSyntax, ""},
			exportCSV(",", []string{sample, "", `{"name":"x",`, "True", ""}),
		},
		"unquoted, quote not closed": {
			"x,\"y\nx,,,,\nx,\"z\",,,\n", []schema.Code{schema.CodeSyntax, "", ""}, "x,\"y\n",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, _, err := read(t, schema.Subject{}, file("x", exportCSV(",", newHeader())+tc.data))
			check(t, err)
			var codes []schema.Code
			first := ""
			for _, rec := range list {
				codes = append(codes, rec.Unreadable)
				if rec.Unreadable != "" && first == "" {
					first = rec.Raw.Reveal()
					if len(rec.Fields) > 0 || rec.Cut > 0 {
						t.Errorf("unreadable record with %d fields, %d bytes cut", len(rec.Fields), rec.Cut)
					}
				}
			}
			if d := cmp.Diff(tc.codes, codes); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.broken, first); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDamagedASCII(t *testing.T) {
	t.Parallel()
	table := func(text string) string {
		return exportCSV(",", newHeader(), []string{sample, "", `{"name":"x","data":{"v":` + quoted(t, text) + `}}`, "", ""})
	}
	tests := map[string]struct {
		data string
		want int64
	}{
		"a letter lost":        {table(`C:\Users\Ren?e\x.docx`) + table("Ge?nd"), 1},
		"a question":           {table("really? yes"), 0},
		"a query":              {table("x.aspx?id=1"), 0},
		"an address":           {table("https://example.org/a?b"), 0},
		"unknown":              {table("?unknown?"), 0},
		"not ASCII after all":  {table("Ren?e") + table("Renée"), 0},
		"converted from UTF16": {utf16Text(table("Ren?e"), false), 0},
	}
	for name, tc := range tests {
		_, tally, err := read(t, schema.Subject{}, file("x", tc.data))
		check(t, err)
		if got := tally.Repairs[schema.RepairDamagedASCII]; got != tc.want {
			t.Errorf("%s: counted %d, want %d", name, got, tc.want)
		}
	}
}

func TestStopsWhenTold(t *testing.T) {
	t.Parallel()
	row := exportCSV(",", []string{sample, "", event(sample, at, "m:1"), "", ""})
	for _, data := range []string{exportCSV(",", newHeader()) + row + row + row, strings.Repeat(event(sample, at, "m:1"), 3)} {
		n := 0
		for _, err := range New().Records(schema.Subject{}, file("x", data), nil) {
			check(t, err)
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			t.Errorf("%d records", n)
		}
	}
}
