// Package devicelogs recognises the logs that Windows, Office and OneDrive keep on
// a device. They hold data of a person, in forms that this program does not decode:
// each is listed as what it is, with its size, and counted as not explained. The
// words of each format say what it may hold and who can read it.
//
// The facts:
//
//   - the beginning of a log of event tracing (.etl), a WMI_BUFFER_HEADER of 72
//     bytes and a SYSTEM_TRACE_HEADER, is that of Microsoft's public symbols;
//   - "ElfFile" begins a Windows event log (.evtx), as libyal's libevtx describes it;
//   - "EBFGONED" begins a log of the OneDrive client (.odl, .odlgz, .odlsent,
//     .aodl), as the research of Yogesh Khatri describes it;
//   - the columns of Office's text logs ("ULS") are those that its programs write.
package devicelogs

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"iter"
	"unicode/utf16"

	"inzage/schema"
)

// Source recognises logs of a device. It keeps no state and is safe for concurrent
// use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// The formats, by the codes of schema.Format.
const (
	formatTrace    = "windows-etl"
	formatEvents   = "windows-evtx"
	formatOneDrive = "onedrive-odl"
	formatOffice   = "office-uls"
)

// Name implements schema.Source.
func (*Source) Name() string { return "devicelogs" }

// Match implements schema.Source. Every format is Refused with CodeNotDecoded.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	code := formatOf(f.Head)
	if code == "" {
		return schema.Format{}, false
	}
	return schema.Format{Code: code, Refused: schema.CodeNotDecoded}, true
}

// Records implements schema.Source. There are none: the error is CodeNotDecoded, or
// CodeUnknownFormat for a file that Match does not accept.
func (s *Source) Records(_ schema.Subject, f schema.File, _ *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		code := schema.CodeUnknownFormat
		if is, ok := s.Match(f); ok {
			code = is.Refused
		}
		yield(schema.Record{}, schema.Fail(code, "read log", nil))
	}
}

// formatOf judges by the beginning of a file.
func formatOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("EBFGONED")), bytes.HasPrefix(unpacked(head), []byte("EBFGONED")):
		return formatOneDrive
	case bytes.HasPrefix(head, []byte("ElfFile\x00")):
		return formatEvents
	case isTrace(head):
		return formatTrace
	case isOffice(head):
		return formatOffice
	}
	return ""
}

// unpacked is the beginning of what a file holds that is one gzip stream.
func unpacked(head []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	first := make([]byte, 8)
	n, _ := io.ReadFull(z, first) // what comes out of a beginning ends early
	return first[:n]
}

// isTrace reports whether a file begins with a buffer of event tracing whose first
// event is the header of a log: of version 2, for 32 or 64 bits, marked as such,
// and of group and kind 0.
func isTrace(head []byte) bool {
	const buffer = 72
	if len(head) < buffer+8 {
		return false
	}
	size := binary.LittleEndian.Uint32(head)
	event := head[buffer:]
	return size >= 1<<10 && size <= 16<<20 && size%(1<<10) == 0 &&
		event[0] == 2 && event[1] == 0 && (event[2] == 1 || event[2] == 2) && event[3] == 0xc0 && event[6] == 0 && event[7] == 0
}

// isOffice reports whether a text begins with the heads of Office's columns, in
// UTF-8 or UTF-16.
func isOffice(head []byte) bool {
	if rest, wide := bytes.CutPrefix(head, []byte("\xff\xfe")); wide {
		units := make([]uint16, 0, 256)
		for i := 0; i+1 < min(len(rest), 512); i += 2 {
			units = append(units, binary.LittleEndian.Uint16(rest[i:]))
		}
		head = []byte(string(utf16.Decode(units)))
	}
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	want := []string{"Timestamp", "Process", "TID", "Area", "Category", "EventID", "Level", "Message"}
	cells := bytes.SplitN(line, []byte("\t"), len(want)+1)
	if len(cells) < len(want) {
		return false
	}
	for i, w := range want {
		if string(bytes.TrimSpace(cells[i])) != w {
			return false
		}
	}
	return true
}
