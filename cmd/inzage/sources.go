package main

import (
	"inzage/schema"
	"inzage/workers/auditlog"
	"inzage/workers/dataviewer"
	"inzage/workers/devicelogs"
	"inzage/workers/graphexport"
	"inzage/workers/har"
	"inzage/workers/insights"
	"inzage/workers/signins"
	"inzage/workers/usage"
)

// sources lists every source of records. A new source adds its line here.
// temp is a private folder for what a source must have on disk.
func sources(temp string) []schema.Source {
	return []schema.Source{
		graphexport.New(),
		auditlog.New(),
		har.New(),
		devicelogs.New(),
		signins.New(),
		usage.New(),
		insights.New(),
		&dataviewer.Source{Temp: temp},
	}
}
