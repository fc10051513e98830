// Package graphexport reads what an administrator receives after asking
// Microsoft for the personal data of one user (Graph's exportPersonalData, or
// "Manage user requests" in the portal): JSON files of entries, one for each
// exporting service, product and privacy data type, and files about the request.
//
// The line is: recognise (match.go) → pieces and fields, by jsonstream → what
// all records have in common (entry.go), of which the folder knows part
// (folder.go). RequestInfo.json tells whose export it is, and is compared with
// the person (request.go).
//
// No real export is public. What is read here is described in published pages,
// and everything that is not was made tolerant: unknown properties are kept,
// unknown shapes left to others.
package graphexport
