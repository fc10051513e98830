// Package schema holds the nouns of inzage: a record as Microsoft sent it, the
// explanation of it, the person it is about, the file it came from, and the
// arithmetic of the legal deadline.
//
// It imports the standard library only, does no input or output and reads no
// clock. Every other package speaks in these types, so that the straight line
// "raw bytes → Record → Explanation → row" can be followed from one package to
// the next.
package schema
