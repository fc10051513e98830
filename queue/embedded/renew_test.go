package embedded_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// renewing is the environment variable that makes this test program renew the
// ledger in the folder that it names.
const renewing = "INZAGE_TEST_RENEW"

// renew renews a ledger two years from now, with a term of one.
func renew(ctx context.Context, folder string, told func(done, total int)) (done queue.Renewed, err error) {
	key, err := queue.ReadKey(filepath.Join(folder, "key"))
	if err != nil {
		return done, err
	}
	signer := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	o := queue.Options{Key: key, Now: func() time.Time { return time.Now().AddDate(2, 0, 0) }}
	err = embedded.Alone(ctx, embedded.Options{Folder: folder, Key: key, Quota: queuetest.Quota}, func(a queue.Access) error {
		done, err = queue.Renew(ctx, a, o, queue.Renewing{Terms: schema.Terms{Facts: 1}, Sign: signer, Told: told})
		return err
	})
	return done, err
}

// Wherever it is killed, the old ledger or the new one is there as a whole, or the
// store says that it is being renewed; and running it again ends it.
func TestRenewKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	signer := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public, _ := signer.Public().(ed25519.PublicKey)
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	gone, open := queuetest.Request(t, q, "graphexport"), queuetest.Request(t, q, "graphexport")
	if _, err := q.Append(t.Context(), gone.ID, schema.Entry{Kind: schema.EntryWithdrawn}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := q.Erase(t.Context(), gone.ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := q.Append(t.Context(), open.ID, schema.Entry{Kind: schema.EntryFetch, Part: "graphexport"}); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	open.Entries++
	kept, err := q.DailyCheckpoint(t.Context(), signer)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	q.Close()
	// whole looks whether the ledger is.
	whole := func(at string) (lapsed int) {
		s := queuetest.Serve(t, folder)
		defer s.Close()
		q, err := queue.Open(t.Context(), s.Access(), queue.Options{Key: s.Key()})
		if code := schema.CodeOf(err); code == schema.CodeRenewal {
			return -1
		}
		if err != nil {
			t.Fatalf("%s: %s", at, queuetest.Why(err))
		}
		defer q.Close()
		v, err := q.Verify(t.Context())
		if err != nil || len(v.Flaws) > 0 {
			t.Errorf("%s: %+v, %s", at, v, queuetest.Why(err))
		}
		beside, err := q.Checkpoints(t.Context(), public)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if p, err := q.Prove(t.Context(), true, append(beside, kept)...); err != nil || len(p.Breaches) > 0 {
			t.Errorf("%s: %+v, %s", at, p, queuetest.Why(err))
		}
		if now, err := q.Request(t.Context(), open.ID); err != nil || now.Entries != open.Entries {
			t.Errorf("%s: the request that stays: %+v, %s", at, now, queuetest.Why(err))
		}
		intruder := queuetest.Intrude(t, s.Access())
		queuetest.Eventually(t, at+": its job waits, once", func() bool { return len(intruder.Waits()) == 1 })
		return v.Lapsed
	}
	if _, err := renew(t.Context(), folder, nil); schema.CodeOf(err) != schema.CodeInUse {
		t.Errorf("while a server runs: %s", queuetest.Why(err))
	}
	s.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	streams := filepath.Join(folder, "jetstream", queue.AccountLedger, "streams")
	there := func(name string) func() bool {
		return func() bool { _, err := os.Stat(filepath.Join(streams, name)); return err == nil }
	}
	lines := func(n int) func(*bufio.Scanner) bool {
		return func(out *bufio.Scanner) bool {
			for range n {
				out.Scan()
			}
			return true
		}
	}
	tick := time.NewTicker(200 * time.Microsecond) // what it looks for is there for milliseconds
	defer tick.Stop()
	refused := 0
	for _, kill := range []struct {
		at   string
		look func() bool               // until it holds
		hear func(*bufio.Scanner) bool // or until so much is told
	}{
		{"while it is staged", there("RENEWAL"), nil},
		{"staged", nil, lines(1)},
		{"the old ledger is gone", func() bool { return there("RENEWING")() && !there("LEDGER")() }, nil},
		{"the new one is written", nil, lines(1)}, // of a run that goes on
		{"the register is made", func() bool { return !there("KV_register")() }, nil},
		{"the jobs are gone", func() bool { return there("RENEWING")() && !there("JOBS")() }, nil},
		{"events begin anew", func() bool { return there("RENEWING")() && !there("EVENTS")() }, nil},
	} {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), renewing+"="+folder)
		var faults bytes.Buffer
		cmd.Stderr = &faults
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			if kill.hear != nil && kill.hear(bufio.NewScanner(out)) {
				_ = cmd.Process.Kill()
			}
			_, _ = io.Copy(io.Discard, out)
			close(ended)
		}()
		if kill.look != nil {
			for over := false; !over && !kill.look(); {
				select {
				case <-ended: // it was faster
					over = true
				case <-tick.C:
				}
			}
			_ = cmd.Process.Kill()
		}
		<-ended
		_ = cmd.Wait()
		if faults.Len() > 0 {
			t.Fatalf("%s: %s", kill.at, faults.Bytes())
		}
		if whole(kill.at) < 0 {
			refused++
		}
	}
	t.Logf("refused after %d of the kills", refused)
	done, err := renew(t.Context(), folder, nil)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if lapsed := whole("at the end"); lapsed != 5 || done.N > 1 {
		t.Errorf("%d entries lapsed, want 5: %+v", lapsed, done)
	}
}
