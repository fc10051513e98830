package schema_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

func TestLifecycleIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), schema.Diagram()) {
		t.Errorf("docs/lifecycle.md does not hold this picture:\n%s", schema.Diagram())
	}
	for _, s := range schema.States() {
		if !strings.Contains(string(page), "| `"+string(s)+"` |") {
			t.Errorf("docs/lifecycle.md does not say what %q means", s)
		}
	}
}

// story writes entries one after another, by two people, on the day they name.
type story struct {
	t     *testing.T
	r     schema.Request
	today schema.Date
	log   []schema.Entry
}

func opened(t *testing.T, fourEyes bool) *story {
	t.Helper()
	s := &story{t: t, today: day(t, "2026-11-02")}
	s.ok(schema.Entry{
		Kind: schema.EntryOpened, Case: "2026-0001", Channel: schema.ChannelLetter, Day: day(t, "2026-11-02"),
		Lang: schema.Dutch, Parts: []string{"graphexport", "dataviewer"}, FourEyes: fourEyes, Ref: "subject",
	})
	return s
}

func (s *story) write(e schema.Entry) error {
	e.N = s.r.Entries + 1
	e.At = time.Date(s.today.Year(), s.today.Month(), s.today.Day(), 9, e.N, 0, 0, time.UTC)
	if e.Actor == "" {
		e.Actor = schema.ActorSystem
	}
	r, err := s.r.Apply(e, s.today)
	if err == nil {
		s.r = r
		s.log = append(s.log, e)
	}
	return err
}

func (s *story) ok(list ...schema.Entry) {
	s.t.Helper()
	for _, e := range list {
		if err := s.write(e); err != nil {
			s.t.Fatalf("%s in state %q: %v", e.Kind, s.r.State, err)
		}
	}
}

func (s *story) refused(e schema.Entry, code schema.Code) {
	s.t.Helper()
	before := s.r
	if err := s.write(e); schema.CodeOf(err) != code {
		s.t.Errorf("%s in state %q: %v, want %q", e.Kind, before.State, err, code)
	}
	if diff := cmp.Diff(before, s.r); diff != "" {
		s.t.Errorf("a refused entry changed the request (-before +after):\n%s", diff)
	}
}

// collected brings a request to where its bundle can be built.
func (s *story) collected() {
	s.t.Helper()
	s.ok(
		schema.Entry{Kind: schema.EntryVerified, Code: "signed-in"},
		schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"},
		schema.Entry{Kind: schema.EntryFetch, Part: "dataviewer"},
		schema.Entry{Kind: schema.EntryFetched, Part: "dataviewer", Counts: map[string]int64{"files": 1}},
		schema.Entry{Kind: schema.EntryWaiting, Part: "graphexport", Until: time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)},
		schema.Entry{Kind: schema.EntryTried, Part: "graphexport", Code: schema.CodeIO},
		schema.Entry{Kind: schema.EntryFetched, Part: "graphexport"},
	)
}

func (s *story) built() {
	s.t.Helper()
	s.collected()
	s.ok(
		schema.Entry{Kind: schema.EntryBuild},
		schema.Entry{Kind: schema.EntryFaulted, Code: schema.CodeInternal},
		schema.Entry{Kind: schema.EntryBuilt, Ref: "bundle", Version: "1"},
	)
}

