package schema

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Request is a data-subject access request as its ledger tells it: the fold of
// its entries, without any value of the person. It is a value; Apply makes a
// new one.
type Request struct {
	ID RequestID `json:"id"`
	// Case is the number that people use for it.
	Case     string   `json:"case"`
	Channel  Channel  `json:"channel"`
	Received Date     `json:"received"`
	Calendar Calendar `json:"calendar"`
	Lang     Lang     `json:"lang"`
	FourEyes bool     `json:"four_eyes"`
	// Owner is the person it is about, where it is known how that person signs
	// in to the desk.
	Owner Actor `json:"owner,omitempty"`
	// Subject is the hash of the sealed subject: as it was given at intake, or as
	// the directory knows it once a fetch has looked.
	Subject string `json:"subject"`
	// Notices are what is worth knowing of the person's account: CodePersonGuest,
	// CodePersonDisabled, CodePersonRenamed.
	Notices []Code `json:"notices,omitempty"`
	State   State  `json:"state"`
	Parts   []Part `json:"parts"`
	// Build is the build job; its name is empty.
	Build Part `json:"build"`
	// Bundle is the hash of the last bundle built, Version the catalog's.
	Bundle  string `json:"bundle,omitempty"`
	Version string `json:"version,omitempty"`
	// Extended is set once the period was extended, in time.
	Extended bool `json:"extended,omitempty"`
	// Pauses are the waits for the person; the last may have no end yet.
	Pauses []Pause `json:"pauses,omitempty"`
	// Proposals are the acts that wait for a second person.
	Proposals map[EntryKind]Proposal `json:"proposals,omitempty"`
	// Ground is why it was refused.
	Ground Code `json:"ground,omitempty"`
	// Reminded lists the reminders given, Notified the notices that left.
	Reminded []Given `json:"reminded,omitempty"`
	Notified []Given `json:"notified,omitempty"`
	// Defaulted is the day of the notice of default, if there is one.
	Defaulted Date `json:"defaulted,omitzero"`
	// Opened and Changed are the moments of the first and the last entry.
	Opened  time.Time `json:"opened"`
	Changed time.Time `json:"changed"`
	// Answered is the moment of release or refusal.
	Answered time.Time `json:"answered,omitzero"`
	// Closed is the moment from which nothing follows but erasing: it was first
	// handed over, refused or withdrawn.
	Closed time.Time `json:"closed,omitzero"`
	// Cleared is set once the raw files are gone and the bundle is not. Erasing
	// is what is being erased; it goes on until it is done.
	Cleared bool    `json:"cleared,omitempty"`
	Erasing Erasing `json:"erasing,omitzero"`
	// Taken is how often the bundle was taken or handed over since it was
	// released.
	Taken int `json:"taken,omitempty"`
	// Asked is how many questions of the person wait for an answer.
	Asked int `json:"asked,omitempty"`
	// Entries is how many entries were folded.
	Entries int `json:"entries"`
	// Damaged says that the ledger is not what was written: this is what it came to
	// before that. Nothing is decided on it; its days run on.
	Damaged bool `json:"damaged,omitempty"`
}

// PartState is where the work on one part stands.
type PartState string

// The states of a part.
const (
	PartIdle      PartState = "idle"      // not begun
	PartOrdered   PartState = "ordered"   // its job is to run, or runs
	PartWaiting   PartState = "waiting"   // waits until a moment
	PartDone      PartState = "done"      // finished
	PartAbandoned PartState = "abandoned" // given up, or parked for a person
)

// Part is the work on one source of a request, or on its bundle.
type Part struct {
	Source string    `json:"source,omitempty"`
	State  PartState `json:"state"`
	// Resolved is set once the person was looked up since the job was ordered.
	Resolved bool `json:"resolved,omitempty"`
	// Tries counts those that failed since the job was ordered.
	Tries int `json:"tries,omitempty"`
	// Code is why the last try failed.
	Code   Code             `json:"code,omitempty"`
	Until  time.Time        `json:"until,omitzero"`
	Counts map[string]int64 `json:"counts,omitempty"`
}

// Settled reports whether there is nothing left to do.
func (p Part) Settled() bool { return p.State == PartDone || p.State == PartAbandoned }

// Pause is a wait for the person; To is no date while it lasts.
type Pause struct {
	From Date `json:"from"`
	To   Date `json:"to,omitzero"`
	Code Code `json:"code"`
}

// Proposal is an act that one person asks for and another must do.
type Proposal struct {
	By   Actor  `json:"by"`
	Code Code   `json:"code,omitempty"`
	Ref  string `json:"ref,omitempty"`
}

