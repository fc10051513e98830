package workers_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// A day of requests, with a fault in every minute of it: nothing is lost, nothing
// ends twice, and once the last request is erased no goroutine, file or byte is
// left but the ledger's.
//
// INZAGE_SOAK_MINUTES and INZAGE_SOAK_REQUESTS say how long the day is and how much
// happens in it; INZAGE_LONG is a day of 2,000. INZAGE_SEED is for another one.
func TestSoak(t *testing.T) { //nolint:paralleltest // it measures the whole process
	if runtime.GOOS != "linux" {
		t.Skip("open files are counted in /proc")
	}
	minutes, requests := 3, 3
	if os.Getenv("INZAGE_LONG") != "" {
		minutes, requests = 24*60, 2000
	}
	d := newDay(t, number(t, "INZAGE_SOAK_MINUTES", minutes), number(t, "INZAGE_SOAK_REQUESTS", requests))
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	d.run(t)
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("left in the folder for temporary files: %s", entry.Name())
	}
}

func number(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s is no number", name)
	}
	return n
}

// run is the day, and the evening on which all is erased.
func (d *day) run(t *testing.T) {
	t.Helper()
	began := time.Now()
	d.open(t)
	d.child = startSoakChild(t, d.program, d.folder, d.seed, &d.clock)
	for minute := 1; minute <= d.minutes; minute++ {
		d.pass(time.Minute)
		d.fault(t, minute)
		for d.taken < d.requests*minute/d.minutes && d.takeIn(t) {
			continue
		}
		d.people(t)
		if minute%5 == 0 {
			d.tick(t)
		}
		if minute%60 == 0 || minute == d.minutes {
			d.calm(t)
			if minute == 60 || minute == d.minutes && minute > 60 {
				d.settle(t) // these two are compared
			}
			d.measure(t, minute)
			t.Logf("minute %d after %v: %+v", minute, time.Since(began).Round(time.Second), d.series[len(d.series)-1])
		}
	}
	for d.taken < d.requests && d.takeIn(t) {
		continue
	}
	d.calm(t)
	d.pass(60 * 24 * time.Hour) // what a cut-off intake left is old now
	d.tick(t)
	if _, err := d.q.Sweep(t.Context(), d.reg); err != nil {
		t.Error(queuetest.Why(err))
	}
	d.child.end()
	d.measure(t, d.minutes)
	d.judge(t)
	d.close(t)
	t.Logf("%d requests in %d minutes, which took %v; faults %v; %d notices\n%s",
		d.taken, d.minutes, time.Since(began).Round(time.Second), d.faults, d.sender.sent.Load(), d.table())
}

// settle waits until the client library lets go of what it read: of each object it
// keeps a pipe in memory until the deadline of the reading, two minutes
// (nats.go 1.55, objResult.Read).
func (d *day) settle(t *testing.T) {
	t.Helper()
	select {
	case <-time.After(2*time.Minute + time.Second):
	case <-t.Context().Done():
	}
}

// sample is what the process holds at a moment at which nothing is to be done.
type sample struct {
	minute, requests, goroutines, files, streams int
	heap, disk                                   int64
	stuck                                        int // of the goroutines
}

// stuck counts the goroutines that nats.go 1.55 leaves behind: it starts one for each
// object that is stored (resetPendingAcksOnReconnect), and one that first runs when
// that is done waits for ever.
func stuck() int {
	var stacks bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&stacks, 2)
	return strings.Count(stacks.String(), ".resetPendingAcksOnReconnect(")
}

