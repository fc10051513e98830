package queue_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// What is refused is on record once with its count, adds up over closing and
// several processes, and cannot be taken away.
func TestDenials(t *testing.T) {
	t.Parallel()
	s := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, s)
	other := queuetest.Open(t, s)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = q.WriteDenials(ctx) }()
	var asking sync.WaitGroup
	for range 10 {
		asking.Go(func() {
			for range 50 {
				q.Deny(queue.DenialScope, "listRequests", "client-portal")
				other.Deny(queue.DenialScope, "listRequests", "client-portal")
			}
		})
	}
	asking.Wait()
	q.Deny(queue.DenialPage, "GET /oversight", "p-0123")
	stop()
	other.Close()
	if err := q.RecordDenials(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	sums := func() (list []queue.Denial, counts map[string]int, flaws []queue.DenialFlaw) {
		t.Helper()
		list, flaws, err := q.Denials(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		counts = make(map[string]int)
		for _, d := range list {
			counts[fmt.Sprintf("%s %s %s %s", d.Role, d.Act, d.What, d.Actor)] += d.Count
		}
		return list, counts, flaws
	}
	list, counts, flaws := sums()
	want := map[string]int{"inzage scope listRequests client-portal": 1000, "inzage page GET /oversight p-0123": 1}
	if diff := cmp.Diff(want, counts); diff != "" || len(flaws) > 0 {
		t.Errorf("on record (-want +got):\n%s, flaws %v", diff, flaws)
	}
	// Each process writes the first at once, and the rest a minute later or when it ends.
	if len(list) > 8 {
		t.Errorf("%d denials for two kinds of two processes", len(list))
	}
	if late, _, err := q.Denials(t.Context(), time.Now().Add(time.Hour)); err != nil || len(late) > 0 {
		t.Errorf("since tomorrow there are %d, %s", len(late), queuetest.Why(err))
	}
	if deleting, purging := queue.CutDenials(q); deleting == nil || purging == nil {
		t.Error("a denial can be deleted or purged")
	}

	kept, err := q.Checkpoint(t.Context(), nil)
	if err != nil || len(kept.Denials) != 1 || kept.Denials[0].Role != "inzage" || kept.Denials[0].Place != uint64(len(list)) {
		t.Fatalf("the checkpoint holds %+v of %d denials, %s", kept.Denials, len(list), queuetest.Why(err))
	}

	// Who got into the server adds what is none, and takes some away.
	first := uint64(len(list)) //nolint:gosec // a count
	in := queuetest.Intrude(t, s.Access())
	in.Publish("inzage.denial.fetch", `{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z","count":1,"act":"page","what":"a"}`)
	in.Publish("inzage.denial.inzage", `{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z","count":1,"act":"page","what":"not after the one before"}`)
	in.Publish("inzage.denial.fetch", "noise")
	in.Publish("inzage.denial.stranger", `{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z","count":1,"act":"page","what":"a"}`)
	in.Publish("inzage.denial.build", `{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z","count":1,"act":"page","what":"`+"\\u001b[2J\\u202e"+`"}`)
	_, _, flaws = sums()
	wantFlaws := []queue.DenialFlaw{{first + 2, queue.FlawChanged}, {first + 3, queue.FlawChanged}, {first + 4, queue.FlawChanged}, {first + 5, queue.FlawChanged}}
	if diff := cmp.Diff(wantFlaws, flaws); diff != "" {
		t.Errorf("flaws (-want +got):\n%s", diff)
	}
	proves := func(q *queue.Queue, want ...queue.BreachKind) {
		t.Helper()
		if p, err := q.Prove(t.Context(), true, kept); err != nil || !slices.Equal(breaches(p), want) {
			t.Errorf("against a checkpoint of before: %+v, %s; want %v", p.Breaches, queuetest.Why(err), want)
		}
	}
	proves(q) // what came after it is for the reader of the record
	if err := queue.ShrinkDenials(q); err != nil {
		t.Fatal(err)
	}
	proves(q, queue.BreachDenials)
	proves(queuetest.Open(t, s, func(o *queue.Options) { o.Now = func() time.Time { return time.Now().AddDate(2, 0, 0) } })) // too old to be kept
	_, _, flaws = sums()
	if len(flaws) < int(first) || flaws[0] != (queue.DenialFlaw{Place: 1, Kind: queue.FlawMissing}) { //nolint:gosec // a count
		t.Errorf("denials that were taken away give %v", flaws)
	}
}

// The line of a checkpoint says what was there at which place; another one is of a
// version to come.
func TestDenialHead(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public, _ := key.Public().(ed25519.PublicKey)
	head := queue.DenialHead{Role: "clock", Place: 12, At: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), Hash: [32]byte{1, 2}}
	for _, c := range []struct {
		line string
		want []queue.DenialHead
		code schema.Code
	}{
		{head.String(), []queue.DenialHead{head}, ""},
		{"weather fine", nil, ""},
		{"denials clock 12 2026-11-28T09:00:00Z", nil, schema.CodeSyntax},
		{strings.Replace(head.String(), " 12 ", " -1 ", 1), nil, schema.CodeSyntax},
		{strings.Replace(head.String(), "2026", "soon", 1), nil, schema.CodeSyntax},
		{strings.TrimSuffix(head.String(), "="), nil, schema.CodeSyntax},
	} {
		text, err := queue.SignNote("inzage-ledger\n3\n"+strings.Repeat("A", 43)+"=\n2026-11-02T09:00:00Z\n"+c.line+"\n", key)
		if err != nil {
			t.Fatal(err)
		}
		read, err := queue.ReadCheckpoint(text, public)
		if diff := cmp.Diff(c.want, read.Denials); schema.CodeOf(err) != c.code || err == nil && (!read.Signed || diff != "") {
			t.Errorf("%q gives %v, signed %v (-want +got):\n%s", c.line, err, read.Signed, diff)
		}
	}
}

