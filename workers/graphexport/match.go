package graphexport

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// The formats, by the codes of schema.Format.
const (
	formatEntries  = "admin-export"         // time, correlationId, properties
	formatLegacy   = "admin-export-legacy"  // the flat objects published in 2018
	formatRequest  = "admin-export-request" // RequestInfo.json
	formatAgents   = "admin-export-agents"  // agentMap.json
	formatConsumer = "consumer-export-csv"  // of a private Microsoft account
)

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// recognise tells the format from the beginning of a file, or returns "".
func recognise(head []byte) string {
	decoded, _ := jsonstream.Decode(bytes.NewReader(head), nil)
	text, err := io.ReadAll(decoded)
	if err != nil {
		return ""
	}
	if isConsumer(text) {
		return formatConsumer
	}
	// Objects of no known shape may be broken, or somebody's notes. Entries
	// decide, wherever they stand: no event may hide behind a support file.
	found := ""
	for p, err := range jsonstream.Split(bytes.NewReader(text), schema.HeadSize, nil) {
		if err != nil {
			return ""
		}
		if bytes.IndexByte(text[:p.Offset], 0) >= 0 {
			break // an archive or the like, with JSON inside
		}
		switch format := shape(p); format {
		case formatEntries, formatLegacy:
			return format
		case formatRequest, formatAgents:
			found = format
		}
	}
	return found
}

// shape tells the format of an object from its keys, or returns "".
func shape(p jsonstream.Piece) string {
	keys := jsonstream.TopKeys(p.Raw)
	has := func(key string) bool { return slices.Contains(keys, key) }
	switch {
	case has("operationName") || has("resourceId"):
		// The logs of Azure share the envelope's keys, but are no export.
		return ""
	case has("properties") && (has("time") || has("correlationId")),
		has("time") && has("correlationId"):
		return formatEntries
	case has("Subject") && (has("CommandId") || has("RequestGuid")):
		return formatRequest
	case has("Paths") && (bytes.Contains(p.Raw, []byte(`"AgentId"`)) || bytes.Contains(p.Raw, []byte(`"AssetGroupId"`))):
		return formatAgents
	case has("DateTime") && has("AppName") && has("Action"):
		return formatLegacy
	}
	return ""
}

// isConsumer reports whether a text begins with the header of the tables in
// which the data of private accounts comes: time, correlationId, and the
// properties as "properties/…".
func isConsumer(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	columns := strings.Split(string(line), ",")
	for i, c := range columns {
		columns[i] = strings.Trim(strings.TrimSpace(c), `"`)
	}
	return len(columns) > 2 && columns[0] == "time" && columns[1] == "correlationId" &&
		slices.ContainsFunc(columns[2:], func(c string) bool { return strings.HasPrefix(c, "properties/") })
}
