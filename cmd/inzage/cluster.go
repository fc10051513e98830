package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/queue/cluster"
	"inzage/schema"
)

func (a *app) clusterCommand() *cobra.Command {
	c := a.command("cluster", "cluster", cobra.NoArgs, nil)
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(a.clusterInitCommand(), a.clusterPrepareCommand())
	return c
}

// The ports of NATS, and where its image of a container finds things.
const (
	natsPort        = 4222
	natsClusterPort = 6222
	natsFolder      = "/etc/nats"
	natsStore       = "/data"
)

func (a *app) clusterInitCommand() *cobra.Command {
	var out, config, store string
	var hosts []string
	var files, years int
	c := a.command("init", "cluster.init", cobra.NoArgs, func(*cobra.Command, []string) error {
		if out == "" {
			return a.usage("cli.error.cluster-out")
		}
		if len(hosts) != 3 || files < 1 || years < 1 {
			return a.usage("cli.error.cluster-hosts")
		}
		o := cluster.Options{
			Folder: out, Ledger: 8 << 30, Blobs: int64(files) << 30, Keys: 1 << 30,
			Now: time.Now(), Years: years,
		}
		for i, host := range hosts {
			o.Nodes = append(o.Nodes, cluster.Node{
				Name: fmt.Sprintf("nats-%d", i+1), Host: host, Port: natsPort, ClusterPort: natsClusterPort, Config: config, Store: store,
			})
		}
		if err := cluster.Write(o); err != nil {
			return err
		}
		// For compose.yaml: where all of it is, and whose files they are.
		where, err := filepath.Abs(out)
		if err != nil {
			return schema.Fail(schema.CodeIO, "find folder", err)
		}
		env := fmt.Sprintf("INZAGE_CLUSTER=%s\nINZAGE_USER=%d:%d\n", where, os.Getuid(), os.Getgid())
		if err := a.createFile(filepath.Join(out, "compose.env"), []byte(env), 0o600); err != nil {
			return err
		}
		a.printf("%s\n", a.text("cli.cluster.init.done", "folder", out, "key", filepath.Join(out, "key"),
			"authority", filepath.Join(out, "ca.key"), "url", cluster.URL(o.Nodes)))
		return nil
	})
	c.Flags().StringVar(&out, "out", "", a.text("cli.flag.cluster-out"))
	c.Flags().StringSliceVar(&hosts, "hosts", []string{"nats-1", "nats-2", "nats-3"}, a.text("cli.flag.cluster-hosts"))
	c.Flags().IntVar(&files, "files", 100, a.text("cli.flag.cluster-files"))
	c.Flags().IntVar(&years, "years", 2, a.text("cli.flag.cluster-years"))
	c.Flags().StringVar(&config, "server-config", natsFolder, a.text("cli.flag.cluster-config"))
	c.Flags().StringVar(&store, "server-store", natsStore, a.text("cli.flag.cluster-store"))
	_ = c.MarkFlagDirname("out")
	return c
}

// clusterPrepareCommand makes the streams, which no role that runs may do.
func (a *app) clusterPrepareCommand() *cobra.Command {
	var reach *reachFlags
	c := a.command("prepare", "cluster.prepare", cobra.NoArgs, func(c *cobra.Command, _ []string) error {
		conf, err := readConfig(reach.config)
		if err != nil {
			return err
		}
		_, roles, err := reach.cluster(conf)
		if err != nil {
			return err
		}
		access, ok := roles[queue.RoleSetup]
		if !ok {
			return a.usage("cli.error.role", "roles", "setup")
		}
		key, err := a.key(c.Context(), reach, conf)
		if err != nil {
			return err
		}
		q, err := queue.Open(c.Context(), access, queue.Options{Key: key, Replicas: 3})
		if err != nil {
			return err
		}
		q.Close()
		a.printf("%s\n", a.text("cli.cluster.prepare.done"))
		return nil
	})
	reach = a.reachFlags(c)
	return c
}
