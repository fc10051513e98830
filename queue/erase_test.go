package queue_test

import (
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// filled is a request that was withdrawn, with a raw file, a bookmark, a bundle
// and somebody's words in its vault.
func filled(t *testing.T, q *queue.Queue) (schema.Request, *queue.Vault) {
	t.Helper()
	r := queuetest.Request(t, q, "graphexport")
	v, err := q.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	for box, name := range map[*queue.Box]string{v.Box("graphexport"): "raw.json", v.Bundle(): "bundle.zip"} {
		if _, err := box.Put(t.Context(), name, strings.NewReader("content")); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	if err := v.Box("graphexport").Note(t.Context(), []byte("mark")); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if r, err = q.Decide(t.Context(), r.ID, schema.Entry{Kind: schema.EntryWithdrawn, Actor: "someone"}, []byte("no longer needed")); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r, v
}

// told is what the ledger says of erasing, oldest first.
func told(t *testing.T, q *queue.Queue, id schema.RequestID) (list []schema.Entry) {
	t.Helper()
	entries, err := q.Entries(t.Context(), id)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	for _, e := range entries {
		switch e.Kind {
		case schema.EntryErasing, schema.EntryCleared, schema.EntryErased:
			list = append(list, e)
		default:
		}
	}
	return list
}

func kinds(list []schema.Entry) (s string) {
	for _, e := range list {
		s += string(e.Kind) + " "
	}
	return strings.TrimSpace(s)
}

func TestErase(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	open := queuetest.Request(t, q, "graphexport")
	if _, err := q.Erase(t.Context(), open.ID, "someone"); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("erasing an open request gives %v, want %q", err, schema.CodeConflict)
	}
	if _, err := q.Subject(t.Context(), open); err != nil {
		t.Errorf("the person of an open request is gone: %v", err)
	}
	// Several clocks at once put it on record once.
	r, _ := filled(t, q)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			erased, err := q.Erase(t.Context(), r.ID, "someone")
			if err != nil || erased.State != schema.StateErased {
				t.Errorf("erasing: %+v, %v", erased, queuetest.Why(err))
			}
		})
	}
	all.Wait()
	if _, err := q.Subject(t.Context(), r); schema.CodeOf(err) != schema.CodeErased {
		t.Errorf("the person is still there: %v", err)
	}
	list := told(t, q, r.ID)
	if kinds(list) != "erasing erased" {
		t.Fatalf("the ledger says %q", kinds(list))
	}
	c := list[1].Counts
	if c["keys"] != 2 || c["objects"] != 4 || c["notes"] != 5 || list[1].Ref == "" || list[1].Ref != list[0].Ref {
		t.Errorf("the ledger says %+v", list[1])
	}
}

// Whatever was done when the process died, what was found at first is what is
// told at the end, once.
func TestEraseGoesOn(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	for name, crash := range map[string]func(*testing.T, schema.RequestID){
		"after the order": func(*testing.T, schema.RequestID) {},
		"after the keys": func(t *testing.T, id schema.RequestID) {
			t.Helper()
			if err := queue.DropKeys(t.Context(), q, id); err != nil {
				t.Fatal(err)
			}
		},
		"before the last entry": func(t *testing.T, id schema.RequestID) {
			t.Helper()
			if err := queue.Shred(q, t.Context(), id); err != nil {
				t.Fatal(err)
			}
		},
	} {
		r, _ := filled(t, q)
		counts, ref, err := queue.Inventory(q, t.Context(), r.ID, schema.ErasesAll)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryErasing, Code: schema.ErasesAll, Counts: counts, Ref: ref}); err != nil {
			t.Fatal(err)
		}
		crash(t, r.ID)
		if _, err := q.Erase(t.Context(), r.ID, schema.ActorSystem); err != nil {
			t.Fatalf("%s: %s", name, queuetest.Why(err))
		}
		list := told(t, q, r.ID)
		if kinds(list) != "erasing erased" || list[1].Counts["objects"] != 4 || list[1].Ref != ref {
			t.Errorf("%s: the ledger says %+v", name, list)
		}
	}
}

