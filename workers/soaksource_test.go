package workers_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/graphexport"
	"inzage/workers/notices"
)

// soakFolder is the environment variable that makes this test program a worker
// on the store in the folder that it names, see TestMain.
const soakFolder = "INZAGE_TEST_WORKER"

// soakClock is the machine's clock and a distance from it, which only shrinks.
// All of the day lies in the past: the server, whose clock is the machine's,
// hands out at once what waits until a moment of that day.
type soakClock struct{ ahead atomic.Int64 }

func (c *soakClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// soakFiles is how many files each source has, soakRecords how many records a
// file.
const (
	soakFiles   = 2
	soakRecords = 40
)

// soakSources have something; the second of them refuses some people for good.
func soakSources() []string { return []string{"alpha", "beta"} }

// soakSource is a source that fails, waits, is slow and panics before it has
// what it is asked for, as is drawn for each person. How far it came it notes in
// the box, as a real source does.
type soakSource struct {
	schema.Source
	name string
	seed uint64
}

// Name implements schema.Source.
func (s *soakSource) Name() string { return s.name }

// trouble is what a try meets.
type trouble int

const (
	noTrouble trouble = iota
	troubleFailed
	troubleLater
	troubleSlow
	troublePanic
	troubleNever
)

// troubles are what the tries of a source meet for the person of this number,
// one after another; after them all goes well.
func (s *soakSource) troubles(person int) []trouble {
	r := rand.New(rand.NewPCG(s.seed, uint64(person)<<8|uint64(s.name[0]))) //nolint:gosec // the same every time
	if s.name == "beta" && r.IntN(40) == 0 {
		return []trouble{troubleNever}
	}
	var list []trouble
	for len(list) < 4 && r.IntN(10) < 3 {
		list = append(list, troubleFailed+trouble(r.IntN(int(troublePanic))))
	}
	return list
}

// Fetch implements schema.Fetcher.
func (s *soakSource) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	person, err := strconv.Atoi(who.ObjectID.Reveal()[24:])
	if err != nil {
		return err
	}
	mark, err := box.Bookmark(ctx)
	if err != nil {
		return err
	}
	if list := s.troubles(person); len(mark) < len(list) {
		if err := box.Note(ctx, append(mark, 'x')); err != nil {
			return err
		}
		switch list[len(mark)] {
		case troubleFailed:
			return schema.Fail(schema.CodeUnreachable, "fetch", nil)
		case troubleLater:
			return schema.Later(time.Second)
		case troublePanic:
			panic("a source that panics")
		case troubleNever:
			return schema.Never(schema.Fail(schema.CodeDenied, "fetch", nil))
		default:
			timer := time.NewTimer(300 * time.Millisecond)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return schema.Fail(schema.CodeInterrupted, "fetch", ctx.Err())
			}
		}
	}
	for i := range soakFiles {
		name := fmt.Sprintf("%s/%d/1005/ProductAndServiceUsage.json", s.name, i)
		if _, err := box.Put(ctx, name, strings.NewReader(s.content(person, i))); err != nil {
			return err
		}
	}
	return box.Tell(ctx, schema.Result{Found: schema.FoundData, Files: soakFiles})
}

// content is a file of the export of an administrator, another for each person.
func (s *soakSource) content(person, file int) string {
	var b strings.Builder
	for i := range soakRecords {
		b.WriteString(map[bool]string{true: "[", false: ","}[i == 0])
		fmt.Fprintf(&b, `{"time":"2026-10-0%dT08:%02d:00Z","properties":{"AppName":"Word","Action":"FileSaved","Target":"%s %d %d"}}`, 1+file, i, s.name, person, i)
	}
	return b.String() + "]"
}

// soakPerson is the subject of the request of this number.
func soakPerson(n int) schema.Subject {
	return schema.Subject{
		Name:     schema.NewPersonal(fmt.Sprintf("Persoon %d", n)),
		ObjectID: schema.NewPersonal(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)),
	}
}

