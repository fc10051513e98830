package graphexport

import (
	"bytes"
	"iter"

	"inzage/schema"
	"inzage/workers/internal/jsonstream"
)

// Source reads the files of an admin export. It keeps no state and is safe for
// concurrent use.
type Source struct{}

// New makes a Source.
func New() *Source { return &Source{} }

// Name implements schema.Source.
func (*Source) Name() string { return name }

const name = "graphexport"

// Match implements schema.Source. Only File.Head is looked at.
//
// A file that carries the name of a data file but whose content was replaced,
// as happens to files in which malware was found, does not match.
func (*Source) Match(f schema.File) (schema.Format, bool) {
	switch code := recognise(f.Head); code {
	case formatEntries, formatLegacy:
		return schema.Format{Code: code, Owned: true}, true
	case formatRequest, formatAgents:
		return schema.Format{Code: code, Support: true}, true
	case formatConsumer:
		return schema.Format{Code: code, Refused: schema.CodeConsumerExport}, true
	}
	return schema.Format{}, false
}

// Records implements schema.Source.
//
// Every record of a data file is the subject's: an export is made for one user.
// Whether that user is the subject, RequestInfo.json tells; reading that file
// ends with CodeOtherPerson or CodeOtherTenant where it names somebody else, and
// yields one record with the event "RequestInfo" where it names the subject. It
// yields nothing where subject and file have no identifier of the person in
// common: then nothing was checked.
//
// The list of folders (agentMap.json) yields nothing. Other errors have the code
// of the file's reader, CodeConsumerExport or CodeUnknownFormat (for a file that
// Match does not accept).
func (*Source) Records(who schema.Subject, f schema.File, t *schema.Tally) iter.Seq2[schema.Record, error] {
	return func(yield func(schema.Record, error) bool) {
		var err error
		switch format := recognise(f.Head); format {
		case formatEntries, formatLegacy:
			err = newReading(f, t).entries(yield)
		case formatRequest:
			err = newReading(f, t).request(who, yield)
		case formatAgents:
		case formatConsumer:
			err = schema.Fail(schema.CodeConsumerExport, "read export", nil)
		default:
			err = schema.Fail(schema.CodeUnknownFormat, "read export", nil)
		}
		if err != nil {
			yield(schema.Record{}, err)
		}
	}
}

// reading is the state of one file being read.
type reading struct {
	file  schema.File
	tally *schema.Tally
	flat  jsonstream.Flattener
	place place
	shift int64 // from an offset in the text to one in the file, or -1: there is none
	size  int   // fields of the last record, for the room of the next
}

func newReading(f schema.File, t *schema.Tally) *reading {
	return &reading{file: f, tally: t, flat: jsonstream.Flattener{Tally: t}, place: decode(f.Name)}
}

// entries hands over the records of a data file. It returns nil where the
// caller wants no more.
func (r *reading) entries(yield func(schema.Record, error) bool) error {
	return r.pieces(func(rec schema.Record) (bool, error) {
		rec.DataType = r.place.dataType
		if rec.Unreadable != "" {
			rec.App = r.place.product
		} else {
			r.complete(&rec)
		}
		return yield(rec, nil), nil
	})
}

// pieces reads the file and calls take with each record, of which only place
// and fields are known, until take or the file has no more.
func (r *reading) pieces(take func(schema.Record) (more bool, err error)) error {
	in, err := r.file.Open()
	if err != nil {
		return schema.FailRead("open export", err)
	}
	defer in.Close()
	text, encoding := jsonstream.Decode(in, r.tally)
	switch {
	case encoding != jsonstream.UTF8:
		r.shift = -1
	case bytes.HasPrefix(r.file.Head, []byte(byteOrderMark)):
		r.shift = int64(len(byteOrderMark))
	}
	for p, err := range jsonstream.Split(text, 0, r.tally) {
		if err != nil {
			return schema.FailRead("read export", err)
		}
		if more, err := take(r.record(p)); err != nil || !more {
			return err
		}
	}
	return nil
}

// record makes a record of a piece.
func (r *reading) record(p jsonstream.Piece) schema.Record {
	rec := schema.Record{
		Source: name, From: schema.Origin{File: r.file.Name},
		Fields: make([]schema.Field, 0, r.size+4),
	}
	r.flat.Read(&rec, p)
	r.size = len(rec.Fields)
	if len(rec.Fields) == 0 {
		rec.Fields = nil
	}
	if r.shift < 0 {
		rec.From.Offset = -1
	} else {
		rec.From.Offset += r.shift
	}
	return rec
}
