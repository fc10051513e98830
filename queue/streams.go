package queue

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Names in NATS are visible to whoever administers it, in listings, logs and
// folder names. They hold our own words and random ids only.
const (
	streamLedger      = "LEDGER"      // the truth: inzage.led.<request>.<n>.entry.<what>, or .<n>.job.<kind>.<lane>
	streamJobs        = "JOBS"        // work queue, fed by the two around it: inzage.job.<kind>.<lane>.<request>.<n>
	streamSchedule    = "SCHEDULE"    // jobs that wait: inzage.sched.<kind>.<request>.<n> fires inzage.due.<kind>.<lane>.<request>.<n>
	streamParked      = "PARKED"      // messages that are no job: inzage.parked
	streamCheckpoints = "CHECKPOINTS" // what the ledger was, day by day: inzage.checkpoint
	streamEvents      = "EVENTS"      // what programs on NATS follow: inzage.event.<request>
	streamDenials     = "DENIALS"     // what was refused and concerns no request: inzage.denial.<role>
	streamCheck       = "CHECK"       // proves the key, and keeps what outlives it: inzage.check
	streamRenewal     = "RENEWAL"     // what the ledger will be, while it is renewed: inzage.renewal.<the rest>, and what waits: inzage.keep.<the rest>
	streamRenewing    = "RENEWING"    // that RENEWAL is whole, and takes the ledger's place
	streamRotation    = "ROTATION"    // while the key is being replaced: inzage.rotation.<name>
	bucketRegister    = "register"    // snapshot of the register
	bucketRates       = "rates"       // rate limits that all workers share
	bucketShelf       = "desk"        // small sealed things of the desk

	// Per request, by its id.
	prefixKey   = "key_"   // stream of one message: a wrapped data key
	rawKey      = "-raw"   // ends the name of the key of what the sources brought
	prefixFiles = "files_" // object store: sealed parts of files
	prefixIndex = "index_" // key-value store: sealed names, sizes, bookmarks, notes

	// What NATS puts before the names of its two kinds of stores.
	prefixKV      = "KV_"
	prefixObjects = "OBJ_"

	subjectLedger     = "inzage.led."
	subjectJob        = "inzage.job."
	subjectDue        = "inzage.due."
	subjectSchedule   = "inzage.sched."
	subjectWake       = "inzage.wake."
	subjectSaid       = "inzage.said."
	subjectParked     = "inzage.parked"
	subjectCheck      = "inzage.check"
	subjectRotation   = "inzage.rotation."
	subjectCheckpoint = "inzage.checkpoint"
	subjectEvent      = "inzage.event."
	subjectDenial     = "inzage.denial."
	subjectRenewal    = "inzage.renewal."
	subjectRenewing   = "inzage.renewing"
	subjectClosed     = "inzage.closed." // takes the place of the ledger's prefix while it is closed
	subjectKey        = "inzage.key."

	// SubjectConnects is where a server tells whom it did not let in. Its account
	// hands that on to the ledger's, and nothing else.
	SubjectConnects = "$SYS.SERVER.*.CLIENT.AUTH.ERR"
)

// layout is the version of the list below, kept in each stream. Raise it with
// every change; a start brings older streams up to date, and refuses newer ones.
const (
	layout     = 3
	metaLayout = "inzage-layout"
)

// jobLimit bounds how long a job may go without a heartbeat before another
// worker gets it; see Options.Patience.
const defaultPatience = time.Minute