// Given is a reminder or notice that was given, about the due date Due.
type Given struct {
	Code Code `json:"code"`
	Due  Date `json:"due,omitzero"`
}

// Deadline is the deadline in force: extended where it was extended.
func (r Request) Deadline() Deadline {
	d := DeadlineFor(r.Received, r.Calendar)
	if r.Extended {
		d = d.Extended()
	}
	return d
}

// Due is the last day to answer.
func (r Request) Due() Date { return r.Deadline().Due }

// DueIfSuspended is the due date where the waits for the person would not
// count, one that still lasts counted up to today. It is indicative, see
// Deadline.DueIfSuspended.
func (r Request) DueIfSuspended(today Date) Date {
	d := r.Deadline()
	if len(r.Pauses) == 0 {
		return d.Due
	}
	// Later waits add to the first: the same number of days, counted from it.
	from, days := r.Pauses[0].From, 0
	for _, p := range r.Pauses {
		to := p.To
		if to.IsZero() {
			to = today
		}
		days += max(0, p.From.DaysUntil(to))
	}
	return d.DueIfSuspended(from, from.AddDays(days))
}

// Suspended reports whether the organisation waits for the person.
func (r Request) Suspended() bool {
	return len(r.Pauses) > 0 && r.Pauses[len(r.Pauses)-1].To.IsZero()
}

// PartOf returns the part of the source, and whether there is one.
func (r Request) PartOf(source string) (Part, bool) {
	i := slices.IndexFunc(r.Parts, func(p Part) bool { return p.Source == source })
	if i < 0 {
		return Part{}, false
	}
	return r.Parts[i], true
}

// Collected reports whether every part is settled.
func (r Request) Collected() bool {
	return !slices.ContainsFunc(r.Parts, func(p Part) bool { return !p.Settled() })
}

// Owing lists the reminders that should have been given by today and were not,
// earliest first. There are none once the request needs no answer. Where
// several are owing at once, after a standstill, the last one says it all; the
// others must still be put on record.
func (r Request) Owing(today Date) []Reminder {
	if !r.State.Open() {
		return nil
	}
	d := r.Deadline()
	var owing []Reminder
	for _, m := range Reminders(d) {
		if m.On.After(today) || slices.Contains(r.Reminded, reminded(m, d)) {
			continue
		}
		if m.Code == ReminderCollect && r.anyDone() {
			continue
		}
		owing = append(owing, m)
	}
	return owing
}

// reminded is what stands in Request.Reminded once m was given. What is about
// the due date is owed again when that moves.
func reminded(m Reminder, d Deadline) Given {
	switch m.Code {
	case ReminderReceived, ReminderCollect:
		return Given{Code: Code(m.Code)}
	default:
		return Given{Code: Code(m.Code), Due: d.Due}
	}
}

// Remind makes the entry that puts a reminder on record. passed says that a
// later one is owing too: then nobody needs to be told of this one.
func (r Request) Remind(m Reminder, passed bool) Entry {
	g := reminded(m, r.Deadline())
	e := Entry{Kind: EntryReminded, Actor: ActorSystem, Code: g.Code, Day: g.Due}
	if passed {
		e.Counts = map[string]int64{countPassed: 1}
	}
	return e
}

// countPassed marks a reminder that came too late to be told.
const countPassed = "passed"

// Telling reports whether somebody must be told of an entry: of a reminder, or of
// a question of the person.
func (e Entry) Telling() bool {
	return e.Kind == EntryReminded && e.Counts[countPassed] == 0 || e.Kind == EntryAsked
}

// NoticeAsked is the code of the notice that the person asked something.
const NoticeAsked = Code(EntryAsked)

// Notice is what a notice of the entry says, see Telling: a ReminderCode, or
// NoticeAsked.
func (e Entry) Notice() Code {
	if e.Kind == EntryAsked {
		return NoticeAsked
	}
	return e.Code
}

func (r Request) anyDone() bool {
	return slices.ContainsFunc(r.Parts, func(p Part) bool { return p.State == PartDone })
}

// clone copies what Apply changes in place.
func (r Request) clone() Request {
	r.Parts, r.Notices = slices.Clone(r.Parts), slices.Clone(r.Notices)
	r.Pauses = slices.Clone(r.Pauses)
	r.Proposals = maps.Clone(r.Proposals)
	r.Reminded = slices.Clone(r.Reminded)
	r.Notified = slices.Clone(r.Notified)
	return r
}

// ValidCase reports whether text has the form of a case number: letters, digits,
// and . _ - after the first, at most 64. It becomes a file name, and must not hold
// personal data.
func ValidCase(text string) bool {
	const first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return text != "" && len(text) <= 64 && strings.Trim(text, first+"._-") == "" && strings.Contains(first, text[:1])
}
