package embedded_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
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

// rotating is the environment variable that makes this test program replace the
// key of the folder that it names by the key in its file "next".
const rotating = "INZAGE_TEST_ROTATE"

func TestMain(m *testing.M) {
	if folder := os.Getenv(rotating); folder != "" {
		if err := rotate(context.Background(), folder, func(done, _ int) { fmt.Println(done) }); err != nil {
			fmt.Fprintln(os.Stderr, queuetest.Why(err))
			os.Exit(1)
		}
		return
	}
	if folder := os.Getenv(renewing); folder != "" {
		if _, err := renew(context.Background(), folder, func(done, _ int) { fmt.Println(done) }); err != nil {
			fmt.Fprintln(os.Stderr, queuetest.Why(err))
			os.Exit(1)
		}
		return
	}
	if folder := os.Getenv(serving); folder != "" {
		serve(folder)
		return
	}
	os.Exit(m.Run())
}

func rotate(ctx context.Context, folder string, told func(done, total int)) error {
	from, err := queue.ReadKey(filepath.Join(folder, "key"))
	if err != nil {
		return err
	}
	to, err := queue.ReadKey(filepath.Join(folder, "next"))
	if err != nil {
		return err
	}
	o := embedded.Options{Folder: folder, Key: from, Quota: queuetest.Quota}
	_, err = embedded.Rotate(ctx, o, to, time.Now(), told)
	return err
}

// rotated is a store whose key is to be replaced.
type rotated struct {
	folder   string
	from, to queue.Key
	ids      []schema.RequestID
	actor    schema.Actor
	kept     queue.Checkpoint
}

func newRotated(t *testing.T, requests int) *rotated {
	t.Helper()
	r := &rotated{folder: t.TempDir(), to: queue.NewKey()}
	if err := r.to.WriteFile(filepath.Join(r.folder, "next")); err != nil {
		t.Fatal(err)
	}
	s := queuetest.Serve(t, r.folder)
	defer s.Close()
	q := queuetest.Open(t, s)
	defer q.Close()
	r.from, r.actor = s.Key(), q.Actor("issuer", "somebody")
	for range requests {
		id := queuetest.Request(t, q, "graphexport").ID
		r.ids = append(r.ids, id)
		v, err := q.Vault(t.Context(), id)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if _, err := v.Box("graphexport").Put(t.Context(), "a.json", bytes.NewReader([]byte("content"))); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	if err := q.Shelf("test").Change(t.Context(), "a", func([]byte) ([]byte, error) { return []byte("kept"), nil }); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	register, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if err := register.Keep(t.Context()); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if r.kept, err = q.DailyCheckpoint(t.Context(), nil); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}

// open opens the store with its key of after, and looks whether everything is as
// it was before.
func (r *rotated) open(t *testing.T, key queue.Key) {
	t.Helper()
	s, err := embedded.Start(t.Context(), embedded.Options{Folder: r.folder, Key: key, Quota: queuetest.Quota})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer s.Close()
	q := queuetest.Open(t, s)
	defer q.Close()
	for _, id := range r.ids {
		v, err := q.Vault(t.Context(), id)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		blobs, err := v.Box("graphexport").Blobs(t.Context())
		if err != nil || len(blobs) != 1 {
			t.Fatalf("the files are %v, %s", blobs, queuetest.Why(err))
		}
		f, err := v.Box("graphexport").Open(t.Context(), blobs[0].Name)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		var content [16]byte
		if n, _ := f.Read(content[:]); string(content[:n]) != "content" {
			t.Errorf("the file holds %q", content[:n])
		}
	}
	if kept, err := q.Shelf("test").Get(t.Context(), "a"); string(kept) != "kept" {
		t.Errorf("the shelf keeps %q, %s", kept, queuetest.Why(err))
	}
	if again := q.Actor("issuer", "somebody"); again != r.actor {
		t.Errorf("somebody was %s and is %s: what they asked for is no longer theirs", r.actor, again)
	}
	if v, err := q.Verify(t.Context()); err != nil || len(v.Flaws) > 0 {
		t.Errorf("the ledger and the register: %+v, %s", v, queuetest.Why(err))
	}
	now, _ := q.Signer(nil).Public().(ed25519.PublicKey)
	if c, err := q.ReadCheckpoint(r.kept.Text, now); err != nil || !c.Signed {
		t.Errorf("the checkpoint of before: %+v, %s", c, queuetest.Why(err))
	}
	queuetest.Request(t, q, "graphexport")
}

// Once the key was replaced everything is as it was, and the old key opens
// nothing.
func TestRotate(t *testing.T) {
	t.Parallel()
	r := newRotated(t, 2)
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(r.folder)); err != nil {
		t.Fatal(err)
	}
	o := embedded.Options{Folder: r.folder, Key: r.from, Quota: queuetest.Quota}
	var told []int
	done, err := embedded.Rotate(t.Context(), o, r.to, time.Now(), func(done, total int) { told = append(told, done, total) })
	if err != nil || done.Keys != 4 || done.Damaged != 0 || done.Pieces < 3 {
		t.Fatalf("replacing gives %+v, %s", done, queuetest.Why(err))
	}
	if want := "[1 4 2 4 3 4 4 4]"; fmt.Sprint(told) != want {
		t.Errorf("told was %v, want %s", told, want)
	}
	refused(t, o, schema.CodeWrongKey)
	if _, err := embedded.Rotate(t.Context(), o, queue.NewKey(), time.Now(), nil); schema.CodeOf(err) != schema.CodeWrongKey {
		t.Errorf("by a stranger: %s", queuetest.Why(err))
	}
	if again, err := embedded.Rotate(t.Context(), o, r.to, time.Now(), nil); err != nil || again.Keys != 4 || again.Pieces != 0 {
		t.Errorf("replacing again gives %+v, %s", again, queuetest.Why(err))
	}
	// Whoever gets past the server's own guards, with the old key, finds no key
	// that it opens.
	s, err := embedded.Start(t.Context(), embedded.Options{Folder: r.folder, Key: r.to, Quota: queuetest.Quota})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if q, err := queue.Open(t.Context(), s.Access(), queue.Options{Key: r.from, Bind: true}); schema.CodeOf(err) != schema.CodeWrongKey {
		q.Close()
		t.Errorf("the queue takes the old key: %s", queuetest.Why(err))
	}
	access := s.Access()
	access.Ledger = access.Keys
	wrapped := queuetest.Intrude(t, access).Last("key_")
	if len(wrapped) != 4 {
		t.Errorf("there are %d keys", len(wrapped))
	}
	for name, sealed := range wrapped {
		if _, err := queue.Unseal(r.from.For("wrap"), "inzage.key."+name, sealed); schema.CodeOf(err) != schema.CodeWrongKey {
			t.Errorf("the old key opens a key: %v", err)
		}
	}
	s.Close()
	r.open(t, r.to)

	// A backup of before is opened with the key of before.
	r.folder = backup
	if err := os.Remove(filepath.Join(backup, "key")); err != nil {
		t.Fatal(err)
	}
	refused(t, embedded.Options{Folder: backup, Key: r.to}, schema.CodeWrongKey)
	r.open(t, r.from)
}

