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
		a.decideCommand("extend", schema.EntryExtended, a.extensions()),
		a.decideCommand("suspend", schema.EntrySuspended, a.suspensions()),
		a.decideCommand("resume", schema.EntryResumed, nil),
		a.decideCommand("refuse", schema.EntryRefused, a.grounds()),
		a.decideCommand("withdraw", schema.EntryWithdrawn, nil),
		a.decideCommand("release", schema.EntryReleased, nil),
		a.decideCommand("recall", schema.EntryRecalled, nil),
		a.decideCommand("deliver", schema.EntryDelivered, nil),
		a.decideCommand("default", schema.EntryDefault, nil),
		a.retryCommand(), a.eraseCommand(),
	)
	return c
}

// Reasons that count for an extension (GDPR art. 12(3); EDPB Guidelines 01/2022,
// 162-164). Great effort or many requests do not.
func (a *app) extensions() []string { return []string{"volume", "spread", "redaction", "intelligible"} }

// Reasons to wait for the person (EDPB Guidelines 01/2022, 159).
func (a *app) suspensions() []string { return []string{"identity", "scope"} }

// Grounds for a refusal: GDPR art. 12(5), 15(4) and UAVG art. 41.
func (a *app) grounds() []string {
	return []string{
		"unfounded", "excessive", "not-identified", "rights-of-others",
		"uavg-41-security", "uavg-41-defence", "uavg-41-public-security", "uavg-41-crime", "uavg-41-public-interest",
		"uavg-41-judiciary", "uavg-41-profession", "uavg-41-supervision", "uavg-41-rights", "uavg-41-civil-claims",
	}
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
	if len(given) > 40 || strings.Trim(given, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || given == string(schema.ActorSystem) {
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
	if queue.ValidID(schema.RequestID(name)) {
		return q.Request(ctx, schema.RequestID(name))
	}
	reg, err := q.OpenRegister(ctx)
	if err != nil {
		return schema.Request{}, err
	}
	r, ok := reg.Case(name)
	if !ok {
		return schema.Request{}, schema.Fail(schema.CodeNotFound, "find request", nil)
	}
	return r, nil
}

// today is the day in the organisation's zone.
func today(zone *time.Location) schema.Date { return schema.CivilDate(time.Now(), zone) }
