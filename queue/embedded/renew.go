package embedded

import (
	"context"

	"inzage/queue"
	"inzage/schema"
)

// Alone runs the server on a folder that no process runs on, for one thing, and lets
// no command in meanwhile. The errors are those of Start and of do.
func Alone(ctx context.Context, o Options, do func(queue.Access) error) (err error) {
	s := &Server{key: o.Key, folder: o.Folder, broken: make(chan struct{})}
	defer s.Close()
	if !Exists(o.Folder) {
		return schema.Fail(schema.CodeNotFound, "open store", nil)
	}
	if err := s.lock(o.Folder); err != nil {
		return err
	}
	if s.key, s.own, err = openStore(o.Folder, o.Key); err != nil {
		return err
	}
	if err := s.serve(ctx, o); err != nil {
		return err
	}
	return do(s.Access())
}
