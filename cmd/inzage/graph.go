package main

import (
	"context"

	"inzage/schema"
	"inzage/workers/graphexport"
	"inzage/workers/graphexport/fetch"
)

// fetchable lists the sources that can be pulled from. What was handed in is a
// part of its own, workers.Upload.
func (a *app) fetchable() []string { return []string{graphexport.New().Name()} }

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
	return map[string]schema.Fetcher{source.Name(): source}, resolve, nil
}

// resolver looks a person up, see workers.Service.
type resolver func(ctx context.Context, who schema.Subject) (schema.Subject, []schema.Code, error)
