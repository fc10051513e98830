package queue_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// The bundles of the requests in the test below, as hashes.
const (
	lapsedBundle = "1ab5ed000000000000000000000000000000000000000000000000000000feed"
	stayedBundle = "57a7ed000000000000000000000000000000000000000000000000000000feed"
)

// Of what lapsed nothing is left on the disk: no id, case number or hash, in no
// encoding that the program or the server uses, and in the name of no file. The
// server of this test does not encrypt its files, which the embedded one and a
// cluster do: there one would search noise. What is searched is what it wrote, also
// what was deleted in it since. What the file system did with the files that went is
// not looked at: nobody overwrites them.
func TestRenewLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	access, stop := queuetest.ServePlain(t, folder)
	var moment atomic.Int64
	set := func(year int) { moment.Store(time.Date(year, time.March, 2, 12, 0, 0, 0, time.UTC).Unix()) }
	set(2027)
	o := queue.Options{Key: queue.NewKey(), Patience: 2 * time.Second, Now: func() time.Time { return time.Unix(moment.Load(), 0) }}
	q, err := queue.Open(t.Context(), access, o)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	intruder := queuetest.Intrude(t, access)

	// In each place where a request can leave something: of one that was answered, of
	// one that waits for a moment, and of one that no worker took.
	lapses, stays := make([]schema.Request, 3), make([]schema.Request, 3)
	for name, list := range map[string][]schema.Request{"lapses": lapses, "stays": stays} {
		for i := range list {
			opened := queuetest.Opened("case-"+name+"-"+strconv.Itoa(i), "graphexport")
			opened.Day = schema.NewDate(2027, time.March, 1)
			if list[i], err = q.New(t.Context(), opened, schema.Subject{Name: schema.NewPersonal("Sam Jansen")}); err != nil {
				t.Fatal(queuetest.Why(err))
			}
			appendTo(t, q, list[i].ID, schema.Entry{Kind: schema.EntryVerified, Code: "signed-in"})
		}
	}
	bundles := map[schema.RequestID]string{lapses[0].ID: lapsedBundle, stays[0].ID: stayedBundle}
	for _, list := range [][]schema.Request{lapses, stays} {
		appendTo(t, q, list[0].ID, fetch("graphexport"))
		appendTo(t, q, list[1].ID, fetch("graphexport"))
	}
	end := work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch, queue.KindBuild}, Do: func(ctx context.Context, job queue.Job) error {
		bundle, answered := bundles[job.Request.ID]
		switch {
		case !answered:
			return schema.Later(20 * time.Hour)
		case job.Kind == queue.KindFetch:
			return done(ctx, q, job)
		}
		_, err := q.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryBuilt, Ref: bundle, Version: "1"})
		return err
	}})
	for _, list := range [][]schema.Request{lapses, stays} {
		queuetest.Eventually(t, "all that a worker does is done", func() bool {
			return state(t, q, list[0].ID).State == schema.StateReview && state(t, q, list[1].ID).Parts[0].State == schema.PartWaiting
		})
	}
	queuetest.Eventually(t, "all that was done left the queue", func() bool { return intruder.Jobs() == 0 })
	end()
	for _, list := range [][]schema.Request{lapses, stays} {
		appendTo(t, q, list[0].ID, schema.Entry{Kind: schema.EntryReminded, Code: "due-10", Day: schema.NewDate(2027, time.April, 1)})
		appendTo(t, q, list[2].ID, fetch("graphexport"))
		intruder.Publish("inzage.parked", "noise", "Inzage-Code", "damaged-job", "Inzage-Subject", "inzage.job.fetch.d."+string(list[0].ID)+".99")
	}
	appendTo(t, q, lapses[0].ID, schema.Entry{Kind: schema.EntryReleased, Ref: lapsedBundle}, schema.Entry{Kind: schema.EntryDelivered, Ref: lapsedBundle})
	secrets := make(map[string]string)
	for i, r := range lapses {
		if i != 0 {
			appendTo(t, q, r.ID, schema.Entry{Kind: schema.EntryWithdrawn})
		}
		if r, err = q.Erase(t.Context(), r.ID, "someone"); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		entries, err := q.Entries(t.Context(), r.ID)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		secrets["an id"+string(r.ID)], secrets["a case"+r.Case] = string(r.ID), r.Case
		for _, e := range entries[1:] {
			secrets["the hash of an entry"+e.Prev] = e.Prev
		}
	}
	secrets["the hash of a bundle"] = lapsedBundle
	tellOf(t, q)
	if _, err := q.DailyCheckpoint(t.Context(), nil); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	register, err := q.OpenRegister(t.Context())
	if err == nil {
		err = register.Keep(t.Context())
	}
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	q.Close()
	if found := search(t, folder, secrets); len(found) < len(secrets) {
		t.Fatalf("of %d only %d are there before: %v", len(secrets), len(found), found)
	}
	waits := intruder.Waits()

	set(2031)
	done, err := queue.Renew(t.Context(), access, o, queue.Renewing{Terms: schema.Terms{Facts: 3}})
	if err != nil || done.Requests != 3 {
		t.Fatalf("%+v, %s", done, queuetest.Why(err))
	}
	for _, text := range secrets {
		if places := intruder.Find(text); len(places) > 0 {
			t.Errorf("what lapsed can be read in %v", places)
		}
	}
	// What stays waits where it waited, once.
	after := slices.DeleteFunc(waits, func(subject string) bool {
		return slices.ContainsFunc(lapses, func(r schema.Request) bool { return strings.Contains(subject, string(r.ID)) })
	})
	if now := intruder.Waits(); !slices.Equal(after, now) || len(now) != 3 {
		t.Errorf("what waits is %v, want %v", now, after)
	}
	if q, err = queue.Open(t.Context(), access, o); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	tellOf(t, q)
	if v, err := q.Verify(t.Context()); err != nil || !v.Holds() {
		t.Errorf("the ledger: %+v, %s", v, queuetest.Why(err))
	}
	q.Close()
	stop()
	queuetest.Eventually(t, "the server has removed what it dropped", func() bool {
		gone, err := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", ".*"))
		return err == nil && len(gone) == 0
	})
	for what, files := range search(t, folder, secrets) {
		t.Errorf("%s of what lapsed is in %v", what, files)
	}
	if found := search(t, folder, map[string]string{"an id": string(stays[0].ID), "a bundle": stayedBundle}); len(found) != 2 {
		t.Errorf("what stays is not found: %v", found)
	}
}

