// Package compare lays what a device shows in the Diagnostic Data Viewer beside
// what it sent over the network, and beside what an export by an administrator
// holds: which events are in both, which in one only, and which differ. It is for
// test accounts in a test environment, to see whether the viewer shows everything.
//
// Events are matched one to one, in three rounds, each on what the round before
// left; see match. It is deterministic: the same records in the same order give
// the same report. It is pure, and keeps a few hundred bytes for each event, hashes
// in the place of values: a report names events, fields and hosts, never a value.
package compare
