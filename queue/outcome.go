package queue

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/rs/zerolog"

	"inzage/schema"
)

const (
	// settleTime is how long settling a job may take, after the worker was told
	// to stop too.
	settleTime = 15 * time.Second
	// longestBackoff bounds the wait between tries.
	longestBackoff = 6 * time.Hour
	// longestWait bounds every wait. A moment that lies further ahead was reckoned
	// by a clock that was wrong, and is waited for no longer.
	longestWait = 24 * time.Hour
	slack       = time.Hour
	// leastWait and usualWait are for schema.Later: the schedule knows whole
	// seconds, and a source may leave the choice to us.
	leastWait, usualWait = time.Second, 5 * time.Minute
	// noteWaits is how often a wait that goes on is put on record.
	noteWaits = 12 * time.Hour
)

// settle decides a job's fate by its error, and returns the code to log. First
// it puts the fate on record, then it hands over what follows, and only then it
// acknowledges: whatever dies in between, the message comes again and finds in
// the ledger how far this came. A fate that cannot be put on record is left to
// the next delivery.
func (q *Queue) settle(ctx context.Context, msg jetstream.Msg, job Job, outcome error) schema.Code {
	stopped := ctx.Err() != nil
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer end()
	if outcome == nil {
		outcome = q.confirm(ctx, job)
	}
	err := error(nil)
	wait, later := schema.IsLater(outcome)
	switch {
	case outcome == nil, errors.Is(outcome, unwantedError{}):
	case stopped && !later && !schema.IsNever(outcome):
		// Cut off, not failed: the same try again, by whoever is there.
		err = q.schedule(ctx, job.Request, job, job.Try, q.now())
	case later:
		err = q.snooze(ctx, job, wait)
	case schema.IsNever(outcome), job.Try >= q.opts.Tries:
		err = q.park(ctx, job, schema.CodeOf(outcome), schema.CountsOf(outcome))
	default:
		err = q.again(ctx, job, schema.CodeOf(outcome))
	}
	if err != nil {
		zerolog.Ctx(ctx).Warn().Str("request", string(job.Request.ID)).Str("code", string(schema.CodeOf(err))).Msg("job not settled; it comes again")
		_ = msg.NakWithDelay(q.opts.Patience)
		return schema.CodeOf(err)
	}
	q.acknowledge(ctx, msg)
	if later || errors.Is(outcome, unwantedError{}) {
		return "" // nothing is wrong
	}
	return schema.CodeOf(outcome)
}

// confirm asks the ledger whether a job that its handler calls done is done.
func (q *Queue) confirm(ctx context.Context, job Job) error {
	h, err := q.history(ctx, job.Request.ID)
	if err != nil {
		return err
	}
	if wanted(h, job) {
		return schema.Fail(schema.CodeInternal, "do job", nil)
	}
	return nil
}

// snooze lets a job wait. No slot and no goroutine is held meanwhile, and no
// restart forgets it.
func (q *Queue) snooze(ctx context.Context, job Job, d time.Duration) error {
	if d <= 0 {
		d = usualWait
	}
	until := q.now().Add(min(max(d, leastWait), longestWait))
	r, err := q.record(ctx, job, func(r schema.Request) []schema.Entry {
		p, _ := r.PartOf(job.Entry.Part)
		if job.Kind != KindFetch || p.State == schema.PartWaiting && until.Sub(p.Until).Abs() < noteWaits {
			return nil
		}
		return []schema.Entry{{Kind: schema.EntryWaiting, Part: job.Entry.Part, Until: until}}
	})
	if err != nil {
		return err
	}
	return q.schedule(ctx, r, job, job.Try, until)
}

