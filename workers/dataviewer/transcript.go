package dataviewer

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
	"inzage/workers/internal/table"
)

// inDatabase is the prefix of the fields that are columns of the database.
const inDatabase = "db."

// transcript reads the events of an open database, in the order in which they
// were stored.
func (r *reading) transcript(ctx context.Context, db *sql.DB) error {
	tables, err := tableNames(ctx, db)
	if err != nil {
		return damaged("read database", err)
	}
	if !slices.Contains(tables, eventTable) {
		return schema.Fail(schema.CodeDamagedDatabase, "read database", errors.New("no table of events"))
	}
	for _, name := range []string{
		"producers", "provider_groups", "event_tags", "tag_descriptions", "categories", "event_categories",
	} {
		if !slices.Contains(tables, name) {
			r.tally.Repair(schema.RepairOldTableLayout, 1)
			break
		}
	}
	columns, err := columnNames(ctx, db)
	if err != nil {
		return damaged("read database", err)
	}
	names, lost := readNames(ctx, db, tables)
	if err := r.rows(ctx, db, columns, names); err != nil {
		return err
	}
	if lost != nil {
		return damaged("read names", lost)
	}
	return nil
}

// tableNames lists the tables that are just that: a view or a virtual table of
// the same name could be made to do anything.
func tableNames(ctx context.Context, db *sql.DB) ([]string, error) {
	return texts(ctx, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' LIMIT 1000`)
}

// columnNames lists the columns of the table of events, computed ones excepted.
func columnNames(ctx context.Context, db *sql.DB) ([]string, error) {
	names, err := texts(ctx, db, `SELECT name FROM pragma_table_xinfo('`+eventTable+`') WHERE hidden = 0 ORDER BY cid`)
	if err == nil && !slices.Contains(names, "payload") {
		err = errors.New("no column of payloads")
	}
	return names, err
}

func texts(ctx context.Context, db *sql.DB, query string) (list []string, err error) {
	err = each(ctx, db, query, func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		list = append(list, s)
		return err
	})
	return list, err
}

// each runs a query and hands over each row.
func each(ctx context.Context, db *sql.DB, query string, row func(scan func(...any) error) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rows yields a record for each row of the table of events.
func (r *reading) rows(ctx context.Context, db *sql.DB, columns []string, names names) error {
	var query strings.Builder
	query.WriteString(`SELECT octet_length("payload")`)
	for _, c := range columns {
		// The sign keeps the value as it is stored; without, a column declared
		// as a date would be turned into one.
		cell := `+` + quote(c)
		if c == "payload" {
			cell = `CASE WHEN octet_length("payload") > ` + strconv.Itoa(table.Limit) +
				` THEN substr(CAST("payload" AS BLOB), 1, ` + strconv.Itoa(jsonstream.Keep) + `) ELSE "payload" END`
		}
		query.WriteString(", " + cell)
	}
	query.WriteString(` FROM ` + eventTable + ` ORDER BY _rowid_`)

	var size sql.NullInt64
	cells := make([]any, len(columns))
	into := []any{&size}
	for i := range cells {
		into = append(into, &cells[i])
	}
	var stop error
	err := each(ctx, db, query.String(), func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return err
		}
		rec := r.record(-1)
		r.complete(&rec, r.row(&rec, columns, cells, size.Int64, names))
		stop = r.emit(rec)
		return stop
	})
	if err == nil || stop != nil {
		return stop
	}
	return damaged("read events", err)
}

