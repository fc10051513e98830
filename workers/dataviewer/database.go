package dataviewer

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"inzage/schema"

	"modernc.org/sqlite"
)

// eventTable is the table of events in EventTranscript.db.
const eventTable = "events_persisted"

// isDatabase recognises a SQLite database.
func isDatabase(head []byte) bool { return bytes.HasPrefix(head, []byte("SQLite format 3\x00")) }

// holdsEvents reports whether a database has the table of events. Its name
// stands in the schema at the beginning of the file, or of the write-ahead log
// when it has not been written back yet.
func holdsEvents(f schema.File) bool {
	if bytes.Contains(f.Head, []byte(eventTable)) {
		return true
	}
	log, ok := beside(f, path.Base(f.Name)+"-wal")
	return ok && bytes.Contains(log.Head, []byte(eventTable))
}

// isSidecar recognises the write-ahead log of a database of events and its
// index. They are read together with the database.
func isSidecar(f schema.File) bool {
	var suffix string
	switch {
	case bytes.HasPrefix(f.Head, []byte("\x37\x7f\x06\x82")), bytes.HasPrefix(f.Head, []byte("\x37\x7f\x06\x83")):
		suffix = "-wal"
	case bytes.HasPrefix(f.Head, []byte("\x18\xe2\x2d\x00")), bytes.HasPrefix(f.Head, []byte("\x00\x2d\xe2\x18")):
		suffix = "-shm"
	case len(f.Head) == 0 && strings.HasSuffix(f.Name, "-wal"):
		suffix = "-wal" // everything was written back
	default:
		return false
	}
	base, ok := strings.CutSuffix(path.Base(f.Name), suffix)
	if !ok {
		return false
	}
	db, ok := beside(f, base)
	return ok && isDatabase(db.Head) && holdsEvents(db)
}

// beside finds a file next to f.
func beside(f schema.File, base string) (schema.File, bool) {
	if f.Beside == nil {
		return schema.File{}, false
	}
	return f.Beside(base)
}

// database reads EventTranscript.db from a private copy: SQLite needs a file,
// and must never write to what was received.
func (r *reading) database(temp string, all io.Reader) (err error) {
	folder, err := os.MkdirTemp(temp, "inzage-*")
	if err != nil {
		return schema.Fail(schema.CodeIO, "make temporary folder", err)
	}
	defer func() {
		if gone := os.RemoveAll(folder); gone != nil {
			err = errors.Join(err, schema.Fail(schema.CodeIO, "remove temporary folder", gone))
		}
	}()
	file := filepath.Join(folder, "events.db")
	if err := save(file, all); err != nil {
		return err
	}
	// The write-ahead log holds the latest rows. The -shm file beside it is only
	// an index of the log, which SQLite makes again; a stale one would hide rows.
	if log, ok := beside(r.file, path.Base(r.file.Name)+"-wal"); ok {
		in, err := log.Open()
		if err != nil {
			return coded("open database log", err)
		}
		err = save(file+"-wal", in)
		if err := errors.Join(err, in.Close()); err != nil {
			return coded("copy database log", err)
		}
	}
	db, err := sql.Open("sqlite", dsn(file))
	if err != nil {
		return damaged("open database", err)
	}
	defer db.Close()      //nolint:errcheck // only read from
	db.SetMaxOpenConns(1) // so that what is set on the connection stays set
	return r.transcript(context.Background(), db)
}

// save writes a file of mode 0600 that must not exist yet.
func save(name string, from io.Reader) error {
	out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return schema.Fail(schema.CodeIO, "copy database", err)
	}
	_, err = io.Copy(out, from)
	return coded("copy database", errors.Join(err, out.Close()))
}

// dsn opens a database read-only and distrusts what is in it: nothing that its
// schema says is executed, pages are checked before they are used.
func dsn(file string) string {
	name := filepath.ToSlash(file)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	u := url.URL{Scheme: "file", Path: name}
	q := url.Values{"mode": {"ro"}, "_query_only": {"1"}, "_defensive": {"1"}, "_dqs": {"0"}}
	q["_pragma"] = []string{"trusted_schema(0)", "cell_size_check(1)", "mmap_size(0)"}
	return "file:" + u.EscapedPath() + "?" + q.Encode()
}

// damaged gives an error of SQLite its code. Its text may quote names from the
// file, so it stays behind the code.
func damaged(op string, err error) error {
	code := schema.CodeDamagedDatabase
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		const noMemory, full, cannotOpen = 7, 13, 14 // SQLITE_NOMEM, _FULL, _CANTOPEN
		switch e.Code() & 0xff {
		case noMemory, full, cannotOpen:
			code = schema.CodeIO
		}
	}
	return schema.Fail(code, op, err)
}

// quote makes a name an SQL identifier.
func quote(name string) string { return fmt.Sprintf(`"%s"`, strings.ReplaceAll(name, `"`, `""`)) }