// again puts a failed try on record and orders the next one.
func (q *Queue) again(ctx context.Context, job Job, code schema.Code) error {
	until := q.now().Add(q.backoff(job.Try))
	r, err := q.record(ctx, job, func(schema.Request) []schema.Entry {
		switch job.Kind {
		case KindFetch:
			return []schema.Entry{{Kind: schema.EntryTried, Part: job.Entry.Part, Code: code, Until: until}}
		case KindBuild:
			return []schema.Entry{{Kind: schema.EntryFaulted, Code: code, Until: until}}
		case KindNotify: // its tries are in the message only
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.schedule(ctx, r, job, job.Try+1, until)
}

// park gives a job up, for a person to look at (Register.Parked, Retry).
func (q *Queue) park(ctx context.Context, job Job, code schema.Code, counts map[string]int64) error {
	_, err := q.record(ctx, job, func(schema.Request) []schema.Entry {
		switch job.Kind {
		case KindFetch:
			return []schema.Entry{{Kind: schema.EntryAbandoned, Part: job.Entry.Part, Code: code}}
		case KindBuild:
			return []schema.Entry{{Kind: schema.EntryStuck, Code: code, Counts: counts}}
		case KindNotify:
			// Given up, and said so: "sent" is not among the counts.
			return []schema.Entry{{Kind: schema.EntryNotified, Code: job.Entry.Notice(), Day: job.Entry.Day, Counts: map[string]int64{"tries": int64(job.Try)}}}
		}
		return nil
	})
	return err
}

// record writes what is decided, unless the request needs the job no more.
func (q *Queue) record(ctx context.Context, job Job, decide func(schema.Request) []schema.Entry) (schema.Request, error) {
	return q.update(ctx, job.Request.ID, func(h history) ([]schema.Entry, error) {
		if !wanted(h, job) {
			return nil, nil
		}
		return decide(h.request), nil
	})
}

// backoff is the wait after a failed try.
func (q *Queue) backoff(try int) time.Duration {
	d := q.opts.Backoff
	for range try - 1 {
		d = min(2*d, longestBackoff)
	}
	return jitter(d)
}

// acknowledge takes the message out of the queue, for good. If that does not
// get through, it comes again and is found to be done.
func (q *Queue) acknowledge(ctx context.Context, msg jetstream.Msg) {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
	defer end()
	if err := msg.DoubleAck(ctx); err != nil {
		zerolog.Ctx(ctx).Warn().Str("code", string(schema.CodeOf(fail("acknowledge job", err)))).Msg("job not acknowledged; it comes again")
	}
}

// Retry orders work again that was given up: of a source, or of the bundle where
// part is empty.
func (q *Queue) Retry(ctx context.Context, id schema.RequestID, part string, by schema.Actor) (schema.Request, error) {
	e := schema.Entry{Kind: schema.EntryFetch, Part: part, Actor: by}
	if part == "" {
		e.Kind = schema.EntryBuild
	}
	return q.Append(ctx, id, e)
}

// The header of a job that comes back, and those of a message that was set aside.
const (
	headerTry  = "Inzage-Try"
	headerCode = "Inzage-Code"
	headerOf   = "Inzage-Subject"
)

// scheduleLife is how long a job that has fired waits to be taken into the
// queue; only a full queue makes it wait.
const scheduleLife = 24 * time.Hour

// schedule lets the job come again at a moment, in the lane of that day. One
// that is scheduled already is replaced.
func (q *Queue) schedule(ctx context.Context, r schema.Request, job Job, try int, at time.Time) error {
	at = at.Add(time.Second - time.Nanosecond) // the server cuts to whole seconds
	msg := jobMsg(subjectSchedule+string(job.Kind)+"."+string(r.ID)+"."+strconv.Itoa(job.Entry.N), try)
	_, err := q.ledger.PublishMsg(ctx, msg, jetstream.WithScheduleAt(at), jetstream.WithScheduleTTL(scheduleLife),
		jetstream.WithScheduleTarget(dueSubject(job.Kind, laneFor(r, q.today(at)), r.ID, job.Entry.N)))
	return fail("schedule job", err)
}

func jobMsg(subject string, try int) *nats.Msg {
	msg := nats.NewMsg(subject)
	msg.Header.Set(headerVersion, strconv.Itoa(entryVersion))
	msg.Header.Set(headerTry, strconv.Itoa(try))
	return msg
}

func dueSubject(kind Kind, lane int, id schema.RequestID, n int) string {
	return subjectDue + string(kind) + "." + laneName(lane) + "." + string(id) + "." + strconv.Itoa(n)
}

// take reads a job. What it is comes from the ledger; the message only says
// which entry, and which try.
func (q *Queue) take(ctx context.Context, msg jetstream.Msg) (Job, error) {
	if v, err := strconv.Atoi(msg.Headers().Get(headerVersion)); err == nil && v > entryVersion {
		return Job{}, schema.Fail(schema.CodeNewerVersion, "read job", nil)
	}
	damaged := schema.Fail(schema.CodeDamagedJob, "read job", nil)
	words, ok := cutPrefix(msg.Subject(), subjectJob)
	if !ok || len(words) != 4 {
		return Job{}, damaged
	}
	job := Job{Kind: Kind(words[0]), Try: 1}
	n, err := strconv.Atoi(words[3])
	if err != nil || !ValidID(schema.RequestID(words[2])) {
		return Job{}, damaged
	}
	if text := msg.Headers().Get(headerTry); text != "" {
		if job.Try, err = strconv.Atoi(text); err != nil || job.Try < 1 {
			return Job{}, damaged
		}
	}
	if job.history, err = q.history(ctx, schema.RequestID(words[2])); err != nil {
		return Job{}, err
	}
	if n < 1 || n > len(job.history.entries) {
		return Job{}, damaged
	}
	job.Entry, job.Request = job.history.entries[n-1].Entry, job.history.request
	if kind, ok := jobOf(job.Entry); !ok || kind != job.Kind {
		return Job{}, damaged
	}
	if p, ok := job.part(); ok {
		job.Try = p.Tries + 1 // the message may be an old one, come again
	}
	return job, nil
}

// part is the part of the request that the job is about; a notice has none.
func (j Job) part() (schema.Part, bool) {
	switch j.Kind {
	case KindFetch:
		return j.Request.PartOf(j.Entry.Part)
	case KindBuild:
		return j.Request.Build, true
	case KindNotify:
	}
	return schema.Part{}, false
}

// early returns the moment for which the job waits, if that is still to come:
// then this is an old message, come again after a crash of the server.
func (j Job) early(now time.Time) (time.Time, bool) {
	p, _ := j.part()
	left := p.Until.Sub(now)
	return p.Until, left > 2*time.Second && left <= longestWait+slack
}

// putAside deals with a message that is no job for this worker: one of a newer
// version waits for a newer worker, one that is damaged is parked, and where the
// ledger cannot be read it comes again.
func (q *Queue) putAside(ctx context.Context, msg jetstream.Msg, why error) {
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer end()
	code := schema.CodeOf(why)
	zerolog.Ctx(ctx).Warn().Str("code", string(code)).Msg("job put aside")
	meta, err := msg.Metadata()
	again := err == nil && int(meta.NumDelivered) <= q.opts.Vanished
	if code == schema.CodeNewerVersion || code != schema.CodeDamagedJob && code != schema.CodeTampered || again {
		_ = msg.NakWithDelay(q.opts.Patience) // a server that lags behind, perhaps
		return
	}
	parked := nats.NewMsg(subjectParked)
	parked.Header.Set(headerCode, string(code))
	parked.Header.Set(headerOf, msg.Subject())
	parked.Data = msg.Data()
	if _, err := q.ledger.PublishMsg(ctx, parked); err != nil {
		_ = msg.NakWithDelay(q.opts.Patience)
		return
	}
	q.acknowledge(ctx, msg)
}
