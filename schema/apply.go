package schema

import (
	"errors"
	"slices"
)

// Apply is the only way in which a request changes: it takes the next entry of
// the ledger and returns the request after it. An entry that may not follow is
// refused with CodeConflict, whoever wrote it, an extension after the due date
// with CodeTooLate, and an act that needs a second person with CodeFourEyes.
// today is the day in the organisation's zone on which the entry is written.
//
// A ledger that was written with Apply folds again with Fold, which does not
// ask what was asked then.
func (r Request) Apply(e Entry, today Date) (Request, error) {
	if err := r.check(e, today); err != nil {
		return r, err
	}
	return r.fold(e)
}

// Fold takes an entry that stands in the ledger. The error has CodeConflict
// where no version of this table would have let it be written.
func (r Request) Fold(e Entry) (Request, error) { return r.fold(e) }

// check asks what depends on more than the state.
func (r Request) check(e Entry, today Date) error {
	if e.Actor.Client() && !byClient(e.Kind) {
		return Fail(CodeFourEyes, "decide on request", nil)
	}
	if err := r.possible(e, today); err != nil {
		return err
	}
	if r.FourEyes && needsTwo(e.Kind) {
		// A program's proposal is nobody's first pair of eyes.
		p, ok := r.Proposals[e.Kind]
		if !ok || p.By == e.Actor || p.By.Client() {
			return Fail(CodeFourEyes, "decide on request", nil)
		}
		if p.Code != e.Code || p.Ref != e.Ref {
			return conflict("decide on request")
		}
	}
	return nil
}

// possible asks the same, whoever it is that decides.
func (r Request) possible(e Entry, today Date) error {
	switch e.Kind {
	case EntryOpened:
		if e.Case == "" || e.Day.IsZero() || len(e.Parts) == 0 || !slices.Contains(Channels(), e.Channel) {
			return conflict("open request")
		}
		if e.Day.After(today) {
			return Fail(CodeUsage, "open request", errors.New("received in the future"))
		}
	case EntryExtended:
		if r.Extended {
			return conflict("extend period")
		}
		// The person must have been told within the first month (GDPR 12(3)).
		if today.After(r.Due()) {
			return Fail(CodeTooLate, "extend period", nil)
		}
	case EntrySuspended:
		if r.Suspended() || e.Day.IsZero() || e.Day.After(today) || e.Day.Before(r.Received) {
			return conflict("suspend request")
		}
	case EntryResumed:
		if !r.Suspended() || e.Day.Before(r.Pauses[len(r.Pauses)-1].From) || e.Day.After(today) {
			return conflict("resume request")
		}
	case EntryProposed:
		// A program takes the place of no person.
		if p, ok := r.Proposals[e.Act]; ok && e.Actor.Client() && !p.By.Client() {
			return conflict("propose act")
		}
		if _, ok := r.State.Next(e.Act); !ok {
			return conflict("propose act")
		}
		e.Kind, e.Act = e.Act, ""
		return r.possible(e, today)
	case EntryDeclined:
		if _, proposed := r.Proposals[e.Act]; !proposed {
			return conflict("decline proposal")
		}
	case EntryReleased, EntryDelivered:
		// What leaves is what was looked at, and has all that was handed in.
		if e.Ref == "" || e.Ref != r.Bundle || e.Kind == EntryReleased && !r.Collected() {
			return conflict("release bundle")
		}
		if r.Erasing.Code == ErasesAll {
			return conflict("release bundle")
		}
	case EntryAsked:
		if e.Ref == "" || r.Asked >= MostAsked || e.Actor != r.Owner {
			return conflict("ask question")
		}
	case EntryAnswered:
		if e.Ref == "" || r.Asked == 0 {
			return conflict("answer question")
		}
	case EntryMarked:
		if e.Ref == "" || r.Bundle == "" || e.Actor != r.Owner || !slices.Contains(Marks(), e.Code) {
			return conflict("mark sentence")
		}
	case EntryRecalled:
		// Its files go, whatever is decided now.
		if r.Cleared || r.Erasing.Code != "" {
			return conflict("recall bundle")
		}
	default:
	}
	return nil
}

