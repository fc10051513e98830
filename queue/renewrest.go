package queue

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Beside the ledger lies what follows from it: jobs that wait for a worker or for a
// moment, messages that were set aside, events. The server takes a message that was
// deleted, or is too old, off the disk when it compacts a file, which in a quiet
// store is never. So those streams are made anew too, with what waits of requests
// that stay. What that is stands behind the ledger in RENEWAL, under
//
//	inzage.keep.due.<the rest>    a job
//	inzage.keep.sched.<the rest>  one that waits for a moment
//	inzage.keep.parked            a message that was set aside
//	inzage.keep.events            from where on events are told again, and who follows
//
// Events are not kept: they are told again from the ledger, at their places, from the
// first one that somebody who follows has not acknowledged.
const (
	subjectKeep       = "inzage.keep."
	subjectKeepParked = subjectKeep + "parked"
	subjectKeepEvents = subjectKeep + "events"
	own               = "inzage." // begins all our subjects
	// headerKeep begins the names of headers in RENEWAL: there a schedule must not fire.
	headerKeep = "Inzage-Keep-"
)

// restStreams are those that are made anew; the first one takes from the others.
func restStreams() []string { return []string{streamJobs, streamSchedule, streamParked, streamEvents} }

// keptEvents is how to make EVENTS anew. The JSON is stored.
type keptEvents struct {
	First     uint64                     `json:"first,omitempty"` // 0 says that there are none
	Consumers []jetstream.ConsumerConfig `json:"consumers,omitempty"`
}

// keepRest writes behind the staged ledger what is to wait once more, but for what is
// over. A schedule that fires meanwhile is taken as the job that it became.
func (q *Queue) keepRest(ctx context.Context, over func(schema.RequestID) bool) error {
	type place struct {
		kind Kind
		id   schema.RequestID
		n    int
	}
	kept := make(map[string]*jetstream.RawStreamMsg)
	places := make(map[place]string)
	take := func(msg *jetstream.RawStreamMsg) error {
		p := place{}
		if p.kind, p.id, p.n = jobSubject(msg.Subject); p.id == "" {
			kept[msg.Subject] = msg
			return nil
		}
		if over(p.id) {
			return nil
		}
		delete(kept, places[p]) // of two copies the one that was handed over last
		places[p], kept[msg.Subject] = msg.Subject, msg
		return nil
	}
	if err := q.each(ctx, streamSchedule, subjectSchedule+">", take); err != nil {
		return err
	}
	if err := q.settledJobs(ctx); err != nil {
		return err
	}
	if err := q.each(ctx, streamJobs, subjectJob+">", take); err != nil {
		return err
	}
	for _, subject := range slices.Sorted(maps.Keys(kept)) {
		to := strings.Replace(subject, subjectJob, subjectDue, 1)
		if err := q.keepOne(ctx, subjectKeep+strings.TrimPrefix(to, own), kept[subject].Header, nil); err != nil {
			return err
		}
	}
	err := q.each(ctx, streamParked, subjectParked, func(msg *jetstream.RawStreamMsg) error {
		if _, id, _ := jobSubject(msg.Header.Get(headerOf)); id != "" && over(id) {
			return nil
		}
		return q.keepOne(ctx, subjectKeepParked, msg.Header, msg.Data)
	})
	if err != nil {
		return err
	}
	events, err := q.followers(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(events)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "keep events", err)
	}
	return q.keepOne(ctx, subjectKeepEvents, nil, text) // the last: it says that all is there
}

// each hands over the messages that are in a stream, in order.
func (q *Queue) each(ctx context.Context, name, subjects string, do func(*jetstream.RawStreamMsg) error) error {
	stream, err := q.ledger.Stream(ctx, name)
	if err != nil {
		return fail("read jobs", err)
	}
	for seq := uint64(1); ; seq++ {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(subjects))
		if err != nil && schema.CodeOf(fail("read jobs", err)) == schema.CodeNotFound {
			return nil
		}
		if err != nil {
			return fail("read jobs", err)
		}
		if err := do(msg); err != nil {
			return err
		}
		seq = msg.Sequence
	}
}

// keptHeaders are the headers that make a message what it is.
func keptHeaders() []string {
	return []string{headerVersion, headerTry, headerCode, headerOf, jetstream.ScheduleHeader, jetstream.ScheduleTargetHeader, jetstream.ScheduleTTLHeader}
}

func (q *Queue) keepOne(ctx context.Context, subject string, h nats.Header, text []byte) error {
	msg := nats.NewMsg(subject)
	msg.Data = text
	for _, name := range keptHeaders() {
		if value := h.Get(name); value != "" {
			msg.Header.Set(headerKeep+name, value)
		}
	}
	_, err := q.ledger.PublishMsg(ctx, msg)
	return fail("keep jobs", err)
}