// Wherever it is killed, neither key opens half a store, and running it again
// ends it.
func TestRotateKilled(t *testing.T) {
	t.Parallel()
	r := newRotated(t, 3)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// At the start; while keys are staged; at each key that is told of; then not.
	for _, kill := range []int{-2, -1, 0, 2, 4} {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), rotating+"="+r.folder)
		var faults bytes.Buffer
		cmd.Stderr = &faults
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if kill < 0 {
			_, at := filepath.Join(r.folder, "store"), []string{"", filepath.Join(r.folder, "jetstream", queue.AccountKeys, "streams", "ROTATION")}[(-kill)%2]
			queuetest.Eventually(t, "it is under way", func() bool { _, err := os.Stat(at); return at == "" || err == nil })
			_ = cmd.Process.Kill()
		}
		// A run goes on where the one before was: it tells of all keys once more,
		// and moves those that are left.
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == kill {
				_ = cmd.Process.Kill()
			}
		}
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err == nil {
			break
		}
		if faults.Len() > 0 {
			t.Fatalf("killed at %d: %s", kill, faults.Bytes())
		}
		for _, key := range []queue.Key{r.from, r.to} {
			s, err := embedded.Start(t.Context(), embedded.Options{Folder: r.folder, Key: key, Quota: queuetest.Quota})
			switch code := schema.CodeOf(err); {
			case err == nil: // before anything was done, or after all was
				s.Close()
			case code != schema.CodeKeyChange && code != schema.CodeWrongKey:
				t.Errorf("killed at %d: starting gives %s", kill, queuetest.Why(err))
			}
		}
	}
	if err := rotate(t.Context(), r.folder, nil); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	r.open(t, r.to)
}

// A store of the first layout, which had no key of its own, opens as before, and
// its key can be replaced.
func TestFirstLayout(t *testing.T) {
	t.Parallel()
	const header = "inzage store 1 standalone"
	key, to, folder := queue.NewKey(), queue.NewKey(), t.TempDir()
	sealed, err := queue.Seal(key.For("mark"), header, []byte(header))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	text := header + "\n" + base64.StdEncoding.EncodeToString(sealed) + "\n"
	if err := os.WriteFile(filepath.Join(folder, "store"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := key.WriteFile(filepath.Join(folder, "key")); err != nil {
		t.Fatal(err)
	}
	find := used(t, folder)
	refused(t, embedded.Options{Folder: folder, Key: to}, schema.CodeWrongKey)
	if _, err := embedded.Rotate(t.Context(), embedded.Options{Folder: folder, Key: key, Quota: queuetest.Quota}, to, time.Now(), nil); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	refused(t, embedded.Options{Folder: folder}, schema.CodeWrongKey)
	if err := os.Remove(filepath.Join(folder, "key")); err != nil {
		t.Fatal(err)
	}
	if err := to.WriteFile(filepath.Join(folder, "key")); err != nil {
		t.Fatal(err)
	}
	find(t)
}
