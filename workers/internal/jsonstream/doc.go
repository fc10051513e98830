// Package jsonstream reads JSON as it really arrives: cut off, glued together,
// pasted from a viewer, with text around it, larger than memory or made to do
// harm. All sources that receive JSON read it through this package, so that one
// fault is repaired, counted and told in the same way wherever it occurs.
//
// It has three parts, used in this order, each in one pass:
//
//	text, encoding := jsonstream.Decode(file, tally) // bytes → UTF-8
//	for piece, err := range jsonstream.Split(text, 0, tally) { // → records
//		flat.Read(&record, piece) // → fields
//	}
//
// Split needs the memory of one record, Flattener that of one record and its
// fields; both have a bound and both are linear in the size of the input. What
// cannot be read comes back as a piece with a code and its own text: nothing is
// dropped, and a broken record does not take its neighbours with it.
package jsonstream
