package queue

import (
	"slices"

	"inzage/schema"
)

// Role is what a user of a cluster is there for. Each has its own users, one per
// account that it needs, and may do what is listed here; the server refuses the
// rest. An embedded server has one user for all of it: it is one process.
type Role string

// The roles.
const (
	RoleSetup  Role = "setup"  // makes the streams, brings them up to date, replaces the key, renews the ledger; runs nothing
	RoleIntake Role = "intake" // opens requests and orders their fetches
	RoleDesk   Role = "desk"   // people: intake, decisions, handing over, erasing
	RoleClock  Role = "clock"  // reminders, the register's snapshot, sweeping
	RoleFetch  Role = "fetch"  // a worker of the kind of that name, and the next two
	RoleBuild  Role = "build"
	RoleNotify Role = "notify"
	RoleAudit  Role = "audit"  // reads the ledger
	RoleEvents Role = "events" // another program that follows events: ids, and nothing else
)

// Roles lists all of them.
func Roles() []Role {
	return []Role{RoleSetup, RoleIntake, RoleDesk, RoleClock, RoleFetch, RoleBuild, RoleNotify, RoleAudit, RoleEvents}
}

// Accounts lists the accounts.
func Accounts() []string { return []string{AccountLedger, AccountBlobs, AccountKeys} }

// RoleOf is the role of a worker of the kind.
func RoleOf(kind Kind) Role { return Role(kind) }

// Rights is what a user may publish to (Deny takes away from Publish) and
// subscribe to, as NATS subjects.
type Rights struct{ Publish, Deny, Subscribe []string }

// Rights returns what the role may do in an account; false says that it has no
// user there.
//
// What NATS cannot express is guarded elsewhere: a schedule's target is not
// checked by the server, but a job that the ledger did not order is not run
// (take, wanted); and who may write files of one request may write those of
// another, but not open them without the organisation's key, and every file that
// counts has its hash in the ledger.
func (r Role) Rights(account string) (Rights, bool) {
	var publish []string
	switch account {
	case AccountLedger:
		publish = r.inLedger()
	case AccountBlobs:
		publish = r.inBlobs()
	case AccountKeys:
		publish = r.inKeys()
	}
	if len(publish) == 0 {
		return Rights{}, false
	}
	rights := Rights{Publish: publish, Subscribe: []string{inbox(r) + ".>"}}
	if kinds := r.kinds(); account == AccountLedger && len(kinds) > 0 {
		rights.Subscribe = append(rights.Subscribe, subjectSaid+">")
		for _, kind := range kinds {
			rights.Subscribe = append(rights.Subscribe, subjectWake+string(kind)+".>")
		}
	}
	if account == AccountLedger && r == RoleClock {
		rights.Subscribe = append(rights.Subscribe, SubjectConnects)
	}
	if account == AccountKeys && r.erases() {
		rights.Deny = []string{"$JS.API.STREAM.DELETE." + streamCheck}
	}
	return rights, true
}

// inbox is where answers to a role come; no role may listen at another's.
func inbox(r Role) string { return "_IN_" + string(r) }

// kinds is the kind of job that a worker's role does.
func (r Role) kinds() []Kind {
	return slices.DeleteFunc(kinds(), func(k Kind) bool { return RoleOf(k) != r })
}

func (r Role) erases() bool { return r == RoleDesk || r == RoleClock }

// entries is what a role may put on record, besides ordering jobs.
func (r Role) entries() []schema.EntryKind {
	switch r {
	case RoleIntake:
		return []schema.EntryKind{schema.EntryOpened, schema.EntryVerified, schema.EntryHandedIn}
	case RoleDesk:
		return []schema.EntryKind{
			schema.EntryOpened, schema.EntryVerified, schema.EntryProposed, schema.EntryExtended, schema.EntrySuspended,
			schema.EntryResumed, schema.EntryRefused, schema.EntryWithdrawn, schema.EntryReleased, schema.EntryRecalled,
			schema.EntryDelivered, schema.EntryDefault, schema.EntryViewed, schema.EntryErasing, schema.EntryCleared, schema.EntryErased, schema.EntryDeclined,
			schema.EntryDenied, schema.EntryHandedIn, schema.EntryAnswered, schema.EntryMarked,
		}
	case RoleClock:
		return []schema.EntryKind{schema.EntryReminded, schema.EntryErasing, schema.EntryCleared, schema.EntryErased}
	case RoleFetch:
		return []schema.EntryKind{schema.EntryResolved, schema.EntryWaiting, schema.EntryTried, schema.EntryFetched, schema.EntryAbandoned}
	case RoleBuild:
		return []schema.EntryKind{schema.EntryFaulted, schema.EntryStuck, schema.EntryBuilt}
	case RoleNotify:
		return []schema.EntryKind{schema.EntryNotified}
	case RoleSetup, RoleAudit, RoleEvents:
	}
	return nil
}