// followers is who follows events, and from where on all of them still need them.
// Who made a consumer that does not last, or that the server sends to, makes it again.
func (q *Queue) followers(ctx context.Context) (k keptEvents, err error) {
	events, err := q.ledger.Stream(ctx, streamEvents)
	if schema.CodeOf(fail("open events", err)) == schema.CodeNotFound {
		return k, nil
	}
	if err != nil {
		return k, fail("open events", err)
	}
	state := events.CachedInfo().State
	k.First = state.LastSeq + 1
	list := events.ListConsumers(ctx)
	for info := range list.Info() {
		if info.Config.Durable != "" && info.Config.DeliverSubject == "" {
			k.Consumers = append(k.Consumers, info.Config)
			k.First = min(k.First, info.AckFloor.Stream+1)
		}
	}
	k.First = max(k.First, state.FirstSeq)
	return k, fail("list consumers", list.Err())
}

// renewRest makes those streams anew, once the ledger of that size is. It may run
// again. A renewal that a program of before began kept nothing, and leaves them.
func (q *Queue) renewRest(ctx context.Context, size int) error {
	var kept []*nats.Msg
	var events *keptEvents
	err := q.messages(ctx, streamRenewal, subjectKeep, 0, func(subject string, h nats.Header, text []byte, _ uint64) error {
		if subject == subjectKeepEvents {
			if json.Unmarshal(text, &events) != nil {
				return schema.Fail(schema.CodeDamagedStore, "renew jobs", nil)
			}
			return nil
		}
		kept = append(kept, keptMsg(subject, h, text))
		return nil
	})
	if err != nil || events == nil {
		return err
	}
	for _, name := range restStreams() {
		if err := dropStream(ctx, q.ledger, name); err != nil {
			return err
		}
	}
	if err := q.remakeEvents(ctx, *events); err != nil {
		return err
	}
	var jobs jetstream.StreamConfig
	for _, cfg := range ledgerStreams(q.opts.Replicas) {
		switch cfg.Name {
		case streamJobs:
			jobs = cfg
		case streamSchedule, streamParked:
			if _, err := q.ledger.CreateStream(ctx, cfg); err != nil {
				return fail("make stream", err)
			}
		}
	}
	for _, msg := range kept {
		if _, err := q.ledger.PublishMsg(ctx, msg); err != nil {
			return fail("renew jobs", err)
		}
	}
	startAt(&jobs, size)
	if _, err := q.ledger.CreateStream(ctx, jobs); err != nil {
		return fail("make stream", err)
	}
	for _, cfg := range jobConsumers(q.opts.Patience, q.opts.InHand) {
		if _, err := q.ledger.CreateConsumer(ctx, streamJobs, cfg); err != nil {
			return fail("make consumer", err)
		}
	}
	return q.settledJobs(ctx) // a job that was handed over waits for a day, and the service may stand longer
}

// keptMsg is the message as it was.
func keptMsg(subject string, h nats.Header, text []byte) *nats.Msg {
	msg := nats.NewMsg(own + strings.TrimPrefix(subject, subjectKeep))
	msg.Data = append([]byte(nil), text...)
	for _, name := range keptHeaders() {
		if value := h.Get(headerKeep + name); value != "" {
			msg.Header.Set(name, value)
		}
	}
	if strings.HasPrefix(msg.Subject, subjectDue) {
		msg.Header.Set(jetstream.MsgTTLHeader, scheduleLife.String())
	}
	return msg
}

// remakeEvents makes EVENTS so that it goes on at its place, and who followed too.
func (q *Queue) remakeEvents(ctx context.Context, k keptEvents) error {
	if k.First == 0 {
		return nil
	}
	if _, err := q.ledger.CreateStream(ctx, eventStream(q.opts.Replicas, k.First)); err != nil {
		return fail("make events", err)
	}
	for _, cfg := range k.Consumers {
		if _, err := q.ledger.CreateConsumer(ctx, streamEvents, cfg); err != nil {
			return fail("follow events", err)
		}
	}
	return nil
}

// startAt has JOBS take over from the ledger what comes from this place on: to it, the
// new ledger is one that it knows nothing of, and it would take over each job once
// more.
func startAt(jobs *jetstream.StreamConfig, place int) {
	for _, s := range jobs.Sources {
		if s.Name == streamLedger {
			s.OptStartSeq = uint64(place) //nolint:gosec // a count
		}
	}
}

// settledJobs waits until JOBS has taken over everything so far.
func (q *Queue) settledJobs(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, jobsPatience)
	defer stop()
	for {
		jobs, err := q.ledger.Stream(ctx, streamJobs)
		if err != nil {
			return fail("open jobs", err)
		}
		behind := func(s *jetstream.StreamSourceInfo) bool { return s.Lag > 0 || s.Active < 0 }
		if list := jobs.CachedInfo().Sources; len(list) == 2 && !slices.ContainsFunc(list, behind) {
			return nil
		}
		if err := wait(ctx, jitter(100*time.Millisecond)); err != nil {
			return err
		}
	}
}

// jobsPatience bounds how long the server may take to hand over what it was ordered.
const jobsPatience = 2 * time.Minute
