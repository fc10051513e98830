package queuetest

import (
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"inzage/queue"
	"inzage/schema"
)

// Intruder is in the ledger's account of a server in this process, or behind a
// door, without what the queue sees to, as somebody can be who got into the server.
type Intruder struct {
	t  testing.TB
	js jetstream.JetStream
}

// Intrude connects, for as long as the test lasts.
func Intrude(t testing.TB, a queue.Access) Intruder {
	t.Helper()
	nc, err := nats.Connect(a.URL, way(t, a)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return Intruder{t, js}
}

// way is how to come in: inside the process, through the door, or to a cluster as a
// role, which has an inbox of its own.
func way(t testing.TB, a queue.Access) []nats.Option {
	t.Helper()
	if a.URL != "" {
		user, err := nats.NkeyOptionFromSeed(a.Ledger.File)
		if err != nil {
			t.Fatal(err)
		}
		return []nats.Option{user, nats.Secure(a.TLS), nats.CustomInboxPrefix("_IN_" + string(a.Role))}
	}
	pair, err := nkeys.FromSeed([]byte(a.Ledger.Seed))
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	user := nats.Nkey(public, pair.Sign)
	if a.Socket != "" {
		return []nats.Option{user, nats.SetCustomDialer(socket(a.Socket))}
	}
	return []nats.Option{user, nats.InProcessServer(a.Server)}
}

// Refused reports whether the server refuses what is published to the subject. An
// own subject gets an empty message.
func (i Intruder) Refused(subject string) bool {
	i.t.Helper()
	nc := i.js.Conn()
	if err := nc.Publish(subject, nil); err != nil {
		i.t.Fatal(err)
	}
	if err := nc.FlushTimeout(time.Minute); err != nil { // what it refuses it says before it answers
		i.t.Fatal(err)
	}
	err := nc.LastError()
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), strconv.Quote(subject))
}

// Publish writes a message; headers are names and values in turn.
func (i Intruder) Publish(subject, text string, headers ...string) {
	i.t.Helper()
	msg := nats.NewMsg(subject)
	msg.Data = []byte(text)
	for n := 0; n < len(headers); n += 2 {
		msg.Header.Set(headers[n], headers[n+1])
	}
	if _, err := i.js.PublishMsg(i.t.Context(), msg); err != nil {
		i.t.Fatal(err)
	}
}

// Jobs is how many messages are in the queue of jobs.
func (i Intruder) Jobs() uint64 { return i.stream("JOBS").CachedInfo().State.Msgs }

// Waits lists the subjects of what waits for a worker or a moment, in order.
func (i Intruder) Waits() (list []string) {
	i.t.Helper()
	for name, subjects := range map[string]string{"JOBS": "inzage.job.>", "SCHEDULE": "inzage.sched.>"} {
		info, err := i.stream(name).Info(i.t.Context(), jetstream.WithSubjectFilter(subjects))
		if err != nil {
			i.t.Fatal(err)
		}
		for subject, n := range info.State.Subjects {
			list = append(list, slices.Repeat([]string{subject}, int(n))...) //nolint:gosec // a count
		}
	}
	slices.Sort(list)
	return list
}

// Entries is how many entries each request has.
func (i Intruder) Entries() map[schema.RequestID]int {
	i.t.Helper()
	info, err := i.stream("LEDGER").Info(i.t.Context(), jetstream.WithSubjectFilter("inzage.led.>"))
	if err != nil {
		i.t.Fatal(err)
	}
	n := make(map[schema.RequestID]int)
	for subject := range info.State.Subjects {
		n[schema.RequestID(strings.Split(subject, ".")[2])]++
	}
	return n
}

// Written is the place of the last entry of any request, for the test, which may be
// a part of the one that the intruder came with.
func (i Intruder) Written(t testing.TB) uint64 {
	t.Helper()
	i.t = t
	return i.stream("LEDGER").CachedInfo().State.LastSeq
}

