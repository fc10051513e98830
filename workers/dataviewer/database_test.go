package dataviewer

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/schema"

	"github.com/google/go-cmp/cmp"
)

const eventsTable = `CREATE TABLE events_persisted (sid TEXT, timestamp INTEGER, payload TEXT, full_event_name TEXT,
	full_event_name_hash INTEGER, event_keywords INTEGER, is_core INTEGER, provider_group_id INTEGER, logging_binary_name TEXT,
	friendly_logging_binary_name TEXT, compressed_payload_size INTEGER, producer_id INTEGER, extra1 TEXT, extra2 TEXT, extra3 TEXT)`

// fourTables is the smaller layout, allTables the larger.
func fourTables() []string {
	return []string{
		eventsTable,
		`CREATE TABLE event_tags (full_event_name_hash INTEGER, tag_id INTEGER)`,
		`CREATE TABLE tag_descriptions (tag_id INTEGER, locale_name TEXT, tag_name TEXT, description TEXT)`,
		`CREATE TABLE provider_groups (group_id INTEGER PRIMARY KEY, group_guid TEXT)`,
	}
}

func allTables() []string {
	return append(fourTables(),
		`CREATE TABLE producers (producer_id INTEGER PRIMARY KEY, producer_id_text TEXT)`,
		`CREATE TABLE categories (a)`, `CREATE TABLE event_categories (a)`,
		`INSERT INTO producers VALUES (1, 'Windows')`, `INSERT INTO provider_groups VALUES (4, 'guid-4')`,
		`INSERT INTO event_tags VALUES (77, 24), (77, 1), (77, 24), (78, 25)`,
		`INSERT INTO tag_descriptions VALUES (1, 'nl-NL', 'Geschiedenis', ''), (1, 'en-US', 'Browsing History', ''), (24, 'en-US', 'Performance', '')`,
	)
}

// insert is a row of the table of events.
func insert(sid, payload string, hash int) string {
	q := strings.NewReplacer(`'`, `''`).Replace
	return fmt.Sprintf(`INSERT INTO events_persisted VALUES ('%s', 132658327025337494, '%s', 'Full.Name', %d, -9223372036854775808, 1, 4,
		'?unknown?', NULL, 120, 1, '', x'00ff', 1.5)`, q(sid), q(payload), hash)
}

// database makes a database with a write-ahead log and returns its files. The
// connection is open while they are read, so that the log is not written back;
// what stands in the statements of late is in the log only.
func database(t testing.TB, early, late []string) map[string]string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "EventTranscript.db")
	db, err := sql.Open("sqlite", name)
	check(t, err)
	defer func() { check(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	run := func(list ...string) {
		for _, q := range list {
			_, err := db.ExecContext(t.Context(), q)
			check(t, err)
		}
	}
	run("PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0")
	run(early...)
	run("PRAGMA wal_checkpoint(TRUNCATE)")
	run(late...)
	files := make(map[string]string)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(name + suffix)
		check(t, err)
		files["d/EventTranscript.db"+suffix] = string(data)
	}
	return files
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	payload := event(sample, at, "m:1")
	files := folder(database(t,
		append(allTables(), insert("S-1-5-21-1", payload, 77)),
		[]string{insert("", "no JSON", 79)},
	))
	for name, want := range map[string]schema.Format{
		"d/EventTranscript.db":     {Code: formatDatabase},
		"d/EventTranscript.db-wal": {Code: formatSidecar, Support: true},
		"d/EventTranscript.db-shm": {Code: formatSidecar, Support: true},
	} {
		if format, ok := New().Match(files[name]); !ok || format != want {
			t.Errorf("%s matched as %v, %v", name, format, ok)
		}
	}
	list, tally, err := read(t, schema.Subject{}, files["d/EventTranscript.db"])
	check(t, err)
	if len(list) != 2 || len(tally.Repairs) != 0 {
		t.Fatalf("%d records, repairs %v", len(list), tally.Repairs)
	}
	columns := func(sid, hash string, tags ...string) []string {
		return append(append([]string{
			"db.sid=" + sid, "db.timestamp=132658327025337494", "db.full_event_name=Full.Name", "db.full_event_name_hash=" + hash,
		}, tags...), "db.event_keywords=-9223372036854775808", "db.is_core=1", "db.provider_group_id=4", "db.group_guid=guid-4",
			"db.logging_binary_name=?unknown?", "db.friendly_logging_binary_name=null", "db.compressed_payload_size=120",
			"db.producer_id=1", "db.producer_id_text=Windows", "db.extra1=", "db.extra2=0x00ff", "db.extra3=1.5")
	}
	first := append(payloadFields(), columns("S-1-5-21-1", "77", "db.tags=1 Browsing History, 24 Performance")...)
	if d := cmp.Diff(first, pairs(list[0].Fields)); d != "" {
		t.Error(d)
	}
	second := columns("", "79")
	second = append(second[:2:2], append([]string{"db.payload=no JSON"}, second[2:]...)...)
	if d := cmp.Diff(second, pairs(list[1].Fields)); d != "" {
		t.Error(d)
	}
	if list[0].Event != sample || list[1].Event != "Full.Name" || list[0].App != "Windows" {
		t.Errorf("events %q, %q of %q", list[0].Event, list[1].Event, list[0].App)
	}
	if want := time.Date(2021, 5, 18, 17, 31, 42, 533_749_400, time.UTC); !list[1].At.Equal(want) || !list[0].At.Equal(moment()) {
		t.Errorf("at %v and %v", list[0].At, list[1].At)
	}
	if d := cmp.Diff(schema.Origin{File: "d/EventTranscript.db", Record: 2, Offset: -1}, list[1].From); d != "" {
		t.Error(d)
	}
}