// The raw files can go before the bundle does: their key first, and nothing that
// the bundle needs.
func TestEraseRaw(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r, v := filled(t, q)
	r, err := q.EraseRaw(t.Context(), r.ID, schema.ActorSystem)
	if err != nil || !r.Cleared || r.State != schema.StateWithdrawn {
		t.Fatalf("%+v, %s", r, queuetest.Why(err))
	}
	if _, err := v.Box("graphexport").Open(t.Context(), "raw.json"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("the raw file: %v", err)
	}
	if mark, err := v.Box("graphexport").Bookmark(t.Context()); err != nil || mark != nil {
		t.Errorf("the bookmark: %q, %v", mark, err)
	}
	again, err := q.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	bundle, err := again.Bundle().Open(t.Context(), "bundle.zip")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer bundle.Close()
	if text, err := io.ReadAll(bundle); err != nil || string(text) != "content" {
		t.Errorf("the bundle: %q, %s", text, queuetest.Why(err))
	}
	if _, err := q.Subject(t.Context(), r); err != nil {
		t.Errorf("the person: %s", queuetest.Why(err))
	}
	if _, err := q.EraseRaw(t.Context(), r.ID, schema.ActorSystem); err != nil {
		t.Errorf("again: %s", queuetest.Why(err))
	}
	if _, err := q.Erase(t.Context(), r.ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	// The ledger says of both what went with it, and of nothing twice.
	list := told(t, q, r.ID)
	if kinds(list) != "erasing cleared erasing erased" {
		t.Fatalf("the ledger says %q", kinds(list))
	}
	for i, want := range []map[string]int64{{"keys": 1, "objects": 1, "notes": 2}, {"keys": 1, "objects": 3, "notes": 3}} {
		got := list[2*i+1]
		for what, n := range want {
			if got.Counts[what] != n {
				t.Errorf("%s says %d %s, want %d", got.Kind, got.Counts[what], what, n)
			}
		}
	}
	if list[1].Ref == "" || list[1].Ref == list[3].Ref || list[1].Counts["bytes"] == 0 {
		t.Errorf("the ledger says %+v", list)
	}
}

// Where the raw files cannot be erased apart, everything goes when its time
// comes, and the certificate tells of what was begun too.
func TestEraseAllOvertakesRaw(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r, v := filled(t, q)
	if err := queue.SpoilNotes(t.Context(), v.Bundle()); err != nil {
		t.Fatal(err)
	}
	counts, ref := map[string]int64{"keys": 1, "objects": 7}, "hash"
	if _, err := q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryErasing, Code: schema.ErasesRaw, Counts: counts, Ref: ref}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := q.EraseRaw(t.Context(), r.ID, schema.ActorSystem); schema.CodeOf(err) != schema.CodeTampered {
		t.Fatalf("erasing the raw files of a damaged vault gives %v", err)
	}
	if _, err := q.Erase(t.Context(), r.ID, schema.ActorSystem); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	c, err := q.Certificate(t.Context(), r.ID)
	if err != nil || kinds(c.Erasures) != "erasing erased" || c.Erasures[0].Counts["objects"] != 7 {
		t.Errorf("the certificate is %+v, %s", c, queuetest.Why(err))
	}
}