func TestRequestFromStartToEnd(t *testing.T) {
	t.Parallel()
	s := opened(t, true)
	s.built()
	s.refused(schema.Entry{Kind: schema.EntryReleased, Ref: "bundle", Actor: "a"}, schema.CodeFourEyes)
	s.ok(schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryReleased, Ref: "bundle", Actor: "a"})
	s.refused(schema.Entry{Kind: schema.EntryReleased, Ref: "bundle", Actor: "a"}, schema.CodeFourEyes)
	s.refused(schema.Entry{Kind: schema.EntryReleased, Ref: "another", Actor: "b"}, schema.CodeConflict)
	s.ok(
		schema.Entry{Kind: schema.EntryReleased, Ref: "bundle", Actor: "b"},
		schema.Entry{Kind: schema.EntryDelivered, Ref: "bundle"},
		schema.Entry{Kind: schema.EntryErased, Counts: map[string]int64{"objects": 3}},
	)
	if s.r.State != schema.StateErased || s.r.Answered.IsZero() || s.r.Entries != len(s.log) {
		t.Errorf("the end is %+v", s.r)
	}
	var again schema.Request
	for _, e := range s.log {
		var err error
		if again, err = again.Fold(e); err != nil {
			t.Fatalf("fold %s: %v", e.Kind, err)
		}
	}
	if diff := cmp.Diff(s.r, again); diff != "" {
		t.Errorf("the ledger tells another story (-written +folded):\n%s", diff)
	}
}

func TestProposalIsAboutOneBundle(t *testing.T) {
	t.Parallel()
	s := opened(t, true)
	s.built()
	s.ok(
		schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryReleased, Ref: "bundle", Actor: "a"},
		schema.Entry{Kind: schema.EntryBuild},
		schema.Entry{Kind: schema.EntryBuilt, Ref: "newer"},
	)
	s.refused(schema.Entry{Kind: schema.EntryReleased, Ref: "newer", Actor: "b"}, schema.CodeFourEyes)
}

func TestDeclinedProposalIsGone(t *testing.T) {
	t.Parallel()
	s := opened(t, true)
	s.refused(schema.Entry{Kind: schema.EntryDeclined, Act: schema.EntryExtended, Actor: "b"}, schema.CodeConflict)
	s.ok(
		schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryExtended, Code: "volume", Actor: "a"},
		schema.Entry{Kind: schema.EntryDeclined, Act: schema.EntryExtended, Actor: "b"},
	)
	s.refused(schema.Entry{Kind: schema.EntryExtended, Code: "volume", Actor: "b"}, schema.CodeFourEyes)
	if len(s.r.Proposals) != 0 {
		t.Errorf("still proposed: %v", s.r.Proposals)
	}
}

func TestTakenIsCountedFromRelease(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	s.built()
	take := func(want int) {
		t.Helper()
		s.ok(schema.Entry{Kind: schema.EntryDelivered, Ref: "bundle"})
		if s.r.Taken != want {
			t.Errorf("taken %d times, want %d", s.r.Taken, want)
		}
	}
	s.ok(schema.Entry{Kind: schema.EntryReleased, Ref: "bundle"}, schema.Entry{Kind: schema.EntryRecalled}, schema.Entry{Kind: schema.EntryReleased, Ref: "bundle"})
	take(1)
	take(2)
}

func TestStanding(t *testing.T) {
	t.Parallel()
	s := opened(t, true)
	waits := func(want schema.Waiting) {
		t.Helper()
		if got := s.r.On(s.today).WaitingFor; got != want {
			t.Errorf("in state %q it waits for %q, want %q", s.r.State, got, want)
		}
	}
	waits(schema.WaitingIdentity)
	s.collected()
	waits(schema.WaitingWorker)
	s.ok(schema.Entry{Kind: schema.EntryBuild}, schema.Entry{Kind: schema.EntryBuilt, Ref: "bundle"})
	waits(schema.WaitingReview)
	s.ok(schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryReleased, Ref: "bundle", Actor: "a"})
	waits(schema.WaitingSecond)
	if on := s.r.On(day(t, "2026-12-02")); on.DaysLeft != 0 || on.Overdue || on.Due != day(t, "2026-12-02") || on.ExtendedDue != day(t, "2027-02-02") {
		t.Errorf("on the last day: %d days left, overdue %v, due %v, extended %v", on.DaysLeft, on.Overdue, on.Due, on.ExtendedDue)
	}
	if on := s.r.On(day(t, "2026-12-03")); on.DaysLeft != -1 || !on.Overdue {
		t.Errorf("a day later: %d days left, overdue %v", on.DaysLeft, on.Overdue)
	}
	s.ok(schema.Entry{Kind: schema.EntryReleased, Ref: "bundle", Actor: "b"})
	waits(schema.WaitingDelivery)
	if on := s.r.On(day(t, "2027-12-03")); on.Overdue {
		t.Error("answered, and overdue")
	}
	s.ok(schema.Entry{Kind: schema.EntryDelivered, Ref: "bundle"})
	waits(schema.WaitingNobody)
}