// ledgerStreams is what must be in the ledger's account, the ledger first: it is
// never made where another one is there already, since a ledger that is missing
// is an alarm. Each stream refuses what is over its size, at once and aloud.
func ledgerStreams(replicas int) []jetstream.StreamConfig {
	list := []jetstream.StreamConfig{{
		Name: streamLedger, Subjects: []string{subjectLedger + ">"},
		DenyDelete: true, DenyPurge: true, AllowAtomicPublish: true,
		MaxBytes: 2 << 30, MaxMsgSize: 64 << 10, Duplicates: 2 * time.Minute,
		// Tells, once an entry is stored, those who work on its request.
		RePublish: &jetstream.RePublish{Source: subjectLedger + ">", Destination: subjectSaid + ">", HeadersOnly: true},
	}, {
		Name: streamSchedule, Subjects: []string{subjectSchedule + ">", subjectDue + ">"},
		// Schedules do not go with Discard New, and Discard Old would drop jobs in
		// silence: this stream has no limit of its own, the account has.
		AllowMsgSchedules: true, AllowMsgTTL: true, MaxMsgSize: 64 << 10,
	}, {
		// Discard New holds the sources back when it is full; Discard Old lost
		// 90 jobs of 100. Where the server does not know any more how far it had
		// come, after a kill, OptStartSeq makes it begin anew: jobs come twice.
		// Without it, it goes on from a moment, and jobs that it had not taken over
		// by then were lost.
		Name: streamJobs, Retention: jetstream.WorkQueuePolicy,
		MaxBytes: 256 << 20, MaxMsgSize: 64 << 10,
		Sources: []*jetstream.StreamSource{
			{Name: streamLedger, OptStartSeq: 1, SubjectTransforms: []jetstream.SubjectTransformConfig{{
				Source:      subjectLedger + "*.*.job.*.*",
				Destination: subjectJob + "{{wildcard(3)}}.{{wildcard(4)}}.{{wildcard(1)}}.{{wildcard(2)}}",
			}}},
			{Name: streamSchedule, OptStartSeq: 1, SubjectTransforms: []jetstream.SubjectTransformConfig{{
				Source:      subjectDue + "*.*.*.*",
				Destination: subjectJob + "{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}.{{wildcard(4)}}",
			}}},
		},
		RePublish: &jetstream.RePublish{Source: subjectJob + ">", Destination: subjectWake + ">", HeadersOnly: true},
	}, {
		Name: streamParked, Subjects: []string{subjectParked}, DenyPurge: true,
		MaxBytes: 16 << 20, MaxMsgSize: 64 << 10, MaxAge: 90 * 24 * time.Hour,
	}, {
		Name: streamCheckpoints, Subjects: []string{subjectCheckpoint}, DenyDelete: true, DenyPurge: true,
		MaxBytes: 64 << 20, MaxMsgSize: largestNote,
	}}
	for i := range list {
		list[i].Storage, list[i].Replicas = jetstream.FileStorage, replicas
		list[i].AllowDirect = direct(replicas)
		if list[i].MaxBytes > 0 {
			list[i].Discard = jetstream.DiscardNew
		}
		list[i].Metadata = map[string]string{metaLayout: strconv.Itoa(layout)}
	}
	// A history is read in one request, which only a direct get can do; entriesAtOnce
	// asks the leader how far it must reach.
	list[0].AllowDirect = true
	return list
}

// closedLedger is the ledger while a renewal has it for itself: it takes nothing under
// its own subjects, and what the renewal writes is stored under them.
func closedLedger(replicas int) jetstream.StreamConfig {
	cfg := ledgerStreams(replicas)[0]
	cfg.Subjects = []string{subjectClosed + ">"}
	cfg.SubjectTransform = &jetstream.SubjectTransformConfig{Source: subjectClosed + ">", Destination: subjectLedger + ">"}
	return cfg
}

// direct reports whether a stream may answer a read without its leader: with
// replicas, one that lags behind answers too, and what was just written is not
// there.
func direct(replicas int) bool { return replicas == 1 }

// keyStream holds one message for good.
func keyStream(name, subject string, replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: name, Subjects: []string{subject}, Storage: jetstream.FileStorage, Replicas: replicas,
		Discard: jetstream.DiscardNew, MaxMsgs: 1, MaxBytes: 16 << 10, DenyDelete: true, DenyPurge: true,
	}
}

// rotationStream holds the keys that Rotate has wrapped anew, until they stand
// where they belong.
func rotationStream(replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: streamRotation, Subjects: []string{subjectRotation + ">"}, Storage: jetstream.FileStorage, Replicas: replicas,
		Discard: jetstream.DiscardNew, DenyDelete: true, DenyPurge: true, MaxMsgSize: 16 << 10,
	}
}

// renewalStreams are what the ledger will be, and the mark that it is whole.
func renewalStreams(replicas int) (renewal, mark jetstream.StreamConfig) {
	renewal = jetstream.StreamConfig{
		Name: streamRenewal, Subjects: []string{subjectRenewal + ">", subjectKeep + ">"}, Storage: jetstream.FileStorage, Replicas: replicas,
		Discard: jetstream.DiscardNew, DenyDelete: true, DenyPurge: true, AllowAtomicPublish: true, MaxMsgSize: 64 << 10,
	}
	return renewal, keyStream(streamRenewing, subjectRenewing, replicas)
}

// buckets are the key-value stores in the ledger's account.
func buckets(replicas int) []jetstream.StreamConfig {
	register, rates, shelf := indexStream(bucketRegister, replicas), indexStream(bucketRates, replicas), indexStream(bucketShelf, replicas)
	register.MaxBytes, rates.MaxBytes, shelf.MaxBytes = 1<<30, 8<<20, 64<<20
	rates.Storage = jetstream.MemoryStorage
	return []jetstream.StreamConfig{register, rates, shelf}
}

// indexStream is a key-value store without history, as the client library would
// make it (ADR-8 of NATS), but for direct.
func indexStream(bucket string, replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: prefixKV + bucket, Subjects: []string{"$KV." + bucket + ".>"},
		Storage: jetstream.FileStorage, Replicas: replicas, AllowDirect: direct(replicas),
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, AllowRollup: true, DenyDelete: true,
	}
}

// filesStream is an object store likewise (ADR-20).
func filesStream(bucket string, replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: prefixObjects + bucket, Subjects: []string{"$O." + bucket + ".C.>", "$O." + bucket + ".M.>"},
		Storage: jetstream.FileStorage, Replicas: replicas, AllowDirect: direct(replicas),
		Discard: jetstream.DiscardNew, AllowRollup: true,
	}
}

