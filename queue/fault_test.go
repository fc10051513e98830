package queue_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// serveVariable makes the test binary a server on the folder that it names.
const serveVariable = "INZAGE_TEST_SERVE"

// TestServeProcess is not a test: it is the process that TestKilled kills.
func TestServeProcess(t *testing.T) {
	folder := os.Getenv(serveVariable)
	if folder == "" {
		return
	}
	q := queuetest.Open(t, queuetest.Serve(t, folder))
	register, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	go func() { _ = register.Run(t.Context(), true) }()
	_ = q.Work(t.Context(), queue.Worker{
		Kinds: []queue.Kind{queue.KindFetch, queue.KindBuild}, Slots: 4,
		Do: func(ctx context.Context, job queue.Job) error { return putAndTell(ctx, q, job) },
	})
}

// putAndTell does what a worker does: a fetch stores a file, a build makes one
// of them all.
func putAndTell(ctx context.Context, q *queue.Queue, job queue.Job) error {
	v, err := q.Vault(ctx, job.Request.ID)
	if err != nil {
		return err
	}
	if job.Kind == queue.KindFetch {
		content := bytes.Repeat([]byte(job.Request.Case+job.Entry.Part), 1000)
		if _, err := v.Box(job.Entry.Part).Put(ctx, "raw", bytes.NewReader(content)); err != nil {
			return err
		}
		_, err = q.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryFetched, Part: job.Entry.Part})
		return err
	}
	var all []io.Reader
	for _, p := range job.Request.Parts {
		r, err := v.Box(p.Source).Open(ctx, "raw")
		if err != nil {
			return err
		}
		defer r.Close()
		all = append(all, r)
	}
	blob, err := v.Bundle().Put(ctx, "bundle", io.MultiReader(all...))
	if err != nil {
		return err
	}
	_, err = q.Append(ctx, job.Request.ID, schema.Entry{Kind: schema.EntryBuilt, Ref: blob.SHA256, Version: "1"})
	return err
}

// process starts a server in a process of its own and waits for its door.
func process(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	_ = os.Remove(filepath.Join(folder, "door"))                    // of one that was killed
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeProcess$") //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), serveVariable+"="+folder)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	queuetest.Eventually(t, "a door", func() bool {
		_, err := queue.ReadDoor(folder)
		return err == nil
	})
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// A process that is killed at any moment loses nothing that was acknowledged and
// does nothing twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	var ids []schema.RequestID
	for round := range 8 {
		cmd := process(t, folder)
		life := time.NewTimer(time.Duration(100+random.IntN(500)) * time.Millisecond)
		ids = append(ids, intake(t, folder, round)...)
		<-life.C
		kill(t, cmd)
	}
	if len(ids) == 0 {
		t.Fatal("no request was taken in at all")
	}
	q := queuetest.Open(t, queuetest.Serve(t, folder))
	work(t, q, queue.Worker{Slots: 4, Do: func(ctx context.Context, job queue.Job) error { return putAndTell(ctx, q, job) }})
	for _, id := range ids {
		reach(t, q, id, schema.StateReview)
		entries, err := q.Entries(t.Context(), id)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		steps := make(map[string]int)
		for _, e := range entries {
			steps[string(e.Kind)+e.Part]++
		}
		for step, times := range steps {
			if times != 1 {
				t.Errorf("%s is on record %d times", step, times)
			}
		}
		r := state(t, q, id)
		if b := bundle(t, q, r); !strings.HasPrefix(b, r.Case+"a") || len(b) != 2000*len(r.Case+"a") {
			t.Errorf("the bundle has %d bytes", len(b))
		}
	}
	v, err := q.Verify(t.Context())
	if err != nil || len(v.Flaws) > 0 {
		t.Errorf("the ledger after the kills: %+v, %v", v, err)
	}
	t.Logf("%d requests over 8 kills", len(ids))
}

// intake takes in requests through the door and returns those that were
// acknowledged.
func intake(t *testing.T, folder string, round int) (ids []schema.RequestID) {
	t.Helper()
	access, err := queue.ReadDoor(folder)
	if err != nil {
		t.Fatal(err)
	}
	key, err := queue.ReadKey(filepath.Join(folder, "key"))
	if err != nil {
		t.Fatal(err)
	}
	// Until the streams are there, binding fails.
	var q *queue.Queue
	queuetest.Eventually(t, "a queue", func() bool {
		q, err = queue.Open(t.Context(), access, queue.Options{Key: key, Bind: true})
		return err == nil
	})
	defer q.Close()
	for n := range 3 {
		r, err := q.New(t.Context(), queuetest.Opened(fmt.Sprintf("%d-%d", round, n), "a", "b"), schema.Subject{Name: schema.NewPersonal("x")})
		if err != nil {
			return ids
		}
		_, err = q.Append(t.Context(), r.ID, schema.Entry{Kind: schema.EntryVerified}, fetch("a"), fetch("b"))
		if err != nil {
			return ids
		}
		ids = append(ids, r.ID)
	}
	return ids
}

