package embedded

import (
	"context"
	"path/filepath"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// Rotate puts the key to in the place of the organisation's key, on a folder that
// no process runs on: see queue.Rotate. Until it is done, Start refuses the folder
// with CodeKeyChange. Options.Key is the key of before; it may be to itself where
// an earlier run came that far. The errors are those of Start and queue.Rotate.
func Rotate(ctx context.Context, o Options, to queue.Key, now time.Time, told func(done, total int)) (done queue.Rotated, err error) {
	s := &Server{key: o.Key, folder: o.Folder, broken: make(chan struct{})}
	defer s.Close()
	if !Exists(o.Folder) {
		return done, schema.Fail(schema.CodeNotFound, "replace key", nil)
	}
	if err := s.lock(o.Folder); err != nil {
		return done, err
	}
	path := filepath.Join(o.Folder, "store")
	m, err := readMark(path)
	if err != nil {
		return done, err
	}
	// Proven by the new key too: an earlier run was cut off, or ended.
	own, err := m.open(to)
	if schema.CodeOf(err) == schema.CodeWrongKey {
		if own, err = m.open(o.Key); err == nil && len(m.sealed) > 1 {
			err = schema.Fail(schema.CodeWrongKey, "replace key", nil) // with a third key
		}
		if err == nil {
			err = writeMark(path, own, o.Key, to)
		}
	}
	if err != nil {
		return done, err
	}
	s.own = own
	if err := s.serve(ctx, o); err != nil {
		return done, err
	}
	if done, err = queue.Rotate(ctx, s.Access(), o.Key, to, now, told); err != nil {
		return done, err
	}
	return done, writeMark(path, own, to)
}
