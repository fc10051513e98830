package dataviewer

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// The formats, as in schema.Format.Code.
const (
	formatCSV      = "viewer-csv"             // Export-Csv, or another table of events
	formatCmdlet   = "viewer-json"            // ConvertTo-Json
	formatEvents   = "viewer-events"          // events as they are, in any arrangement
	formatList     = "viewer-format-list"     // console text
	formatDatabase = "viewer-database"        // EventTranscript.db
	formatSidecar  = "viewer-database-recent" // its -wal and -shm
)

// layout is how a text is arranged.
type layout struct {
	format  string // one of the formats above, or empty
	comma   byte   // of a table
	payload int    // index of a table's column of events
}

// recognise judges by the beginning of a text.
func recognise(head string) layout {
	start := strings.TrimLeft(head, " \t\r\n,")
	if strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") {
		return layout{format: jsonFormat(head)}
	}
	if isFormatList(head) {
		return layout{format: formatList}
	}
	for _, comma := range []byte{',', ';', '\t'} {
		if payload, ok := isTable(head, comma); ok {
			return layout{format: formatCSV, comma: comma, payload: payload}
		}
	}
	return layout{format: jsonFormat(head)}
}

// jsonFormat looks at the first objects of a JSON text.
func jsonFormat(head string) string {
	const objects = 8
	for p, err := range jsonstream.Split(strings.NewReader(head), len(head), nil) {
		keys := topKeys(p.Raw)
		switch {
		case err != nil:
			return ""
		case isEvent(keys):
			return formatEvents
		case slices.Contains(keys, "Name") && slices.Contains(keys, "Payload"):
			return formatCmdlet
		case p.Ordinal == objects:
			return ""
		}
	}
	return ""
}

// isEvent reports whether an object with these keys is an event of the Common
// Schema.
func isEvent(keys []string) bool {
	if !slices.Contains(keys, "name") || slices.Contains(keys, "properties") {
		return false // the admin export has "properties"
	}
	marks := 0
	for _, k := range []string{"ver", "time", "iKey", "ext", "data"} {
		if slices.Contains(keys, k) {
			marks++
		}
	}
	return marks >= 2
}

// topKeys lists the keys of an object whose text may break off.
func topKeys(raw []byte) []string {
	var keys []string
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			from := i + 1
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
			rest := bytes.TrimLeft(raw[min(i+1, len(raw)):], " \t\r\n")
			if depth == 1 && len(rest) > 0 && rest[0] == ':' {
				keys = append(keys, string(raw[from:i]))
			}
		}
	}
	return keys
}

// isFormatList recognises what PowerShell shows on a console: one property a
// line, the payload broken at the width of the window, so that it cannot be put
// together again.
func isFormatList(head string) bool {
	var name, payload bool
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || !strings.HasSuffix(key, " ") {
			continue
		}
		switch strings.TrimRight(key, " ") {
		case "Name":
			name = true
		case "Payload":
			payload = payload || name && strings.HasPrefix(strings.TrimSpace(value), "{")
		}
	}
	return payload
}

// isTable reports whether a text is a table of events with the delimiter given,
// and which column holds the events: it has the columns of the cmdlet, or one
// with events in it.
func isTable(head string, comma byte) (payload int, ok bool) {
	t := newTable(strings.NewReader(head), comma)
	h, err := readHeader(t, nil)
	if err != nil || len(h.names) < 2 {
		return -1, false
	}
	if payload = h.column("Payload"); payload >= 0 && h.name >= 0 {
		return payload, true
	}
	const enough = 16
	for range enough {
		r, err := t.next()
		if err != nil {
			break
		}
		for i, c := range r.cells {
			if i < len(h.names) && bytes.HasPrefix(c, []byte("{")) && isEvent(topKeys(c)) {
				return i, true
			}
		}
	}
	return -1, false
}

// header is the first row of a table.
type header struct {
	names []string
	name  int // index of the column "Name", or -1
	stamp int // of "Timestamp"
	sid   int // of "SID", in tables made from a database
}

// readHeader reads what comes before the first row of data.
func readHeader(t *table, tally *schema.Tally) (header, error) {
	for {
		r, err := t.next()
		if err != nil {
			return header{}, err
		}
		switch {
		case isTypeLine(r):
			tally.Repair(schema.RepairTypeLine, 1)
			continue
		case strings.HasPrefix(string(r.raw), "sep=") && r.size <= int64(len("sep=;\r\n")):
			tally.Repair(schema.RepairFreeText, 1) // how Excel is told the delimiter
			continue
		case r.code != "":
			return header{}, errNoHeader
		}
		var h header
		for _, c := range r.cells {
			h.names = append(h.names, strings.TrimSpace(string(c)))
		}
		h.name, h.stamp, h.sid = h.column("Name"), h.column("Timestamp"), h.column("SID")
		return h, nil
	}
}

// errNoHeader: the first row of a table cannot be read.
var errNoHeader = errors.New("table without a readable header")

// column finds a column by its name.
func (h header) column(name string) int {
	return slices.IndexFunc(h.names, func(n string) bool { return strings.EqualFold(n, name) })
}

// peek returns the beginning of r, HeadSize bytes at most, and a reader of all
// of it, errors included.
func peek(r io.Reader) (head []byte, all io.Reader) {
	head = make([]byte, schema.HeadSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if err != nil {
		r = failed{err}
	}
	return head, io.MultiReader(bytes.NewReader(head), r)
}

// failed is a reader at its end.
type failed struct{ err error }

// Read implements io.Reader.
func (f failed) Read([]byte) (int, error) { return 0, f.err }
