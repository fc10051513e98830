// Package corpus makes the test data of the repository, the same bytes for the
// same seed on every machine and in every year:
//
//   - Demo is one small, complete case: the person file and everything that was
//     received about her. It is committed under testdata/demo and shown in the
//     documentation, so it is written to be read.
//   - Write streams any amount of one format, for benchmarks and soak tests.
//
// Every person, organisation, number and document in it is invented. Names end
// in .example (RFC 2606), IP addresses come from the documentation ranges (RFC
// 5737, RFC 3849). Names of events and fields are the published ones, since the
// explanations hang on them; no sentence is taken from anywhere.
//
// The package keeps no state and is safe for concurrent use.
package corpus
