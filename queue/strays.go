package queue

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// Stray is something in the store that belongs to no request: what was left when
// a program was killed between two steps. The JSON is public output.
type Stray struct {
	Kind StrayKind `json:"kind"`
	// Request is the id in its name, which may be that of no request.
	Request schema.RequestID `json:"request,omitempty"`
	// Name is the name of a stream, the subject of a job, or that of a sealed part.
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
	Bytes uint64    `json:"bytes"`
	// Young says that what it belongs to may be in the making: it is not removed yet.
	Young bool `json:"young,omitempty"`
}

// StrayKind says what it is. The codes are public output.
type StrayKind string

// The kinds.
const (
	StrayKey    StrayKind = "key"    // a key of no request, or of one that was erased
	StrayFiles  StrayKind = "files"  // sealed files, likewise
	StrayIndex  StrayKind = "index"  // sealed names and notes, likewise
	StrayPart   StrayKind = "part"   // of a file of a request, that nothing names
	StrayJob    StrayKind = "job"    // that no request waits for
	StrayStream StrayKind = "stream" // that this program did not make; it is never removed
)

// Strays looks for everything that belongs to no request, in the order of kind
// and name. The error is of the first place that could not be looked at; what the
// others have is in the list.
func (q *Queue) Strays(ctx context.Context) ([]Stray, error) {
	if err := q.vaults("look for strays"); err != nil {
		return nil, err
	}
	s := straySearch{q: q, alive: make(map[schema.RequestID]bool), erased: make(map[schema.RequestID]bool)}
	var failed error
	for _, look := range []func(context.Context) error{s.streams, s.parts, s.jobs} {
		err := look(ctx)
		if code := schema.CodeOf(err); code == schema.CodeUnreachable || code == schema.CodeInterrupted {
			return nil, err
		}
		failed = cmp.Or(failed, err)
	}
	slices.SortFunc(s.found, func(a, b Stray) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return s.found, failed
}

// RemoveStray removes what Strays found, if it still is one: CodeConflict says
// that it is not, or too young, or not ours. What is gone already is no error.
func (q *Queue) RemoveStray(ctx context.Context, s Stray) error {
	var refused error = schema.Fail(schema.CodeConflict, "remove stray", nil)
	if s.Young {
		return refused
	}
	switch s.Kind {
	case StrayKey, StrayFiles, StrayIndex:
		js := q.blobs
		if s.Kind == StrayKey {
			js = q.keys
		}
		kind, id := ofRequest(s.Name)
		if alive, _, err := q.alive(ctx, id); err != nil || alive || kind != s.Kind {
			return cmp.Or(err, refused)
		}
		return dropStream(ctx, js, s.Name)
	case StrayPart:
		v, err := q.Vault(ctx, s.Request)
		if err != nil {
			return err
		}
		_, err = v.sweepParts(ctx, q.now(), s.Name)
		return err
	case StrayJob:
		if stray, err := q.strayJob(ctx, s.Name); err != nil || !stray {
			return cmp.Or(err, refused)
		}
		jobs, err := q.ledger.Stream(ctx, streamOfJob(s.Name))
		if err != nil {
			return fail("open jobs", err)
		}
		msg, err := jobs.GetLastMsgForSubject(ctx, s.Name)
		if code := schema.CodeOf(fail("read job", err)); code == schema.CodeNotFound {
			return nil
		}
		if err != nil {
			return fail("read job", err)
		}
		return fail("remove job", jobs.DeleteMsg(ctx, msg.Sequence))
	case StrayStream:
	}
	return refused
}

// alive reports whether something in the store can belong to the request: it is
// there, and not erased. One whose ledger cannot be read is there.
func (q *Queue) alive(ctx context.Context, id schema.RequestID) (alive, erased bool, err error) {
	r, err := q.Request(ctx, id)
	switch schema.CodeOf(err) {
	case "":
		erased = r.State == schema.StateErased
		return !erased, erased, nil
	case schema.CodeNotFound:
		return false, false, nil
	case schema.CodeTampered, schema.CodeNewerVersion:
		return true, false, nil
	default:
		return true, false, err
	}
}

// ofRequest reads the name of a stream of one request.
func ofRequest(name string) (StrayKind, schema.RequestID) {
	for _, of := range []struct {
		prefix, end string
		kind        StrayKind
	}{
		{prefixKey, "", StrayKey},
		{prefixKey, rawKey, StrayKey},
		{prefixObjects + prefixFiles, "", StrayFiles},
		{prefixKV + prefixIndex, "", StrayIndex},
	} {
		rest, ok := strings.CutPrefix(strings.TrimSuffix(name, of.end), of.prefix)
		if id := schema.RequestID(rest); ok && ValidID(id) {
			return of.kind, id
		}
	}
	return StrayStream, ""
}

type straySearch struct {
	q             *Queue
	alive, erased map[schema.RequestID]bool // of those with a stream
	found         []Stray
}

// streams looks at the streams of all three accounts.
func (s *straySearch) streams(ctx context.Context) error {
	ours := []string{streamEvents, streamDenials, streamCheck, streamRotation, streamRenewal, streamRenewing}
	for _, cfg := range append(ledgerStreams(1), buckets(1)...) {
		ours = append(ours, cfg.Name)
	}
	for _, js := range []jetstream.JetStream{s.q.ledger, s.q.blobs, s.q.keys} {
		list := js.ListStreams(ctx)
		for info := range list.Info() {
			if slices.Contains(ours, info.Config.Name) {
				continue
			}
			kind, id := ofRequest(info.Config.Name)
			if _, known := s.alive[id]; !known && kind != StrayStream {
				var err error
				if s.alive[id], s.erased[id], err = s.q.alive(ctx, id); err != nil {
					return err
				}
			}
			if s.alive[id] {
				continue
			}
			s.found = append(s.found, Stray{
				Kind: kind, Request: id, Name: info.Config.Name, Since: info.Created, Bytes: info.State.Bytes,
				// What an erased request left is nobody's at once.
				Young: kind != StrayStream && !s.erased[id] && s.q.now().Sub(info.Created) < abandonedAfter,
			})
		}
		if err := list.Err(); err != nil {
			return fail("list streams", err)
		}
	}
	return nil
}

// parts looks into the vaults of the requests that are there.
func (s *straySearch) parts(ctx context.Context) error {
	var failed error
	for id, alive := range s.alive {
		if !alive {
			continue
		}
		v, err := s.q.Vault(ctx, id)
		var parts []*jetstream.ObjectInfo
		if err == nil {
			parts, err = v.unnamed(ctx)
		}
		failed = cmp.Or(failed, err)
		for _, o := range parts {
			s.found = append(s.found, Stray{
				Kind: StrayPart, Request: id, Name: o.Name, Since: o.ModTime, Bytes: o.Size,
				Young: s.q.now().Sub(o.ModTime) < abandonedAfter,
			})
		}
	}
	return failed
}

// jobs looks at the jobs that wait for a worker, and at those that wait for a
// moment.
func (s *straySearch) jobs(ctx context.Context) error {
	for _, prefix := range []string{subjectJob, subjectSchedule} {
		jobs, err := s.q.ledger.Stream(ctx, streamOfJob(prefix))
		if err != nil {
			return fail("open jobs", err)
		}
		info, err := jobs.Info(ctx, jetstream.WithSubjectFilter(prefix+">"))
		if err != nil {
			return fail("read jobs", err)
		}
		for subject := range info.State.Subjects {
			stray, err := s.q.strayJob(ctx, subject)
			if err != nil {
				return err
			}
			if !stray {
				continue
			}
			msg, err := jobs.GetLastMsgForSubject(ctx, subject)
			if err != nil {
				continue // done meanwhile
			}
			_, id, _ := jobSubject(subject)
			s.found = append(s.found, Stray{
				Kind: StrayJob, Request: id, Name: subject, Since: msg.Time, Bytes: uint64(len(msg.Data)),
				Young: s.q.now().Sub(msg.Time) < settling, // a worker may take it, and see for itself
			})
		}
	}
	return nil
}

func streamOfJob(subject string) string {
	if strings.HasPrefix(subject, subjectSchedule) {
		return streamSchedule
	}
	return streamJobs
}

// jobSubject reads the end of a job's subject: <kind>[.<lane>].<request>.<n>. The
// id is empty where it is none.
func jobSubject(subject string) (kind Kind, id schema.RequestID, n int) {
	words, ok := cutPrefix(subject, subjectJob)
	if !ok {
		words, _ = cutPrefix(subject, subjectSchedule)
	}
	if len(words) < 3 || !ValidID(schema.RequestID(words[len(words)-2])) {
		return "", "", 0
	}
	n, err := strconv.Atoi(words[len(words)-1])
	if err != nil {
		return "", "", 0
	}
	return Kind(words[0]), schema.RequestID(words[len(words)-2]), n
}

// strayJob reports whether no request waits for the job.
func (q *Queue) strayJob(ctx context.Context, subject string) (bool, error) {
	kind, id, n := jobSubject(subject)
	if id == "" {
		return true, nil
	}
	h, err := q.history(ctx, id)
	if code := schema.CodeOf(err); code == schema.CodeTampered || code == schema.CodeNewerVersion {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, e := range h.entries {
		if ordered, ok := jobOf(e.Entry); ok && e.N == n && ordered == kind {
			return !wanted(h, Job{Kind: kind, Request: h.request, Entry: e.Entry}), nil
		}
	}
	return true, nil
}
