package corpus

import (
	"archive/zip"
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// export makes the files of an admin export as the agents of the services write
// them into a container: <asset group>/<agent>/<product>/<data type>.json, no
// index, and each agent with its own habits and faults.
func export(r *rand.Rand, who person, script []step) []File {
	entries := func(apps ...string) []object {
		var list []object
		for _, s := range script {
			if slices.Contains(apps, s.app) {
				list = append(list, s.entry())
			}
		}
		return list
	}
	office, chat, outlook, teams, drive := agent(r), agent(r), agent(r), agent(r), agent(r)

	usage := entries("word", "excel", "powerpoint")
	search := entries("search")
	health := entries("health")
	meetings := array(entries("teams"), true)
	files := entries("drive")
	return []File{
		{"RequestInfo.json", requestInfo(r, who)},
		{"notes.xml", notes()},
		{office + "/1005/ProductAndServiceUsage.json", array(usage, true)},
		// One writer puts a comma after the last entry.
		{office + "/1005/ProductAndServicePerformance.json", bytes.Replace(array(health, false), []byte("}]"), []byte("},]"), 1)},
		{office + "/1005/SearchRequestsAndQuery.json", array(search, true)},
		{office + "/1008/ProductAndServiceUsage.json.zip", zipped("ProductAndServiceUsage.json", array(entries("designer"), false))},
		{chat + "/1005/ProductAndServiceUsage.json", array(entries("chat"), true)},
		{outlook + "/1010/ProductAndServiceUsage.json", lines(entries("mail"))},
		// This agent died while it wrote: the last entry is cut off.
		{teams + "/4000/ProductAndServiceUsage.json", meetings[:len(meetings)-173]},
		{drive + "/1015/ProductAndServiceUsage.json", array(append(files, timeless()), false)},
	}
}

// agent is the folder of one exporting service.
func agent(r *rand.Rand) string { return newGUID(r).String() + "/" + newGUID(r).String() }

// array writes the entries the way the services do: a bracket, the entries with
// a comma and no line break between them, a bracket.
func array(entries []object, pretty bool) []byte {
	parts := make([][]byte, len(entries))
	for i, e := range entries {
		if pretty {
			parts[i] = e.pretty("  ")
		} else {
			parts[i] = e.compact()
		}
	}
	return slices.Concat([]byte("["), bytes.Join(parts, []byte(",")), []byte("]"))
}

// lines writes one entry a line.
func lines(entries []object) []byte {
	var b []byte
	for _, e := range entries {
		b = append(append(b, e.compact()...), '\n')
	}
	return b
}

// timeless is an entry whose moment was not written down.
func timeless() object {
	return object{
		{"time", ""},
		{"correlationId", ""},
		{"properties", object{{"AppName", "OneDrive"}, {"Action", "QuotaChecked"}, {"UsedBytes", 18_231_446_528}}},
	}
}

// requestInfo is the file that the service writes first, to show that it can.
func requestInfo(r *rand.Rand, who person) []byte {
	return object{
		{"Description", "Invented for the demo case: tells whose data this container is for."},
		{"CorrelationId", hexDigits(r, 16) + ".0"},
		{"CommandId", newGUID(r).String()},
		{"Subject", object{
			{"ObjectId", who.object.String()},
			{"TenantId", who.tenant.String()},
			{"OrgIdPUID", who.puid},
		}},
		{"Timestamp", "2026-11-20T09:00:07+00:00"},
		{"RequestGuid", newGUID(r).String()},
	}.pretty("  ")
}

// notes is a file of a kind that nobody announced.
func notes() []byte {
	return []byte(strings.Join([]string{
		`<?xml version="1.0" encoding="utf-8"?>`,
		`<notes service="sticky" count="2">`,
		`  <note created="2026-09-10T09:12:00Z">Sporthal De Kolk: sleutel bij de beheerder</note>`,
		`  <note created="2026-11-05T20:02:00Z">Vraag raadslid over entreeprijs nazoeken</note>`,
		`</notes>`, ``,
	}, "\n"))
}

// zipped puts one file into an archive. It is stored, not compressed: the same
// bytes whatever the version of the compressor.
func zipped(name string, data []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{
		Name: name, Method: zip.Store,
		Modified: time.Date(2026, time.November, 21, 3, 14, 0, 0, time.UTC),
	})
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil || z.Close() != nil {
		return nil // a buffer does not fail; the golden test would show it
	}
	return b.Bytes()
}
