package auditlog

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"inzage/workers/internal/jsonstream"
	"inzage/workers/internal/table"
)

// The formats, by the codes of schema.Format.
const (
	formatTable   = "audit-csv"     // of the portal, or Export-Csv
	formatRecords = "audit-records" // of Graph, or ConvertTo-Json
	formatEvents  = "audit-events"  // the records themselves
)

// layout is how a file is arranged.
type layout struct {
	format string // one of the formats above, or empty
	comma  byte   // of a table
}

// recognise judges by the beginning of a file.
func recognise(head []byte) layout {
	decoded, _ := jsonstream.Decode(bytes.NewReader(head), nil)
	text, err := io.ReadAll(decoded)
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		return layout{}
	}
	if start := bytes.TrimLeft(text, " \t\r\n,"); len(start) == 0 || start[0] != '{' && start[0] != '[' {
		comma, ok := table.Recognise(string(text), func(h table.Header, _ *table.Reader) bool {
			return h.Column("AuditData") >= 0 && slices.ContainsFunc(h, isColumn)
		})
		if ok {
			return layout{formatTable, comma}
		}
	}
	return layout{format: jsonFormat(text)}
}

// isColumn reports whether a column beside AuditData shows that the table is of
// the audit log.
func isColumn(name string) bool {
	switch strings.ToLower(name) {
	case "creationdate", "operation", "operations", "userid", "userids", "recordtype":
		return true
	}
	return false
}

// jsonFormat looks at the first objects of a JSON text.
func jsonFormat(text []byte) string {
	const objects = 8
	for p, err := range jsonstream.SplitPages(bytes.NewReader(text), len(text), nil) {
		if err != nil || p.Ordinal > objects {
			return ""
		}
		keys := jsonstream.TopKeys(p.Raw)
		has := func(key string) bool {
			return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
		}
		switch {
		case has("auditData") && slices.ContainsFunc(keys, isColumn), has("auditData") && has("auditLogRecordType"):
			return formatRecords
		case slices.Contains(keys, "CreationTime") && slices.Contains(keys, "Operation") &&
			(slices.Contains(keys, "RecordType") || slices.Contains(keys, "Workload")):
			return formatEvents
		}
	}
	return ""
}
