package fetch

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"

	"inzage/schema"
	"inzage/workers/graphexport"
)

// Source is the admin export with its remote half. It keeps no state but its
// clients, and is safe for concurrent use.
type Source struct {
	*graphexport.Source

	config     Config
	credential azcore.TokenCredential
	graph      *graph
	store      *store
	now        func() time.Time
}

// New makes a Source. Nobody is asked anything yet: a wrong secret shows at the
// first use, or in Check. A configuration that cannot be used is CodeConfig, and
// Missing tells what is wrong with it.
func New(c Config) (*Source, error) {
	if missing := c.Missing(); missing != "" {
		return nil, schema.Fail(schema.CodeConfig, "read setting "+missing, nil)
	}
	c.Times = c.Times.filled()
	credential, err := c.credential()
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "make credential", err)
	}
	store, err := newStore(c, credential)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read setting storage-key", err)
	}
	return &Source{
		Source: graphexport.New(), config: c, credential: credential,
		graph: newGraph(c, credential), store: store, now: time.Now,
	}, nil
}

// Quiet switches off the log of the SDK, which prints addresses where the
// environment variable AZURE_SDK_GO_LOGGING asks for it: these name people. The
// switch is global, so a program calls this once, before anything else.
func Quiet() { azlog.SetListener(nil) }

// Fetch implements schema.Fetcher. It does as much as can be done now; most
// runs ask whether the export is ready and return Later.
//
// What it gives up with: CodePersonUnknown, CodePersonAmbiguous,
// CodePersonDeleted, CodeOtherTenant and CodeOtherPerson; CodeStorageUnfit and
// CodeExportRefused where the order is refused for good; CodeStorageLost,
// CodeExportFailed, CodeExportVanished and CodeExportExpired where an export
// ended with nothing to show. Where it ended with a part, the part is kept, and
// the Result for the whole says why there is no more.
func (s *Source) Fetch(ctx context.Context, who schema.Subject, box schema.Box) error {
	t := &try{Source: s, who: who, box: box}
	if err := t.load(ctx); err != nil {
		return err
	}
	for t.mark.Stage != stageDone {
		if err := ctx.Err(); err != nil {
			return coded("fetch export", err)
		}
		var err error
		switch t.mark.Stage {
		case stageNothing:
			err = t.name(ctx)
		case stageNamed:
			err = t.create(ctx)
		case stageAsking:
			err = t.ask(ctx)
		case stageWaiting:
			err = t.poll(ctx)
		case stageEnded:
			err = t.download(ctx)
		case stageStored:
			err = t.remove(ctx)
		default: // of a later version of the program
			err = schema.Fail(schema.CodeInternal, "read bookmark", nil)
		}
		if err != nil {
			return err
		}
	}
	if t.mark.Fate != "" {
		return schema.Never(schema.Fail(t.mark.Fate, "fetch export", nil))
	}
	return nil
}

// name finds the person, keeps to the daily limits, and names a container.
func (t *try) name(ctx context.Context) error {
	p, err := t.Resolve(ctx, t.who)
	switch schema.CodeOf(err) {
	case schema.CodePersonUnknown, schema.CodePersonAmbiguous, schema.CodePersonDeleted, schema.CodeOtherTenant:
		return t.fail(ctx, schema.CodeOf(err))
	case schema.CodeThrottled:
		return t.throttled(ctx)
	case "":
	default:
		return err
	}
	t.mark.ObjectID = p.Subject.ObjectID.Reveal()
	if wait, err := t.full(ctx); err != nil || wait > 0 {
		if err == nil {
			err = schema.Later(wait)
		}
		return err
	}
	t.mark.Container = newName()
	return t.to(ctx, stageNamed)
}

// fail ends the fetch before there is anything to clean up.
func (t *try) fail(ctx context.Context, code schema.Code) error {
	if err := t.box.Tell(ctx, schema.Result{Found: schema.FoundFailed, Code: code}); err != nil {
		return err
	}
	return schema.Never(schema.Fail(code, "fetch export", nil))
}

// create makes the container.
func (t *try) create(ctx context.Context) error {
	if err := t.mine(ctx); err != nil {
		return err
	}
	if err := t.store.create(ctx, t.mark.Container); err != nil {
		return coded("create container", err)
	}
	t.mark.Asked, t.sent = t.now().UTC(), true
	return t.to(ctx, stageAsking)
}

// throttled notes another 429 and asks to come back.
func (t *try) throttled(ctx context.Context) error {
	t.mark.Throttled++
	if err := t.note(ctx); err != nil {
		return err
	}
	return schema.Later(t.config.Times.throttled(t.mark.Throttled))
}

// remove deletes the container: every file is in the box.
func (t *try) remove(ctx context.Context) error {
	if err := t.mine(ctx); err != nil {
		return err
	}
	if err := t.store.remove(ctx, t.mark.Container); err != nil {
		return coded("delete container", err)
	}
	return t.to(ctx, stageDone)
}
