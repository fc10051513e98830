package simulate

import "slices"

// Fault is a way in which the tenant differs from its best behaviour. Faults
// can be combined; which agent or which request is hit follows from the seed.
type Fault string

// Faults of the service.
const (
	// Throttled answers the first two requests of every kind with 429, without
	// a Retry-After, as these resources do.
	Throttled Fault = "throttled"
	// Unavailable answers the first three requests of every kind with 500, 502
	// and 504.
	Unavailable Fault = "unavailable"
	// LostAnswer accepts the first export of a person and closes the connection
	// instead of saying so.
	LostAnswer Fault = "lost-answer"
	// OperationLocation names the operation in Operation-Location, not Location.
	OperationLocation Fault = "operation-location"
	// NoLocation does not name the operation at all.
	NoLocation Fault = "no-location"
	// TextProgress writes the progress as text, as the documentation has it,
	// not as the number of the metadata.
	TextProgress Fault = "text-progress"
	// Vanished forgets an operation as soon as its agents are ready.
	Vanished Fault = "vanished"
	// FailedStatus ends an operation with the status failed, which is
	// documented and was never seen.
	FailedStatus Fault = "failed-status"
	// NeverReady leaves an operation running for ever.
	NeverReady Fault = "never-ready"
	// Paged gives lists in pages of one.
	Paged Fault = "paged"
	// WrongSubject writes another person's identifiers into RequestInfo.json.
	WrongSubject Fault = "wrong-subject"
	// WrongTenant writes another organisation's identifier into RequestInfo.json.
	WrongTenant Fault = "wrong-tenant"
)

// Faults of the agents.
const (
	// SlowAgent has one agent take 20 days or more.
	SlowAgent Fault = "slow-agent"
	// DeadAgent has one agent never write; after 30 days the operation is
	// completed without it.
	DeadAgent Fault = "dead-agent"
	// Empty exports hold RequestInfo.json and nothing else.
	Empty Fault = "empty"
	// Truncated files stop in the middle.
	Truncated Fault = "truncated"
	// Invalid files have commas where the brackets belong.
	Invalid Fault = "invalid"
	// Zipped puts every file into a zip of its own.
	Zipped Fault = "zipped"
	// Malware replaces the files of one agent by a notice.
	Malware Fault = "malware"
	// Overwritten has every agent write the half of a file, fail, and write the
	// whole again.
	Overwritten Fault = "overwritten"
	// Concealed has the names in usage reports replaced by codes.
	Concealed Fault = "concealed-names"
	// NoHash leaves out the Content-MD5 of the blobs.
	NoHash Fault = "no-hash"
	// WrongHash gives blobs the Content-MD5 of something else.
	WrongHash Fault = "wrong-hash"
)

// Faults lists all of them.
func Faults() []Fault {
	return []Fault{
		Throttled, Unavailable, LostAnswer, OperationLocation, NoLocation, TextProgress, Vanished, FailedStatus,
		NeverReady, Paged, WrongSubject, WrongTenant,
		SlowAgent, DeadAgent, Empty, Truncated, Invalid, Zipped, Malware, Overwritten, Concealed, NoHash, WrongHash,
	}
}

func (t *Tenant) has(f Fault) bool { return slices.Contains(t.options.Faults, f) }
