package schema

import "strings"

// clientPrefix begins the actor of every program that uses the HTTP API.
const clientPrefix = "client-"

// ClientActor is a program of the organisation, as it stands in the ledger. name
// is what the organisation calls it: the name of a system, never of a person.
func ClientActor(name string) Actor { return Actor(clientPrefix + name) }

// Client reports whether the actor is a program. Programs take requests in and
// prepare; what counts for the law, people decide (decision 0021).
func (a Actor) Client() bool { return strings.HasPrefix(string(a), clientPrefix) }

// byClient reports whether a program may write an entry of this kind.
func byClient(kind EntryKind) bool {
	switch kind {
	case EntryOpened, EntryVerified, EntryFetch, EntryHandedIn, EntryProposed, EntryDenied:
		return true
	default:
		return false
	}
}