// Decision is the entry to write when somebody wants the act e: the act itself,
// or, where it takes two people, a proposal of it; and once another person has
// proposed the same, the act as it was proposed. An act with another code than
// was proposed is a new proposal in its place. What a program proposed counts for
// no person: who wants it proposes it, or does it where one person is enough.
func (r Request) Decision(e Entry) Entry {
	p, ok := r.Proposals[e.Kind]
	two := r.TakesTwo(e.Kind)
	if two && ok && p.By != e.Actor && !p.By.Client() && (e.Code == "" || e.Code == p.Code) {
		e.Code, e.Ref = p.Code, p.Ref
		return e
	}
	if ok && e.Code == "" && (p.By.Client() || !two) { // as it was prepared
		e.Code = p.Code
		if e.Ref == "" {
			e.Ref = p.Ref
		}
	}
	if two {
		e.Act, e.Kind = e.Kind, EntryProposed
	}
	return e
}

// Confirms reports whether the act e is a second person's yes to what another
// proposed: then the words of who proposed it stay its reason.
func (r Request) Confirms(e Entry) bool {
	return r.TakesTwo(e.Kind) && r.Decision(e).Kind == e.Kind
}

// TakesTwo reports whether the act takes two people in this case: one who proposes
// it and another who does it.
func (r Request) TakesTwo(kind EntryKind) bool { return r.FourEyes && needsTwo(kind) }

// needsTwo reports whether the act takes two people where the organisation has
// four eyes look at a case.
func needsTwo(kind EntryKind) bool {
	switch kind {
	case EntryReleased, EntryRefused, EntryExtended, EntrySuspended:
		return true
	default:
		return false
	}
}

// proposable reports whether the act can be proposed: what takes two people, and
// what one person does but a program can only prepare.
func proposable(kind EntryKind) bool { return needsTwo(kind) || kind == EntryWithdrawn }