// measure takes a sample, the least of what a moment or two show: what ends just
// then is no leak.
func (d *day) measure(t *testing.T, minute int) {
	t.Helper()
	s := sample{minute: minute, requests: d.taken}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := range 50 {
		<-tick.C
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		if goroutines := runtime.NumGoroutine(); i == 0 || goroutines < s.goroutines {
			s.goroutines = goroutines
		}
		if i == 0 || len(open) < s.files {
			s.files = len(open)
		}
	}
	s.stuck = stuck()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.heap = int64(m.HeapAlloc) //nolint:gosec // a size
	err := filepath.WalkDir(filepath.Join(d.folder, "jetstream"), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := entry.Info(); err == nil && !entry.IsDir() {
			s.disk += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	streams, err := filepath.Glob(filepath.Join(d.folder, "jetstream", "*", "streams", "*"))
	if err != nil {
		t.Fatal(err)
	}
	s.streams = len(streams)
	d.series = append(d.series, s)
}

// table is the samples as Markdown.
func (d *day) table() string {
	text := "| minute | requests | goroutines | of these nats.go's | open files | streams | heap (MiB) | disk (MiB) |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n"
	for _, s := range d.series {
		text += fmt.Sprintf("| %d | %d | %d | %d | %d | %d | %.1f | %.1f |\n", s.minute, s.requests, s.goroutines, s.stuck, s.files, s.streams, mib(s.heap), mib(s.disk))
	}
	return text
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// What a request may leave for good: its ledger on the disk, its row in memory.
const (
	soakDiskEach = 32 << 10
	soakHeapEach = 16 << 10
	// soakSlack is for what a server keeps however many requests there were.
	soakSlack = 8 << 20
)

// judge holds the end of the day against its beginning, and each request against
// its own ledger.
func (d *day) judge(t *testing.T) {
	t.Helper()
	first, last := d.series[0], d.series[len(d.series)-2] // the very last is without the other worker
	more := int64(last.requests - first.requests)
	if last.goroutines-last.stuck > first.goroutines-first.stuck+5 || last.files > first.files+5 || last.streams > first.streams {
		t.Errorf("something is held for good: %+v, and at first %+v", last, first)
	}
	if last.disk > first.disk+more*soakDiskEach+soakSlack || last.heap > first.heap+more*soakHeapEach+soakSlack {
		t.Errorf("too much is held for good: %+v, and at first %+v", last, first)
	}
	cases, ends := make(map[string]bool), make(map[schema.EntryKind]int)
	for r := range d.reg.All() {
		if cases[r.Case] {
			t.Errorf("%s was taken in twice", r.Case)
		}
		cases[r.Case] = true
		d.ended(t, r, ends)
	}
	all := d.requests + d.faults["files full"]
	if len(cases) != all || d.taken != d.requests {
		t.Errorf("%d requests were taken in and %d are there, want %d and %d", d.taken, len(cases), d.requests, all)
	}
	t.Logf("ends: %v", ends)
	report, err := d.q.Verify(t.Context())
	if err != nil || !report.Holds() || report.Requests != all {
		t.Errorf("the ledger: %+v, %s", report, queuetest.Why(err))
	}
	public, _ := d.q.Signer(nil).Public().(ed25519.PublicKey)
	points, err := d.q.Checkpoints(t.Context(), public)
	if err != nil || len(points) == 0 {
		t.Fatalf("%d checkpoints, %s", len(points), queuetest.Why(err))
	}
	proof, err := d.q.Prove(t.Context(), true, points...)
	if err != nil || len(proof.Breaches) > 0 {
		t.Errorf("the checkpoints: %+v, %s", proof, queuetest.Why(err))
	}
	for _, temp := range []string{"work", "work-elsewhere"} {
		if left, err := os.ReadDir(filepath.Join(d.folder, temp)); err != nil || len(left) > 0 {
			t.Errorf("%s: %d were left, %v", temp, len(left), err)
		}
	}
}

// ended holds a request to one proper end: answered, refused or withdrawn once,
// then erased once, with every part settled once per order, every record of every
// file in the bundle, and every reminder given and told once.
func (d *day) ended(t *testing.T, r schema.Request, ends map[schema.EntryKind]int) {
	t.Helper()
	entries, err := d.q.Entries(t.Context(), r.ID)
	if err != nil {
		t.Error(queuetest.Why(err))
		return
	}
	count, orders, settled := make(map[schema.EntryKind]int), 0, 0
	given := make(map[string]int)
	var end schema.EntryKind
	for _, e := range entries {
		count[e.Kind]++
		switch e.Kind {
		case schema.EntryFetch, schema.EntryBuild:
			orders++
		case schema.EntryFetched, schema.EntryAbandoned, schema.EntryStuck:
			settled++
		case schema.EntryBuilt:
			settled++
			if files := e.Counts["files"]; files%soakFiles != 0 || files == 0 || e.Counts["read"] != files*soakRecords {
				t.Errorf("%s was built of %v", r.Case, e.Counts)
			}
		case schema.EntryDelivered, schema.EntryRefused, schema.EntryWithdrawn:
			if end == "" { // what was delivered may be handed over again
				ends[e.Kind]++
			}
			end = e.Kind
		case schema.EntryReminded, schema.EntryNotified:
			given[fmt.Sprint(e.Kind, e.Code, e.Day)]++
		default:
		}
	}
	for what, n := range given {
		if n > 1 {
			t.Errorf("%s: %s %d times", r.Case, what, n)
		}
	}
	closed := min(count[schema.EntryDelivered], 1) + count[schema.EntryRefused] + count[schema.EntryWithdrawn]
	if r.State != schema.StateErased || closed != 1 || count[schema.EntryErased] != 1 || len(entries) != r.Entries {
		t.Errorf("%s ended as %s: %v", r.Case, r.State, count)
	}
	// A request that was withdrawn may leave orders open.
	if settled > orders || end != schema.EntryWithdrawn && settled != orders {
		t.Errorf("%s: %d orders, %d of them settled", r.Case, orders, settled)
	}
	if _, err := d.q.Subject(t.Context(), r); schema.CodeOf(err) != schema.CodeErased {
		t.Errorf("%s: the person is still there: %v", r.Case, err)
	}
}
