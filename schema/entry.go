package schema

import "time"

// RequestID names a request everywhere outside its sealed parts: 26 lower-case
// letters and digits made from 128 random bits. It says nothing about anybody.
type RequestID string

// Actor is who did something, as an opaque id: ActorSystem, or a random id that
// the organisation can lead back to a person. Never a name or an address.
type Actor string

// ActorSystem is the program itself.
const ActorSystem Actor = "system"

// EntryKind is what an entry of the ledger tells. The codes are stored for
// years: never rename one.
type EntryKind string

// The kinds. Each comment says which fields of Entry are used beside N, At,
// Kind, Actor and Prev.
const (
	EntryOpened    EntryKind = "opened"    // Case, Channel, Day, Calendar, Lang, Parts, FourEyes, Owner, Ref (sealed subject)
	EntryVerified  EntryKind = "verified"  // Code: how identity was checked
	EntryFetch     EntryKind = "fetch"     // Part: its fetch job is to run
	EntryHandedIn  EntryKind = "handed-in" // Part, Counts: files were handed in, to be read with the rest; Code: or taken back
	EntryResolved  EntryKind = "resolved"  // Part, Ref (sealed subject as the directory knows it), Code: what is worth knowing of the account
	EntryWaiting   EntryKind = "waiting"   // Part, Until: the far side is not ready, or asked to wait; not a try
	EntryTried     EntryKind = "tried"     // Part, Code: one try failed, another follows
	EntryFetched   EntryKind = "fetched"   // Part, Counts: everything is in the box
	EntryAbandoned EntryKind = "abandoned" // Part, Code: no further try
	EntryBuild     EntryKind = "build"     // the build job is to run
	EntryFaulted   EntryKind = "faulted"   // Code: one try of the build failed, another follows
	EntryStuck     EntryKind = "stuck"     // Code, Counts (of what is wrong): the build is parked, a person must look
	EntryBuilt     EntryKind = "built"     // Ref (hash of the bundle), Version, Counts
	EntryProposed  EntryKind = "proposed"  // Act: what is proposed; Code, Ref (sealed reason)
	EntryDeclined  EntryKind = "declined"  // Act: what was proposed will not be done
	EntryExtended  EntryKind = "extended"  // Code, Ref: the person was told, with reasons
	EntrySuspended EntryKind = "suspended" // Code, Ref, Day: waiting for the person since Day
	EntryResumed   EntryKind = "resumed"   // Day: the answer came
	EntryRefused   EntryKind = "refused"   // Code: the ground; Ref (sealed reason)
	EntryWithdrawn EntryKind = "withdrawn" // Ref, where a reason was given
	EntryReleased  EntryKind = "released"  // Ref: hash of the bundle that may leave
	EntryRecalled  EntryKind = "recalled"  // Code: the release is undone
	EntryDelivered EntryKind = "delivered" // Ref: hash of the bundle that the person took or got
	EntryReminded  EntryKind = "reminded"  // Code: the reminder; Day: the due date it is about
	EntryNotified  EntryKind = "notified"  // Code, Until: a notice left the house, or was given up
	EntryDefault   EntryKind = "default"   // Day: a notice of default (ingebrekestelling) came in
	EntryViewed    EntryKind = "viewed"    // Code: why somebody opened the content
	EntryDenied    EntryKind = "denied"    // somebody asked for a case that is not theirs, and did not get it
	EntryAsked     EntryKind = "asked"     // Ref: the person's question, sealed
	EntryAnswered  EntryKind = "answered"  // Ref: the answer to all that was asked so far, sealed
	EntryMarked    EntryKind = "marked"    // Code: what is amiss with a sentence of the answer; Ref: which, sealed
	EntryErasing   EntryKind = "erasing"   // Code: ErasesAll or ErasesRaw; Counts and Ref (hash of their list): what there is to erase
	EntryCleared   EntryKind = "cleared"   // Counts, Ref: the raw files are gone, the bundle is not
	EntryErased    EntryKind = "erased"    // Counts, Ref: everything is gone but the ledger
)

// Entry is one fact in the ledger of a request: ids, codes, counts and hashes
// only, never a value of the person. Entries are never changed or taken away;
// a Request is what they come to.
type Entry struct {
	// N counts the entries of one request from 1.
	N int `json:"n"`
	// At is the moment of writing, UTC.
	At   time.Time `json:"at"`
	Kind EntryKind `json:"kind"`
	// Actor is who did it.
	Actor Actor `json:"actor"`
	// Part is the name of the source that the entry is about.
	Part string `json:"part,omitempty"`
	// Act is the kind of entry that is proposed or declined.
	Act EntryKind `json:"act,omitempty"`
	// Code is the reason, ground, method or reminder.
	Code Code `json:"code,omitempty"`
	// Ref is the hex SHA-256 of what stands sealed beside the ledger.
	Ref string `json:"ref,omitempty"`
	// Day is a civil day that counts for the law.
	Day Date `json:"day,omitzero"`
	// Until is the moment until which something waits.
	Until time.Time `json:"until,omitzero"`
	// Counts are numbers by code: files, bytes, records, tries.
	Counts map[string]int64 `json:"counts,omitempty"`
	// Version is that of the catalog or program.
	Version string `json:"version,omitempty"`
	// Of a request that is opened:
	Case     string   `json:"case,omitempty"`
	Channel  Channel  `json:"channel,omitempty"`
	Calendar Calendar `json:"calendar,omitempty"`
	Lang     Lang     `json:"lang,omitempty"`
	Parts    []string `json:"parts,omitempty"`
	FourEyes bool     `json:"four_eyes,omitempty"`
	Owner    Actor    `json:"owner,omitempty"`
	// Prev is the hex SHA-256 of the entry before it, as stored; empty for the
	// first.
	Prev string `json:"prev,omitempty"`
}

// Channel is how a request reached the organisation. Any form counts; the clock
// starts on the day it reached an official channel (EDPB Guidelines 01/2022,
// 52-56).
type Channel string

// The channels.
const (
	ChannelDesk   Channel = "desk"   // the person asked in the desk, signed in
	ChannelMail   Channel = "mail"   // e-mail
	ChannelLetter Channel = "letter" // paper
	ChannelOral   Channel = "oral"   // at a counter, by telephone
	ChannelOther  Channel = "other"
)

// Channels lists the channels.
func Channels() []Channel {
	return []Channel{ChannelDesk, ChannelMail, ChannelLetter, ChannelOral, ChannelOther}
}