// orders is which jobs a role may order. Who settles the last part orders the
// build (readyToBuild).
func (r Role) orders() []Kind {
	switch r {
	case RoleIntake:
		return []Kind{KindFetch}
	case RoleDesk:
		return []Kind{KindFetch, KindBuild, KindNotify} // a question
	case RoleClock:
		return []Kind{KindNotify, KindFetch} // what was handed in during a build
	case RoleFetch:
		return []Kind{KindBuild}
	case RoleSetup, RoleBuild, RoleNotify, RoleAudit, RoleEvents:
	}
	return nil
}

// api puts the prefix of the server's own subjects before each.
func api(subjects ...string) (list []string) {
	for _, s := range subjects {
		list = append(list, "$JS.API."+s)
	}
	return list
}

// reading is what it takes to read streams from one end to the other.
func reading(streams ...string) (list []string) {
	for _, stream := range streams {
		list = append(append(list, "$JS.FC."+stream+".>"), api("CONSUMER.CREATE."+stream+".>", "CONSUMER.INFO."+stream+".*",
			"CONSUMER.MSG.NEXT."+stream+".*", "CONSUMER.DELETE."+stream+".*")...)
	}
	return list
}

func (r Role) inLedger() []string {
	if r == RoleEvents {
		return append(api("STREAM.INFO."+streamEvents, "CONSUMER.CREATE."+streamEvents+".>", "CONSUMER.INFO."+streamEvents+".*",
			"CONSUMER.MSG.NEXT."+streamEvents+".*", "CONSUMER.DELETE."+streamEvents+".*"),
			"$JS.ACK."+streamEvents+".>", "$JS.FC."+streamEvents+".>")
	}
	// Each adds to its own denials, which takes the last of them, and to no other's.
	list := append(api("STREAM.NAMES", "STREAM.INFO.*", "DIRECT.GET."+streamDenials+"."+denialSubject(r)), denialSubject(r))
	if r == RoleSetup {
		list = append(list, api("STREAM.CREATE.*", "STREAM.UPDATE.*", "CONSUMER.LIST."+streamJobs, "CONSUMER.INFO."+streamJobs+".*",
			"CONSUMER.CREATE."+streamJobs+".>")...)
		// The register's snapshot and the shelves are done anew when the key is replaced.
		for _, bucket := range []string{bucketRegister, bucketShelf} {
			kv := prefixKV + bucket
			list = append(list, "$KV."+bucket+".>", "$JS.FC."+kv+".>")
			list = append(list, api("STREAM.MSG.GET."+kv, "DIRECT.GET."+kv+".>", "CONSUMER.CREATE."+kv+".>",
				"CONSUMER.INFO."+kv+".*", "CONSUMER.DELETE."+kv+".*")...)
		}
		return append(list, renewalRights()...)
	}
	// A history in one answer.
	list = append(list, api("DIRECT.GET."+streamLedger, "STREAM.MSG.GET."+streamLedger)...)
	if len(r.kinds()) == 0 {
		// The whole ledger, what it was day by day, the denials, and the register.
		list = append(list, api("STREAM.MSG.GET."+streamCheckpoints, "DIRECT.GET."+streamCheckpoints)...)
		list = append(list, reading(streamLedger, streamDenials, prefixKV+bucketRegister)...)
	}
	for _, kind := range r.entries() {
		list = append(list, subjectLedger+"*.*.entry."+string(kind))
	}
	for _, kind := range r.orders() {
		list = append(list, subjectLedger+"*.*.job."+string(kind)+".*")
	}
	for _, kind := range r.kinds() {
		list = append(list, subjectSchedule+string(kind)+".*.*", subjectParked)
		for lane := range lanes {
			c := streamJobs + "." + consumerName(kind, lane)
			list = append(list, "$JS.ACK."+c+".>")
			list = append(list, api("CONSUMER.INFO."+c, "CONSUMER.MSG.NEXT."+c)...)
		}
	}
	if r == RoleFetch {
		list = append(list, "$KV."+bucketRates+".*")
		list = append(list, api("STREAM.MSG.GET."+prefixKV+bucketRates, "DIRECT.GET."+prefixKV+bucketRates+".>")...)
	}
	if r == RoleNotify { // events, for who wants them by webhook
		c := streamEvents + "." + consumerEvents
		list = append(append(list, "$JS.ACK."+c+".>"), api("CONSUMER.CREATE."+c, "CONSUMER.INFO."+c, "CONSUMER.MSG.NEXT."+c)...)
	}
	if r == RoleDesk {
		shelf := prefixKV + bucketShelf
		list = append(list, "$KV."+bucketShelf+".>", "$JS.FC."+shelf+".>")
		list = append(list, api("STREAM.MSG.GET."+shelf, "DIRECT.GET."+shelf+".>", "CONSUMER.CREATE."+shelf+".>",
			"CONSUMER.INFO."+shelf+".*", "CONSUMER.DELETE."+shelf+".*")...)
	}
	if r == RoleClock {
		for _, kind := range kinds() {
			list = append(list, subjectDue+string(kind)+".*.*.*")
		}
		list = append(list, "$KV."+bucketRegister+".*", subjectCheckpoint, subjectEvent+"*")
		list = append(list, api("STREAM.LIST", "STREAM.MSG.GET.*", "STREAM.MSG.DELETE."+streamJobs, "STREAM.MSG.DELETE."+streamSchedule)...)
	}
	return list
}

