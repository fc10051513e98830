package queue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/rs/zerolog"

	"inzage/schema"
)

// Job is something to do.
type Job struct {
	Kind Kind
	// Request is the request as it stood when the job began.
	Request schema.Request
	// Entry is the entry that ordered the job: its Part is the source to fetch
	// from, its Code and Day what to tell.
	Entry schema.Entry
	// Try counts from 1.
	Try int

	history history
}

// Key names the job for good, whoever tries it and how often. A far side that
// can recognise a repetition gets it.
func (j Job) Key() string { return string(j.Request.ID) + "-" + strconv.Itoa(j.Entry.N) }

// Worker does jobs.
type Worker struct {
	// Kinds are what it does, in the order in which it prefers them within a
	// lane.
	Kinds []Kind
	// Slots is how many jobs it does at the same time; 0 is one.
	Slots int
	// Do does a job. It may run again after a crash, on another machine too, so
	// it must ask the request and the box what is still to do; and it puts on
	// record what it did (EntryFetched, EntryBuilt, EntryNotified) before it
	// returns nil. Its error is the job's fate, see schema.Later and
	// schema.Never; the queue puts that on record. Its context ends when the
	// request needs the job no more, and when the worker stops.
	Do func(ctx context.Context, job Job) error
}

// unwantedError is why a job's context ends when the request needs the job no
// more.
type unwantedError struct{}

// Error implements error.
func (unwantedError) Error() string { return "not wanted any more" }

// Work does jobs until ctx ends, and returns once those in hand have settled. A
// job that was cut off by the end goes back, and that is not a try. It returns
// an error only where it cannot begin.
func (q *Queue) Work(ctx context.Context, w Worker) error {
	before := q.Refused()
	pull, err := q.puller(ctx, w.Kinds)
	if err != nil {
		return q.conns.named(before, err)
	}
	defer pull.stop()
	slots := make(chan struct{}, max(w.Slots, 1))
	var running sync.WaitGroup
	defer running.Wait()
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		msg, ok := pull.next(ctx)
		if !ok {
			return nil
		}
		running.Go(func() {
			defer func() { <-slots }()
			q.run(ctx, msg, w.Do)
		})
	}
}

// run does one job and settles it.
func (q *Queue) run(ctx context.Context, msg jetstream.Msg, do func(context.Context, Job) error) {
	begun := time.Now()
	log := zerolog.Ctx(ctx)
	job, err := q.take(ctx, msg)
	if err != nil {
		q.putAside(ctx, msg, err)
		return
	}
	if !wanted(job.history, job) {
		q.acknowledge(ctx, msg)
		return
	}
	if until, early := job.early(q.now()); early {
		if q.schedule(ctx, job.Request, job, job.Try, until) == nil {
			q.acknowledge(ctx, msg)
		}
		return
	}
	log.Info().Str("request", string(job.Request.ID)).Str("job", string(job.Kind)).Str("source", job.Entry.Part).
		Int("try", job.Try).Msg("job begins")
	err = q.perform(ctx, msg, job, do)
	code := q.settle(ctx, msg, job, err)
	log.Info().Str("request", string(job.Request.ID)).Str("job", string(job.Kind)).Str("source", job.Entry.Part).
		Int("try", job.Try).Str("code", string(code)).Int64("took_ms", time.Since(begun).Milliseconds()).Msg("job ends")
}

// perform runs the handler, keeps the message ours meanwhile, and ends the
// handler's context when the request needs the job no more.
func (q *Queue) perform(ctx context.Context, msg jetstream.Msg, job Job, do func(context.Context, Job) error) error {
	if meta, err := msg.Metadata(); err == nil && int(meta.NumDelivered) > q.opts.Vanished {
		// Whoever had it did not live to tell: the job itself may be the reason.
		return schema.Never(schema.Fail(schema.CodeCrash, "do job", nil))
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	hint := make(chan struct{}, 1)
	said, err := hints(q.conns.ledger, subjectSaid+string(job.Request.ID)+".>", hint)
	if err != nil {
		return fail("follow request", err)
	}
	var keeper sync.WaitGroup
	keeper.Go(func() {
		tick := time.NewTicker(q.opts.Patience / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = msg.InProgress()
			case <-hint:
			case <-ctx.Done():
				return
			}
			if h, err := q.history(ctx, job.Request.ID); err == nil && !wanted(h, job) {
				end(unwantedError{})
				return
			}
		}
	})
	err = guard(ctx, job, do)
	cause := context.Cause(ctx)
	end(nil)
	keeper.Wait()
	_ = said.Unsubscribe()
	if errors.Is(cause, unwantedError{}) {
		return unwantedError{}
	}
	return err
}