func appendTo(t *testing.T, q *queue.Queue, id schema.RequestID, entries ...schema.Entry) {
	t.Helper()
	if _, err := q.Append(t.Context(), id, entries...); err != nil {
		t.Fatal(queuetest.Why(err))
	}
}

// tellOf tells programs what is on record so far.
func tellOf(t *testing.T, q *queue.Queue) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var telling sync.WaitGroup
	telling.Go(func() { _ = q.Tell(ctx) })
	queuetest.Eventually(t, "all is told", func() bool { return queue.Told(q) })
	stop()
	telling.Wait()
}

// search looks for texts in the names and in the bytes of all files below a folder,
// as they are and in each encoding, and lists the files by the text's name.
func search(t *testing.T, folder string, texts map[string]string) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		var content []byte
		if err == nil && d.Type().IsRegular() {
			content, err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server is at work
		}
		content = append(content, path...)
		for name, text := range texts {
			if slices.ContainsFunc(encoded(text), func(form []byte) bool { return bytes.Contains(content, form) }) {
				found[name] = append(found[name], filepath.Base(filepath.Dir(filepath.Dir(path)))+"/"+filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// encoded is a text as it is, in hex, and in base64 wherever it stands in what was
// encoded; where it is hex, its bytes too.
func encoded(text string) [][]byte {
	raw := [][]byte{[]byte(text)}
	if b, err := hex.DecodeString(text); err == nil && len(b) == 32 {
		raw = append(raw, b)
	}
	list := slices.Clone(raw)
	for _, b := range raw {
		list = append(list, []byte(hex.EncodeToString(b)), []byte(strings.ToUpper(hex.EncodeToString(b))))
		for skip := range 3 { // of what stands before it some bits are in the first character
			for _, as := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				form := as.EncodeToString(append(make([]byte, skip), b...))
				list = append(list, []byte(form[(skip*8+5)/6:len(form)-1]))
			}
		}
	}
	return list
}
