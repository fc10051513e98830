package blobstore

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is how much one request may bring, in bytes. All is kept in memory.
const maxBody = 256 << 20

// The kinds of blobs.
const (
	blockBlob  = "BlockBlob"
	appendBlob = "AppendBlob"
)

// blob is guarded by the lock of the store. Its data is never changed in place:
// readers may have it.
type blob struct {
	kind        string
	data        []byte
	appended    int    // blocks of an append blob
	md5         string // as it is told: computed from the content, or as it was given
	contentType string
	tag         string
	created     time.Time
	modified    time.Time
	meta        map[string]string
}

// readBody takes the content of a request and checks it against Content-MD5.
func readBody(w http.ResponseWriter, q request) ([]byte, *fault) {
	data, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &fault{http.StatusRequestEntityTooLarge, "RequestBodyTooLarge"}
	}
	if err != nil {
		return nil, &fault{http.StatusBadRequest, "IncompleteBody"}
	}
	if want := q.Header.Get("Content-Md5"); want != "" && want != sum(data) {
		return nil, &fault{http.StatusBadRequest, "Md5Mismatch"}
	}
	return data, nil
}

func sum(data []byte) string {
	h := md5.Sum(data)
	return base64.StdEncoding.EncodeToString(h[:])
}

// writable finds the container for a blob that is to be written, and the blob
// where it is there: it may be written over with "w", made with "c" too. The
// lock is held.
func (s *Store) writable(q request) (*container, *blob, *fault) {
	if !q.may("cw") {
		return nil, nil, denied()
	}
	c, f := s.find(q)
	if f != nil {
		return nil, nil, f
	}
	old := c.blobs[q.blob]
	if old != nil && !q.may("w") {
		return nil, nil, &fault{http.StatusForbidden, "UnauthorizedBlobOverwrite"}
	}
	return c, old, condition(q, old)
}

// condition checks If-Match and If-None-Match before a write.
func condition(q request, old *blob) *fault {
	match, none := q.Header.Get("If-Match"), q.Header.Get("If-None-Match")
	switch {
	case none == "*" && old != nil:
		return &fault{http.StatusConflict, "BlobAlreadyExists"}
	case match != "" && (old == nil || match != "*" && match != old.tag),
		none != "" && old != nil && none == old.tag:
		return &fault{http.StatusPreconditionFailed, "ConditionNotMet"}
	}
	return nil
}

func (s *Store) putBlob(w http.ResponseWriter, q request) *fault {
	data, f := readBody(w, q)
	if f != nil {
		return f
	}
	kind := q.Header.Get("X-Ms-Blob-Type")
	b := s.newBlob(q, kind, data)
	switch {
	case kind == blockBlob:
		if b.md5 == "" {
			b.md5 = sum(data)
		}
	case kind == appendBlob && s.options.Premium:
		return &fault{http.StatusConflict, "BlobTypeNotSupported"}
	case kind == appendBlob && len(data) > 0, kind != appendBlob:
		return &fault{http.StatusBadRequest, "InvalidHeaderValue"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, old, f := s.writable(q)
	if f != nil {
		return f
	}
	s.keep(c, q.blob, b, old)
	b.written(w.Header())
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Store) newBlob(q request, kind string, data []byte) *blob {
	b := &blob{
		kind: kind, data: data, md5: q.Header.Get("X-Ms-Blob-Content-Md5"),
		contentType: q.Header.Get("X-Ms-Blob-Content-Type"), meta: metadata(q.Header),
	}
	if b.contentType == "" && q.comp == "" {
		b.contentType = q.Header.Get("Content-Type")
	}
	if b.contentType == "" {
		b.contentType = "application/octet-stream"
	}
	return b
}

// keep puts a blob into its container, over an old one. The lock is held.
func (s *Store) keep(c *container, name string, b, old *blob) {
	b.tag, b.modified = s.tag(), time.Now()
	b.created = b.modified
	if old != nil {
		b.created = old.created
	}
	c.blobs[name] = b
	delete(c.staged, name)
}

// written describes a blob in the answer to a write.
func (b *blob) written(h http.Header) {
	h.Set("Etag", b.tag)
	h.Set("Last-Modified", b.modified.UTC().Format(http.TimeFormat))
	h.Set("X-Ms-Request-Server-Encrypted", "true")
	if b.md5 != "" {
		h.Set("Content-Md5", b.md5)
	}
}

func (s *Store) appendBlock(w http.ResponseWriter, q request) *fault {
	if !q.may("aw") {
		return denied()
	}
	data, f := readBody(w, q)
	if f != nil {
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f := s.find(q)
	if f != nil {
		return f
	}
	b := c.blobs[q.blob]
	switch {
	case b == nil:
		return &fault{http.StatusNotFound, "BlobNotFound"}
	case b.kind != appendBlob:
		return &fault{http.StatusConflict, "InvalidBlobType"}
	}
	if f := condition(q, b); f != nil {
		return f
	}
	w.Header().Set("X-Ms-Blob-Append-Offset", strconv.Itoa(len(b.data)))
	b.data = append(slices.Clip(b.data), data...)
	b.appended++
	b.tag, b.modified = s.tag(), time.Now()
	w.Header().Set("X-Ms-Blob-Committed-Block-Count", strconv.Itoa(b.appended))
	b.written(w.Header())
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Store) putBlock(w http.ResponseWriter, q request) *fault {
	data, f := readBody(w, q)
	if f != nil {
		return f
	}
	id := q.URL.Query().Get("blockid")
	if raw, err := base64.StdEncoding.DecodeString(id); err != nil || len(raw) == 0 || len(raw) > 64 {
		return &fault{http.StatusBadRequest, "InvalidQueryParameterValue"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, _, f := s.writable(q)
	if f != nil {
		return f
	}
	if c.staged[q.blob] == nil {
		c.staged[q.blob] = make(map[string][]byte)
	}
	c.staged[q.blob][id] = data
	w.Header().Set("Content-Md5", sum(data))
	w.WriteHeader(http.StatusCreated)
	return nil
}

// putBlockList makes the blob of blocks that were staged. Blocks of an earlier
// list cannot be taken again: they are not kept apart.
func (s *Store) putBlockList(w http.ResponseWriter, q request) *fault {
	text, f := readBody(w, q)
	if f != nil {
		return f
	}
	var list struct {
		IDs []struct {
			XMLName xml.Name
			ID      string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal(text, &list); err != nil {
		return &fault{http.StatusBadRequest, "InvalidXmlDocument"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, old, f := s.writable(q)
	if f != nil {
		return f
	}
	var content bytes.Buffer
	for _, block := range list.IDs {
		data, ok := c.staged[q.blob][strings.TrimSpace(block.ID)]
		if !ok || block.XMLName.Local == "Committed" {
			return &fault{http.StatusBadRequest, "InvalidBlockList"}
		}
		content.Write(data)
	}
	b := s.newBlob(q, blockBlob, content.Bytes())
	s.keep(c, q.blob, b, old)
	b.written(w.Header())
	w.Header().Del("Content-Md5") // would be the hash of the list
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Store) deleteBlob(w http.ResponseWriter, q request) *fault {
	if !q.may("d") {
		return denied()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f := s.find(q)
	if f != nil {
		return f
	}
	old := c.blobs[q.blob]
	if old == nil {
		return &fault{http.StatusNotFound, "BlobNotFound"}
	}
	if f := condition(q, old); f != nil {
		return f
	}
	delete(c.blobs, q.blob)
	w.WriteHeader(http.StatusAccepted)
	return nil
}