func TestDecisionTakesTwoPeople(t *testing.T) {
	t.Parallel()
	s := opened(t, true)
	extend := func(by schema.Actor, code schema.Code) schema.EntryKind {
		e := s.r.Decision(schema.Entry{Kind: schema.EntryExtended, Actor: by, Code: code, Ref: "reason of " + string(by)})
		s.ok(e)
		return e.Kind
	}
	for _, c := range []struct {
		by   schema.Actor
		code schema.Code
		want schema.EntryKind
	}{
		{"a", "volume", schema.EntryProposed},
		{"a", "volume", schema.EntryProposed}, // not by saying it twice
		{"b", "spread", schema.EntryProposed}, // another reason is another proposal
		{"a", "", schema.EntryExtended},
	} {
		if got := extend(c.by, c.code); got != c.want {
			t.Errorf("%s wants %q: %s, want %s", c.by, c.code, got, c.want)
		}
	}
	if last := s.log[len(s.log)-1]; last.Code != "spread" || last.Ref != "reason of b" {
		t.Errorf("decided is %+v, not what was proposed", last)
	}
	alone := opened(t, false)
	if e := alone.r.Decision(schema.Entry{Kind: schema.EntryExtended}); e.Kind != schema.EntryExtended {
		t.Errorf("without four eyes: %s", e.Kind)
	}
}

func TestJobsAreOrderedOnce(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	s.refused(schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}, schema.CodeConflict) // identity first
	s.ok(schema.Entry{Kind: schema.EntryVerified}, schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"})
	s.refused(schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}, schema.CodeConflict)
	s.refused(schema.Entry{Kind: schema.EntryFetch, Part: "unknown"}, schema.CodeConflict)
	s.refused(schema.Entry{Kind: schema.EntryFetched, Part: "dataviewer"}, schema.CodeConflict) // never ordered
	s.refused(schema.Entry{Kind: schema.EntryBuild}, schema.CodeConflict)                       // not collected
	s.ok(schema.Entry{Kind: schema.EntryAbandoned, Part: "graphexport", Code: schema.CodeIO})
	s.refused(schema.Entry{Kind: schema.EntryFetched, Part: "graphexport"}, schema.CodeConflict) // a late worker
	s.ok(schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"})                             // tried again by a person
	if p, _ := s.r.PartOf("graphexport"); p.State != schema.PartOrdered || p.Tries != 0 || p.Code != "" {
		t.Errorf("ordered again, the part is %+v", p)
	}
}

