// Package explain turns a record into words: what happened, what each field is,
// what it does to identifiability and why, and how sure that is.
//
// It is an engine without knowledge of its own. What it knows stands in YAML
// files (docs/catalog-format.md), which Load reads strictly and compiles once
// into a Catalog. A Catalog does not change afterwards and is safe for
// concurrent use; an Explainer, made by Catalog.For, belongs to one goroutine.
//
// The package does no input or output of its own, reads no clock, and never
// fails on a record: what is not known is said to be unknown.
package explain
