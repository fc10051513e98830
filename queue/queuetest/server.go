// Package queuetest starts queues for tests, and holds what every queue must
// do, on the embedded server and on a cluster alike.
package queuetest

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/schema"
)

// Quota is what a server of a test may use: little enough for any disk.
const Quota = 6 << 30

// Serve starts an embedded server on the folder, for as long as the test lasts.
func Serve(t testing.TB, folder string) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(t.Context(), embedded.Options{Folder: folder, Quota: Quota})
	if err != nil {
		t.Fatal(Why(err))
	}
	t.Cleanup(s.Close)
	return s
}

// Open opens a queue on the server, for as long as the test lasts.
func Open(t testing.TB, s *embedded.Server, change ...func(*queue.Options)) *queue.Queue {
	t.Helper()
	o := queue.Options{Key: s.Key(), Patience: 2 * time.Second, Backoff: time.Second}
	for _, c := range change {
		c(&o)
	}
	q, err := queue.Open(t.Context(), s.Access(), o)
	if err != nil {
		t.Fatal(Why(err))
	}
	t.Cleanup(q.Close)
	return q
}

// New starts a server in a fresh folder and opens a queue on it.
func New(t testing.TB, change ...func(*queue.Options)) *queue.Queue {
	t.Helper()
	return Open(t, Serve(t, t.TempDir()), change...)
}

// Spoil writes what is no entry behind the ledger of a request, as somebody can
// who got into the server.
func Spoil(t testing.TB, s *embedded.Server, r schema.Request) {
	t.Helper()
	js := Raw(t, s.Access())
	subject := "inzage.led." + string(r.ID) + "." + strconv.Itoa(r.Entries+1) + ".entry." + string(schema.EntryViewed)
	if _, err := js.Publish(t.Context(), subject, []byte("noise")); err != nil {
		t.Fatal(err)
	}
}

// Raw opens the ledger's account of a server in this process, or behind a door,
// without what the queue sees to, as somebody can who got into the server.
func Raw(t testing.TB, a queue.Access) jetstream.JetStream {
	t.Helper()
	pair, err := nkeys.FromSeed([]byte(a.Ledger.Seed))
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	way := nats.InProcessServer(a.Server)
	if a.Socket != "" {
		way = nats.SetCustomDialer(socket(a.Socket))
	}
	nc, err := nats.Connect("", way, nats.Nkey(public, pair.Sign))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// socket dials the socket that it names.
type socket string

// Dial implements nats.CustomDialer.
func (s socket) Dial(string, string) (net.Conn, error) { return net.Dial("unix", string(s)) }

// SkipTLSHandshake implements the nats option.
func (socket) SkipTLSHandshake() bool { return true }

// Why tells an error with its causes, which the error itself does not quote.
func Why(err error) string {
	if err == nil {
		return "no error"
	}
	var text []string
	for ; err != nil; err = errors.Unwrap(err) {
		text = append(text, err.Error())
	}
	return strings.Join(text, ": ")
}

// Eventually waits until the condition holds. The bound says only that something
// hangs: a machine that is busy with other tests is slow.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(3 * time.Minute)
	defer end.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("not within three minutes: %s", what)
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}
