package queue_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/rs/zerolog"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// shared is a buffer for many writers.
type shared struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// TestNothingPersonalLeavesTheVault runs a request about a marked person from
// start to end, with everything that can go wrong in a handler, and looks at all
// that is logged and all that passes through the server.
func TestNothingPersonalLeavesTheVault(t *testing.T) {
	t.Parallel()
	const canary = "Jan-de-Vries-canary"
	var log, wire shared
	ctx := zerolog.New(&log).Level(zerolog.TraceLevel).WithContext(t.Context())
	s, err := embedded.Start(ctx, embedded.Options{Folder: t.TempDir(), Quota: queuetest.Quota})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	t.Cleanup(s.Close)
	q, err := queue.Open(ctx, s.Access(), queue.Options{Key: s.Key(), Tries: 3, Backoff: 1})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	t.Cleanup(q.Close)
	err = queue.Listen(q, func(msg *nats.Msg) {
		_, _ = wire.Write([]byte(msg.Subject + " " + msg.Reply + " "))
		for k, v := range msg.Header {
			_, _ = wire.Write([]byte(k + strings.Join(v, ",")))
		}
		_, _ = wire.Write(msg.Data)
	})
	if err != nil {
		t.Fatal(err)
	}
	who := schema.Subject{Name: schema.NewPersonal(canary), UPNs: []schema.Personal{schema.NewPersonal(canary + "@contoso.example")}}
	r, err := q.New(ctx, queuetest.Opened("2026-0001", "graphexport"), who)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	tries := 0
	ended, end := context.WithCancel(ctx)
	finished := make(chan error, 1)
	go func() {
		finished <- q.Work(ended, queue.Worker{Kinds: []queue.Kind{queue.KindFetch}, Do: func(ctx context.Context, job queue.Job) error {
			v, err := q.Vault(ctx, job.Request.ID)
			if err != nil {
				return err
			}
			box := v.Box(job.Entry.Part)
			if _, err := box.Put(ctx, canary+".json", strings.NewReader(strings.Repeat(canary, 100))); err != nil {
				return err
			}
			if err := box.Note(ctx, []byte(canary)); err != nil {
				return err
			}
			if tries++; tries == 1 {
				panic(canary)
			}
			return schema.Fail(schema.CodeIO, "read file", errors.New(canary))
		}})
	}()
	if _, err := q.Append(ctx, r.ID, schema.Entry{Kind: schema.EntryVerified, Code: "signed-in"}, fetch("graphexport")); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	queuetest.Eventually(t, "given up", func() bool { return state(t, q, r.ID).Parts[0].Settled() })
	end()
	if err := <-finished; err != nil {
		t.Error(queuetest.Why(err))
	}
	if !strings.Contains(log.String(), "job ends") || !strings.Contains(wire.String(), string(r.ID)) {
		t.Error("nothing was listened to")
	}
	for what, text := range map[string]string{"the log": log.String(), "the wire": wire.String()} {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows the person", what)
		}
	}
}