// Events is what programs that follow events see, in order.
func (i Intruder) Events() (list [][]byte) {
	i.t.Helper()
	state := i.stream("EVENTS").CachedInfo().State
	for seq := state.FirstSeq; seq <= state.LastSeq; seq++ {
		msg, err := i.stream("EVENTS").GetMsg(i.t.Context(), seq)
		if err != nil {
			i.t.Fatal(err)
		}
		list = append(list, msg.Data)
	}
	return list
}

// Follow waits for n events of a request, as a program does that may do no more.
func (i Intruder) Follow(n int, id schema.RequestID) {
	i.t.Helper()
	c, err := i.stream("EVENTS").CreateConsumer(i.t.Context(), jetstream.ConsumerConfig{FilterSubject: "inzage.event." + string(id)})
	if err != nil {
		i.t.Fatal(err)
	}
	messages, err := c.Messages()
	if err != nil {
		i.t.Fatal(err)
	}
	defer messages.Stop()
	for range n {
		msg, err := messages.Next(jetstream.NextContext(i.t.Context()))
		if err != nil {
			i.t.Fatal(err)
		}
		if err := msg.Ack(); err != nil {
			i.t.Fatal(err)
		}
	}
}

// FillLedger leaves the ledger no room; the result gives it back.
func (i Intruder) FillLedger() (undo func()) {
	i.t.Helper()
	info := i.stream("LEDGER").CachedInfo()
	limit := func(bytes int64) {
		i.t.Helper()
		cfg := info.Config
		cfg.MaxBytes = bytes
		if _, err := i.js.UpdateStream(i.t.Context(), cfg); err != nil {
			i.t.Fatal(err)
		}
	}
	limit(int64(info.State.Bytes)) //nolint:gosec // a size on a disk
	return func() { limit(info.Config.MaxBytes) }
}

// MakeStream makes an empty stream, on all servers.
func (i Intruder) MakeStream(name string) {
	i.t.Helper()
	cfg := jetstream.StreamConfig{Name: name, Subjects: []string{"stray." + name}, Replicas: 3}
	if _, err := i.js.CreateStream(i.t.Context(), cfg); err != nil {
		i.t.Fatal(err)
	}
}

func (i Intruder) stream(name string) jetstream.Stream {
	i.t.Helper()
	s, err := i.js.Stream(i.t.Context(), name)
	if err != nil {
		i.t.Fatal(err)
	}
	return s
}

// Last is the last message of every stream whose name begins so, by the rest of
// the name.
func (i Intruder) Last(prefix string) map[string][]byte {
	i.t.Helper()
	last := make(map[string][]byte)
	names := i.js.StreamNames(i.t.Context())
	for name := range names.Name() {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		s := i.stream(name)
		msg, err := s.GetMsg(i.t.Context(), s.CachedInfo().State.LastSeq)
		if err != nil {
			i.t.Fatal(err)
		}
		last[rest] = msg.Data
	}
	if err := names.Err(); err != nil {
		i.t.Fatal(err)
	}
	return last
}

// NewSeed is the seed of a user that no server knows.
func NewSeed(t testing.TB) []byte {
	t.Helper()
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// socket dials the socket that it names.
type socket string

// Dial implements nats.CustomDialer.
func (s socket) Dial(string, string) (net.Conn, error) { return net.Dial("unix", string(s)) } //nolint:noctx // the interface has none

// SkipTLSHandshake implements the nats option.
func (socket) SkipTLSHandshake() bool { return true }

// Find lists the streams with a message in which the text stands, as subject or
// content.
func (i Intruder) Find(text string) (list []string) {
	i.t.Helper()
	names := i.js.StreamNames(i.t.Context())
	for name := range names.Name() {
		s := i.stream(name)
		state := s.CachedInfo().State
		for seq := max(state.FirstSeq, 1); seq <= state.LastSeq; seq++ {
			msg, err := s.GetMsg(i.t.Context(), seq)
			if err == nil && (strings.Contains(msg.Subject, text) || strings.Contains(string(msg.Data), text)) {
				list = append(list, name)
				break
			}
		}
	}
	if err := names.Err(); err != nil {
		i.t.Fatal(err)
	}
	return list
}
