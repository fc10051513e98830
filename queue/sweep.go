package queue

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Swept is what Sweep did.
type Swept struct {
	Moved  int // jobs that wait, moved to the lane of the days that are left now
	Freed  int // jobs that waited for a moment which a wrong clock reckoned, ordered again
	Lost   int // jobs that were nowhere any more, ordered again
	Parts  int // parts of files that a cut-off Put left
	Vaults int // vaults of requests that were never opened
}

// settling is how long nothing must have happened to a request before Sweep
// looks at it: a job that was just handed over may be on its way.
const settling = 2 * time.Minute

// Sweep sets right what time and crashes leave behind. It does nothing that is
// not safe to do twice, at the same time too; run it every hour. The error is of
// the first request that could not be done; the others were, unless the server
// cannot be reached or ctx ended.
func (q *Queue) Sweep(ctx context.Context, register *Register) (Swept, error) {
	var s Swept
	var failed error
	for r := range register.Open() {
		if r.Damaged {
			continue
		}
		if q.now().Sub(r.Changed).Abs() < settling { // a wrong clock may have written it
			continue
		}
		err := q.sweepRequest(ctx, r, &s)
		if code := schema.CodeOf(err); code == schema.CodeUnreachable || code == schema.CodeInterrupted {
			return s, err
		}
		if failed == nil {
			failed = err
		}
	}
	if err := q.sweepVaults(ctx, &s); err != nil {
		return s, err
	}
	return s, failed
}

func (q *Queue) sweepRequest(ctx context.Context, r schema.Request, s *Swept) error {
	if err := q.sweepJobs(ctx, r, s); err != nil {
		return err
	}
	v, err := q.Vault(ctx, r.ID)
	if err != nil {
		return err
	}
	parts, err := v.Sweep(ctx, q.now())
	s.Parts += parts
	return err
}

// sweepJobs looks for the jobs that a request waits for.
func (q *Queue) sweepJobs(ctx context.Context, r schema.Request, s *Swept) error {
	for _, p := range append([]schema.Part{r.Build}, r.Parts...) {
		if p.State != schema.PartOrdered && p.State != schema.PartWaiting {
			continue
		}
		h, err := q.history(ctx, r.ID)
		if err != nil {
			return err
		}
		job := Job{Kind: KindFetch, Request: h.request, Entry: schema.Entry{Part: p.Source}, Try: p.Tries + 1}
		if p.Source == "" {
			job.Kind = KindBuild
		}
		job.Entry.N = h.order(job)
		if !wanted(h, job) {
			continue
		}
		if err := q.sweepJob(ctx, job, s); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queue) sweepJob(ctx context.Context, job Job, s *Swept) error {
	lane := laneFor(job.Request, q.today(q.now()))
	end := "." + string(job.Request.ID) + "." + strconv.Itoa(job.Entry.N)
	jobs, err := q.ledger.Stream(ctx, streamJobs)
	if err != nil {
		return fail("open jobs", err)
	}
	msg, err := jobs.GetLastMsgForSubject(ctx, subjectJob+string(job.Kind)+".*"+end)
	switch {
	case err == nil:
		words, _ := cutPrefix(msg.Subject, subjectJob)
		if words[1] <= laneName(lane) {
			return nil // in its lane, or a better one
		}
		if try, err := strconv.Atoi(msg.Header.Get(headerTry)); err == nil {
			job.Try = try
		}
		// First the new one: should the old one be in hand just now, both run,
		// and the ledger takes what the first of them writes.
		if err := q.handOver(ctx, job, lane); err != nil {
			return err
		}
		s.Moved++
		if err := jobs.DeleteMsg(ctx, msg.Sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return fail("move job", err)
		}
		return nil
	case !errors.Is(err, jetstream.ErrMsgNotFound):
		return fail("read jobs", err)
	}
	waiting, err := q.ledger.Stream(ctx, streamSchedule)
	if err != nil {
		return fail("open schedule", err)
	}
	_, err = waiting.GetLastMsgForSubject(ctx, subjectSchedule+string(job.Kind)+end)
	switch p, _ := job.part(); {
	case err == nil && p.Until.Sub(q.now()) <= longestWait+slack:
		return nil
	case err == nil:
		s.Freed++
	case errors.Is(err, jetstream.ErrMsgNotFound):
		s.Lost++
	default:
		return fail("read schedule", err)
	}
	return q.handOver(ctx, job, lane)
}

// handOver puts a job into the queue without an entry of its own.
func (q *Queue) handOver(ctx context.Context, job Job, lane int) error {
	msg := jobMsg(dueSubject(job.Kind, lane, job.Request.ID, job.Entry.N), job.Try)
	_, err := q.ledger.PublishMsg(ctx, msg, jetstream.WithMsgTTL(scheduleLife))
	return fail("hand over job", err)
}

// sweepVaults drops vaults that are a day old and belong to no request: taking
// it in was cut off.
func (q *Queue) sweepVaults(ctx context.Context, s *Swept) error {
	list := q.keys.ListStreams(ctx)
	for info := range list.Info() {
		id := schema.RequestID(strings.TrimPrefix(info.Config.Name, prefixKey))
		if !ValidID(id) || q.now().Sub(info.Created) < abandonedAfter {
			continue
		}
		_, err := q.Request(ctx, id)
		if schema.CodeOf(err) != schema.CodeNotFound {
			continue
		}
		if err := q.shred(ctx, id); err != nil {
			return err
		}
		s.Vaults++
	}
	return fail("list keys", list.Err())
}
