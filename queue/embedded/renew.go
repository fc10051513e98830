package embedded

import (
	"context"
	"os"
	"path/filepath"

	"inzage/queue"
	"inzage/schema"
)

// clearDropped removes what is left of streams that were dropped: the server does so
// beside its work, and goes on with it the next time it starts.
func clearDropped(folder string) error {
	dropped, err := filepath.Glob(filepath.Join(folder, "jetstream", "*", "streams", ".*"))
	for _, path := range dropped {
		if err == nil {
			err = os.RemoveAll(path)
		}
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "clear data folder", err)
	}
	return nil
}

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
	s.undo = append(s.undo, func() { // once the server stands, and the folder is still ours
		if left := clearDropped(o.Folder); err == nil {
			err = left
		}
	})
	if s.key, s.own, err = openStore(o.Folder, o.Key); err != nil {
		return err
	}
	if err := s.serve(ctx, o); err != nil {
		return err
	}
	return do(s.Access())
}
