package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/schema"
)

// certificateCommand tells that a request was erased, for people or programs.
func (a *app) certificateCommand() *cobra.Command {
	var asJSON bool
	var reach *reachFlags
	c := a.command("certificate CASE", "request.certificate", cobra.ExactArgs(1), func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		q, conf, r, err := a.openCase(ctx, reach, args[0])
		if err != nil {
			return err
		}
		defer q.Close()
		certificate, err := q.Certificate(ctx, r.ID)
		if err != nil {
			return err
		}
		if asJSON {
			return a.json(certificate)
		}
		a.tellCertificate(certificate, conf.zone())
		return nil
	})
	reach = a.reachFlags(c)
	c.ValidArgsFunction = a.completeCases(func() *reachFlags { return reach })
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

func (a *app) tellCertificate(c queue.Certificate, zone *time.Location) {
	a.printf("%s\n\n", a.text("cli.certificate.title", "case", c.Case))
	if !c.Received.IsZero() { // not to be read any more, where the ledger was tampered with
		a.printf("%s\n", a.text("cli.certificate.received", "day", a.day(c.Received)))
	}
	if c.Closed.Kind != "" {
		a.printf("%s\n", a.text("cli.certificate.closed."+string(c.Closed.Kind), "day", a.day(schema.CivilDate(c.Closed.At, zone))))
	}
	for _, e := range c.Erasures {
		key := string(e.Kind)
		if len(c.Erasures) == 1 {
			key = "whole"
		}
		a.printf("\n%s\n", a.text("cli.certificate."+key, "moment", a.day(schema.CivilDate(e.At, zone))+" "+e.At.In(zone).Format(time.TimeOnly)))
		if e.Actor == schema.ActorSystem {
			a.printf("%s\n", a.text("cli.certificate.system"))
		} else {
			a.printf("%s\n", a.text("cli.certificate.person", "actor", string(e.Actor)))
		}
		for _, what := range []string{"keys", "objects", "bytes", "notes"} {
			a.printf("  %s\n", a.text("cli.certificate."+what, "count", strconv.FormatInt(e.Counts[what], 10)))
		}
		if e.Ref != "" {
			a.printf("  %s\n", a.text("cli.certificate.list", "hash", e.Ref))
		}
		if e.Code == schema.CodeTampered {
			a.printf("%s\n", a.text("cli.certificate.tampered"))
		}
	}
	for _, source := range c.UnderWay {
		a.printf("\n%s\n", a.text("cli.certificate.under-way", "source", source))
	}
	if c.Bundle != "" {
		a.printf("\n%s\n", a.text("cli.certificate.bundle", "hash", c.Bundle))
	}
	a.printf("\n%s\n%s\n", a.text("cli.certificate.ledger", "count", strconv.Itoa(c.Entries), "hash", c.LedgerHash), a.text("cli.certificate.backups"))
}
