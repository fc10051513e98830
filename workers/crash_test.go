package workers_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport"
)

// How much the crash test does. The kills come at moments drawn from the seed:
// a hundred take two minutes on a calm machine.
const (
	crashKills    = 100
	crashRequests = 20
	crashSeed     = 20261127
)

// crashFolder is the environment variable that makes this test program a
// service on the folder that it names, see TestMain.
const crashFolder = "INZAGE_TEST_SERVICE"

// crashOtherSeed is the environment variable for other moments than usual.
const crashOtherSeed = "INZAGE_SEED"

func TestMain(m *testing.M) {
	if folder := os.Getenv(crashFolder); folder != "" {
		if err := crashService(context.Background(), folder); err != nil {
			fmt.Fprintln(os.Stderr, queuetest.Why(err))
			os.Exit(1)
		}
		return
	}
	if folder := os.Getenv(soakFolder); folder != "" {
		if err := soakWorker(context.Background(), folder); err != nil {
			fmt.Fprintln(os.Stderr, queuetest.Why(err))
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	_ = os.RemoveAll(builtChild)
	os.Exit(code)
}

// crashService runs a service of three slow sources until it is killed, or
// standard input ends.
func crashService(ctx context.Context, folder string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server, err := embedded.Start(ctx, embedded.Options{Folder: folder, Quota: queuetest.Quota})
	if err != nil {
		return err
	}
	defer server.Close()
	q, err := queue.Open(ctx, server.Access(), queue.Options{
		Key: server.Key(), Patience: 2 * time.Second, Backoff: time.Second,
		Vanished: 10 * crashKills, // here it is never the job
	})
	if err != nil {
		return err
	}
	defer q.Close()
	s, err := crashWorkers(q, folder)
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	go func() {
		if err := queuetest.Sweep(ctx, q); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, queuetest.Why(err))
		}
	}()
	fmt.Println("ready")
	return s.Work(ctx, 8, 2)
}

func crashWorkers(q *queue.Queue, folder string) (*workers.Service, error) {
	c, err := explain.Load(catalog.FS())
	if err != nil {
		return nil, err
	}
	temp := filepath.Join(folder, "work")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return nil, err
	}
	if err := workers.SweepTemp(temp); err != nil {
		return nil, err
	}
	fetchers := make(map[string]schema.Fetcher)
	for i, name := range crashSources() {
		fetchers[name] = &slowSource{Source: graphexport.New(), name: name, files: 1 + i}
	}
	return &workers.Service{
		Queue: q, Fetchers: fetchers, Temp: temp,
		Builder: workers.Builder{Catalog: c, Program: "test", Sources: func(string) []schema.Source { return []schema.Source{graphexport.New()} }},
	}, nil
}

func crashSources() []string { return []string{"alpha", "beta", "gamma"} }

// slowSource orders an export once, waits for it, and pulls its files one by
// one, each with a note before and after: what a real source does, in
// milliseconds.
type slowSource struct {
	schema.Source
	name  string
	files int
}

// Name implements schema.Source.
func (s *slowSource) Name() string { return s.name }

// Fetch implements schema.Fetcher.
func (s *slowSource) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	mark, err := box.Bookmark(ctx)
	if err != nil {
		return err
	}
	if mark == nil {
		if err := box.Note(ctx, []byte("ordered")); err != nil {
			return err
		}
		return schema.Later(time.Second)
	}
	for i := range s.files {
		timer := time.NewTimer(5 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return schema.Fail(schema.CodeInterrupted, "fetch", ctx.Err())
		}
		name := fmt.Sprintf("%s/%d/1005/ProductAndServiceUsage.json", s.name, i)
		if _, err := box.Put(ctx, name, strings.NewReader(s.content(who, i))); err != nil {
			return err
		}
	}
	return box.Tell(ctx, schema.Result{Found: schema.FoundData, Files: s.files})
}