// jobConsumers is one consumer per kind of job and lane. No back-off of the
// server (its first step would take the place of AckWait) and no limit on
// deliveries (the server would leave the job lying): both are in outcome.go.
func jobConsumers(patience time.Duration, inHand int) []jetstream.ConsumerConfig {
	var list []jetstream.ConsumerConfig
	for _, kind := range kinds() {
		for lane := range lanes {
			list = append(list, jetstream.ConsumerConfig{
				Durable:       consumerName(kind, lane),
				FilterSubject: subjectJob + string(kind) + "." + laneName(lane) + ".>",
				AckPolicy:     jetstream.AckExplicitPolicy,
				AckWait:       patience,
				MaxDeliver:    -1,
				MaxAckPending: inHand,
			})
		}
	}
	return list
}

// ensure makes what is missing where it may, and checks the rest.
func (q *Queue) ensure(ctx context.Context) error {
	names, err := streamNames(ctx, q.ledger)
	if err != nil {
		return err
	}
	if slices.Contains(names, streamRenewing) {
		return schema.Fail(schema.CodeRenewal, "open ledger", nil)
	}
	fresh := len(names) == 0
	if slices.Contains(names, streamLedger) {
		ledger, err := q.ledger.Stream(ctx, streamLedger)
		if err != nil {
			return fail("open stream", err)
		}
		if ledger.CachedInfo().Config.SubjectTransform != nil {
			return schema.Fail(schema.CodeRenewal, "open ledger", nil)
		}
		q.opts.Replicas = max(ledger.CachedInfo().Config.Replicas, 1) // as it was made
	}
	if err := q.ensureKey(ctx, fresh); err != nil {
		return err
	}
	for _, cfg := range ledgerStreams(q.opts.Replicas) {
		switch {
		case slices.Contains(names, cfg.Name):
			err = q.check(ctx, cfg)
		case q.opts.Bind || cfg.Name == streamLedger && !fresh:
			err = schema.Fail(schema.CodeDamagedStore, "open stream", nil)
		default:
			_, err = q.ledger.CreateStream(ctx, cfg)
			err = fail("make stream", err)
		}
		if err != nil {
			return err
		}
	}
	if !slices.Contains(names, streamEvents) && !q.opts.Bind {
		if err := q.ensureEvents(ctx); err != nil {
			return err
		}
	}
	if !slices.Contains(names, streamDenials) && !q.opts.Bind {
		if err := q.ensureDenials(ctx); err != nil {
			return err
		}
	}
	return q.ensureParts(ctx, names)
}

// ensureParts does the same for the buckets and the consumers of jobs.
func (q *Queue) ensureParts(ctx context.Context, names []string) error {
	for _, cfg := range buckets(q.opts.Replicas) {
		if slices.Contains(names, cfg.Name) {
			continue
		}
		if q.opts.Bind && cfg.Name != prefixKV+bucketRegister {
			continue // gone with the last server, or newer than it; whoever works makes it anew
		}
		if q.opts.Bind {
			return schema.Fail(schema.CodeDamagedStore, "open bucket", nil)
		}
		if _, err := q.ledger.CreateStream(ctx, cfg); err != nil {
			return fail("make bucket", err)
		}
	}
	if q.opts.Bind {
		return nil
	}
	jobs, err := q.ledger.Stream(ctx, streamJobs)
	if err != nil {
		return fail("open stream", err)
	}
	have := make(map[string]*jetstream.ConsumerInfo)
	list := jobs.ListConsumers(ctx)
	for info := range list.Info() {
		have[info.Name] = info
	}
	if err := list.Err(); err != nil {
		return fail("list consumers", err)
	}
	for _, cfg := range jobConsumers(q.opts.Patience, q.opts.InHand) {
		if old, ok := have[cfg.Durable]; ok && old.Config.AckWait == cfg.AckWait && old.Config.MaxAckPending == cfg.MaxAckPending {
			continue
		}
		if _, err := jobs.CreateOrUpdateConsumer(ctx, cfg); err != nil {
			return fail("make consumer", err)
		}
	}
	return nil
}

// check compares the layout of a stream that is there.
func (q *Queue) check(ctx context.Context, cfg jetstream.StreamConfig) error {
	stream, err := q.ledger.Stream(ctx, cfg.Name)
	if err != nil {
		return fail("open stream", err)
	}
	theirs, err := strconv.Atoi(stream.CachedInfo().Config.Metadata[metaLayout])
	switch {
	case err != nil:
		return schema.Fail(schema.CodeDamagedStore, "open stream", err)
	case theirs > layout:
		return schema.Fail(schema.CodeNewerVersion, "open stream", nil)
	case theirs < layout && !q.opts.Bind:
		if cfg.Name == streamJobs { // where a renewal had it begin
			cfg.Sources = stream.CachedInfo().Config.Sources
		}
		_, err = q.ledger.UpdateStream(ctx, cfg)
		return fail("update stream", err)
	}
	return nil
}

func streamNames(ctx context.Context, js jetstream.JetStream) ([]string, error) {
	var names []string
	list := js.StreamNames(ctx)
	for name := range list.Name() {
		names = append(names, name)
	}
	return names, fail("list streams", list.Err())
}