// soakSender fails every third time, and counts what it sent.
type soakSender struct{ asked, sent atomic.Int64 }

// Send implements notices.Sender.
func (s *soakSender) Send(context.Context, notices.Notice) error {
	if s.asked.Add(1)%3 == 0 {
		return schema.Fail(schema.CodeUnreachable, "send notice", nil)
	}
	s.sent.Add(1)
	return nil
}

// soakOptions are the queue's, for who serves and who only works.
func soakOptions(key queue.Key, now func() time.Time) queue.Options {
	return queue.Options{Key: key, Now: now, Patience: 2 * time.Second, Backoff: 100 * time.Millisecond}
}

// soakService is what works on the jobs, wired as `inzage serve` does it.
func soakService(q *queue.Queue, c *explain.Catalog, temp string, seed uint64, sender notices.Sender) (*workers.Service, error) {
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return nil, err
	}
	if err := workers.SweepTemp(temp); err != nil {
		return nil, err
	}
	fetchers := make(map[string]schema.Fetcher)
	for _, name := range soakSources() {
		fetchers[name] = &soakSource{Source: graphexport.New(), name: name, seed: seed}
	}
	return &workers.Service{
		Queue: q, Fetchers: fetchers, Temp: temp, Senders: map[string]notices.Sender{"test": sender},
		Builder: workers.Builder{Catalog: c, Program: "test", Sources: func(string) []schema.Source { return []schema.Source{graphexport.New()} }},
	}, nil
}

// soakWorker works on the jobs of a store that another process serves, until it
// is killed or standard input ends. Each line of that says where the clock is.
func soakWorker(ctx context.Context, folder string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var clock soakClock
	lines := bufio.NewScanner(os.Stdin)
	set := func() bool {
		if !lines.Scan() {
			return false
		}
		ahead, err := strconv.ParseInt(lines.Text(), 10, 64)
		clock.ahead.Store(ahead)
		return err == nil
	}
	if !set() {
		return io.ErrUnexpectedEOF
	}
	seed, err := strconv.ParseUint(os.Getenv(crashOtherSeed), 10, 64)
	if err != nil {
		return err
	}
	access, err := queue.ReadDoor(folder)
	if err != nil {
		return err
	}
	key, err := queue.ReadKey(filepath.Join(folder, "key"))
	if err != nil {
		return err
	}
	o := soakOptions(key, clock.now)
	o.Bind = true
	q, err := queue.Open(ctx, access, o)
	if err != nil {
		return err
	}
	defer q.Close()
	c, err := explain.Load(catalog.FS())
	if err != nil {
		return err
	}
	s, err := soakService(q, c, filepath.Join(folder, "work-elsewhere"), seed, new(soakSender))
	if err != nil {
		return err
	}
	go func() {
		for set() {
		}
		stop()
	}()
	fmt.Println("ready")
	return s.Work(ctx, 2, 1)
}

// soakChild is a worker in another process.
type soakChild struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

func startSoakChild(t *testing.T, program, folder string, seed uint64, clock *soakClock) *soakChild {
	t.Helper()
	c := &soakChild{cmd: exec.Command(program)} //nolint:gosec // built here
	c.cmd.Env = append(os.Environ(), soakFolder+"="+folder, crashOtherSeed+"="+strconv.FormatUint(seed, 10))
	c.cmd.Stderr = t.Output()
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	c.tell(clock)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("worker said %q, %v", line, err)
	}
	return c
}

// tell says where the clock is.
func (c *soakChild) tell(clock *soakClock) { _, _ = fmt.Fprintln(c.in, clock.ahead.Load()) }

// kill ends the process without warning, as kill -9 does.
func (c *soakChild) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	_ = c.in.Close()
}

// end lets the worker finish what it has in hand.
func (c *soakChild) end() {
	_ = c.in.Close()
	_ = c.cmd.Wait()
}