// fold is what the entry comes to.
func (r Request) fold(e Entry) (Request, error) {
	next, ok := r.State.Next(e.Kind)
	if !ok || e.N != 0 && e.N != r.Entries+1 {
		return r, conflict("follow ledger")
	}
	before := r
	r = r.clone()
	r.State, r.Changed = next, e.At
	r.Entries++
	switch e.Kind {
	case EntryOpened:
		r.Case, r.Channel, r.Received, r.Calendar = e.Case, e.Channel, e.Day, e.Calendar
		r.Lang, r.FourEyes, r.Subject, r.Owner, r.Opened = e.Lang, e.FourEyes, e.Ref, e.Owner, e.At
		r.Build.State = PartIdle
		for _, name := range e.Parts {
			r.Parts = append(r.Parts, Part{Source: name, State: PartIdle})
		}
	case EntryResolved:
		p := r.part(e.Part)
		if p == nil || !p.work(e) || e.Ref == "" {
			return before, conflict("follow ledger")
		}
		r.Subject = e.Ref
		if e.Code != "" && !slices.Contains(r.Notices, e.Code) {
			r.Notices = append(r.Notices, e.Code)
		}
	case EntryHandedIn:
		if e.Part == "" {
			return before, conflict("follow ledger")
		}
		if r.part(e.Part) == nil {
			r.Parts = append(r.Parts, Part{Source: e.Part, State: PartIdle})
		}
		// What is settled must be read once more; what is under way reads it.
		if p := r.part(e.Part); p.Settled() {
			*p = Part{Source: e.Part, State: PartIdle}
		}
	case EntryFetch, EntryWaiting, EntryTried, EntryFetched, EntryAbandoned:
		p := r.part(e.Part)
		// A build that is under way is let finish: its bundle would lack the part.
		if p == nil || before.State == StateBuilding && !r.Build.Settled() || !p.work(e) {
			return before, conflict("follow ledger")
		}
	case EntryBuild, EntryFaulted, EntryStuck, EntryBuilt:
		if e.Kind == EntryBuild && !r.Collected() || !r.Build.work(e) {
			return before, conflict("follow ledger")
		}
		if e.Kind == EntryBuilt {
			r.Bundle, r.Version = e.Ref, e.Version
			delete(r.Proposals, EntryReleased) // that was about another bundle
		}
	case EntryProposed:
		if !proposable(e.Act) {
			return before, conflict("follow ledger")
		}
		if r.Proposals == nil {
			r.Proposals = make(map[EntryKind]Proposal)
		}
		r.Proposals[e.Act] = Proposal{By: e.Actor, Code: e.Code, Ref: e.Ref}
	case EntryDeclined:
		delete(r.Proposals, e.Act)
	case EntryExtended:
		r.Extended = true
	case EntrySuspended:
		r.Pauses = append(r.Pauses, Pause{From: e.Day, Code: e.Code})
	case EntryResumed:
		if !r.Suspended() {
			return before, conflict("follow ledger")
		}
		r.Pauses[len(r.Pauses)-1].To = e.Day
	case EntryRefused:
		r.Ground, r.Answered, r.Closed = e.Code, e.At, e.At
	case EntryWithdrawn:
		r.Closed = e.At
	case EntryReleased:
		r.Answered, r.Taken = e.At, 0
	case EntryDelivered:
		r.Taken++
		if r.Closed.IsZero() { // what is fetched again does not keep it open
			r.Closed = e.At
		}
	case EntryReminded:
		r.Reminded = append(r.Reminded, Given{Code: e.Code, Due: e.Day})
	case EntryNotified:
		r.Notified = append(r.Notified, Given{Code: e.Code, Due: e.Day})
	case EntryDefault:
		r.Defaulted = e.Day
	case EntryAsked:
		r.Asked++
	case EntryAnswered:
		r.Asked = 0
	case EntryErasing:
		r.Erasing = Erasing{Code: e.Code, Counts: e.Counts, Ref: e.Ref}
	case EntryCleared:
		r.Cleared, r.Erasing = true, Erasing{}
	case EntryErased:
		r.Erasing = Erasing{}
	default: // verified, recalled: the state says it
	}
	if proposable(e.Kind) {
		delete(r.Proposals, e.Kind)
	}
	return r, nil
}

// part returns the part to change, nil where there is none.
func (r *Request) part(source string) *Part {
	for i := range r.Parts {
		if r.Parts[i].Source == source {
			return &r.Parts[i]
		}
	}
	return nil
}

// work takes an entry about this part's job and reports whether it may follow:
// a job that is settled stays so until it is ordered again.
func (p *Part) work(e Entry) bool {
	running := p.State == PartOrdered || p.State == PartWaiting
	switch e.Kind {
	case EntryFetch, EntryBuild:
		if running {
			return false // once is enough: a second order would be a second job
		}
		*p = Part{Source: p.Source, State: PartOrdered}
		return true
	case EntryResolved:
		p.Resolved = true
	case EntryWaiting:
		p.State, p.Until = PartWaiting, e.Until
	case EntryTried, EntryFaulted:
		p.State, p.Code, p.Until = PartOrdered, e.Code, e.Until
		p.Tries++
	case EntryFetched, EntryBuilt:
		p.State, p.Counts, p.Code, p.Until = PartDone, e.Counts, "", e.Until
	case EntryAbandoned, EntryStuck:
		p.State, p.Code, p.Until, p.Counts = PartAbandoned, e.Code, e.Until, e.Counts
	default:
		return false
	}
	return running
}

func conflict(op string) error { return Fail(CodeConflict, op, nil) }
