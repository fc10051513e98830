package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/schema"
)

// reachFlags say where the queue is: in a data folder that a service runs on,
// or on a cluster.
type reachFlags struct {
	config, data, url string
	// Where the organisation's key is: see keyPlace. secret is the key itself, from
	// the environment.
	keyFile, keyCommand, secret string
	// roles are the folders of the roles on a cluster.
	roles []string
	// as is the roles that can do what the command does, the best first.
	as []queue.Role
}

func (a *app) reachFlags(c *cobra.Command) *reachFlags {
	f := reachFlags{secret: a.env("INZAGE_KEY"), as: []queue.Role{queue.RoleDesk, queue.RoleIntake, queue.RoleAudit}}
	c.Flags().StringVar(&f.config, "config", a.env("INZAGE_CONFIG"), a.text("cli.flag.config"))
	c.Flags().StringVar(&f.data, "data", orElse(a.env("INZAGE_DATA"), "data"), a.text("cli.flag.data"))
	c.Flags().StringVar(&f.keyFile, "key-file", a.env("INZAGE_KEY_FILE"), a.text("cli.flag.key-file"))
	c.Flags().StringVar(&f.keyCommand, "key-command", a.env("INZAGE_KEY_COMMAND"), a.text("cli.flag.key-command"))
	c.Flags().StringVar(&f.url, "nats", a.env("INZAGE_NATS"), a.text("cli.flag.nats"))
	c.Flags().StringArrayVar(&f.roles, "role", nil, a.text("cli.flag.role"))
	_ = c.MarkFlagDirname("role")
	_ = c.MarkFlagFilename("config", "yaml", "yml")
	_ = c.MarkFlagDirname("data")
	return &f
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// open opens the queue that runs elsewhere, for a command.
func (a *app) open(ctx context.Context, f *reachFlags) (*queue.Queue, config, error) {
	c, err := readConfig(f.config)
	if err != nil {
		return nil, c, err
	}
	access, err := a.visitor(f, c)
	if err != nil {
		return nil, c, err
	}
	key, err := a.key(ctx, f, c)
	if err != nil {
		return nil, c, err
	}
	q, err := queue.Open(ctx, access, queue.Options{Key: key, Bind: true, Zone: c.zone()})
	return q, c, err
}

// openAtRest is open, also where no service runs on the data folder: a service
// that finds its store damaged does not start. It makes and changes nothing. The
// caller calls done.
func (a *app) openAtRest(ctx context.Context, f *reachFlags) (q *queue.Queue, done func(), err error) {
	q, c, err := a.open(ctx, f)
	if err == nil {
		return q, q.Close, nil
	}
	if schema.CodeOf(err) != schema.CodeUnreachable || orElse(f.url, c.NATS.URL) != "" || !embedded.Exists(f.data) {
		return nil, nil, err
	}
	key, err := a.key(ctx, f, c)
	if err != nil {
		return nil, nil, err
	}
	server, err := embedded.Start(ctx, embedded.Options{Folder: f.data, Key: key})
	if err != nil {
		return nil, nil, err
	}
	if q, err = queue.Open(ctx, server.Access(), queue.Options{Key: key, Bind: true, Zone: c.zone()}); err != nil {
		server.Close()
		return nil, nil, err
	}
	return q, func() { q.Close(); server.Close() }, nil
}

// cluster is the address of the cluster and the access of each role that this
// program comes with; without an address there is none.
func (f *reachFlags) cluster(c config) (url string, roles map[queue.Role]queue.Access, err error) {
	if url = orElse(f.url, c.NATS.URL); url == "" {
		return "", nil, nil
	}
	folders := f.roles
	if len(folders) == 0 {
		folders = c.NATS.Roles
	}
	roles = make(map[queue.Role]queue.Access)
	for _, folder := range folders {
		access, err := queue.ReadRole(folder, url)
		if err != nil {
			return url, nil, err
		}
		roles[access.Role] = access
	}
	return url, roles, nil
}

// visitor is how a command reaches the queue: through the door of the service on
// this machine, or on a cluster with the first of these roles that it has.
func (a *app) visitor(f *reachFlags, c config) (queue.Access, error) {
	url, roles, err := f.cluster(c)
	if err != nil {
		return queue.Access{}, err
	}
	if url == "" {
		return queue.ReadDoor(f.data)
	}
	for _, role := range f.as {
		if access, ok := roles[role]; ok {
			return access, nil
		}
	}
	return queue.Access{}, a.usage("cli.error.role", "roles", strings.Join(codes(f.as), ", "))
}