// What is handed in later is read before anything leaves, and nothing under way
// is disturbed.
func TestHandedInLater(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	handed := schema.Entry{Kind: schema.EntryHandedIn, Part: "upload"}
	read := schema.Entry{Kind: schema.EntryFetch, Part: "upload"}
	part := func(want schema.PartState) {
		t.Helper()
		if p, _ := s.r.PartOf("upload"); p.State != want {
			t.Errorf("the part is %s, want %s", p.State, want)
		}
	}
	s.refused(schema.Entry{Kind: schema.EntryHandedIn}, schema.CodeConflict)
	s.ok(handed)
	part(schema.PartIdle)
	s.ok(
		schema.Entry{Kind: schema.EntryVerified},
		schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}, schema.Entry{Kind: schema.EntryFetch, Part: "dataviewer"}, read, handed,
	)
	part(schema.PartOrdered) // it reads what is there when it runs
	for _, name := range []string{"graphexport", "dataviewer", "upload"} {
		s.ok(schema.Entry{Kind: schema.EntryFetched, Part: name})
	}
	s.ok(schema.Entry{Kind: schema.EntryBuild}, handed)
	part(schema.PartIdle)
	s.refused(read, schema.CodeConflict)
	s.ok(schema.Entry{Kind: schema.EntryBuilt, Ref: "b"})
	s.refused(schema.Entry{Kind: schema.EntryReleased, Ref: "b"}, schema.CodeConflict)
	if got := s.r.On(s.today).WaitingFor; got != schema.WaitingWorker {
		t.Errorf("it waits for %s", got)
	}
	s.ok(read, schema.Entry{Kind: schema.EntryFetched, Part: "upload"}, schema.Entry{Kind: schema.EntryBuild}, schema.Entry{Kind: schema.EntryStuck, Code: schema.CodeIO})
	s.ok(handed, read) // a build that is parked holds nothing up
	s.ok(schema.Entry{Kind: schema.EntryFetched, Part: "upload"}, schema.Entry{Kind: schema.EntryBuild}, schema.Entry{Kind: schema.EntryBuilt, Ref: "c"})
	s.ok(schema.Entry{Kind: schema.EntryReleased, Ref: "c"})
	s.refused(handed, schema.CodeConflict)
}

func TestExtensionOnlyInTheFirstMonth(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	if got := s.r.Due(); got != day(t, "2026-12-02") {
		t.Fatalf("due %v", got)
	}
	late := *s
	late.today = day(t, "2026-12-03")
	late.refused(schema.Entry{Kind: schema.EntryExtended, Code: "volume"}, schema.CodeTooLate)
	s.today = day(t, "2026-12-02") // the day itself is in time
	s.ok(schema.Entry{Kind: schema.EntryExtended, Code: "volume"})
	if got := s.r.Due(); got != day(t, "2027-02-02") {
		t.Errorf("extended due %v", got)
	}
	s.refused(schema.Entry{Kind: schema.EntryExtended, Code: "volume"}, schema.CodeConflict) // once
}

func TestPausesMoveTheSecondDateOnly(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	s.today = day(t, "2026-11-20")
	s.ok(schema.Entry{Kind: schema.EntrySuspended, Day: day(t, "2026-11-04"), Code: "identity"})
	s.refused(schema.Entry{Kind: schema.EntrySuspended, Day: day(t, "2026-11-05"), Code: "identity"}, schema.CodeConflict)
	if !s.r.Suspended() || s.r.DueIfSuspended(day(t, "2026-11-09")) != day(t, "2026-12-07") {
		t.Errorf("after five days of waiting: %v", s.r.DueIfSuspended(day(t, "2026-11-09")))
	}
	s.refused(schema.Entry{Kind: schema.EntryResumed, Day: day(t, "2026-11-03")}, schema.CodeConflict)
	s.ok(schema.Entry{Kind: schema.EntryResumed, Day: day(t, "2026-11-09")})
	s.ok(schema.Entry{Kind: schema.EntrySuspended, Day: day(t, "2026-11-12"), Code: "scope"}, schema.Entry{Kind: schema.EntryResumed, Day: day(t, "2026-11-14")})
	if got := s.r.DueIfSuspended(s.today); got != day(t, "2026-12-09") {
		t.Errorf("after seven days of waiting in all: %v", got)
	}
	if s.r.Due() != day(t, "2026-12-02") {
		t.Error("the due date itself moved")
	}
}

