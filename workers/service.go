package workers

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/queue"
	"inzage/schema"
	"inzage/workers/inputs"
	"inzage/workers/notices"
)

// Service carries out the jobs of the queue: it pulls from sources, builds
// bundles and sends notices. Everything it knows of a request it reads from the
// queue, and every method may run again after a crash, at any point, on another
// machine; the queue sees to it that a result counts once.
//
// It is safe for concurrent use.
type Service struct {
	Queue   *queue.Queue
	Builder Builder
	// Fetchers are the sources that can be pulled from, by name.
	Fetchers map[string]schema.Fetcher
	// Resolve looks a person up in the organisation's directory and returns them
	// with every identifier that it adds, and what is worth knowing of the
	// account; nil where there is no directory to ask.
	Resolve func(ctx context.Context, who schema.Subject) (schema.Subject, []schema.Code, error)
	// Senders are the ways out for notices, by a short name.
	Senders map[string]notices.Sender
	// Case is what all cases of the organisation have in common: its name, its
	// zone, which legal texts it has. The request fills in the rest.
	Case Case
	// People reads what was decided at intake about other people, see
	// DecidedName; nil is nothing.
	People func(decided []byte) (explain.Others, error)
	// Temp is a private folder on this machine; each job has a folder of its
	// own in it, gone when the job ends.
	Temp string
	// Observe is told of every run of a job; may be nil.
	Observe func(kind, source, outcome string, code schema.Code, took time.Duration)
}

// Intake is the box for what was decided at intake, DecidedName the file in it
// about other people.
const (
	Intake      = "intake"
	DecidedName = "person.yaml"
)

// BundleName is the name of the bundle in its box.
const BundleName = "bundle.zip"

// Work does jobs until ctx ends: as many fetches and notices at once as fetches
// says, and as many builds as builds says. It returns an error only where it
// cannot begin.
func (s *Service) Work(ctx context.Context, fetches, builds int) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, w := range []queue.Worker{
		{Kinds: []queue.Kind{queue.KindNotify, queue.KindFetch}, Slots: fetches},
		{Kinds: []queue.Kind{queue.KindBuild}, Slots: builds},
	} {
		w.Do = s.Do
		if w.Slots > 0 {
			g.Go(func() error { return s.Queue.Work(ctx, w) })
		}
	}
	return g.Wait()
}

// Do does one job and puts what it came to on record.
func (s *Service) Do(ctx context.Context, job queue.Job) error {
	begun := time.Now()
	err := s.do(ctx, job)
	if s.Observe != nil {
		s.Observe(string(job.Kind), job.Entry.Part, outcome(err), schema.CodeOf(err), time.Since(begun))
	}
	return err
}

func (s *Service) do(ctx context.Context, job queue.Job) error {
	var e schema.Entry
	switch job.Kind {
	case queue.KindFetch:
		counts, err := s.fetch(ctx, job)
		if err != nil {
			return err
		}
		e = schema.Entry{Kind: schema.EntryFetched, Part: job.Entry.Part, Counts: counts}
	case queue.KindBuild:
		built, err := s.build(ctx, job.Request)
		if err != nil {
			return err
		}
		e = schema.Entry{Kind: schema.EntryBuilt, Ref: built.bundle.SHA256, Version: built.catalog, Counts: built.counts}
	case queue.KindNotify:
		sent, err := s.notify(ctx, job)
		if err != nil {
			return err
		}
		e = schema.Entry{Kind: schema.EntryNotified, Code: job.Entry.Notice(), Day: job.Entry.Day, Counts: map[string]int64{"sent": sent}}
	}
	// What is done is put on record although the worker is told to stop, or the
	// entry itself is seen before it is answered and tells that the job is wanted no
	// more: else whoever comes next would do it, and send it, once more.
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer end()
	_, err := s.Queue.Append(ctx, job.Request.ID, e)
	return err
}

// recordTime is how long that may take.
const recordTime = 15 * time.Second

// outcome is the fate of a job by its error, as metrics name it.
func outcome(err error) string {
	_, later := schema.IsLater(err)
	switch {
	case err == nil:
		return "done"
	case later:
		return "later"
	case schema.IsNever(err):
		return "never"
	default:
		return "failed"
	}
}

