package main

import (
	"inzage/schema"
	"inzage/workers/graphexport"
	"inzage/workers/graphexport/fetch"
)

// fetchable lists the sources that can be pulled from. What was handed in is a
// part of its own, workers.Upload.
func (a *app) fetchable() []string { return []string{graphexport.New().Name()} }

// fetchers makes the sources that can be pulled from and are set up. The others
// are not: a request that asks for one fails with CodeConfig, aloud.
func (a *app) fetchers(file string, times fetch.Times) (map[string]schema.Fetcher, error) {
	if file == "" && a.env("INZAGE_TENANT_ID") == "" {
		return nil, nil
	}
	settings, err := a.microsoft(file)
	if err != nil {
		return nil, err
	}
	settings.Times = times
	source, err := fetch.New(settings)
	if err != nil {
		return nil, err
	}
	return map[string]schema.Fetcher{source.Name(): source}, nil
}
