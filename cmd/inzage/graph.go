package main

import (
	"context"

	"inzage/schema"
	"inzage/workers/auditlog"
	"inzage/workers/graphexport"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/signins"
	"inzage/workers/usage"
)

// standard lists the sources that a request is about where nobody chooses: the
// export, which needs the least rights.
func (a *app) standard() []string { return []string{graphexport.New().Name()} }

// fetchable lists the sources that can be pulled from. What was handed in is a
// part of its own, workers.Upload.
func (a *app) fetchable() []string {
	return append(a.standard(), auditlog.New().Name(), signins.New().Name(), usage.New().Name())
}

// fetchers makes the sources that can be pulled from and are set up. The others
// are not: a request that asks for one fails with CodeConfig, aloud.
func (a *app) fetchers(file string, times fetch.Times) (map[string]schema.Fetcher, resolver, error) {
	if file == "" && a.env("INZAGE_TENANT_ID") == "" {
		return nil, nil, nil
	}
	settings, err := a.microsoft(file)
	if err != nil {
		return nil, nil, err
	}
	settings.Times = times
	source, err := fetch.New(settings)
	if err != nil {
		return nil, nil, err
	}
	resolve := func(ctx context.Context, who schema.Subject) (schema.Subject, []schema.Code, error) {
		p, err := source.Resolve(ctx, who)
		return p.Subject, p.Notices, err
	}
	all := make(map[string]schema.Fetcher)
	for _, f := range []schema.Fetcher{source, source.Audit(), source.SignIns(), source.Usage()} {
		all[f.Name()] = f
	}
	return all, resolve, nil
}

// resolver looks a person up, see workers.Service.
type resolver func(ctx context.Context, who schema.Subject) (schema.Subject, []schema.Code, error)
