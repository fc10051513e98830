package dataviewer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"testing"
	"unicode/utf16"

	"inzage/schema"
)

// file makes a schema.File of text.
func file(name, data string) schema.File {
	return schema.File{
		Name: name, Size: int64(len(data)), Head: []byte(data[:min(len(data), schema.HeadSize)]),
		Open:   func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil },
		Beside: func(string) (schema.File, bool) { return schema.File{}, false },
	}
}

// folder makes the files of a folder, which see one another.
func folder(files map[string]string) map[string]schema.File {
	out := make(map[string]schema.File)
	for name, data := range files {
		f := file(name, data)
		f.Beside = func(base string) (schema.File, bool) {
			other, ok := out[path.Join(path.Dir(name), base)]
			return other, ok
		}
		out[name] = f
	}
	return out
}

// read reads a file as this source does; t may be nil.
func read(t testing.TB, who schema.Subject, f schema.File) ([]schema.Record, schema.Tally, error) {
	t.Helper()
	var tally schema.Tally
	var list []schema.Record
	s := Source{Temp: t.TempDir()}
	for rec, err := range s.Records(who, f, &tally) {
		if err != nil {
			return list, tally, err
		}
		list = append(list, rec)
	}
	return list, tally, nil
}

// one reads a file that must hold one readable record.
func one(t testing.TB, who schema.Subject, f schema.File) (schema.Record, schema.Tally) {
	t.Helper()
	list, tally, err := read(t, who, f)
	check(t, err)
	if len(list) != 1 || list[0].Unreadable != "" {
		t.Fatalf("want one readable record, got %d: %+v", len(list), list)
	}
	return list[0], tally
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pairs shows fields as "path=value".
func pairs(fields []schema.Field) []string {
	list := make([]string, 0, len(fields))
	for _, f := range fields {
		list = append(list, f.Path+"="+f.Value.Reveal())
	}
	return list
}

// event is the payload of a made-up event.
func event(name, at, user string) string {
	return fmt.Sprintf(`{"ver":"4.0","name":%q,"time":%q,"iKey":"o:0","ext":{"user":{"localId":%q}},"data":{"Text":"a \"b\", c","N":18446744073709551615}}`,
		name, at, user)
}

// exportCSV writes rows as Export-Csv does: everything quoted.
func exportCSV(comma string, rows ...[]string) string {
	var b strings.Builder
	for _, row := range rows {
		for i, c := range row {
			if i > 0 {
				b.WriteString(comma)
			}
			b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

// minimalCSV writes rows with quotes only where they are needed.
func minimalCSV(t testing.TB, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	check(t, w.WriteAll(rows))
	return b.String()
}

func oldHeader() []string {
	return []string{"Name", "Timestamp", "Payload", "IsBasic", "DiagnosticDataTypes"}
}

func newHeader() []string {
	return []string{"Name", "Timestamp", "Payload", "IsRequired", "DiagnosticDataCategories"}
}

// quoted writes s as a JSON string.
func quoted(t testing.TB, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	check(t, err)
	return string(b)
}

// utf16Text encodes s, with a byte order mark.
func utf16Text(s string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func personal(list ...string) []schema.Personal {
	out := make([]schema.Personal, 0, len(list))
	for _, s := range list {
		out = append(out, schema.NewPersonal(s))
	}
	return out
}
