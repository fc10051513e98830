package web

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers/inputs"
)

// Large files come in pieces, by the tus protocol (https://tus.io, 1.0.0: core,
// creation, termination), so that what breaks off goes on where it was, also after
// the desk was killed. tusd speaks it; what it stores, it stores in the sealed
// store of the request that the address names, for who may hand in there.

// tus answers a request of the protocol with what of tusd's handlers fits.
func (d *Desk) tus(do func(*handler.UnroutedHandler) http.HandlerFunc) func(*visit) error {
	return func(v *visit) error {
		if _, can := v.request.State.Next(schema.EntryHandedIn); !can {
			return schema.Fail(schema.CodeConflict, "hand in files", nil)
		}
		box, err := d.upload(v.ctx(), v)
		if err != nil {
			return err
		}
		leave, err := d.begin(v)
		if err != nil {
			return err
		}
		defer leave()
		v.allow(d.largest())
		store := &tusStore{desk: d, visit: v, box: box}
		composer := handler.NewStoreComposer()
		composer.UseCore(store)
		composer.UseTerminater(store)
		composer.UseLocker(d.uploading)
		h, err := handler.NewUnroutedHandler(handler.Config{
			StoreComposer: composer, MaxSize: d.largest(), BasePath: d.Address + v.base() + "/uploads/",
			Cors: &handler.CorsConfig{Disable: true}, DisableDownload: true, DisableConcatenation: true, NetworkTimeout: patience,
			Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), // the desk's own log says what there is to say
			PreFinishResponseCallback: func(handler.HookEvent) (handler.HTTPResponse, error) {
				return handler.HTTPResponse{Header: handler.HTTPHeader{"Inzage-SHA256": store.sum}}, nil
			},
		})
		if err != nil {
			return schema.Fail(schema.CodeInternal, "receive file", err)
		}
		http.StripPrefix(v.base()+"/uploads", h.Middleware(do(h))).ServeHTTP(v.w, v.r)
		return nil
	}
}

func tusCreate(h *handler.UnroutedHandler) http.HandlerFunc { return h.PostFile }
func tusWhere(h *handler.UnroutedHandler) http.HandlerFunc  { return h.HeadFile }
func tusGoOn(h *handler.UnroutedHandler) http.HandlerFunc   { return h.PatchFile }
func tusDrop(h *handler.UnroutedHandler) http.HandlerFunc   { return h.DelFile }

// tusStore is tusd's view of the sealed store, for one request over HTTP.
type tusStore struct {
	desk  *Desk
	visit *visit
	box   *queue.Box
	sum   string // of the file that was taken
}

// NewUpload implements handler.DataStore.
func (s *tusStore) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	if err := s.room(ctx, info.Size); err != nil {
		return nil, tusError(err)
	}
	u, err := s.box.Begin(ctx, inputs.Shown(info.MetaData["filename"]), info.Size, info.MetaData["sha256"], info.MetaData["mark"])
	if err != nil {
		return nil, tusError(err)
	}
	return &tusUpload{s, u}, nil
}

// room refuses what would be too much together with what is there and what others
// began: that stays for a week where nobody goes on with it.
func (s *tusStore) room(ctx context.Context, size int64) error {
	blobs, err := s.box.Blobs(ctx)
	if err != nil {
		return err
	}
	begun, err := s.box.Uploads(ctx)
	if err != nil {
		return err
	}
	for _, b := range blobs {
		size += b.Size
	}
	for _, u := range begun {
		size += u.Whole
	}
	if len(blobs)+len(begun) >= mostFiles || size > 4*s.desk.largest() {
		return schema.Fail(schema.CodeFull, "begin upload", nil)
	}
	return nil
}

// GetUpload implements handler.DataStore. A file that came in whole when the desk
// was killed is taken now.
func (s *tusStore) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	u, err := s.box.Upload(ctx, id)
	if err != nil {
		return nil, tusError(err)
	}
	up := &tusUpload{s, u}
	if at := u.Incoming(); at.Size == at.Whole && s.visit.r.Method == http.MethodHead {
		return up, up.FinishUpload(ctx)
	}
	return up, nil
}

// AsTerminatableUpload implements handler.TerminaterDataStore.
func (s *tusStore) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(*tusUpload) //nolint:forcetypeassert // the store makes no others
}

type tusUpload struct {
	store *tusStore
	u     *queue.Upload
}

// WriteChunk implements handler.Upload. A connection that breaks is no error of
// the store: what came is kept. As long as something comes, somebody waits for it.
func (t *tusUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := t.u.Write(ctx, offset, src)
	if n > 0 {
		t.store.desk.sessions.find(t.store.visit.who.token, false)
	}
	return n, tusError(err)
}

// GetInfo implements handler.Upload. The name of the file stays where it is.
func (t *tusUpload) GetInfo(context.Context) (handler.FileInfo, error) {
	at := t.u.Incoming()
	return handler.FileInfo{ID: at.ID, Size: at.Whole, Offset: at.Size}, nil
}

// GetReader implements handler.Upload; nobody downloads here.
func (*tusUpload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, handler.ErrNotImplemented
}

// FinishUpload implements handler.Upload.
func (t *tusUpload) FinishUpload(ctx context.Context) error {
	blob, err := t.u.Blob()
	if err != nil {
		return tusError(err)
	}
	var refused error
	//nolint:contextcheck // the visit's own: who went away asks again, and it is done then
	_, left, err := t.store.desk.accept(t.store.visit, t.store.box, []*queue.Upload{t.u}, func(_ string, err error) bool {
		refused = err
		return refusable(schema.CodeOf(err))
	})
	if err != nil {
		return tusError(err)
	}
	if refused != nil {
		drop(ctx, left)
		return tusError(refused)
	}
	t.store.sum = blob.SHA256
	return nil
}

// Terminate implements handler.TerminatableUpload.
func (t *tusUpload) Terminate(ctx context.Context) error { return tusError(t.u.Drop(ctx)) }

// tusError is an error as the protocol tells it: its code, and never a value.
func tusError(err error) error {
	code := schema.CodeOf(err)
	switch {
	case err == nil:
		return nil
	case code == schema.CodeNotFound:
		return handler.ErrNotFound
	case code == schema.CodeConflict:
		return handler.ErrMismatchOffset
	case code == schema.CodeIO: // the connection broke; the body says it too
		return nil
	case refusable(code):
		return handler.NewError(string(code), "refused", http.StatusUnprocessableEntity)
	case code == schema.CodeUnreachable:
		return handler.NewError(string(code), "try again", http.StatusServiceUnavailable)
	}
	if known, ok := errors.AsType[handler.Error](err); ok {
		return known
	}
	return handler.NewError(string(code), "failed", http.StatusInternalServerError)
}
