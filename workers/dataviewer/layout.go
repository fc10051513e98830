package dataviewer

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
	"inzage/workers/internal/table"
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
	l := layout{format: formatCSV}
	comma, found := table.Recognise(head, func(h table.Header, rows *table.Reader) (ok bool) {
		l.payload, ok = payloadColumn(h, rows)
		return ok
	})
	if found {
		l.comma = comma
		return l
	}
	return layout{format: jsonFormat(head)}
}

// jsonFormat looks at the first objects of a JSON text.
func jsonFormat(head string) string {
	const objects = 8
	for p, err := range jsonstream.Split(strings.NewReader(head), len(head), nil) {
		keys := jsonstream.TopKeys(p.Raw)
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

// payloadColumn reports whether a table holds events, and in which column: it has
// the columns of the cmdlet, or one with events in it.
func payloadColumn(h table.Header, rows *table.Reader) (payload int, ok bool) {
	if payload = h.Column("Payload"); payload >= 0 && h.Column("Name") >= 0 {
		return payload, true
	}
	const enough = 16
	for range enough {
		r, err := rows.Next()
		if err != nil {
			break
		}
		for i, c := range r.Cells {
			if i < len(h) && bytes.HasPrefix(c, []byte("{")) && isEvent(jsonstream.TopKeys(c)) {
				return i, true
			}
		}
	}
	return -1, false
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
