package schema

import (
	"maps"
	"slices"
)

// Standing is a request on a day: what its ledger says, and what follows from
// that for the deadline.
type Standing struct {
	Request
	Due            Date     `json:"due"`
	ExtendedDue    Date     `json:"extended_due"`
	DueIfSuspended Date     `json:"due_if_suspended"`
	DaysLeft       int      `json:"days_left"`
	Overdue        bool     `json:"overdue"`
	WaitingFor     Waiting  `json:"waiting_for"`
	Penalty        *Penalty `json:"penalty,omitempty"`
}

// On is how the request stands on the day.
func (r Request) On(today Date) Standing {
	d := r.Deadline()
	s := Standing{
		Request: r, Due: d.Due, ExtendedDue: d.ExtendedDue, DueIfSuspended: r.DueIfSuspended(today),
		DaysLeft: d.DaysLeft(today), Overdue: r.State.Open() && d.Overdue(today), WaitingFor: r.waitingFor(),
	}
	if p := PenaltyFor(d.Due, r.Defaulted, today); p.Days > 0 && r.State.Open() {
		s.Penalty = &p
	}
	return s
}

// Waiting is who or what a request waits for. The codes are public output; the
// words are in the catalog, cli.waiting.<code>.
type Waiting string

// What a request can wait for.
const (
	WaitingNobody    Waiting = "nobody"        // it is closed
	WaitingDelivery  Waiting = "delivery"      // it may leave; the person does not have it yet
	WaitingPerson    Waiting = "person"        // who asked must answer a question
	WaitingSecond    Waiting = "second-reader" // somebody proposed, another must decide
	WaitingIdentity  Waiting = "identity"      // a check of who asks
	WaitingReview    Waiting = "review"        // somebody must look at the bundle
	WaitingAdmin     Waiting = "admin"         // work was given up, or a program proposed something
	WaitingMicrosoft Waiting = "microsoft"     // the far side is not ready
	WaitingWorker    Waiting = "worker"        // work that is queued, or runs
	WaitingRepair    Waiting = "repair"        // its ledger is damaged
)

func (r Request) waitingFor() Waiting {
	givenUp := func(p Part) bool { return p.State == PartAbandoned }
	switch {
	case r.Damaged && r.State != StateErased:
		return WaitingRepair
	case r.State == StateReleased:
		return WaitingDelivery
	case !r.State.Open():
		return WaitingNobody
	case r.Suspended():
		return WaitingPerson
	case slices.ContainsFunc(slices.Collect(maps.Values(r.Proposals)), func(p Proposal) bool { return !p.By.Client() }):
		return WaitingSecond
	case len(r.Proposals) > 0: // of programs, which somebody takes over first
		return WaitingAdmin
	case r.State == StateReceived:
		return WaitingIdentity
	case r.State == StateReview && r.Collected():
		return WaitingReview
	case slices.ContainsFunc(r.Parts, givenUp) || givenUp(r.Build):
		return WaitingAdmin
	case slices.ContainsFunc(r.Parts, func(p Part) bool { return p.State == PartWaiting }):
		return WaitingMicrosoft
	default:
		return WaitingWorker
	}
}
