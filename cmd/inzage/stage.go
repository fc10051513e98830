package main

import (
	"context"

	"inzage/queue"
	"inzage/queue/embedded"
)

// stage is the queues that a service works on: one for everything where it runs
// a server of its own, and one per role on a cluster, since each role may do no
// more than its own part.
type stage struct {
	clock *queue.Queue // nil for a worker
	desk  *queue.Queue // nil where there is no desk
	kinds map[queue.Kind]*queue.Queue
	open  []*queue.Queue
	done  func()
	// watch ends with an error when the server of this process cannot go on.
	watch func(context.Context) error
}

// openStage opens what the service has a role for; all says that it keeps the
// clock too.
func (a *app) openStage(ctx context.Context, f serveFlags, conf config, all bool) (*stage, error) {
	url, roles, err := f.reach.cluster(conf)
	if err != nil {
		return nil, err
	}
	if url != "" {
		return a.openRoles(ctx, f, conf, roles, all)
	}
	if !all {
		return nil, a.usage("cli.error.work-nats")
	}
	e := embedded.Options{Folder: f.reach.data} // which has or gets a key, where nobody names a place
	place, err := a.keyPlace(f.reach, conf)
	if err == nil && place.named() {
		e.Key, err = place.read(ctx)
	}
	if err != nil {
		return nil, err
	}
	server, err := embedded.Start(ctx, e)
	if err != nil {
		return nil, err
	}
	q, err := queue.Open(ctx, server.Access(), queue.Options{Key: server.Key(), Zone: conf.zone()})
	if err != nil {
		server.Close()
		return nil, err
	}
	return &stage{
		clock: q, desk: q, open: []*queue.Queue{q}, done: server.Close, watch: server.Watch,
		kinds: map[queue.Kind]*queue.Queue{queue.KindFetch: q, queue.KindBuild: q, queue.KindNotify: q},
	}, nil
}

// openRoles opens a queue for each role that was given and that is of use here.
func (a *app) openRoles(ctx context.Context, f serveFlags, conf config, roles map[queue.Role]queue.Access, all bool) (_ *stage, err error) {
	s := &stage{kinds: make(map[queue.Kind]*queue.Queue), done: func() {}, watch: func(context.Context) error { return nil }}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	key, err := a.key(ctx, f.reach, conf)
	if err != nil {
		return nil, err
	}
	enter := func(role queue.Role) (*queue.Queue, error) {
		access, ok := roles[role]
		if !ok {
			return nil, nil
		}
		q, err := queue.Open(ctx, access, queue.Options{Key: key, Bind: true, Zone: conf.zone()})
		if err == nil {
			s.open = append(s.open, q)
		}
		return q, err
	}
	if all {
		if s.clock, err = enter(queue.RoleClock); err != nil {
			return nil, err
		}
		if s.clock == nil {
			return nil, a.usage("cli.error.role", "roles", "clock")
		}
		if s.desk, err = enter(queue.RoleDesk); err != nil {
			return nil, err
		}
	}
	for _, kind := range []queue.Kind{queue.KindFetch, queue.KindBuild, queue.KindNotify} {
		q, err := enter(queue.RoleOf(kind))
		if err != nil {
			return nil, err
		}
		if q != nil {
			s.kinds[kind] = q
		}
	}
	if len(s.open) == 0 {
		return nil, a.usage("cli.error.role", "roles", "fetch, build, notify")
	}
	return s, nil
}

// any is one of the queues.
func (s *stage) any() *queue.Queue { return s.open[0] }

// health returns nil where every queue answers.
func (s *stage) health(ctx context.Context) error {
	for _, q := range s.open {
		if err := q.Health(ctx); err != nil {
			return err
		}
	}
	return nil
}

// refused is how often the cluster refused what a role may not do.
func (s *stage) refused() (n int64) {
	for _, q := range s.open {
		n += q.Refused()
	}
	return n
}

// close closes the queues, then the server they are on.
func (s *stage) close() {
	for _, q := range s.open {
		q.Close()
	}
	s.done()
}