// Whom the server does not let in is on record, of an embedded server too.
func TestConnectsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, s)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	watching.Go(func() { _ = q.WatchConnects(ctx) })
	forged := s.Access()
	forged.Ledger.Seed = string(queuetest.NewSeed(t))
	queuetest.Eventually(t, "a stranger is on record", func() bool {
		if q, err := queue.Open(t.Context(), forged, queue.Options{Key: s.Key(), Bind: true}); err == nil {
			q.Close()
			t.Fatal("a stranger comes in")
		}
		if err := q.RecordDenials(t.Context()); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		list, flaws, err := q.Denials(t.Context(), time.Time{})
		if err != nil || len(flaws) > 0 {
			t.Fatalf("%v, %s", flaws, queuetest.Why(err))
		}
		return len(list) > 0 && list[0].Act == queue.DenialConnect && list[0].What == "authentication-failure"
	})
}

// What a subject names is told without what it names: ids, names, and words that
// are not ours.
func TestClassOf(t *testing.T) {
	t.Parallel()
	id := string(queue.NewID())
	for subject, want := range map[string]string{
		"inzage.led." + id + ".4.entry.withdrawn":           "inzage.led.*.*.entry.withdrawn",
		"inzage.led." + id + ".4.entry.jan":                 "inzage.led.*.*.entry.*",
		"$JS.API.STREAM.DELETE.key_" + id:                   "$JS.API.STREAM.DELETE.key_*",
		"$JS.API.STREAM.INFO.OBJ_files_" + id:               "$JS.API.STREAM.INFO.OBJ_files_*",
		"$JS.API.CONSUMER.MSG.NEXT.JOBS.build-soon":         "$JS.API.CONSUMER.MSG.NEXT.JOBS.*",
		"$JS.API.CONSUMER.CREATE.LEDGER.abc.inzage.led.>":   "$JS.API.CONSUMER.CREATE.LEDGER.*.inzage.led.>",
		"jan.de.vries@contoso.example":                      "*.*.*.*",
		"_IN_desk.xyz":                                      "_IN_desk.*",
		strings.Repeat("inzage.", 40) + "jan":               strings.Repeat("inzage.", 12) + ">",
		"":                                                  "*",
		"$O.files_" + id + ".C.x":                           "$O.files_*.C.*",
		"inzage.wake.build.>":                               "inzage.wake.build.>",
		"inzage.led." + id + ".4.job.notify.overdue.\x1b[2": "inzage.led.*.*.job.notify.*.*",
	} {
		if got := queue.ClassOf(subject); got != want {
			t.Errorf("%q is told as %q, want %q", subject, got, want)
		}
	}
}