func bundle(t *testing.T, q *queue.Queue, r schema.Request) string {
	t.Helper()
	v, err := q.Vault(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	file, err := v.Bundle().Open(t.Context(), "bundle")
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		t.Error(queuetest.Why(err))
	}
	return string(content)
}

// flip changes one bit in the largest block file of a stream.
func flip(t *testing.T, folder, pattern string, at float64) {
	t.Helper()
	var largest string
	var size int64
	files, err := filepath.Glob(filepath.Join(folder, "jetstream", pattern, "msgs", "*.blk"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if info, err := os.Stat(path); err == nil && info.Size() > size {
			largest, size = path, info.Size()
		}
	}
	content, err := os.ReadFile(largest)
	if err != nil {
		t.Fatal(err)
	}
	content[int(float64(len(content))*at)] ^= 4
	if err := os.WriteFile(largest, content, 0o600); err != nil {
		t.Fatal(err)
	}
	// The server keeps a summary; without it, it reads the block.
	_ = os.Remove(filepath.Join(filepath.Dir(largest), "index.db"))
}

// The server forgets what was in a damaged block, and says nothing. We do.
func TestFlippedBitInLedger(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := queuetest.Serve(t, folder)
	q := queuetest.Open(t, s)
	kept := register(t, q)
	stop := follow(t, kept, true)
	for range 20 {
		if err := kept.Wait(t.Context(), order(t, q, "graphexport")); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	q.Close()
	s.Close()
	flip(t, folder, "LEDGER/streams/LEDGER", 0.5)
	q = queuetest.Open(t, queuetest.Serve(t, folder))
	if _, err := q.OpenRegister(t.Context()); schema.CodeOf(err) != schema.CodeDamagedStore {
		t.Errorf("the register opens: %v", err)
	}
	v, err := q.Verify(t.Context())
	if err != nil || len(v.Flaws) == 0 {
		t.Fatalf("the flaw is not found: %+v, %v", v, err)
	}
	missing := 0
	for _, f := range v.Flaws {
		if f.Kind == queue.FlawMissing && f.N > 0 && f.Request != "" {
			missing++
		}
	}
	if missing+v.Entries < 60 {
		t.Errorf("%d entries are there and %d named as missing, of 60", v.Entries, missing)
	}
}

// A bit that was flipped in a stored file gives an error, never other bytes.
func TestFlippedBitInFile(t *testing.T) {
	t.Parallel()
	for _, at := range []float64{0.1, 0.5, 0.9} {
		folder := t.TempDir()
		s := queuetest.Serve(t, folder)
		q := queuetest.Open(t, s)
		r := queuetest.Request(t, q, "graphexport")
		v, err := q.Vault(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		content := random(3, 5<<20)
		if _, err := v.Box("graphexport").Put(t.Context(), "raw", bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		q.Close()
		s.Close()
		flip(t, folder, "BLOBS/streams/OBJ_files_"+string(r.ID), at)
		q = queuetest.Open(t, queuetest.Serve(t, folder))
		if v, err = q.Vault(t.Context(), r.ID); err != nil {
			t.Fatal(queuetest.Why(err))
		}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		file, err := v.Box("graphexport").Open(ctx, "raw")
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		got, err := io.ReadAll(file)
		if err == nil || !bytes.HasPrefix(content, got) {
			t.Errorf("%d bytes and %v", len(got), err)
		}
		if code := schema.CodeOf(err); code != schema.CodeTampered {
			t.Errorf("the error is %s", queuetest.Why(err))
		}
		stop()
	}
}

// A second copy of a job finds that there is nothing to do.
func TestJobGivenTwiceRunsOnce(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t)
	r := order(t, q, "graphexport")
	if err := queue.GiveAgain(q, r.ID, 3); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "two copies", func() bool { return queue.Jobs(q) == 2 })
	runs := make(chan queue.Job, 10)
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		runs <- job
		return done(ctx, q, job)
	}})
	queuetest.Eventually(t, "the build job alone", func() bool { return queue.Jobs(q) == 1 })
	if len(runs) != 1 {
		t.Errorf("it ran %d times", len(runs))
	}
}

// What is no job is parked, and does not come again and again; what is of a
// newer version is left for a newer worker.
func TestDamagedAndNewerJobs(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t, func(o *queue.Options) { o.Patience = 100 * time.Millisecond })
	r := order(t, q, "graphexport")
	for _, n := range []int{1, 99} { // an entry that orders nothing, and none
		if err := queue.GiveAgain(q, r.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := queue.GiveNewer(q, r.ID); err != nil {
		t.Fatal(err)
	}
	work(t, q, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
		return done(ctx, q, job)
	}})
	reach(t, q, r.ID, schema.StateBuilding)
	queuetest.Eventually(t, "parked", func() bool { return queue.Parked(q) == 2 })
	queuetest.Eventually(t, "the build and the newer job are left", func() bool { return queue.Jobs(q) == 2 })
}

// Nothing in the data folder of a server may be readable by others.
func TestFolderIsPrivate(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s, err := embedded.Start(t.Context(), embedded.Options{Folder: folder, Quota: queuetest.Quota})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != fs.FileMode(0o700) {
		t.Errorf("the folder has rights %v, %v", info.Mode(), err)
	}
}
