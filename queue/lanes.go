package queue

import "inzage/schema"

// Kind is a kind of job.
type Kind string

// The kinds.
const (
	KindFetch  Kind = "fetch"  // pull from one source into its box
	KindBuild  Kind = "build"  // make the bundle from what is in the boxes
	KindNotify Kind = "notify" // tell somebody what an entry says
)

func kinds() []Kind { return []Kind{KindFetch, KindBuild, KindNotify} }

// jobOf says which job an entry orders, if any. This is the only table of what
// follows from what.
func jobOf(e schema.Entry) (Kind, bool) {
	switch {
	case e.Kind == schema.EntryFetch:
		return KindFetch, true
	case e.Kind == schema.EntryBuild:
		return KindBuild, true
	case e.Telling():
		return KindNotify, true
	default:
		return "", false
	}
}

// lanes is how many lanes each kind has, by the days that are left. A lane is
// served only while those before it are empty, so the nearest due date comes
// first without the server having to sort.
const lanes = 4

// laneFor is the lane of a job of the request, today: up to three days left, ten,
// twenty, more.
func laneFor(r schema.Request, today schema.Date) int {
	switch left := r.Deadline().DaysLeft(today); {
	case left <= 3:
		return 0
	case left <= 10:
		return 1
	case left <= 20:
		return 2
	default:
		return 3
	}
}

func laneName(lane int) string { return string(rune('a' + lane)) }

func consumerName(kind Kind, lane int) string { return string(kind) + "-" + laneName(lane) }