// row turns a row into fields: those of the payload, then the columns, then
// what other tables say about it.
func (r *reading) row(rec *schema.Record, columns []string, cells []any, size int64, names names) outside {
	var out outside
	opened := false
	if i := slices.Index(columns, "payload"); i >= 0 {
		text, _ := cellText(cells[i])
		whole := jsonstream.Piece{Raw: []byte(text), Size: size}
		switch {
		case size > table.Limit:
			opened = true
			whole.Raw, _ = cells[i].([]byte) // the beginning, perhaps half a character at its end
			unreadable(rec, schema.CodeTooLarge, whole)
		case isJSON(text):
			opened = true
			var code schema.Code
			if rec.Fields, code = r.flat.FlattenString(rec.Fields, text); code != "" {
				unreadable(rec, code, whole)
			}
		}
	}
	add := func(name string, kind schema.Kind, value string) {
		if rec.Unreadable == "" {
			f := schema.Field{Path: inDatabase + name, Kind: kind, Value: schema.NewPersonal(value)}
			rec.Fields = append(rec.Fields, f)
		}
	}
	for i, c := range columns {
		if c == "payload" && opened {
			continue
		}
		value, kind := cellText(cells[i])
		add(c, kind, value)
		id, _ := cells[i].(int64)
		switch c {
		case "sid":
			out.sid = value
		case "full_event_name":
			out.name = value
		case "timestamp":
			out.filetime = id
		case "producer_id":
			if name, ok := names.producers[id]; ok {
				out.app = name
				add("producer_id_text", schema.String, name)
			}
		case "provider_group_id":
			if name, ok := names.groups[id]; ok {
				add("group_guid", schema.String, name)
			}
		case "full_event_name_hash":
			if tags, ok := names.tags[id]; ok {
				add("tags", schema.String, tags)
			}
		}
	}
	return out
}

// cellText returns the value of a cell as text. Bytes that are no text are
// written in hexadecimal.
func cellText(cell any) (string, schema.Kind) {
	switch v := cell.(type) {
	case nil:
		return "null", schema.Null
	case int64:
		return strconv.FormatInt(v, 10), schema.Number
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), schema.Number
	case bool:
		return strconv.FormatBool(v), schema.Bool
	case time.Time:
		return v.Format(time.RFC3339Nano), schema.String
	case string:
		return table.Text([]byte(v), nil), schema.String
	case []byte:
		if !utf8.Valid(v) {
			return "0x" + hex.EncodeToString(v), schema.String
		}
		return string(v), schema.String
	}
	return "", schema.Null
}

// names holds what the smaller tables say, by id.
type names struct {
	producers map[int64]string
	groups    map[int64]string
	tags      map[int64]string // by hash of the event's name
}

// readNames reads the smaller tables, as far as they are there. The error tells
// of a damaged one; the others are read all the same.
func readNames(ctx context.Context, db *sql.DB, tables []string) (names, error) {
	var lost error
	read := func(table, query string) map[int64]string {
		if !slices.Contains(tables, table) {
			return nil
		}
		found := make(map[int64]string)
		err := each(ctx, db, query, func(scan func(...any) error) error {
			var id int64
			var text string
			err := scan(&id, &text)
			if before, ok := found[id]; ok {
				text = before + ", " + text
			}
			found[id] = text
			return err
		})
		lost = errors.Join(lost, err)
		return found
	}
	const bound = ` LIMIT 100000` // of names; Windows has some thousands of events
	n := names{
		producers: read("producers", `SELECT producer_id, CAST(max(producer_id_text) AS TEXT) FROM producers
			WHERE producer_id IS NOT NULL AND producer_id_text IS NOT NULL GROUP BY producer_id`+bound),
		groups: read("provider_groups", `SELECT group_id, CAST(max(group_guid) AS TEXT) FROM provider_groups
			WHERE group_id IS NOT NULL AND group_guid IS NOT NULL GROUP BY group_id`+bound),
	}
	// Tags belong to an event's name. They are joined here and not in the
	// query for the events, where each tag would give another row.
	described := read("tag_descriptions", `SELECT tag_id, CAST(tag_name AS TEXT) FROM
		(SELECT tag_id, tag_name, min(CASE locale_name WHEN 'en-US' THEN '' ELSE locale_name END) FROM tag_descriptions
		WHERE tag_id IS NOT NULL AND tag_name IS NOT NULL GROUP BY tag_id)`+bound)
	tags := read("event_tags", `SELECT DISTINCT full_event_name_hash, CAST(tag_id AS TEXT) FROM event_tags
		WHERE full_event_name_hash IS NOT NULL AND tag_id IS NOT NULL ORDER BY 1, tag_id`+bound)
	n.tags = make(map[int64]string, len(tags))
	for hash, ids := range tags {
		list := strings.Split(ids, ", ")
		for i, text := range list {
			if id, err := strconv.ParseInt(text, 10, 64); err == nil && described[id] != "" {
				list[i] = text + " " + described[id]
			}
		}
		n.tags[hash] = strings.Join(list, ", ")
	}
	return n, lost
}