// fetch pulls one part of a request into its box and counts what is there.
func (s *Service) fetch(ctx context.Context, job queue.Job) (map[string]int64, error) {
	r, source := job.Request, job.Entry.Part
	vault, err := s.Queue.Vault(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	box := vault.Box(source).ForOrder(job.Entry.N)
	if source != Upload {
		f, ok := s.Fetchers[source]
		if !ok {
			return nil, schema.Never(schema.Fail(schema.CodeConfig, "find source", nil))
		}
		who, err := s.Queue.Subject(ctx, r)
		if err != nil {
			return nil, err
		}
		if who, err = s.resolve(ctx, vault, r, source, who); err != nil {
			return nil, err
		}
		if err := f.Fetch(ctx, who, box); err != nil {
			return nil, err
		}
	}
	blobs, err := box.Blobs(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{"files": int64(len(blobs)), "bytes": 0}
	for _, b := range blobs {
		counts["bytes"] += b.Size
	}
	return counts, nil
}

// resolve looks the person up once for each order of a fetch and puts on record
// who that is: the fetch and the bundle then know every name the person has, the
// former ones too. Where that does not work the fetch goes on with what was
// given: it looks itself, and knows what a person who cannot be found means for
// it.
func (s *Service) resolve(ctx context.Context, vault *queue.Vault, r schema.Request, source string, who schema.Subject) (schema.Subject, error) {
	if p, ok := r.PartOf(source); !ok || p.Resolved || s.Resolve == nil {
		return who, nil
	}
	found, notices, err := s.Resolve(ctx, who)
	if err != nil {
		return who, nil //nolint:nilerr // the fetch meets it too
	}
	ref, err := vault.KeepSubject(ctx, found)
	if err != nil {
		return who, err
	}
	if len(notices) == 0 {
		notices = []schema.Code{""} // nothing to note: an entry all the same
	}
	var entries []schema.Entry
	for _, notice := range notices {
		entries = append(entries, schema.Entry{Kind: schema.EntryResolved, Part: source, Ref: ref, Code: notice})
	}
	_, err = s.Queue.Append(ctx, r.ID, entries...)
	return found, err
}

// built is what a build came to.
type built struct {
	bundle  schema.Blob
	catalog string
	counts  map[string]int64
}

// build makes the bundle of a request from what its parts hold, and puts it in
// the bundle's box.
func (s *Service) build(ctx context.Context, r schema.Request) (built, error) {
	vault, err := s.Queue.Vault(ctx, r.ID)
	if err != nil {
		return built{}, err
	}
	who, err := s.Queue.Subject(ctx, r)
	if err != nil {
		return built{}, err
	}
	temp, err := os.MkdirTemp(s.Temp, "build-")
	if err != nil {
		return built{}, schema.Fail(schema.CodeIO, "make folder", err)
	}
	defer func() { _ = os.RemoveAll(temp) }()
	set, err := s.received(ctx, vault, r, temp)
	if err != nil {
		return built{}, err
	}
	defer func() { _ = set.Close() }()
	c := s.Case
	c.Number, c.Subject, c.Received, c.Lang, c.Notices = r.Case, who, r.Received, r.Lang, r.Notices
	if c.Searches, err = s.searches(ctx, vault, r); err != nil {
		return built{}, err
	}
	if c.Others, err = s.decided(ctx, vault); err != nil {
		return built{}, err
	}
	summary, result, err := s.Builder.Build(ctx, c, set, temp, BundleName, nil)
	if schema.CodeOf(err) == schema.CodeUnbalanced {
		return built{}, schema.Never(err) // the same files give the same difference
	}
	if err != nil {
		return built{}, err
	}
	blob, err := s.keep(ctx, vault, result)
	if err != nil {
		return built{}, err
	}
	if err := keepOutline(ctx, vault, summary.Outline); err != nil {
		return built{}, err
	}
	counts := map[string]int64{
		"files": int64(summary.Files), "read": summary.Read, "unreadable": summary.Unreadable, "others": summary.Others, "duplicates": summary.Duplicates,
		"unknown_files": int64(summary.Unknown), "refused_files": int64(summary.Refused), "broken_files": int64(summary.Broken),
		"bytes": result.Size, "findings": int64(len(result.Findings)),
	}
	for _, f := range result.Findings {
		counts[schema.FindingCounts+string(f.ID)] = 1
	}
	return built{bundle: blob, catalog: s.Builder.Catalog.Version(), counts: counts}, nil
}

// searches are how the fetches of a request ended. Of a part that was given up
// the ledger knows why, whether or not its source could still tell.
// Where it was asked more than once, the last time counts.
func (s *Service) searches(ctx context.Context, vault *queue.Vault, r schema.Request) ([]bundle.Search, error) {
	entries, err := s.Queue.Entries(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var list []bundle.Search
	for _, p := range r.Parts {
		if p.Source == Upload {
			continue // its files are judged by what reads them
		}
		order, asked := 0, 0
		for _, e := range entries {
			if e.Kind == schema.EntryFetch && e.Part == p.Source {
				order, asked = e.N, asked+1
			}
		}
		told, err := vault.Box(p.Source).ForOrder(order).Results(ctx)
		if err != nil {
			return nil, err
		}
		whole := slices.IndexFunc(told, func(r schema.Result) bool { return r.Place == "" })
		if whole < 0 {
			told, whole = slices.Insert(told, 0, schema.Result{Found: schema.FoundUnasked}), 0
		}
		switch w := &told[whole]; {
		case p.State == schema.PartAbandoned && w.Found != schema.FoundExpired && w.Found != schema.FoundPart:
			w.Found, w.Code = schema.FoundFailed, p.Code
		case p.State == schema.PartDone && w.Found == schema.FoundUnasked: // done, and told nothing
			if w.Found, w.Files = schema.FoundNothing, int(p.Counts["files"]); w.Files > 0 {
				w.Found = schema.FoundData
			}
		}
		for _, result := range told {
			s := bundle.Search{Source: p.Source, Result: result}
			if result.Place == "" {
				s.Asked = asked
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// decided reads what was decided at intake about other people.
func (s *Service) decided(ctx context.Context, vault *queue.Vault) (explain.Others, error) {
	in, err := vault.Box(Intake).Open(ctx, DecidedName)
	if schema.CodeOf(err) == schema.CodeNotFound || s.People == nil {
		return explain.Others{}, nil
	}
	if err != nil {
		return explain.Others{}, err
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		return explain.Others{}, err
	}
	return s.People(text)
}

// received opens everything that the parts of a request hold. With more than one
// part, the name of the source comes first, as the name of a folder does.
func (s *Service) received(ctx context.Context, vault *queue.Vault, r schema.Request, temp string) (*inputs.Set, error) {
	var files []inputs.Stored
	known, err := handedIn(ctx, vault)
	if err != nil {
		return nil, err
	}
	for i := range known {
		known[i].Name = nameIn(r, Upload, known[i].Name)
	}
	for _, p := range r.Parts {
		box := vault.Box(p.Source)
		blobs, err := box.Blobs(ctx)
		if err != nil {
			return nil, err
		}
		for _, b := range blobs {
			files = append(files, inputs.Stored{Name: nameIn(r, p.Source, b.Name), Size: b.Size, Open: func() (io.ReadCloser, error) { return box.Open(ctx, b.Name) }})
		}
	}
	return inputs.OpenStored(ctx, files, inputs.Options{Temp: temp, Known: known})
}

// nameIn is the name of a file of a part among all files of the request.
func nameIn(r schema.Request, part, name string) string {
	if len(r.Parts) > 1 {
		return part + "/" + name
	}
	return name
}

// keep puts the bundle in its box, if it is the one that was built.
func (s *Service) keep(ctx context.Context, vault *queue.Vault, result bundle.Result) (schema.Blob, error) {
	f, err := os.Open(filepath.Clean(result.Path))
	if err != nil {
		return schema.Blob{}, schema.Fail(schema.CodeIO, "open bundle", err)
	}
	defer f.Close()
	blob, err := vault.Bundle().Put(ctx, BundleName, f)
	if err == nil && blob.SHA256 != result.SHA256 {
		err = schema.Fail(schema.CodeIO, "keep bundle", nil)
	}
	return blob, err
}

// notify tells what a reminder says, or that there is a question, on every way out, and counts those that it
// went. A way that fails does not hold up the others; at the next try all are
// used again, and the far side drops what it had, by its key.
func (s *Service) notify(ctx context.Context, job queue.Job) (int64, error) {
	r := job.Request
	n := notices.Notice{
		Key: job.Key(), Code: string(job.Entry.Notice()), Extended: r.Extended, Case: r.Case, Due: r.Due(), At: job.Entry.At,
	}
	var sent int64
	var failed error
	for _, name := range slices.Sorted(maps.Keys(s.Senders)) {
		err := s.Senders[name].Send(ctx, n)
		if err == nil {
			sent++
		} else if failed == nil || schema.IsNever(failed) {
			failed = err
		}
	}
	return sent, failed
}
