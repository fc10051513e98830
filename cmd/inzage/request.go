package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// requestCommand is the group of commands about requests. All of them talk to a
// running service or cluster.
func (a *app) requestCommand() *cobra.Command {
	c := a.command("request", "request", cobra.NoArgs, nil)
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(
		a.requestNewCommand(), a.requestListCommand(), a.requestShowCommand(), a.requestGetCommand(),
		a.verifyIdentityCommand(),
		a.decideCommand("extend", schema.EntryExtended),
		a.decideCommand("suspend", schema.EntrySuspended),
		a.decideCommand("resume", schema.EntryResumed),
		a.decideCommand("refuse", schema.EntryRefused),
		a.decideCommand("withdraw", schema.EntryWithdrawn),
		a.decideCommand("release", schema.EntryReleased),
		a.decideCommand("recall", schema.EntryRecalled),
		a.decideCommand("deliver", schema.EntryDelivered),
		a.decideCommand("default", schema.EntryDefault),
		a.retryCommand(), a.eraseCommand(), a.certificateCommand(),
	)
	return c
}

// actor is who gives the command: an opaque id that is the same each time.
func (a *app) actor(given string) (schema.Actor, error) {
	if given == "" {
		given = a.env("INZAGE_ACTOR")
	}
	if given == "" {
		host, _ := os.Hostname()
		sum := sha256.Sum256([]byte("inzage actor " + host + " " + strconv.Itoa(os.Getuid())))
		return schema.Actor("os-" + hex.EncodeToString(sum[:5])), nil
	}
	if len(given) > 40 || strings.Trim(given, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || given == string(schema.ActorSystem) || schema.Actor(given).Client() {
		return "", a.usage("cli.error.actor")
	}
	return schema.Actor(given), nil
}

// openCase opens the queue and finds the request that the argument names. The
// caller closes the queue.
func (a *app) openCase(ctx context.Context, f *reachFlags, name string) (*queue.Queue, config, schema.Request, error) {
	q, c, err := a.open(ctx, f)
	if err != nil {
		return nil, c, schema.Request{}, err
	}
	r, err := a.find(ctx, q, name)
	if err != nil {
		q.Close()
		return nil, c, r, err
	}
	return q, c, r, nil
}

// find returns the request that the argument names: by id, or by case number.
func (a *app) find(ctx context.Context, q *queue.Queue, name string) (schema.Request, error) {
	id := schema.RequestID(name)
	if queue.ValidID(id) {
		if r, err := q.Request(ctx, id); schema.CodeOf(err) != schema.CodeTampered {
			return r, err
		}
	}
	reg, err := q.OpenRegister(ctx)
	if err != nil {
		return schema.Request{}, err
	}
	if r, ok := reg.Request(id); ok {
		return r, nil // what it came to before it was damaged
	}
	if reg.Shared(name) {
		return schema.Request{}, a.usage("cli.error.case-shared", "case", name)
	}
	r, ok := reg.Case(name)
	if !ok {
		return schema.Request{}, schema.Fail(schema.CodeNotFound, "find request", nil)
	}
	return r, nil
}

// today is the day in the organisation's zone.
func today(zone *time.Location) schema.Date { return schema.CivilDate(time.Now(), zone) }
