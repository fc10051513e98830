package corpus

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// Format is what Write can make. Where the product knows the format, the code
// is the one of schema.Format.
type Format string

const (
	// NDJSON is one Common Schema event a line, about 2 KB each.
	NDJSON Format = "ndjson"
	// ViewerCSV is an export of the Diagnostic Data Viewer by Windows PowerShell
	// 5.1, about 2.3 KB a row.
	ViewerCSV Format = "viewer-csv"
	// AdminExport is one JSON array of entries of the admin export, about half a
	// KB each.
	AdminExport Format = "admin-export"
)

// flushSize is how much Write gathers before it writes.
const flushSize = 256 << 10

// Write streams a corpus of at least size bytes, and at most one record more,
// in constant memory. The same seed, size and format give the same bytes.
// Events have one of 2,000 names; some names are much more frequent than
// others, as in life. It fails where w fails or the format is none of the three.
func Write(w io.Writer, seed uint64, size int64, f Format) error {
	g, err := newWriter(seed, f)
	if err != nil {
		return err
	}
	buf := make([]byte, 0, flushSize+16<<10)
	buf = append(buf, g.head...)
	written := int64(0)
	for n := int64(1); written+int64(len(buf)+len(g.tail)) < size; n++ {
		if n > 1 {
			buf = append(buf, g.between...)
		}
		buf = g.next(buf, n)
		if len(buf) >= flushSize {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			written += int64(len(buf))
			buf = buf[:0]
		}
	}
	_, err = w.Write(append(buf, g.tail...))
	return err
}

// writer is a corpus in the making.
type writer struct {
	head, between, tail string

	r        *rand.Rand
	at       time.Time
	stencils []stencil
}

func newWriter(seed uint64, f Format) (*writer, error) {
	g := &writer{
		r:  rand.New(rand.NewPCG(seed, 0xC0A5)),
		at: time.Date(2026, time.September, 1, 6, 0, 0, 0, time.UTC),
	}
	var cut func(name string, i int) stencil
	switch f {
	case NDJSON:
		cut = cutLine
	case ViewerCSV:
		cut = cutRow
		g.head = "#TYPE DDVCmdlets.Containers.EventRecord\r\n" + `"Name","Timestamp","Payload","IsRequired","DiagnosticDataCategories"` + "\r\n"
	case AdminExport:
		cut = cutEntry
		g.head, g.between, g.tail = "[", ",", "]"
	default:
		return nil, errors.New("make corpus: unknown format")
	}
	for i, name := range names() {
		g.stencils = append(g.stencils, cut(name, i))
	}
	return g, nil
}

// next appends event n.
func (g *writer) next(b []byte, n int64) []byte {
	g.at = g.at.Add(time.Duration(g.r.Int64N(40_000_000)) * 100)
	share := g.r.Float64()
	s := g.stencils[int(share*share*share*float64(len(g.stencils)))]
	return s.fill(b, g.r, n, g.at)
}

func cutLine(name string, i int) stencil {
	var c cutter
	c.value(wide(name, i))
	c.text = append(c.text, '\n')
	return c.done()
}

func cutRow(name string, i int) stencil {
	c := cutter{csv: true}
	c.raw(`"`+name+`","`, slot{kind: local})
	c.raw(`","`, slot{})
	c.value(wide(name, i))
	c.raw("\",\"True\",\"System.Collections.Generic.List`1[System.Int32]\"\r\n", slot{})
	return c.done()
}

// cutEntry takes turns between the dialects of the admin export.
func cutEntry(name string, i int) stencil {
	var c cutter
	action := last(name)
	common := object{
		{"ActionTime", slot{kind: millis}},
		{"AppName", pickAt(i, "Word", "Excel", "PowerPoint", "Teams", "OutlookMobile iOS")},
		{"Action", action},
		{"Target", ""},
		{"IP", ""},
		{"InputMethod", ""},
		{"DevicePlatform", slot{kind: word, words: []string{"Windows", "iOS", "Web"}}},
		{"SearchTerm", ""},
		{"SearchResult", ""},
		{"BrowserType", slot{kind: word, words: []string{"Edge", "edge", ""}}},
		{"Location", "NL"},
	}
	switch i % 5 {
	case 3:
		common = common.with(member{"EventCategory", "Files,CollabAction"}, member{"EventName", "panel_click_" + action})
	case 4:
		common = common.with(member{"EventName", "mail_action"})
	default:
		common = common.with(member{"EventName", name})
	}
	c.value(object{{"time", slot{kind: micros}}, {"correlationId", nil}, {"properties", common}})
	return c.done()
}

