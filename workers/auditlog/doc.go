// Package auditlog reads the unified audit log of Microsoft Purview: who did
// what in Microsoft 365, as the organisation keeps it. It comes in these forms:
//
//   - the table that the portal exports, and that PowerShell's
//     Search-UnifiedAuditLog gives through Export-Csv: a row for each record,
//     the record itself as JSON in the column AuditData;
//   - the records of Graph's auditLogQuery, in pages or not, and what
//     Search-UnifiedAuditLog gives through ConvertTo-Json: the same record, in
//     the property auditData;
//   - the record alone, as the Management Activity API hands it out.
//
// In all of them the fields of the record itself have paths that begin with
// "AuditData.", so that the same thing is explained in the same words wherever
// it came from.
//
// The facts are Microsoft's: "Office 365 Management Activity API schema", "Export,
// configure, and view audit log records" and the metadata of Graph v1.0
// (auditLogRecord).
package auditlog