// A database inside an archive can be without its log; then there are fewer
// rows, and that is all that is known. With the log, but a -shm of another day,
// there must be all.
func TestDatabaseLog(t *testing.T) {
	t.Parallel()
	data := database(t, append(allTables(), insert("", "{}", 1)), []string{insert("", "{}", 2), insert("", "{}", 3)})
	count := func(change func(map[string]string)) int {
		files := maps.Clone(data)
		change(files)
		list, _, err := read(t, schema.Subject{}, folder(files)["d/EventTranscript.db"])
		check(t, err)
		return len(list)
	}
	if n := count(func(map[string]string) {}); n != 3 {
		t.Errorf("%d rows with the log, want 3", n)
	}
	if n := count(func(f map[string]string) { delete(f, "d/EventTranscript.db-wal") }); n != 1 {
		t.Errorf("%d rows without the log, want 1", n)
	}
	if n := count(func(f map[string]string) { f["d/EventTranscript.db-shm"] = strings.Repeat("\x00", 32<<10) }); n != 3 {
		t.Errorf("%d rows with a stale index, want 3", n)
	}
	wal := "d/EventTranscript.db-wal"
	if n := count(func(f map[string]string) { f[wal] = f[wal][:len(f[wal])-100] }); n != 2 {
		t.Errorf("%d rows with a log cut off, want 2", n)
	}
}

func TestDatabaseSmallLayout(t *testing.T) {
	t.Parallel()
	for name, tables := range map[string][]string{"four tables": fourTables(), "one table": {eventsTable}} {
		data := database(t, append(tables, insert("", `{"name":"x"}`, 1)), nil)
		list, tally, err := read(t, schema.Subject{}, folder(data)["d/EventTranscript.db"])
		check(t, err)
		if len(list) != 1 || tally.Repairs[schema.RepairOldTableLayout] != 1 {
			t.Errorf("%s: %d records, repairs %v", name, len(list), tally.Repairs)
		}
	}
}

