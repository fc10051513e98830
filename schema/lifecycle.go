package schema

import (
	"fmt"
	"strings"
)

// State is where a request stands. The codes are part of the public output.
type State string

// The states, in the order of a request's life.
const (
	StateReceived   State = "received"   // it came in; identity is not checked
	StateVerified   State = "verified"   // we know who asks
	StateCollecting State = "collecting" // sources are being read
	StateBuilding   State = "building"   // the bundle is being made
	StateReview     State = "review"     // the bundle is there; people look at it
	StateReleased   State = "released"   // two people said that it may leave
	StateDelivered  State = "delivered"  // the person has it
	StateRefused    State = "refused"    // answered with a refusal (GDPR art. 12(4))
	StateWithdrawn  State = "withdrawn"  // the person withdrew it
	StateErased     State = "erased"     // nothing but the ledger is left
)

// States lists the states, in order.
func States() []State {
	return []State{
		StateReceived, StateVerified, StateCollecting, StateBuilding, StateReview,
		StateReleased, StateDelivered, StateRefused, StateWithdrawn, StateErased,
	}
}

// Open reports whether the request still needs an answer.
func (s State) Open() bool { return open&s.bit() != 0 }

// states is a set of states, the one before a request exists included.
type states uint16

const (
	none states = 1 << iota
	received
	verified
	collecting
	building
	review
	released
	delivered
	refused
	withdrawn
	erased

	open     = received | verified | collecting | building | review
	closed   = released | delivered | refused | withdrawn
	anything = open | closed
)

// bit is the set of this state alone, empty for a state of a later version.
func (s State) bit() states {
	if s == "" {
		return none
	}
	for i, known := range States() {
		if s == known {
			return received << i
		}
	}
	return 0
}

// rule is a row of the lifecycle: in any of the states from, an entry of this
// kind may be written; it leads to the state to, or leaves it where to is empty.
type rule struct {
	kind EntryKind
	from states
	to   State
}

// lifecycle is the table. What an entry asks beyond the state stands in
// Request.check.
func lifecycle() [34]rule {
	return [34]rule{
		{EntryOpened, none, StateReceived},
		{EntryVerified, received, StateVerified},
		{EntryFetch, verified | collecting | building | review, StateCollecting},
		{EntryHandedIn, open, ""},
		{EntryResolved, collecting, ""},
		{EntryWaiting, collecting, ""},
		{EntryTried, collecting, ""},
		{EntryFetched, collecting, ""},
		{EntryAbandoned, collecting, ""},
		{EntryBuild, collecting | building | review, StateBuilding},
		{EntryFaulted, building, ""},
		{EntryStuck, building, ""},
		{EntryBuilt, building, StateReview},
		{EntryProposed, open, ""},
		{EntryDeclined, open, ""},
		{EntryExtended, open, ""},
		{EntrySuspended, open, ""},
		{EntryResumed, open, ""},
		{EntryRefused, open, StateRefused},
		{EntryWithdrawn, open | released, StateWithdrawn},
		{EntryReleased, review, StateReleased},
		{EntryRecalled, released, StateReview},
		{EntryDelivered, released | delivered, StateDelivered},
		{EntryReminded, anything, ""},
		{EntryNotified, anything, ""},
		{EntryDefault, anything, ""},
		{EntryViewed, anything, ""},
		{EntryDenied, anything, ""},
		{EntryAsked, anything, ""},
		{EntryAnswered, anything, ""},
		{EntryMarked, released | delivered, ""},
		{EntryErasing, closed, ""},
		{EntryCleared, closed, ""},
		{EntryErased, closed, StateErased},
	}
}

// Next is the state after an entry of the kind, and whether one may be written.
func (s State) Next(kind EntryKind) (State, bool) {
	for _, r := range lifecycle() {
		if r.kind != kind {
			continue
		}
		if r.from&s.bit() == 0 {
			return s, false
		}
		if r.to == "" {
			return s, true
		}
		return r.to, true
	}
	return s, false
}

// Diagram draws the lifecycle as a Mermaid state diagram: the entries that lead
// from one state to another, and under it those that leave the state as it is.
func Diagram() string {
	var arrows, stays strings.Builder
	for _, r := range lifecycle() {
		var in []string
		for _, s := range append(States(), "") {
			if r.from&s.bit() == 0 {
				continue
			}
			if s == "" {
				s = "[*]"
			}
			if r.to == "" {
				in = append(in, string(s))
			} else {
				fmt.Fprintf(&arrows, "    %s --> %s: %s\n", s, r.to, r.kind)
			}
		}
		if r.to == "" {
			fmt.Fprintf(&stays, "- `%s`: %s\n", r.kind, strings.Join(in, ", "))
		}
	}
	return "```mermaid\nstateDiagram-v2\n" + arrows.String() + "```\n\n" + stays.String()
}