func TestReminderIsOwedOnce(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	give := func(today string) (codes []string) {
		s.today = day(t, today)
		owing := s.r.Owing(s.today)
		for i, m := range owing {
			e := s.r.Remind(m, i < len(owing)-1)
			codes = append(codes, string(m.Code))
			s.ok(e)
			if last := i == len(owing)-1; e.Telling() != last {
				t.Errorf("%s: somebody is told of %s: %v, want %v", today, m.Code, e.Telling(), last)
			}
		}
		if again := s.r.Owing(s.today); len(again) > 0 {
			t.Errorf("%s: %v is owed again", today, again)
		}
		return codes
	}
	for _, c := range []struct {
		today string
		want  []string
	}{
		{"2026-11-02", []string{"received"}},
		{"2026-11-11", nil},
		{"2026-11-12", []string{"collect"}},
		{"2026-11-28", []string{"extension", "urgent"}}, // after a standstill: both on record
	} {
		if diff := cmp.Diff(c.want, give(c.today)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.today, diff)
		}
	}
	s.ok(schema.Entry{Kind: schema.EntryExtended, Code: "volume"})
	if diff := cmp.Diff([]string{"urgent"}, give("2027-01-28")); diff != "" {
		t.Errorf("about the new date, once more (-want +got):\n%s", diff)
	}
	s.ok(schema.Entry{Kind: schema.EntryWithdrawn})
	if diff := cmp.Diff([]string(nil), give("2027-03-01")); diff != "" {
		t.Errorf("after the end (-want +got):\n%s", diff)
	}
}

// Whatever is written in whatever order, an entry either follows or changes
// nothing, and nothing follows erasure.
func TestNothingFollowsErasure(t *testing.T) {
	t.Parallel()
	s := opened(t, false)
	s.ok(schema.Entry{Kind: schema.EntryWithdrawn}, schema.Entry{Kind: schema.EntryErased})
	for _, kind := range []schema.EntryKind{
		schema.EntryOpened, schema.EntryVerified, schema.EntryFetch, schema.EntryWaiting, schema.EntryTried, schema.EntryFetched,
		schema.EntryAbandoned, schema.EntryBuild, schema.EntryBuilt, schema.EntryProposed, schema.EntryRefused,
		schema.EntryWithdrawn, schema.EntryRecalled, schema.EntryReminded, schema.EntryErased, "of-a-later-version",
	} {
		s.refused(schema.Entry{
			Kind: kind, Part: "graphexport", Case: "2", Day: day(t, "2026-11-02"), Channel: schema.ChannelOther,
			Parts: []string{"graphexport"}, Act: schema.EntryReleased,
		}, schema.CodeConflict)
	}
}

func TestPenalty(t *testing.T) {
	t.Parallel()
	due, notice := day(t, "2026-12-02"), day(t, "2026-12-07")
	for _, c := range []struct {
		notice, today schema.Date
		want          schema.Penalty
	}{
		{schema.Date{}, day(t, "2027-01-01"), schema.Penalty{}},
		{due, day(t, "2027-01-01"), schema.Penalty{}}, // the answer was not late yet
		{notice, day(t, "2026-12-20"), schema.Penalty{}},
		{notice, day(t, "2026-12-21"), schema.Penalty{From: day(t, "2026-12-21"), Days: 1, Euros: 23}},
		{notice, day(t, "2027-01-03"), schema.Penalty{From: day(t, "2026-12-21"), Days: 14, Euros: 322}},
		{notice, day(t, "2027-01-04"), schema.Penalty{From: day(t, "2026-12-21"), Days: 15, Euros: 357}},
		{notice, day(t, "2027-01-31"), schema.Penalty{From: day(t, "2026-12-21"), Days: 42, Euros: 1442}},
		{notice, day(t, "2028-01-31"), schema.Penalty{From: day(t, "2026-12-21"), Days: 42, Euros: 1442}},
	} {
		if got := schema.PenaltyFor(due, c.notice, c.today); got != c.want {
			t.Errorf("notice %v, today %v: %+v, want %+v", c.notice, c.today, got, c.want)
		}
	}
}