// content depends on the person, so that every request's bundle is another.
func (s *slowSource) content(who schema.Subject, file int) string {
	var b strings.Builder
	for i := range 40 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"time":"2026-10-0%dT08:%02d:00Z","properties":{"AppName":"Word","Action":"FileSaved","Target":"%s %s %d"}}`,
			1+file, i, s.name, who.ObjectID.Reveal(), i)
	}
	return "[" + b.String() + "]"
}

// child is a service in another process.
type child struct {
	cmd  *exec.Cmd
	stop io.Closer
	said *bytes.Buffer
}

// builtChild is where the program is that buildChild built, for TestMain to remove.
var builtChild string

// buildChild builds this very test program, once, without the race detector, which
// would make it ten times as slow to start, a hundred times over.
var buildChild = sync.OnceValues(func() (string, error) {
	var err error
	if builtChild, err = os.MkdirTemp("", "inzage-test-"); err != nil {
		return "", err
	}
	program := filepath.Join(builtChild, "service.test")
	build := exec.Command("go", "test", "-c", "-race=false", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, nil
})

func startChild(t *testing.T, program, folder string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(program), said: new(bytes.Buffer)} //nolint:gosec // built here
	c.cmd.Env = append(os.Environ(), crashFolder+"="+folder)
	c.cmd.Stderr = c.said
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stop = in
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("service said %q, %v\n%s", line, err, c.said)
	}
	return c
}

// kill ends the process without warning, as kill -9 does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// end lets the process finish what it has in hand.
func (c *child) end(t *testing.T) {
	t.Helper()
	_ = c.stop.Close()
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the service did not end well: %v\n%s", err, c.said)
	}
}

// visit opens the queue of the service, as a command does.
func visit(ctx context.Context, folder string) (*queue.Queue, error) {
	access, err := queue.ReadDoor(folder)
	if err != nil {
		return nil, err
	}
	key, err := queue.ReadKey(filepath.Join(folder, "key"))
	if err != nil {
		return nil, err
	}
	return queue.Open(ctx, access, queue.Options{Key: key, Bind: true})
}

// file asks for a request until it is known to be there: after a crash nobody
// can tell, so it is looked for by its case number first.
func file(ctx context.Context, q *queue.Queue, i int) error {
	number := fmt.Sprintf("case-%02d", i)
	reg, err := q.OpenRegister(ctx)
	if err != nil {
		return err
	}
	r, ok := reg.Case(number)
	if !ok {
		r, err = q.New(ctx, schema.Entry{
			Case: number, Channel: schema.ChannelLetter, Day: schema.NewDate(2026, time.November, 2), Lang: schema.Dutch, Parts: crashSources(),
		}, schema.Subject{ObjectID: schema.NewPersonal(fmt.Sprintf("00000000-0000-4000-8000-%012d", i))})
		if err != nil {
			return err
		}
	}
	_, err = workers.Start(ctx, q, r.ID, schema.ActorSystem, "signed-in")
	return err
}

// bundles waits until every request is built, and returns the hash of each
// bundle by case number.
func bundles(t *testing.T, folder string) map[string]string {
	t.Helper()
	q, err := visit(t.Context(), folder)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer q.Close()
	for i := range crashRequests {
		if err := file(t.Context(), q, i); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	reg, err := q.OpenRegister(t.Context())
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	found := make(map[string]string)
	for r := range reg.All() {
		built := r
		t.Cleanup(func() {
			if t.Failed() && built.State != schema.StateReview {
				t.Logf("%s stands at %s: parts %+v, build %+v", built.Case, built.State, built.Parts, built.Build)
			}
		})
		queuetest.Eventually(t, r.Case+" built", func() bool {
			if now, err := q.Request(t.Context(), r.ID); err == nil {
				built = now
			}
			return built.State == schema.StateReview
		})
		found[built.Case] = built.Bundle
		once(t, q, built)
	}
	if v, err := q.Verify(t.Context()); err != nil || len(v.Flaws) > 0 || v.Requests != crashRequests {
		t.Errorf("the ledgers: %+v, %v", v, err)
	}
	return found
}

// once holds a request to one bundle, whose bytes are those on record, and to
// every part having ended once.
func once(t *testing.T, q *queue.Queue, r schema.Request) {
	t.Helper()
	entries, err := q.Entries(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	ends := make(map[string]int)
	for _, e := range entries {
		switch e.Kind {
		case schema.EntryFetched, schema.EntryBuilt, schema.EntryAbandoned, schema.EntryStuck:
			ends[string(e.Kind)+" "+e.Part]++
		default:
		}
	}
	want := map[string]int{"built ": 1, "fetched alpha": 1, "fetched beta": 1, "fetched gamma": 1}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Errorf("%s ended (-want +got):\n%s", r.Case, diff)
	}
	in := openBundle(t, q, r)
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil || hex.EncodeToString(sum.Sum(nil)) != r.Bundle {
		t.Errorf("%s: the bundle that is kept is not the one on record, %v", r.Case, err)
	}
}

// Killed again and again at random moments, the service loses no request that
// was taken in and no job, does nothing twice that counts, and makes the very
// bundles that it makes undisturbed.
func TestKilledServiceLosesNothing(t *testing.T) {
	t.Parallel()
	program, err := buildChild()
	if err != nil {
		t.Fatal(err)
	}
	calm := t.TempDir()
	quiet := startChild(t, program, calm)
	want := bundles(t, calm)
	quiet.end(t)

	rough := t.TempDir()
	seed := uint64(crashSeed)
	if text := os.Getenv(crashOtherSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	moments := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the same moments every time
	taken, kills := 0, 0
	for ; kills < crashKills; kills++ {
		c := startChild(t, program, rough)
		done := make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		go func() { // requests come in meanwhile, one every few lives
			defer close(done)
			if taken > kills*crashRequests/crashKills || taken == crashRequests {
				return
			}
			q, err := visit(ctx, rough)
			if err != nil {
				return
			}
			defer q.Close()
			if file(ctx, q, taken) == nil {
				taken++
			}
		}()
		timer := time.NewTimer(time.Duration(10+moments.IntN(400)) * time.Millisecond)
		<-timer.C
		c.kill()
		stop()
		<-done
	}
	last := startChild(t, program, rough)
	got := bundles(t, rough)
	last.end(t)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bundles after %d kills (-undisturbed +killed):\n%s", kills, diff)
	}
	if left, err := os.ReadDir(filepath.Join(rough, "work")); err != nil || len(left) > 0 {
		t.Errorf("work in hand was left behind: %d, %v", len(left), err)
	}
	t.Logf("%d kills by seed %d, %d requests", kills, seed, len(got))
}