// renewalRights is what it takes to put another ledger in the place of the one that is
// there.
func renewalRights() []string {
	list := append([]string{subjectClosed + ">", subjectRenewal + ">", subjectKeep + ">", subjectCheckpoint, subjectWake + "*." + wakeRenewal},
		api("CONSUMER.LIST."+streamLedger, "CONSUMER.LIST."+streamEvents, "CONSUMER.CREATE."+streamEvents+".>")...)
	list = append(list, subjectSchedule+">", subjectDue+">", subjectParked)
	list = append(list, reading(streamLedger, streamRenewal, streamDenials)...)
	for _, stream := range []string{streamLedger, streamCheckpoints, streamJobs, streamSchedule, streamParked} {
		list = append(list, api("STREAM.MSG.GET."+stream, "DIRECT.GET."+stream)...)
	}
	for _, stream := range append(restStreams(), streamLedger, streamRenewal, streamRenewing, prefixKV+bucketRegister) {
		list = append(list, api("STREAM.DELETE."+stream)...)
	}
	return list
}

func (r Role) inBlobs() []string {
	switch r {
	case RoleSetup, RoleNotify, RoleAudit, RoleEvents:
		return nil
	case RoleIntake, RoleDesk, RoleClock, RoleFetch, RoleBuild:
	}
	list := append([]string{"$O.*.C.*", "$O.*.M.*", "$KV.*.>", "$JS.FC.>"},
		api("INFO", "STREAM.INFO.*", "STREAM.MSG.GET.*", "DIRECT.GET.*", "DIRECT.GET.*.>", "STREAM.PURGE.*",
			"CONSUMER.CREATE.*.>", "CONSUMER.INFO.*.*", "CONSUMER.DELETE.*.*")...)
	if r == RoleIntake || r == RoleDesk {
		list = append(list, api("STREAM.CREATE.*")...)
	}
	if r.erases() {
		list = append(list, api("STREAM.DELETE.*")...)
	}
	if r == RoleClock {
		list = append(list, api("STREAM.LIST")...)
	}
	return list
}

func (r Role) inKeys() []string {
	switch r {
	case RoleNotify, RoleEvents:
		return nil
	case RoleAudit:
		return api("STREAM.INFO."+streamCheck, "STREAM.MSG.GET."+streamCheck) // who vouched before the key was replaced
	case RoleSetup:
		return append(api("STREAM.NAMES", "STREAM.CREATE.*", "STREAM.INFO.*", "STREAM.MSG.GET.*", "STREAM.DELETE.*"),
			subjectCheck, subjectKey+"*", subjectRotation+"*")
	case RoleIntake, RoleDesk, RoleClock, RoleFetch, RoleBuild:
	}
	list := api("STREAM.INFO.*", "STREAM.MSG.GET.*")
	if r == RoleIntake || r == RoleDesk {
		list = append(list, subjectKey+"*")
		list = append(list, api("STREAM.CREATE.*")...)
	}
	if r.erases() {
		list = append(list, api("STREAM.DELETE.*")...)
	}
	if r == RoleClock {
		list = append(list, api("STREAM.LIST")...)
	}
	return list
}