// guard turns a panic into an error. The panic's text is not kept: it can quote
// data.
func guard(ctx context.Context, job Job, do func(context.Context, Job) error) (err error) {
	defer func() {
		if recover() != nil {
			err = schema.Fail(schema.CodeCrash, "do job", nil)
		}
	}()
	return do(ctx, job)
}

// wanted reports whether the request still needs the job: it was not done, given
// up or ordered again, and the request is where such a job belongs.
func wanted(h history, job Job) bool {
	switch r := h.request; job.Kind {
	case KindFetch:
		p, ok := r.PartOf(job.Entry.Part)
		return ok && r.State == schema.StateCollecting && !p.Settled() && h.order(job) == job.Entry.N
	case KindBuild:
		return r.State == schema.StateBuilding && !r.Build.Settled() && h.order(job) == job.Entry.N
	case KindNotify:
		if job.Entry.Kind == schema.EntryAsked { // one notice tells of all that is open
			return r.Asked > 0 && !slices.ContainsFunc(h.entries[job.Entry.N:], func(e stored) bool {
				return e.Kind == schema.EntryNotified && e.Code == schema.NoticeAsked
			})
		}
		given := slices.Contains(r.Notified, schema.Given{Code: job.Entry.Code, Due: job.Entry.Day})
		return r.State != schema.StateErased && !given
	}
	return false
}

// order is the number of the entry that ordered such a job last.
func (h history) order(job Job) int {
	last := 0
	for _, e := range h.entries {
		if kind, ok := jobOf(e.Entry); ok && kind == job.Kind && e.Part == job.Entry.Part {
			last = e.N
		}
	}
	return last
}

// puller gets jobs one at a time, from the best lane that has one. More at once
// would let their time run out while they lie in hand.
type puller struct {
	lanes []jetstream.Consumer // the best first
	wake  chan struct{}
	subs  []*nats.Subscription
}

// idle is how long a puller waits before it looks again without being woken:
// for what another worker let go.
const idle = time.Second

func (q *Queue) puller(ctx context.Context, kinds []Kind) (*puller, error) {
	p := &puller{}
	for lane := range lanes {
		for _, kind := range kinds {
			c, err := q.ledger.Consumer(ctx, streamJobs, consumerName(kind, lane))
			if err != nil {
				return nil, fail("open jobs", err)
			}
			p.lanes = append(p.lanes, c)
		}
	}
	p.wake = make(chan struct{}, 1)
	for _, kind := range kinds {
		sub, err := hints(q.conns.ledger, subjectWake+string(kind)+".>", p.wake)
		if err != nil {
			p.stop()
			return nil, fail("open jobs", err)
		}
		p.subs = append(p.subs, sub)
	}
	return p, nil
}

// hints tells that something was said under a subject since one last asked.
func hints(nc *nats.Conn, subject string, hint chan<- struct{}) (*nats.Subscription, error) {
	return nc.Subscribe(subject, func(*nats.Msg) {
		select {
		case hint <- struct{}{}:
		default:
		}
	})
}

func (p *puller) stop() {
	for _, sub := range p.subs {
		_ = sub.Unsubscribe()
	}
}

// next waits for a job; false says that ctx ended.
func (p *puller) next(ctx context.Context) (jetstream.Msg, bool) {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		for _, lane := range p.lanes {
			if ctx.Err() != nil {
				return nil, false
			}
			msg, err := pullOne(lane)
			if err != nil {
				break // no connection: look again in a while
			}
			if msg != nil {
				return msg, true
			}
		}
		select {
		case <-p.wake:
		case <-timer.C:
			timer.Reset(idle)
		case <-ctx.Done():
			return nil, false
		}
	}
}

// pullOne gets a job if there is one now. A server that goes away before it
// answers leaves the client waiting for good, which holds a goroutine until the
// connection is closed; that is why the time is bounded here.
func pullOne(lane jetstream.Consumer) (jetstream.Msg, error) {
	batch, err := lane.FetchNoWait(1)
	if err != nil {
		return nil, fail("pull job", err)
	}
	timer := time.NewTimer(dialTimeout)
	defer timer.Stop()
	select {
	case msg := <-batch.Messages(): // nil once it is closed
		return msg, fail("pull job", batch.Error())
	case <-timer.C:
		return nil, schema.Fail(schema.CodeUnreachable, "pull job", nil)
	}
}
