package devicelogs

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"inzage/schema"
	"inzage/workers/sourcetest"
)

const columns = "Timestamp              \tProcess                                 \tTID   \tArea                          \tCategory                      \tEventID\tLevel     \tMessage \tCorrelation\r\n"

// trace is the beginning of a log of event tracing.
func trace() []byte {
	b := make([]byte, 4096)
	binary.LittleEndian.PutUint32(b, 64<<10)
	copy(b[72:], []byte{2, 0, 2, 0xc0, 0x20, 1, 0, 0})
	return b
}

// wide is text in UTF-16, as Windows writes it.
func wide(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSource(t *testing.T) {
	t.Parallel()
	odl := append([]byte("EBFGONED\x03\x00\x00\x00"), make([]byte, 300)...)
	is := func(code string) schema.Format { return schema.Format{Code: code, Refused: schema.CodeNotDecoded} }
	other := trace()
	other[75] = 0x90 // an event of another kind
	sourcetest.Run(t, New(), []sourcetest.Case{
		{Name: "OneDrive", File: "a.odl", Data: odl, Format: is(formatOneDrive), Err: schema.CodeNotDecoded},
		{Name: "OneDrive, packed", File: "a.loggz", Data: packed(t, odl), Format: is(formatOneDrive), Err: schema.CodeNotDecoded},
		{Name: "event tracing", File: "a.etl", Data: trace(), Format: is(formatTrace), Err: schema.CodeNotDecoded},
		{Name: "event log", File: "a.evtx", Data: append([]byte("ElfFile\x00"), make([]byte, 4088)...), Format: is(formatEvents), Err: schema.CodeNotDecoded},
		{Name: "Office", File: "a.log", Data: []byte(columns + "10/05/2026 07:31:42.12\tWINWORD.EXE\r\n"), Format: is(formatOffice), Err: schema.CodeNotDecoded},
		{Name: "Office, UTF-16", File: "a.log", Data: wide(columns), Format: is(formatOffice), Err: schema.CodeNotDecoded},
		{Name: "another buffer", File: "a.etl", Data: other},
		{Name: "packed text", File: "a.gz", Data: packed(t, []byte("hello, hello"))},
		{Name: "another table", File: "a.log", Data: []byte("Timestamp\tProcess\tMessage\n")},
		{Name: "nothing", File: "x"},
	})
}

// FuzzRecords judges arbitrary bytes; the laws are those of sourcetest.Any.
func FuzzRecords(f *testing.F) {
	for _, s := range [][]byte{trace(), []byte("EBFGONED"), []byte(columns), wide(columns), packed(f, []byte("EBFGONED"))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) { sourcetest.Any(t, New(), schema.Subject{}, "x", data) })
}
