package auditlog

import (
	"slices"
	"strings"

	"inzage/workers/internal/listing"
	"inzage/workers/internal/table"
)

// The formats, by the codes of schema.Format.
const (
	formatTable   = "audit-csv"     // of the portal, or Export-Csv
	formatRecords = "audit-records" // of Graph, or ConvertTo-Json
	formatEvents  = "audit-events"  // the records themselves
)

// recognise judges by the beginning of a file.
func recognise(head []byte) listing.Form { return listing.Recognise(head, tableFormat, jsonFormat) }

func tableFormat(h table.Header) string {
	if h.Column(data) >= 0 && slices.ContainsFunc(h, isColumn) {
		return formatTable
	}
	return ""
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

func jsonFormat(keys []string) string {
	has := func(key string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
	}
	switch {
	case has(data) && slices.ContainsFunc(keys, isColumn), has(data) && has("auditLogRecordType"):
		return formatRecords
	case slices.Contains(keys, "CreationTime") && slices.Contains(keys, "Operation") &&
		(slices.Contains(keys, "RecordType") || slices.Contains(keys, "Workload")):
		return formatEvents
	}
	return ""
}