func TestDatabaseOwnersAndBrokenPayloads(t *testing.T) {
	t.Parallel()
	data := database(t, append(allTables(),
		insert("S-1-5-21-1", `{"name":"mine"}`, 1), insert("S-1-5-21-2", `{"name":"theirs"}`, 1), insert("S-1-5-21-2", `{"broken`, 1),
		insert("S-1-5-18", `{"name":"windows"}`, 1), insert("S-1-5-21-1", `{"broken`, 1),
		`INSERT INTO events_persisted (sid, payload) VALUES ('S-1-5-21-1', '{"x":"' || hex(zeroblob(9000000)) || '"}')`,
	), nil)
	list, _, err := read(t, schema.Subject{SIDs: personal("S-1-5-21-1")}, folder(data)["d/EventTranscript.db"])
	check(t, err)
	type outcome struct {
		Owner schema.Owner
		Code  schema.Code
		Raw   int
		Cut   int64
	}
	var got []outcome
	for _, r := range list {
		got = append(got, outcome{r.Owner, r.Unreadable, r.Raw.Len(), r.Cut})
	}
	want := []outcome{
		{},
		{Owner: schema.OwnerOther},
		{schema.OwnerOther, schema.CodeSyntax, 8, 0},
		{},
		{schema.OwnerSubject, schema.CodeSyntax, 8, 0},
		{schema.OwnerSubject, schema.CodeTooLarge, 64 << 10, 18_000_008 - 64<<10},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A database is a program for SQLite: none of it may run.
func TestHostileSchema(t *testing.T) {
	t.Parallel()
	endless := `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS payload FROM n`
	tests := map[string]struct {
		statements []string
		rows       int
		code       schema.Code
	}{
		"view":       {[]string{`CREATE VIEW events_persisted AS ` + endless}, 0, schema.CodeDamagedDatabase},
		"absent":     {[]string{`CREATE TABLE "events_persisted_2" (payload)`}, 0, schema.CodeDamagedDatabase},
		"no payload": {[]string{`CREATE TABLE events_persisted (x)`}, 0, schema.CodeDamagedDatabase},
		"computed column": {[]string{
			`CREATE TABLE events_persisted (payload TEXT, big TEXT AS (hex(zeroblob(4000))) VIRTUAL)`,
			`INSERT INTO events_persisted VALUES ('{"name":"x"}')`,
		}, 1, ""},
		"names that are SQL": {[]string{
			`CREATE TABLE events_persisted (payload TEXT, "x"") FROM y; --" TEXT, "SELECT" TEXT)`,
			`INSERT INTO events_persisted VALUES ('{"name":"x"}', 'y', 'z')`,
		}, 1, ""},
		"other columns elsewhere": {[]string{
			`CREATE TABLE events_persisted (payload TEXT)`, `CREATE TABLE producers (a)`, `INSERT INTO events_persisted VALUES ('{"name":"x"}')`,
		}, 1, schema.CodeDamagedDatabase},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, _, err := read(t, schema.Subject{}, folder(database(t, tc.statements, nil))["d/EventTranscript.db"])
			if len(list) != tc.rows || schema.CodeOf(err) != tc.code {
				t.Errorf("%d records, %v", len(list), err)
			}
			for _, rec := range list {
				if _, computed := rec.Field("db.big"); computed {
					t.Error("a computed column was computed")
				}
			}
		})
	}
}

func TestDamagedDatabase(t *testing.T) {
	t.Parallel()
	statements := allTables()
	for range 200 {
		statements = append(statements, insert("S-1-5-21-1", event(sample, at, "m:1")+strings.Repeat(" ", 1000), 77))
	}
	whole := database(t, statements, nil)["d/EventTranscript.db"]
	noise := []byte(whole)
	for i := len(noise) / 2; i < len(noise)/2+3*4096; i++ {
		noise[i] = 0xa5
	}
	for name, data := range map[string]string{"noise": string(noise), "cut off": whole[:len(whole)/2], "header only": whole[:100]} {
		list, _, err := read(t, schema.Subject{}, file("E.db", data))
		if schema.CodeOf(err) != schema.CodeDamagedDatabase || len(list) >= 200 {
			t.Errorf("%s: %d records, %v", name, len(list), err)
		}
		if name == "noise" && len(list) == 0 {
			t.Errorf("%s: nothing of what is whole was read", name)
		}
		if err != nil && strings.Contains(err.Error(), "/") {
			t.Errorf("%s: error shows a path: %v", name, err)
		}
	}
}

func TestDatabaseLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	f := folder(database(t, append(allTables(), insert("", "{}", 1), insert("", "{}", 2)), nil))["d/EventTranscript.db"]
	s := Source{Temp: temp}
	for _, err := range s.Records(schema.Subject{}, f, nil) {
		check(t, err)
		inside, err := os.ReadDir(temp)
		check(t, err)
		if len(inside) != 1 {
			t.Fatalf("%d entries while reading", len(inside))
		}
		if info, err := inside[0].Info(); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("temporary folder %v, %v", info, err)
		}
		break // the caller stops in the middle
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%d entries left, %v", len(left), err)
	}
}