// wide is a Common Schema event of about 2 KB.
func wide(name string, i int) object {
	data := object{
		{"App.Name", pickAt(i, "Word", "Excel", "PowerPoint", "Outlook", "OneNote")},
		{"App.Version", "16.0.19231.20194"},
		{"App.Platform", "Win32"},
		{"Client.Id", slot{kind: id}},
		{"Session.Id", slot{kind: id}},
		{"User.PrimaryIdentityHash", slot{kind: hash}},
		{"User.PrimaryIdentitySpace", "UserObjectId"},
		{"User.TenantId", slot{kind: id}},
		{"User.TelemetryRegion", "EMEA"},
		{"Device.OsLocale", "nl-NL"},
		{"Device.OsBuild", "10.0.26100"},
		{"Release.Channel", "CC"},
		{"Release.AudienceGroup", "Production"},
		{"Event.Sequence", slot{kind: sequence}},
		{"Activity.Success", slot{kind: truth}},
		{"Activity.Duration", slot{kind: integer, below: 4_000_000}},
		{"Data.Doc.Ext", slot{kind: word, words: []string{"docx", "xlsx", "pptx", "pdf"}}},
		{"Data.Doc.SizeInBytes", slot{kind: integer, below: 40_000_000}},
		{"Data.Doc.ResourceIdHash", slot{kind: hash}},
		{"Data.Doc.FqdnHash", slot{kind: hash}},
		{"Data.Doc.NumberCoAuthors", slot{kind: integer, below: 4}},
		{"Data.Title", slot{kind: word, words: documents()}},
		{"Data.StartTime", slot{kind: moment}},
		{"Data.FileTime", slot{kind: filetick}},
		{"Data.HResult", slot{kind: word, words: []string{"0", "-2147024894", "-2147467259"}}},
	}
	// The last fields differ from event to event: 1,000 names in all.
	for k, base := range []string{"ElapsedMs", "ItemCount", "IsRetry", "CorrelationId", "LastState"} {
		field := "Data." + base + pickAt(i/5, "Total", "First", "Cached", "Server") + last(name)
		kinds := []slot{{kind: integer, below: 90_000}, {kind: integer, below: 500}, {kind: truth}, {kind: id}, {kind: word, words: []string{"Gereed", "Bezig", "Mislukt"}}}
		data = append(data, member{field, kinds[k]})
	}
	return object{
		{"ver", "4.0"},
		{"name", name},
		{"time", slot{kind: moment}},
		{"iKey", "o:0a89d516ae714e01ae89c96d185e9ae3"},
		{"ext", object{
			{"utc", object{{"eventFlags", 514}, {"pgName", "WINCORE"}, {"flags", 503_317_040}, {"epoch", "2704113"}, {"seq", slot{kind: sequence}}}},
			{"metadata", object{{"privTags", pickAt(i, int64(tagUsage), int64(tagPerformance), int64(tagSoftware), int64(tagDevice|tagPerformance))}}},
			{"mscv", object{{"cV", slot{kind: hash}}}},
			{"os", object{{"bootId", slot{kind: integer, below: 400}}, {"name", "Windows"}, {"ver", "10.0.26100.4061.amd64fre.ge_release.240331-1435"}}},
			{"app", object{{"id", program(uint64(i%7)+20, "app.exe")}, {"asId", slot{kind: integer, below: 900}}}},
			{"device", object{{"localId", "s:6E5D1F0A-2C4B-4E8F-9A37-0B1C2D3E4F50"}, {"deviceClass", "Windows.Desktop"}}},
			{"protocol", object{{"devMake", "Noordzee Computers"}, {"devModel", "Duin 14 G3"}}},
			{"user", object{{"localId", "m:A1FD3153DC1D3814"}}},
			{"loc", object{{"tz", "+01:00"}}},
		}},
		{"data", data},
	}
}

// last is the part of a name behind its last dot.
func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// pickAt chooses by position.
func pickAt[T any](i int, choices ...T) T { return choices[i%len(choices)] }