// Whose fetch was under way when the request was closed, the certificate says:
// where it had got to went with the bookmark.
func TestCertificateTellsWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := order(t, q, "graphexport", "dataviewer")
	for _, e := range []schema.Entry{
		{Kind: schema.EntryFetched, Part: "dataviewer"},
		{Kind: schema.EntryWithdrawn, Actor: "someone"},
	} {
		if _, err := q.Append(t.Context(), r.ID, e); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	if _, err := q.Erase(t.Context(), r.ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	c, err := q.Certificate(t.Context(), r.ID)
	if err != nil || !slices.Equal(c.UnderWay, []string{"graphexport"}) {
		t.Errorf("the certificate is %+v, %s", c, queuetest.Why(err))
	}
}

// A request whose ledger was tampered with can be erased, in whatever state it
// was; nobody without the organisation's key can say that it was.
func TestEraseTampered(t *testing.T) {
	t.Parallel()
	server := queuetest.Serve(t, t.TempDir())
	q := queuetest.Open(t, server)
	intruder := queuetest.Intrude(t, server.Access())
	whole := queuetest.Request(t, q, "graphexport")
	if _, err := q.EraseTampered(t.Context(), whole.ID, "someone"); schema.CodeOf(err) != schema.CodeConflict {
		t.Errorf("erasing a request whose ledger verifies gives %v, want %q", err, schema.CodeConflict)
	}
	for name, tamper := range map[string]func(schema.Request){
		"noise behind it": func(r schema.Request) { queuetest.Spoil(t, server, r) },
		"an entry that no rule allows, and a claim that it is settled": func(r schema.Request) {
			root := "inzage.led." + string(r.ID) + "."
			intruder.Publish(root+"3.entry.released", `{"n":3,"kind":"released","actor":"x"}`, "Inzage-Version", "1")
			intruder.Publish(root+"4.entry.erased", `{"n":4,"kind":"erased","actor":"x","code":"tampered"}`, "Inzage-Version", "1", "Inzage-Proof", strings.Repeat("00", 32))
		},
		"numbers that leave no room": func(r schema.Request) {
			intruder.Publish("inzage.led."+string(r.ID)+".9223372036854775807.entry.viewed", "noise")
		},
	} {
		r := queuetest.Request(t, q, "graphexport")
		reg := register(t, q)
		stop := follow(t, reg, false)
		tamper(r)
		if _, err := q.Request(t.Context(), r.ID); schema.CodeOf(err) != schema.CodeTampered {
			t.Errorf("%s: the ledger gives %v", name, err)
		}
		if v, err := q.Verify(t.Context()); err != nil || v.Sound() {
			t.Errorf("%s: verify finds %+v, %v", name, v, err)
		}
		for range 2 { // the second finds that all is done
			erased, err := q.EraseTampered(t.Context(), r.ID, "someone")
			if err != nil || erased.State != schema.StateErased {
				t.Errorf("%s: erasing: %+v, %s", name, erased, queuetest.Why(err))
			}
		}
		if _, err := q.Vault(t.Context(), r.ID); schema.CodeOf(err) != schema.CodeErased {
			t.Errorf("%s: the vault is still there: %v", name, err)
		}
		c, err := q.Certificate(t.Context(), r.ID)
		if err != nil || len(c.Erasures) == 0 || c.Erasures[len(c.Erasures)-1].Code != schema.CodeTampered || c.Erasures[len(c.Erasures)-1].Counts["keys"] != 2 {
			t.Errorf("%s: the certificate says %+v, %s", name, c, queuetest.Why(err))
		}
		v, err := q.Verify(t.Context())
		if err != nil || len(v.Flaws) == 0 || !v.Holds() {
			t.Errorf("%s: verify finds %+v, %v, want settled flaws", name, v, err)
		}
		queuetest.Eventually(t, "who follows sees it", func() bool {
			got, ok := reg.Request(r.ID)
			return ok && got.State == schema.StateErased
		})
		stop()
		if got, _ := register(t, q).Request(r.ID); got.State != schema.StateErased {
			t.Errorf("%s: the register says %q", name, got.State)
		}
		if _, err := q.DailyCheckpoint(t.Context(), nil); err != nil {
			t.Errorf("%s: no checkpoint: %s", name, queuetest.Why(err))
		}
	}
	if _, err := q.Subject(t.Context(), whole); err != nil {
		t.Errorf("another request was touched: %s", queuetest.Why(err))
	}
}
